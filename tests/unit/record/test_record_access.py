"""Sessions and tokens in a file and on a server: what holds, what ended, and that the database gives nothing away."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import processes
import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy import event as sql_event

from agent.record.access_log import adopt_tokens
from agent.record.desk_tables import access_events, api_tokens, web_sessions
from agent.record.tables import audit, audit_head
from agent.record.values import TokenRecord

pytestmark = pytest.mark.block_network(allowed_hosts=processes.HOSTS)
BEGAN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
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


@contextmanager
def capturing(engine, said):
    """Note by its name every table that is changed meanwhile."""

    def hear(conn, cursor, statement, *rest):
        if statement.startswith("UPDATE "):
            said.append(statement.split()[1])

    sql_event.listen(engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        sql_event.remove(engine, "before_cursor_execute", hear)


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
    access.end_session("d1", at=began, by="aning")
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
    access.revoke_token("t1", at=began, by="aning")
    access.revoke_token("t1", at=began + HOUR, by="aning")
    assert access.token("t1", digest="s1", at=began) is None
    assert [held.revoked_at for held in access.tokens()] == [began]


def test_all_a_person_has_ends_when_they_leave_and_nothing_of_others(access, sign_in, issue, began):
    sign_in()
    sign_in("d2", user="linjie")
    issue()
    issue("t2", user="linjie", digest="s2")
    access.end_all_of("aning", at=began, by="guanli")
    assert access.session("d1", at=began) is None and access.token("t1", digest="s1", at=began) is None
    assert access.session("d2", at=began) and access.token("t2", digest="s2", at=began)


def test_the_digest_of_a_token_is_in_the_database_and_in_nothing_handed_out(either_store, access, issue):
    issue(digest="abgeleitet")
    with access._database.reading() as connection:
        assert connection.execute(select(api_tokens.c.digest)).scalars().all() == ["abgeleitet"]
    assert "abgeleitet" not in repr(access.tokens())


class TestAudit:
    def told(self, access, user=None):
        return [(event.kind, event.user, event.by, event.at) for event in access.events(user)]

    def test_who_made_and_revoked_a_token_for_whom_and_with_what_is_kept_and_vouched_for(
        self, either_store, access, issue, began
    ):
        token = issue()
        for user in ("linjie", "aning"):  # the second comes too late
            access.revoke_token("t1", at=began + HOUR, by=user)
        assert self.told(access) == [
            ("token_made", "aning", "guanli", began), ("token_revoked", "aning", "linjie", began + HOUR),
        ]  # fmt: skip
        for event in access.events():
            assert event.about == {
                "token": "t1", "scopes": list(token.scopes), "expires_at": token.expires_at.isoformat(),
            }  # fmt: skip
        assert [event.kind for event in either_store.audit.events()] == ["access", "access"]
        assert either_store.audit.verify().breaks == ()

    def test_a_session_ended_by_somebody_else_is_kept_and_signing_out_is_not(self, access, sign_in, began):
        for number, by in enumerate(("aning", "guanli")):
            sign_in(f"d{number}")
            access.end_session(f"d{number}", at=began, by=by)
            access.end_session(f"d{number}", at=began, by="guanli")
        assert self.told(access) == [("session_ended", "aning", "guanli", began)]

    def test_everything_that_ends_when_somebody_leaves_is_kept(self, access, sign_in, issue, began):
        sign_in()
        issue()
        access.end_all_of("aning", at=began, by="guanli")
        access.end_all_of("aning", at=began, by="guanli")
        assert [kind for kind, *_ in self.told(access)] == ["token_made", "session_ended", "token_revoked"]

    def test_everything_has_ended_before_the_head_of_the_audit_is_taken(
        self, either_store, access, sign_in, issue, began
    ):
        sign_in()
        issue()
        said = []
        with capturing(either_store.database.engine, said):
            access.end_all_of("aning", at=began, by="guanli")
        changed = [word for word in said if word in ("web_sessions", "api_tokens", "audit_head")]
        assert changed[:2] == ["web_sessions", "api_tokens"] and "audit_head" in changed

    def test_roles_are_kept_when_they_change_and_when_somebody_is_listed_no_more(self, either_store, access, began):
        reviewer, employee = {"roles": ["reviewer"]}, {"roles": ["employee"]}
        for roles in ({"a": employee, "b": employee}, {"b": employee, "a": employee}, {"a": reviewer}, {"a": reviewer}):
            access.note_roles(roles, at=began)
        assert [(event.user, event.about) for event in access.events()] == [
            ("a", employee), ("b", employee), ("a", reviewer), ("b", {}),
        ]  # fmt: skip
        assert either_store.audit.verify().breaks == ()

    @pytest.mark.parametrize(
        ("statement", "code", "kind"),
        [
            (insert(api_tokens).values(id="t2", digest="x", user_id="boss", name="", scopes_json='["review"]',
                                       created_by="boss", created_at=BEGAN, expires_at=BEGAN), "unvouched", "token"),
            (update(api_tokens).values(scopes_json='["review"]'), "changed", "token"),
            (update(api_tokens).values(user_id="shenhe"), "changed", "token"),
            (update(api_tokens).values(expires_at=BEGAN + 9 * HOUR), "changed", "token"),
            (update(api_tokens).values(revoked_at=BEGAN), "changed", "token"),
            (delete(api_tokens), "missing", "token"),
            (update(access_events).values(done_by="somebody"), "changed", "access"),
            (delete(access_events), "missing", "access"),
        ],
    )  # fmt: skip
    def test_what_was_changed_behind_the_program_is_found(self, either_store, issue, statement, code, kind):
        issue()
        with either_store.database.writing() as connection:
            connection.execute(statement)
        found = {(item.code, item.kind) for item in either_store.audit.verify().breaks}
        assert (f"audit_{'token' if kind == 'token' else 'row'}_{code}", kind) in found

    def test_a_token_that_was_revoked_and_holds_again_is_found(self, either_store, access, issue, began):
        issue()
        access.revoke_token("t1", at=began, by="aning")
        with either_store.database.writing() as connection:
            connection.execute(update(api_tokens).values(revoked_at=None))
        assert [item.code for item in either_store.audit.verify().breaks] == ["audit_token_changed"]

    def test_tokens_from_before_this_was_kept_are_vouched_for_as_they_are_found(
        self, either_store, access, issue, began
    ):
        issue()
        issue("t2", user="linjie", digest="s2")
        access.revoke_token("t2", at=began, by="linjie")
        with either_store.database.writing() as connection:
            for table in (access_events, audit):
                connection.execute(delete(table))
            connection.execute(update(audit_head).values(seq=0, hash=""))
            for _ in range(2):
                adopt_tokens(connection)
        assert [kind for kind, *_ in self.told(access)] == ["token_made", "token_made", "token_revoked"]
        assert either_store.audit.verify().breaks == ()
