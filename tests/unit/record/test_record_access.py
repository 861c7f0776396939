"""Sessions and tokens in a file and on a server: what holds, what ended, and that the database gives nothing away."""

from datetime import timedelta

import processes
import pytest
from sqlalchemy import select

from agent.record.desk_tables import api_tokens, web_sessions
from agent.record.values import TokenRecord

pytestmark = pytest.mark.block_network(allowed_hosts=processes.HOSTS)
HOUR = timedelta(hours=1)


@pytest.fixture
def access(either_store):
    return either_store.access


@pytest.fixture
def sign_in(access, began):
    def call(digest="d1", user="aning", at=began, replaces=""):
        access.open_session(digest, user=user, way="oidc", created_at=at, expires_at=at + HOUR, replaces=replaces)

    return call


@pytest.fixture
def issue(access, began):
    def call(token_id="t1", user="aning", digest="s1"):
        token = TokenRecord(
            id=token_id, user=user, name="批量", scopes=("draft", "check"), created_by="guanli",
            created_at=began, expires_at=began + HOUR,
        )  # fmt: skip
        access.add_token(token, digest=digest)
        return token

    return call


def test_a_session_holds_until_its_hour_is_over(access, sign_in, began):
    sign_in()
    held = access.session("d1", at=began + HOUR - timedelta(seconds=1))
    assert (held.user, held.way, held.created_at, held.expires_at) == ("aning", "oidc", began, began + HOUR)
    assert access.session("d1", at=began + HOUR) is None
    assert access.session("d2", at=began) is None


def test_an_ended_session_is_gone_at_once_and_the_others_stay(access, sign_in, began):
    sign_in()
    sign_in("d2", user="linjie", at=began + timedelta(minutes=1))
    assert [held.digest for held in access.sessions(at=began)] == ["d2", "d1"]
    access.end_session("d1", at=began)
    assert access.session("d1", at=began) is None
    assert [held.digest for held in access.sessions(at=began)] == ["d2"]


def test_signing_in_again_ends_the_session_it_replaces(access, sign_in, began):
    sign_in()
    sign_in("d2", replaces="d1")
    assert access.session("d1", at=began) is None and access.session("d2", at=began).user == "aning"


def test_a_session_over_for_a_month_is_deleted_at_the_next_sign_in(either_store, sign_in, began):
    sign_in()
    sign_in("d2", at=began + timedelta(days=32))
    with either_store.access._database.reading() as connection:
        assert connection.execute(select(web_sessions.c.digest)).scalars().all() == ["d2"]


def test_a_token_needs_its_id_and_its_digest_and_its_time(access, issue, began):
    token = issue()
    assert access.token("t1", digest="s1", at=began) == token
    assert access.token("t1", digest="s2", at=began) is None
    assert access.token("t2", digest="s1", at=began) is None
    assert access.token("t1", digest="s1", at=began + HOUR) is None


def test_when_a_token_was_used_is_noted_to_the_minute(access, issue, began):
    issue()
    for seconds in (0, 59, 60, 70):
        access.token("t1", digest="s1", at=began + timedelta(seconds=seconds))
    assert [held.used_at for held in access.tokens()] == [began + timedelta(seconds=60)]


def test_a_wrong_secret_leaves_no_trace_of_use(access, issue, began):
    issue()
    access.token("t1", digest="s2", at=began)
    assert access.tokens()[0].used_at is None


def test_a_revoked_token_is_of_no_use_and_still_listed(access, issue, began):
    issue()
    access.revoke_token("t1", at=began)
    access.revoke_token("t1", at=began + HOUR)
    assert access.token("t1", digest="s1", at=began) is None
    assert [held.revoked_at for held in access.tokens()] == [began]


def test_all_a_person_has_ends_when_they_leave_and_nothing_of_others(access, sign_in, issue, began):
    sign_in()
    sign_in("d2", user="linjie")
    issue()
    issue("t2", user="linjie", digest="s2")
    access.end_all_of("aning", at=began)
    assert access.session("d1", at=began) is None and access.token("t1", digest="s1", at=began) is None
    assert access.session("d2", at=began) and access.token("t2", digest="s2", at=began)


def test_the_digest_of_a_token_is_in_the_database_and_in_nothing_handed_out(either_store, access, issue):
    issue(digest="abgeleitet")
    with access._database.reading() as connection:
        assert connection.execute(select(api_tokens.c.digest)).scalars().all() == ["abgeleitet"]
    assert "abgeleitet" not in repr(access.tokens())
