"""Small true values for the record's tests."""

from datetime import UTC, date, datetime, timedelta

import pytest

from agent.models import Brief, Critique, Finding, Material, Note, Report, Round, Segment
from agent.record import Store

BEGAN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def _brief(run="r-001", topic="周末带爸妈去植物园", account="a-1", told=()):
    material = tuple(Material(id=f"m{number}", text=text) for number, text in enumerate(told, 1))
    return Brief(id=run, topic=topic, account=account, persona="阿宁", material=material, as_of=date(2026, 11, 24))


def _round(body="门口的银杏正黄。", number=1, severity=None, status="open"):
    found = ()
    if severity:
        found = (
            Finding(
                rule="RET-01", pack="returns", severity=severity, field="body", start=0, end=2, text=body[:2],
                message="不得承诺收益", fingerprint="f1", status=status,
            ),
        )  # fmt: skip
    note = Note(titles=("植物园",), title="植物园", segments=(Segment(text=body, kind="life"),))
    verdict = "block" if severity == "block" and status == "open" else "pass"
    report = Report(verdict=verdict, note_type="lifestyle", findings=found, text_hash=note.text_hash)
    return Round(number=number, note=note, report=report, critique=Critique(passed=True))


@pytest.fixture
def make_brief():
    return _brief


@pytest.fixture
def make_round():
    return _round


@pytest.fixture
def path(tmp_path):
    return tmp_path / "记录 #1?" / "record.db"


@pytest.fixture
def store(path):
    with Store.open(path) as opened:
        yield opened


@pytest.fixture
def began():
    return BEGAN


@pytest.fixture
def start(store):
    """Start a run, `minutes` after the first one."""

    def begin(run="r-001", *, minutes=0, owner="", workspace="/云杉", **fields):
        moment = BEGAN + timedelta(minutes=minutes)
        brief = _brief(run, **fields)
        store.start_run(brief, author="offline@1", workspace=workspace, created_at=moment, owner=owner)
        return moment

    return begin
