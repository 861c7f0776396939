"""Facts say how they stand today, and standing notes say which of theirs will not hold."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from shelving import ALL, TODAY

from agent.library import Library, Sight
from agent.library.validity import validity_of

FACT = "cc-coffee-30-5"
URL = "https://www.xiaohongshu.com/explore/64a1"


def ending(bank, **dates):
    """Return the bank with other dates on the fact under test."""
    changed = tuple(f.model_copy(update=dates) if f.id == FACT else f for f in bank.facts)
    return replace(bank, facts=changed)


@pytest.fixture
def library_of(store):
    return lambda bank: Library(store, bank, today=lambda: TODAY)


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (TODAY, None, "valid"),
        (TODAY, TODAY, "soon"),
        (TODAY, TODAY + timedelta(days=14), "soon"),
        (TODAY, TODAY + timedelta(days=15), "valid"),
        (TODAY - timedelta(days=9), TODAY - timedelta(days=1), "expired"),
        (TODAY + timedelta(days=1), None, "future"),
    ],
)
def test_a_fact_holds_on_its_first_and_last_day(bank, begins, ends, expected):
    fact = bank.fact(FACT).model_copy(update={"valid_from": begins, "valid_to": ends})
    assert validity_of(fact, TODAY) == expected


def test_every_fact_comes_with_its_problems_and_the_notes_that_cite_it(library_of, bank, keep):
    keep("r-001", facts=(FACT,))
    keep("r-002")
    rows = {row.fact.id: row for row in library_of(ending(bank, valid_to=date(2026, 11, 23))).facts(ALL)}
    assert list(rows) == [fact.id for fact in bank.facts]
    row = rows[FACT]
    assert (row.validity, row.days_left, [note.run for note in row.notes]) == ("expired", -1, ["r-001"])
    assert "fact_expired" in [problem.code for problem in row.problems]
    untouched = next(row for row in rows.values() if row.fact.valid_to is None)
    assert untouched.days_left is None and untouched.notes == ()


@pytest.mark.parametrize(
    ("ends", "days", "told"),
    [
        (date(2026, 11, 23), 0, ["expired"]),
        (date(2026, 12, 1), 7, ["soon"]),
        (date(2026, 12, 2), 7, []),
        (None, 99, []),
    ],
)
def test_a_standing_note_is_told_when_its_fact_ends(library_of, bank, keep, ends, days, told):
    keep("r-001", facts=(FACT,), url=URL)
    affected = library_of(ending(bank, valid_to=ends)).affected_by_facts(ALL, days=days)
    assert [(one.validity, one.note.run, one.ends) for one in affected] == [(word, "r-001", ends) for word in told]


def test_what_ends_first_is_told_first_and_what_nobody_will_read_not_at_all(library_of, bank, keep):
    bank = ending(bank, valid_to=date(2026, 11, 23))
    others = {"cc-bakery-50-8": date(2026, 11, 30)}
    bank = replace(
        bank,
        facts=tuple(
            f.model_copy(update={"valid_to": others[f.id]}) if f.id in others else f for f in bank.facts
        ),
    )  # fmt: skip
    keep("r-001", facts=("cc-bakery-50-8", FACT))
    keep("r-002", facts=(FACT,), outcome="rejected")
    keep("r-003", facts=(FACT,), outcome="needs_human")
    keep("r-004", facts=(FACT,), outcome="in_review", owner="linjie")
    library = library_of(bank)
    told = [(one.note.run, one.fact_id) for one in library.affected_by_facts(ALL)]
    standing = [(run, FACT) for run in ("r-001", "r-003", "r-004")]
    assert told == [*standing, ("r-001", "cc-bakery-50-8")]
    assert {one.note.run for one in library.affected_by_facts(Sight("linjie"))} == {"r-004"}


def test_a_fact_the_ledger_has_lost_or_not_yet_begun_is_told_too(library_of, bank, keep):
    keep("r-001", facts=(FACT,))
    lost = replace(bank, facts=tuple(fact for fact in bank.facts if fact.id != FACT))
    (one,) = library_of(lost).affected_by_facts(ALL)
    assert (one.validity, one.fact_id, one.fact) == ("gone", FACT, None)
    (one,) = library_of(ending(bank, valid_from=date(2026, 12, 1))).affected_by_facts(ALL)
    assert (one.validity, one.ends) == ("future", date(2026, 12, 1))


def test_a_note_file_tells_when_the_ledger_has_changed_since(library_of, bank, keep):
    keep("r-001", facts=(FACT,))
    changed = library_of(ending(bank, approval_no="YSXC-2026-999"))
    (fact,) = changed.note("r-001", ALL).facts
    assert fact.changed and fact.then.approval_no != fact.now.approval_no
