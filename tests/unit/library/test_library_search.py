"""Notes are found by what people remember of them, by those who may see them, and by nobody else."""

from datetime import date, timedelta

import pytest
from shelving import ALL, BEGAN, block

from agent.library import Query, Sight
from agent.library.search import turn_to
from agent.models import Brief, Critique, Note, Report, Round, Segment

MINE = Sight("aning")
URL = "https://www.xiaohongshu.com/explore/64a1"


def found(library, sight=ALL, **query):
    return [note.run for note in library.find(Query(**query), sight)]


@pytest.fixture
def three(keep):
    keep("r-001", "番茄炒蛋忘了放盐。", topic="菜市场", url=URL, facts=("cc-coffee-30-5",))
    keep(
        "r-002", "豆浆配油条。", topic="早饭", account="staff-linjie", owner="linjie", persona="linjie",
        outcome="in_review", products=("coffee-card",), began=BEGAN + timedelta(days=1),
    )  # fmt: skip
    keep("r-003", "伞忘在桶里。", topic="咖啡", account="yunshan-official", owner="", outcome="rejected",
         began=BEGAN + timedelta(days=2))  # fmt: skip


@pytest.mark.parametrize(
    ("query", "runs"),
    [
        ({"text": "番茄"}, ["r-001"]),
        ({"text": "番茄 菜市场"}, ["r-001"]),
        ({"text": "番茄 早饭"}, []),
        ({"text": "菜市場"}, ["r-001"]),
        ({"text": "早饭", "field": "text"}, []),
        ({"text": "早饭", "field": "topic"}, ["r-002"]),
        ({"text": "云杉银行林姐", "field": "account"}, ["r-002"]),
        ({"text": "林姐", "field": "persona"}, ["r-002"]),
        ({"text": "咖啡联名", "field": "product"}, ["r-002", "r-001"]),
        ({"text": "R-003"}, ["r-003"]),
        ({"statuses": frozenset({"published"})}, ["r-001"]),
        ({"statuses": frozenset({"approved"})}, []),
        ({"statuses": frozenset({"written", "rejected"})}, ["r-003", "r-002"]),
        ({"account": "staff-linjie"}, ["r-002"]),
        ({"note_type": "marketing"}, []),
        ({"cites": "cc-coffee-30-5"}, ["r-001"]),
        ({"since": date(2026, 11, 21), "until": date(2026, 11, 21)}, ["r-002"]),
        ({"runs": {"r-001", "r-003"}}, ["r-003", "r-001"]),
        ({}, ["r-003", "r-002", "r-001"]),
    ],
)
def test_a_note_is_found_by_what_is_remembered_of_it(library, three, query, runs):
    assert found(library, **query) == runs


def test_a_note_is_found_by_a_rule_it_still_breaks(library, store, keep):
    keep("r-001", outcome="in_review")
    note = Note(titles=("伞",), title="伞", segments=(Segment(text="稳赚不赔。", kind="life"),))
    report = Report(verdict="block", note_type="lifestyle", findings=(block("RET-01"),))
    round_ = Round(number=2, note=note, report=report, critique=Critique(passed=True))
    store.save_version("r-001", 2, round_, saved_at=BEGAN)
    assert found(library, text="ret-01", field="rule") == []  # not its best text yet
    store.finish_run("r-001", "needs_human", best_revision=2, updated_at=BEGAN)
    assert found(library, text="ret-01", field="rule") == ["r-001"]


def test_an_employee_sees_their_own_notes_and_no_others(library, three):
    assert found(library, MINE) == ["r-001"]
    assert found(library, MINE, text="豆浆") == []
    assert found(library, Sight("")) == []


def test_a_note_of_somebody_else_is_not_there_by_its_id_either(library, three):
    assert library.note("r-001", MINE).note.title == "植物园"
    assert library.note("r-002", MINE) is None and library.note("r-003", MINE) is None
    assert library.note("r-002", ALL).note.run == "r-002"
    assert library.note("r-00", ALL) is None and library.note("r-999", ALL) is None


def test_a_note_that_was_taken_back_says_so(library, store, three):
    store.desk.correct("r-001", url=URL, action="retract", reason="活动结束", by="shenhe", asked_at=BEGAN)
    assert found(library, statuses=frozenset({"retracted"})) == ["r-001"]
    assert found(library, statuses=frozenset({"published"})) == []
    assert library.affected_by_facts(ALL, days=999) == ()
    assert library.numbers(since=BEGAN.date(), until=BEGAN.date()).published == 1
    (asked,) = library.note("r-001", ALL).corrections
    assert asked.action == "retract"


def test_what_was_erased_is_not_there_any_more(library, store, three):
    assert "r-001" in found(library)
    store.forget("r-001", erased_at=BEGAN)
    assert "r-001" not in found(library) and library.note("r-001", ALL) is None


def test_a_note_changed_after_it_was_read_is_read_again(library, store, keep):
    keep("r-001", "头一稿。", outcome="in_review")
    assert found(library, text="头一稿") == ["r-001"]
    version = store.versions("r-001")[0]
    changed = version.round.note.model_copy(
        update={"segments": (version.round.note.segments[0].model_copy(update={"text": "改过的话。"}),)}
    )
    store.save_version("r-001", 2, version.round.model_copy(update={"note": changed}), saved_at=BEGAN)
    store.finish_run("r-001", "in_review", best_revision=2, updated_at=BEGAN)
    assert found(library, text="头一稿") == [] and found(library, text="改过的话") == ["r-001"]


def test_an_unfinished_run_is_listed_by_its_topic(library, store, keep):
    brief = Brief(id="r-009", topic="雨天的伞", as_of=date(2026, 11, 24))
    store.start_run(brief, author="offline@1", workspace="", created_at=BEGAN)
    (note,) = library.find(Query("雨天"), ALL)
    assert (note.status, note.heading, note.text) == ("unfinished", "雨天的伞", "")
    assert library.note("r-009", ALL).best is None


def test_pages_hold_so_many_notes_and_end_where_the_notes_do(library, three):
    page = library.page(Query(), ALL, number=2, size=2)
    assert ([note.run for note in page.notes], page.number, page.pages, page.total) == (["r-001"], 2, 2, 3)
    assert library.page(Query(), ALL, number=99, size=2).number == 2
    assert library.page(Query(), ALL, number=-1, size=2).number == 1
    assert (turn_to((), 1, size=2).pages, turn_to((), 1, size=2).notes) == (1, ())


def test_a_note_comes_with_its_whole_history(library, store, keep):
    note = keep("r-001", facts=("cc-coffee-30-5",), blocks=("RET-01",), submitted=BEGAN, url=URL)
    file = library.note("r-001", ALL)
    assert [version.revision for version in file.versions] == [1, 2] and file.best.round.note == note
    assert [one.decision for one in file.decisions] == ["approve"] and file.publications[0].url == URL
    assert file.submissions[0].submitted_by == "aning" and file.corrections == ()
    assert [(one.then.id, one.validity, one.changed) for one in file.facts] == [("cc-coffee-30-5", "valid", False)]
    assert [item.id for item in file.material] == ["m1"] and file.grounds.program == "1"
