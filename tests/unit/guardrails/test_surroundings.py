"""What a rule asks of account, publication and images; a value that was not given is undetermined."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from agent.guardrails import Packs, check
from agent.models import Account, NoteInput

Build = Callable[..., Packs]


ACCOUNT = Account(
    id="a",
    type="enterprise-staff",
    nickname="小林",
    licences=("基金从业",),
    scope=("fund",),
    authorised_until=date(2026, 6, 1),
)


@pytest.mark.parametrize(
    ("when", "must", "given", "outcome"),
    [
        ([], [("account_type", "in", ["institution"])], {"account": ACCOUNT}, "fires"),
        ([], [("account_type", "not_in", ["unbound"])], {"account": ACCOUNT}, "passes"),
        ([], [("account_type", "in", ["institution"])], {}, "account_type"),
        ([], [("account.certified_name", "present", None)], {"account": ACCOUNT}, "fires"),
        ([], [("account.certified_name", "absent", None)], {"account": ACCOUNT}, "passes"),
        ([], [("account.nickname", "present", None)], {}, "account"),
        ([], [("account.nickname", "no_terms", ["理财"])], {"account": ACCOUNT}, "passes"),
        ([], [("account.nickname", "no_terms", ["小林"])], {"account": ACCOUNT}, "fires"),
        ([], [("account.scope", "covers_products", None)], {"account": ACCOUNT}, "passes"),
        ([], [("account.licences", "covers_products", {"fund": ["基金"]})], {"account": ACCOUNT}, "passes"),
        ([], [("account.licences", "covers_products", {"fund": ["证券"]})], {"account": ACCOUNT}, "fires"),
        ([], [("account.licences", "covers_products", {"card": ["证券"]})], {"account": ACCOUNT}, "passes"),
        (
            [],
            [("account.authorised_until", "not_expired", None)],
            {"account": ACCOUNT, "as_of": date(2026, 6, 1)},
            "passes",
        ),
        (
            [],
            [("account.authorised_until", "not_expired", None)],
            {"account": ACCOUNT, "as_of": date(2026, 6, 2)},
            "fires",
        ),
        ([], [("account.authorised_until", "not_expired", None)], {"account": ACCOUNT}, "account"),
        ([], [("publication.hash", "equals_text_hash", None)], {"publication": {"hash": "x"}}, "fires"),
        ([], [("publication.a", "equals", "publication.b")], {"publication": {"a": 1, "b": 1}}, "passes"),
        ([], [("publication.a", "equals", "publication.b")], {"publication": {"a": 1, "b": 2}}, "fires"),
        ([], [("publication.a", "equals", "publication.b")], {"publication": {"a": 1}}, "publication"),
        ([], [("publication.hosted", "false", None)], {"publication": {"hosted": True}}, "fires"),
        ([], [("publication.human", "true", None)], {"publication": {"human": True}}, "passes"),
        ([], [("publication.none.deep", "true", None)], {"publication": {}}, "publication"),
        ([("promotes", "true", None)], [("account_type", "in", ["institution"])], {}, "account_type"),
        ([("origin", "in", ["ai"])], [("account_type", "in", ["institution"])], {}, "passes"),
        ([("account_type", "in", ["unbound"])], [("origin", "in", ["ai"])], {}, "account_type"),
    ],
)
def test_metadata(build: Build, when: list[Any], must: list[Any], given: dict[str, Any], outcome: str) -> None:
    def conditions(rows: list[Any]) -> list[dict[str, Any]]:
        return [{"path": p, "op": op} | ({} if value is None else {"value": value}) for p, op, value in rows]

    packs = build({"kind": "metadata", "match": {"when": conditions(when), "must": conditions(must)}})
    report = check(NoteInput(body="基金定投", products=("fund",)), packs=packs, **given)
    if outcome == "fires":
        assert [f.start for f in report.findings] == [None]
    elif outcome == "passes":
        assert not report.findings
        assert not report.undetermined
    else:
        assert [u.needs for u in report.undetermined] == [(outcome,)]


IMAGES = {
    "when": [{"path": "ai", "op": "true"}],
    "must": [{"path": "mark", "op": "true"}, {"path": "height", "op": "at_least", "value": "0.05"}],
}


@pytest.mark.parametrize(
    ("images", "outcome"),
    [
        ([], "passes"),
        ([{"ai": False}], "passes"),
        ([{"ai": True, "mark": True, "height": 0.05}], "passes"),
        ([{"ai": False}, {"ai": True, "mark": True, "height": 0.049}], "publication.images[1].height"),
        ([{"ai": True, "mark": False}], "publication.images[0].mark"),
        ([{"ai": True, "mark": True}], "undetermined"),
        ([{"ai": True, "mark": True, "height": "big"}], "undetermined"),
        ([{"mark": False}], "undetermined"),
        (3, "undetermined"),
        (["cover.png"], "undetermined"),
        (None, "undetermined"),
    ],
)
def test_metadata_asks_every_entry_of_a_list(build: Build, images: Any, outcome: str) -> None:
    must = [{"path": "publication.images", "op": "each", "value": IMAGES}]
    packs = build({"kind": "metadata", "match": {"must": must}})
    report = check(NoteInput(body="湖边走一圈"), packs=packs, publication={"images": images})
    assert [f.related for f in report.findings] == ([(outcome,)] if outcome.startswith("publication") else [])
    assert [u.needs for u in report.undetermined] == ([("publication",)] if outcome == "undetermined" else [])
