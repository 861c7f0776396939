"""Forgetting a person beside their notes and threads: nothing names them any more, and the audit stays whole."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from agent.record.desk_tables import access_events, api_tokens, delegations, notices, web_sessions
from agent.record.people import PersonHeld
from agent.record.values import TokenRecord

HASH = "0" * 64


@pytest.fixture
def store(either_store):
    return either_store


@pytest.fixture
def filled(store, began):
    """Two people, each with a session, a token and a notice, and delegations both ways."""
    until = began + timedelta(days=7)
    with store.database.writing() as connection:
        for user in ("wangli", "chenjie"):
            connection.execute(
                insert(web_sessions).values(
                    digest=HASH[:-1] + user[0], user_id=user, content_json="{}", created_at=began, expires_at=until
                )
            )
            row = {column.name: "" for column in notices.columns if not column.nullable and column.name != "id"}
            times = {name: began for name in ("created_at", "due_at") if name in notices.columns}
            connection.execute(
                insert(notices).values({**row, "key": user, "kind": "x", "recipient": user, "attempts": 0, **times})
            )
    for user in ("wangli", "chenjie"):
        token = TokenRecord(
            id=f"t-{user[0]}", user=user, name=f"{user} 的令牌", scopes=("check",), created_by="wangli",
            created_at=began, expires_at=until,
        )  # fmt: skip
        store.access.add_token(token, digest=HASH)
    store.access.note_roles({"wangli": {"roles": ["admin"], "accounts": ["staff-wangli"]}}, at=began)
    for delegator, delegate in (("wangli", "chenjie"), ("chenjie", "wangli"), ("chenjie", "zhaomin")):
        store.desk.delegate(
            delegator=delegator, delegate=delegate, lane="red", starts_at=began, ends_at=until,
            reason=f"{delegator} 休假", created_at=began,
        )  # fmt: skip
    return store


def every_word(store):
    with store.database.reading() as connection:
        tables = (web_sessions, api_tokens, notices, delegations, access_events)
        return str([dict(row) for table in tables for row in connection.execute(select(table)).mappings()])


def test_what_is_held_is_counted(filled):
    assert filled.people.held("wangli") == PersonHeld(sessions=1, tokens=1, notices=1, delegations=2, access=3)
    assert not filled.people.held("niemand")


def test_nothing_names_them_afterwards_and_the_audit_holds(filled, began):
    filled.people.forget("wangli", erased_at=began + timedelta(days=1))
    assert not filled.people.held("wangli") and "wangli" not in every_word(filled)
    assert filled.people.held("chenjie") == PersonHeld(sessions=1, tokens=1, notices=1, delegations=3, access=1)
    report = filled.audit.verify()
    assert report.breaks == () and report.events == 11
    about = [(event.kind, event.user, event.by, event.about.get("scopes")) for event in filled.access.events()]
    assert about == [
        ("token_made", "", "", ["check"]),
        ("token_made", "chenjie", "", ["check"]),
        ("roles", "", "", None),
    ]


def test_a_delegation_ends_with_them_and_others_stand(filled, began):
    at = began + timedelta(days=1)
    filled.people.forget("wangli", erased_at=at)
    first, second, third = sorted(filled.desk.delegations(), key=lambda held: held.id)
    assert (first.delegator, first.delegate, first.revoked_at) == ("", "chenjie", at)
    assert (second.delegator, second.delegate, second.revoked_at) == ("chenjie", "", at)
    assert third.revoked_at is None and third.reason == "chenjie 休假"


def test_forgetting_twice_adds_nothing(filled, began):
    filled.people.forget("wangli", erased_at=began)
    events = filled.audit.verify().events
    filled.people.forget("wangli", erased_at=began)
    assert filled.audit.verify().events == events


def test_no_byte_of_them_stays_in_a_file(filled, began, tmp_path):
    filled.people.forget("wangli", erased_at=began)
    held = b"".join(path.read_bytes() for path in tmp_path.glob("record.db*"))
    assert b"wangli" not in held
