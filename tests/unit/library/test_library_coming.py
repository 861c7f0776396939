"""Rules that take effect soon are run on standing notes ahead of the day, once a text, and in bounded time."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from shelving import ALL, TODAY
from sqlalchemy import delete

from agent.errors import GuardError
from agent.guardrails import load_packs
from agent.library import Sight
from agent.library.coming import BATCH, ComingRules, coming_rules
from agent.models import Waiver
from agent.record.tables import grounds

SOON = date(2027, 1, 1)
PROMISE = "这只产品稳赚不赔，本金稳稳的，收益一直很高。"


def beginning(rule, day):
    """Return the shipped rules, one of which begins on this day."""
    packs = load_packs(examples=False)
    changed = tuple(
        replace(c, rule=c.rule.model_copy(update={"effective": day})) if c.rule.id == rule else c for c in packs.rules
    )
    return replace(packs, rules=changed)


@pytest.fixture
def outlook(store, library):
    """Look ahead with a rule that begins on a day; `checker` keeps what it found."""

    def call(rule="RET-01", day=SOON, *, days=60, seconds=99.0, checker=None, waivers=(), **options):
        checker = checker or ComingRules(store.library, beginning(rule, day), waivers, **options)
        return checker.outlook(library._shelf.notes(), today=TODAY, days=days, seconds=seconds)

    return call


def test_a_standing_note_gets_its_new_findings_ahead_of_the_day(outlook, keep):
    keep("r-001", PROMISE)
    keep("r-002")
    keep("r-003", PROMISE, outcome="rejected")
    found = outlook()
    assert [rule.id for rule in found.rules] == ["RET-01"] and found.complete and found.total == 2
    (task,) = found.tasks
    assert (task.note.run, task.begins) == ("r-001", SOON)
    assert {finding.rule for finding in task.findings} == {"RET-01"} and task.findings[0].basis


def test_only_rules_that_begin_within_the_days_are_coming():
    assert coming_rules(beginning("RET-01", SOON), today=TODAY, days=37) == ()
    assert [rule.id for rule in coming_rules(beginning("RET-01", SOON), today=TODAY, days=38)] == ["RET-01"]
    assert coming_rules(beginning("RET-01", TODAY), today=TODAY, days=365) == ()


def test_a_rule_in_force_makes_no_work_again(outlook, keep):
    keep("r-001", PROMISE)
    found = outlook(day=TODAY)
    assert (found.rules, found.tasks, found.total) == ((), (), 0)


def test_a_waiver_that_will_still_hold_spares_the_work(outlook, keep):
    keep("r-001", PROMISE)
    (task,) = outlook().tasks
    waiver = Waiver(
        id="w", rule="RET-01", quote=task.findings[0].text, reason="已核", approver="甲", second_approver="乙",
        created=TODAY, expires=SOON + timedelta(days=1), every_note=True,
    )  # fmt: skip
    waivers = tuple(waiver.model_copy(update={"quote": finding.text}) for finding in task.findings)
    assert outlook(waivers=waivers).tasks == ()


def test_a_look_ends_when_its_time_is_up_and_the_next_one_goes_on(outlook, store, library, keep):
    for number in range(BATCH + 1):
        keep(f"r-{number:03}", PROMISE if number % 2 else f"第{number}天，门口的银杏正黄。", account=f"a-{number}")
    ticks = iter(range(100))
    checker = ComingRules(store.library, beginning("RET-01", SOON), clock=lambda: float(next(ticks)))
    first = outlook(checker=checker, seconds=1.5)
    assert (first.checked, first.total, first.complete) == (BATCH, BATCH + 1, False)
    assert outlook(checker=checker, seconds=1.5).complete
    assert len(outlook(checker=checker, seconds=0).tasks) == (BATCH + 1) // 2


def test_a_text_checked_once_is_not_checked_again_until_it_changes(outlook, store, library, keep, monkeypatch):
    keep("r-001", PROMISE)
    checker = ComingRules(store.library, beginning("RET-01", SOON))
    outlook(checker=checker)
    monkeypatch.setattr(checker, "_check", lambda *given: pytest.fail("checked again"))
    assert len(outlook(checker=checker).tasks) == 1
    assert outlook(checker=checker, days=1).tasks == ()  # a shorter view forgets nothing
    assert len(outlook(checker=checker).tasks) == 1
    store.forget("r-001", erased_at=store.run("r-001").created_at)
    assert outlook(checker=checker).tasks == ()


def test_a_rule_that_cannot_do_its_work_lets_no_note_pass(outlook, keep, monkeypatch):
    keep("r-001")

    def broken(note, **given):
        raise GuardError("guard_failed", rule="RET-01", reason="x")

    monkeypatch.setattr("agent.guardrails.check", broken)
    (task,) = outlook().tasks
    assert task.failed and task.findings == ()


def test_a_text_kept_before_grounds_were_is_checked_all_the_same(outlook, store, keep):
    keep("r-001", PROMISE)
    with store._database.engine.begin() as connection:
        connection.execute(delete(grounds))
    (task,) = outlook().tasks
    assert {finding.rule for finding in task.findings} == {"RET-01"}


def test_work_on_notes_one_may_not_see_is_not_told(library, store, keep, monkeypatch):
    keep("r-001", PROMISE)
    keep("r-002", PROMISE, owner="linjie", account="staff-linjie")
    monkeypatch.setattr("agent.guardrails.load_packs", lambda **given: beginning("RET-01", SOON))
    assert {task.note.run for task in library.outlook(ALL).tasks} == {"r-001", "r-002"}
    assert {task.note.run for task in library.outlook(Sight("aning")).tasks} == {"r-001"}
