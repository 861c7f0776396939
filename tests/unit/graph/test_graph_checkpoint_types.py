"""Every value a run's state can hold comes back from a checkpoint as it went in, nested models included."""

from datetime import date

import pytest

from agent import models
from agent.graph.checkpoints import serializer
from agent.graph.state import CHECKPOINT_TYPES, Review, SavedVersion
from agent.models import (
    Basis,
    Brief,
    Critique,
    Finding,
    Fix,
    LabelDecision,
    Material,
    Metric,
    Note,
    Plan,
    Question,
    Report,
    Round,
    RubricAnswer,
    Segment,
    Undetermined,
    Usage,
)

NOTE = Note(
    titles=("甲", "乙"), title="甲", segments=(Segment(text="在。", kind="life", sources=("m1",)),), tags=("散步",)
)
REPORT = Report(
    verdict="revise",
    note_type="lifestyle",
    findings=(
        Finding(
            rule="RET-01", pack="returns", severity="fix", field="body", message="…", fix=Fix(replacement="…"),
            basis=(Basis(instrument="广告法", article="25", effective=date(2015, 9, 1), verified=True),),
        ),
    ),
    undetermined=(Undetermined(rule="ACC-01", needs=("account_type",)),),
    label=LabelDecision(required=True, reasons=("…",)),
    packs={"returns": "1"},
)  # fmt: skip
CRITIQUE = Critique(
    metrics={"T02": Metric(value=3, passed=True)}, rubric={"D1": RubricAnswer()}, passed=True, text_hash="h"
)
ROUND = Round(number=1, note=NOTE, report=REPORT, critique=CRITIQUE, usage=Usage(cost=None))
VALUES = [
    Brief(id="b", topic="散步", as_of=date(2026, 11, 24), material=(Material(id="m1", text="…"),)),
    Plan(angle="…", keyword="散步", questions=(Question(id="q1", text="?", options=("a",)),)),
    ROUND,
    SavedVersion(revision=2, round=ROUND),
    Review(action="edit", reviewer="甲", text_hash="h", note=NOTE),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_state_value_survives_a_checkpoint(value):
    back = serializer().loads_typed(serializer().dumps_typed(value))
    assert type(back) is type(value)
    assert back == value
    assert back.model_dump() == value.model_dump()


def test_nested_models_come_back_as_models_and_tuples_as_tuples():
    back = serializer().loads_typed(serializer().dumps_typed(ROUND))
    assert isinstance(back.report.findings, tuple) and isinstance(back.report.findings[0].basis[0], Basis)
    assert isinstance(back.note.segments[0], Segment)


def test_a_type_that_no_state_uses_is_not_restored(monkeypatch):
    monkeypatch.setenv("LANGGRAPH_STRICT_MSGPACK", "true")
    kind, payload = serializer().dumps_typed(Basis(instrument="广告法"))
    narrow = type(serializer())(allowed_msgpack_modules=[("agent.models", "Note")])
    assert not isinstance(narrow.loads_typed((kind, payload)), Basis)


def test_what_was_saved_when_one_module_held_every_value_comes_back(monkeypatch):
    monkeypatch.setenv("LANGGRAPH_STRICT_MSGPACK", "true")
    value = Basis(instrument="广告法")
    with monkeypatch.context() as earlier:
        earlier.setattr(Basis, "__module__", "agent.models")
        saved = serializer().dumps_typed(value)
    assert serializer().loads_typed(saved) == value and serializer().loads_typed(saved).__class__ is Basis


def test_every_value_type_may_be_checkpointed():
    frozen = {n for n, v in vars(models).items() if isinstance(v, type) and issubclass(v, models.Frozen)}
    assert frozen <= {name for module, name in CHECKPOINT_TYPES if module == "agent.models"}
    assert {(v.__module__, v.__name__) for v in vars(models).values() if isinstance(v, type)} <= {*CHECKPOINT_TYPES}
