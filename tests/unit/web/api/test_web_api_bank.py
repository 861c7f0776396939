"""What the bank offers and who may say it, over the API."""

from datetime import date, timedelta

import pytest

from agent.web.guards.forgery import HEADER
from agent.workspace import load_workspace


def test_facts_tell_whether_they_hold_on_a_day(api):
    client = api("aning")
    every = client.get("facts").json()
    held = client.get("facts?valid=true").json()
    gone = client.get("facts?valid=false").json()
    assert every and len(every) == len(held) + len(gone)
    fact = next(each for each in held if each["fact"]["valid_to"])
    late = client.get(f"facts/{fact['fact']['id']}?as_of=2099-01-01").json()
    assert fact["valid"] and fact["days_left"] >= 0 and not late["valid"] and late["days_left"] < 0


def test_facts_of_a_product_by_any_of_its_names(api):
    found = api("aning").get("facts?product=咖啡卡").json()
    assert found and len({each["fact"]["product"] for each in found}) == 1
    assert api("aning").get("facts?product=月亮卡").json()["code"] == "unknown_product"


def test_a_fact_nobody_knows_is_told_with_the_nearest(api):
    answer = api("aning").get("facts/cc-coffee-30")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_fact")
    assert "cc-coffee-30-5" in answer.json()["hint"]


def test_an_employee_meets_their_own_accounts_and_personas(api):
    client = api("aning")
    assert [each["account"]["id"] for each in client.get("accounts").json()] == ["staff-aning", "private-aning"]
    assert [persona["id"] for persona in client.get("personas").json()] == ["aning"]
    theirs, never = client.get("accounts/staff-linjie"), client.get("accounts/staff-nobody")
    assert (theirs.status_code, never.status_code) == (404, 404)
    assert theirs.json()["code"] == never.json()["code"] == "account_unknown"
    assert len(api("shenhe").get("accounts").json()) == 8 and len(api("shenhe").get("personas").json()) > 1


@pytest.mark.parametrize(
    ("who", "account", "promoting"),
    [
        ("aning", "staff-aning", True),
        ("aning", "private-aning", False),
        ("laozhou", "staff-laozhou-lapsed", False),
    ],
)
def test_what_an_account_may_say_is_what_the_gate_says(api, who, account, promoting):
    told = api(who).get(f"accounts/{account}").json()
    allowed = {each["note_type"]: each["allowed"] for each in told["types"]}
    assert allowed == {"lifestyle": True, "education": True, "benefit": promoting, "marketing": promoting}
    assert bool(told["products"]) is promoting and bool(told["facts"]) is promoting
    assert all(each["refusals"][0]["basis"] for each in told["types"] if not each["allowed"])


def test_an_account_with_a_scope_is_offered_nothing_beyond_it(api):
    told = api("daxu").get("accounts/staff-daxu").json()
    assert {product["category"] for product in told["products"]} == {"card"}
    before = api("laozhou").get("accounts/staff-laozhou-lapsed?as_of=2026-09-30").json()
    assert before["products"]


def test_what_ends_or_begins_within_a_week_is_named(api):
    fact = next(each["fact"] for each in api("aning").get("facts?product=咖啡卡").json() if each["fact"]["valid_to"])
    client = api("aning")
    last = client.get(f"accounts/staff-aning?as_of={fact['valid_to']}").json()
    first = client.get("accounts/staff-aning", params={"as_of": _before(fact["valid_from"])}).json()
    assert fact["id"] in {each["fact"]["id"] for each in last["ending"]}
    assert fact["id"] in {each["fact"]["id"] for each in first["beginning"]}
    assert fact["id"] not in {each["fact"]["id"] for each in first["facts"]}


def test_who_asks_is_told_who_they_are(api):
    me = api("neirong").get("me").json()
    assert api("neirong").post("check", json={"text": "好"}, headers={HEADER: me.pop("proof")}).status_code == 200
    assert me == {
        "user": "neirong", "name": "方编辑", "roles": ["content", "employee"], "accounts": ["yunshan-official"],
        "persona": "", "way": "loopback", "scopes": [],
    }  # fmt: skip


def _before(day):
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def test_a_token_needs_no_proof_and_is_handed_none(visiting):
    app = visiting.open(visiting.settings(), people=load_workspace(None).people)
    client = visiting.bearing(app, "aning", scopes=("facts", "check"))
    me = client.get("/api/v1/me").json()
    assert (me["way"], me["scopes"], me["proof"]) == ("token", ["facts", "check"], "")
    assert client.post("/api/v1/check", json={"text": "早上去植物园"}).status_code == 200
    assert client.get("/api/v1/runs").json()["code"] == "scope_missing"
