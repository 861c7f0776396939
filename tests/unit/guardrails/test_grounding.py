"""Numbers and first-person claims against facts, points and material."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from agent.guardrails.document import Document
from agent.guardrails.engine import check
from agent.guardrails.evidence import Evidence, Missing
from agent.guardrails.grounding import detect_numbers, judge_claims
from agent.guardrails.vocabulary import Scan
from agent.models import Fact, FactNumber, Material, Note, NoteInput, Point, Segment


def fact(**changes: Any) -> Fact:
    values: dict[str, Any] = {
        "id": "f1", "product": "p", "category": "wm", "claim": "七日年化1.35%", "source": "公告",
        "numbers": (FactNumber(value="1.35", unit="%", what="七日年化"),), "valid_from": date(2026, 1, 1),
    }  # fmt: skip
    return Fact(**(values | changes))


def evidence(body: str = "", **given: Any) -> Evidence:
    segments = given.pop("segments", ())
    body = body or Note(titles=("",), title="", segments=segments).body
    note = NoteInput(title=given.pop("title", ""), body=body, segments=segments)
    return Evidence(note, Document(note), Scan(), frozenset(), "marketing", True, **given)


def statuses(body: str, **given: Any) -> list[str]:
    return [claim.status for claim in judge_claims(evidence(body, **given))]


@pytest.mark.parametrize(
    ("body", "given", "expected"),
    [
        ("七日年化1.35%", {"facts": (fact(),)}, ["supported"]),
        ("七日年化１．３５％", {"facts": (fact(),)}, ["supported"]),
        ("七日年化2.35%", {"facts": (fact(),)}, ["contradicted"]),
        ("费率2.35%", {"facts": (fact(),)}, ["unsupported"]),
        ("七日年化1.35%", {"facts": (fact(valid_to=date(2026, 6, 1)),), "as_of": date(2026, 7, 1)}, ["stale"]),
        ("七日年化1.35%", {"facts": (fact(valid_to=date(2026, 6, 1)),)}, ["supported"]),
        ("七日年化1.35%", {"facts": (fact(must_keep=("截至2026年6月1日",)),)}, ["condition_missing"]),
        ("花了38元", {"material": (Material(id="m1", text="买了38元的面包"),)}, ["supported"]),
        (
            "通胀2%",
            {"points": (Point(id="p1", title="通胀", theme="投教", text="假设每年2%", source="央行"),)},
            ["supported"],
        ),
        ("有3张卡", {"facts": (fact(),)}, []),
    ],
)
def test_status_of_a_number(body: str, given: dict[str, Any], expected: list[str]) -> None:
    assert statuses(body, **given) == expected


class Compiled:
    """Stand in for a compiled rule: only kind-specific keys are read."""

    def __init__(self, check: str, statuses: tuple[str, ...] = ()) -> None:
        self.rule = type("R", (), {"match": type("M", (), {"check": check, "statuses": statuses})})


def test_facts_are_needed_to_judge_facts() -> None:
    outcome = detect_numbers(Compiled("facts", ("unsupported",)), evidence("费率2%"))  # type: ignore[arg-type]
    assert outcome == Missing(("facts",))


def test_only_named_statuses_fire() -> None:
    given = evidence("七日年化2.35%", facts=(fact(),))
    assert detect_numbers(Compiled("facts", ("stale",)), given) == []  # type: ignore[arg-type]
    found = detect_numbers(Compiled("facts", ("contradicted",)), given)  # type: ignore[arg-type]
    assert isinstance(found, list)
    assert found[0].related == ("f1",)


def quotes(given: Evidence) -> list[str]:
    found = detect_numbers(Compiled("provenance"), given)  # type: ignore[arg-type]
    assert isinstance(found, list)
    return [given.document.locate(c.hit)[3] for c in found if c.hit]


def test_provenance_without_material_is_undetermined() -> None:
    assert detect_numbers(Compiled("provenance"), evidence("昨天我花了38元")) == Missing(("material",))  # type: ignore[arg-type]


def test_segment_must_cite_the_source_of_its_number() -> None:
    material = (Material(id="m1", text="在湖边买了38元的面包"),)
    cited = Segment(text="面包38元。", kind="life", sources=("m1",))
    uncited = Segment(text="面包38元。", kind="life")
    assert quotes(evidence(segments=(cited,), material=material)) == []
    assert quotes(evidence(segments=(cited, uncited), material=material)) == ["38元"]


def test_segment_may_not_invent_an_experience() -> None:
    material = (Material(id="m1", text="周六在云湖走了一圈"),)
    true = Segment(text="周六我在云湖走了一圈。", kind="life", sources=("m1",))
    invented = Segment(text="我昨天去吃了火锅。", kind="life")
    laundered = Segment(text="我昨天去吃了火锅。", kind="life", sources=("m1",))
    assert quotes(evidence(segments=(true,), material=material)) == []
    assert quotes(evidence(segments=(invented,), material=material)) == ["我昨天去吃了火锅。"]
    assert quotes(evidence(segments=(laundered,), material=material)) == ["我昨天去吃了火锅。"]


def test_disclosures_and_labels_owe_no_provenance() -> None:
    line = Segment(text="本息在50万元限额内受存款保险保障。", kind="disclosure")
    assert quotes(evidence(segments=(line,), material=())) == []


def test_title_is_compared_with_everything_given() -> None:
    segments = (Segment(text="面包真香。", kind="life"),)
    assert quotes(evidence(title="面包38元", segments=segments, material=(Material(id="m1", text="面包38元"),))) == []
    assert quotes(evidence(title="面包38元", segments=segments)) == ["38元"]


def test_segments_of_an_edited_body_prove_nothing() -> None:
    material = (Material(id="m1", text="面包38元"),)
    segments = (Segment(text="面包38元。", kind="life", sources=("m1",)),)
    given = evidence("面包38元。还花了99元。", segments=segments, material=material)
    assert quotes(given) == ["99元"]


def test_a_claim_in_traditional_characters_is_traced_to_material_in_simplified_ones():
    segments = (Segment(text="我把傘忘在門口的桶裡了。", kind="life", sources=("m1",)),)
    note = Note(titles=("一把傘",), title="一把傘", segments=segments)
    told = Material(id="m1", text="我把伞忘在门口的桶里")
    assert "END-04" not in {finding.rule for finding in check(note, material=(told,)).open()}
    other = told.model_copy(update={"text": "下雨了"})
    assert "END-04" in {finding.rule for finding in check(note, material=(other,)).open()}
