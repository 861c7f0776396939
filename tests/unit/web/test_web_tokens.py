"""Who makes which API token: nobody one with which they could act as somebody else, everybody their own."""

from datetime import timedelta

import pytest
import visiting as visits
from nicegui import ui

from agent.errors import UsageError
from agent.web.identity import FOR_OTHERS, SCOPES
from agent.web.signin.tokens import issue


@pytest.fixture
def make(web_pages):
    services = web_pages.state.services

    def call(user, *, by, scopes=("check",), name="门户"):
        return issue(services.store, user=user, name=name, scopes=scopes, by=by, at=services.now(), days=7)

    return call


@pytest.fixture
def kept(web_pages):
    return web_pages.state.services.store.access.tokens


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_with_which_one_acts_as_somebody_is_made_by_that_person_alone(make, kept, scope):
    assert make("shenhe", by="shenhe", scopes=(scope,))[0].scopes == (scope,)
    if scope in ("check", "facts", "metrics"):
        assert make("shenhe", by="guanli", scopes=(scope,))[0].created_by == "guanli"
        return
    for scopes in ((scope,), ("check", scope)):
        with pytest.raises(UsageError) as refused:
            make("shenhe", by="guanli", scopes=scopes)
        assert refused.value.code == "token_for_another" and "shenhe" in refused.value.message
    assert [token.created_by for token in kept()] == ["shenhe"]


def test_what_an_admin_makes_for_a_reviewer_decides_nothing_and_reads_no_run(visiting):
    app = visiting.open(visiting.settings(**visits.OIDC))
    services = app.state.services
    _, text = issue(services.store, user="reviewer", name="x", scopes=FOR_OTHERS, by="admin", at=services.now(), days=1)
    client = visiting.stranger(app, headers={"Authorization": f"Bearer {text}"})
    decision = {"decision": "approve", "text_hash": "sha256:" + "0" * 64}
    answers = [
        client.get("/api/v1/runs"), client.get("/api/v1/review/queue"),
        client.post("/api/v1/review/r/decision", json=decision),
    ]  # fmt: skip
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "scope_missing")] * 3
    assert client.get("/api/v1/facts").status_code == 200


async def test_anybody_signed_in_makes_and_revokes_their_own_and_sees_nobody_elses(visitor, make, kept, web_pages):
    make("linjie", by="linjie", name="别人的门户")
    make("aning", by="guanli", name="管理员给的")
    user = await visitor("aning")
    await user.open("/tokens")
    await user.should_see("由 管理员 生成")
    await user.should_not_see("别人的门户")
    user.find("新建令牌").click()
    await user.should_see("能做什么")
    (scopes,) = user.find(kind=ui.select, content="能做什么").elements
    assert tuple(scopes.options) == SCOPES
    await user.should_not_see("属于谁")
    user.find("用途").type("我的脚本")
    scopes.value = ["draft", "runs"]
    user.find(kind=ui.button, content="生成").click()
    await user.should_see("只显示这一次", retries=50)
    mine = next(token for token in kept(user="aning") if token.name == "我的脚本")
    assert (mine.user, mine.created_by, mine.scopes) == ("aning", "aning", ("draft", "runs"))
    await user.open("/tokens")
    user.find(kind=ui.button, content="作废").click()
    await user.should_see("已失效", retries=50)
    assert sorted(token.revoked_at is None for token in kept(user="aning")) == [False, True]
    assert [token.revoked_at for token in kept(user="linjie")] == [None]
    events = web_pages.state.services.store.access.events("aning")
    assert [(event.kind, event.by) for event in events if event.kind == "token_revoked"] == [("token_revoked", "aning")]


async def test_the_admins_page_offers_for_others_only_what_acts_in_nobodys_name(visitor, make):
    make("linjie", by="linjie", name="林姐的门户", scopes=("draft",))
    user = await visitor("guanli")
    await user.open("/people")
    await user.should_see("林姐的门户")
    user.find("新建令牌").click()
    await user.should_see("能做什么")
    (scopes,) = user.find(kind=ui.select, content="能做什么").elements
    assert tuple(scopes.options) == FOR_OTHERS


async def test_what_an_admin_ends_for_somebody_is_in_the_audit_with_both_names(visitor, make, web_pages):
    services = web_pages.state.services
    later = services.now() + timedelta(hours=1)
    services.store.access.open_session("d", user="linjie", way="oidc", created_at=services.now(), expires_at=later)
    user = await visitor("guanli")
    await user.open("/people")
    end = user.find(kind=ui.button, content="结束")
    end.elements = {button for button in end.elements if button.text == "结束"}
    end.click()
    await user.should_see("没有登录中的会话", retries=50)
    (ended,) = [event for event in services.store.access.events("linjie") if event.kind == "session_ended"]
    assert (ended.user, ended.by) == ("linjie", "guanli")
    assert services.store.audit.verify().breaks == ()


def test_who_may_do_what_is_in_the_audit_once_a_server_has_started_with_it(web_pages):
    services = web_pages.state.services
    known = {event.user: event.about for event in services.store.access.events() if event.kind == "roles"}
    assert known.keys() == {person.id for person in services.workspace.people}
    assert known["shenhe"]["roles"] == ["reviewer"]
