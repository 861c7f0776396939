"""The numbers of the dashboard, each counted by hand once."""

from datetime import date, timedelta

import pytest
from shelving import BEGAN

from agent.library.numbers import Spread

URL = "https://www.xiaohongshu.com/explore/64a1"
SPAN = {"since": date(2026, 11, 1), "until": date(2026, 11, 30)}


def after(hours):
    return BEGAN + timedelta(hours=hours)


@pytest.fixture
def month(keep):
    keep("r-001", "一。", submitted=after(1), decided=after(3), url=URL, categories=("card",))
    keep("r-002", "二。", submitted=after(1), decided=after(11), blocks=("RET-01", "RET-01"), began=BEGAN)
    keep("r-003", "三。", outcome="rejected", decided=after(9), blocks=("RET-01",), account="staff-linjie")
    keep("r-004", "四。", outcome="in_review", blocks=("TST-01",), account="staff-linjie", categories=("card", "fund"))
    keep("r-005", "五。", began=BEGAN - timedelta(days=15), account="staff-linjie")
    keep("r-900", "六。", began=BEGAN - timedelta(days=60), blocks=("RET-01",), url=URL)


def test_rates_say_what_they_are_out_of(library, month):
    numbers = library.numbers(**SPAN)
    assert (numbers.begun, numbers.approved, numbers.rejected, numbers.published) == (5, 3, 1, 1)
    assert numbers.approved_rate == 0.75
    assert dict(numbers.statuses) == {"published": 1, "approved": 2, "rejected": 1, "written": 1}


def test_rounds_are_counted_to_the_last_one(library, month):
    numbers = library.numbers(**SPAN)
    assert numbers.rounds == ((1, 2), (2, 2), (3, 1))
    assert numbers.rounds_a_note == pytest.approx(9 / 5)


def test_time_to_approve_runs_from_the_hand_in_or_else_from_the_text(library, month):
    hours = library.numbers(**SPAN).hours
    assert hours.number == 3
    assert hours.median == pytest.approx(2)  # 2, 10, and 119 minutes of the one nobody handed in
    assert hours.p90 == pytest.approx(2 + 0.8 * 8)


def test_a_rule_counts_the_notes_it_held_up_and_how_often(library, month):
    assert [(one.rule, one.runs, one.findings) for one in library.numbers(**SPAN).blocks] == [
        ("RET-01", 2, 3),
        ("TST-01", 1, 1),
    ]


def test_accounts_come_with_their_product_share(library, month):
    rows = {row.account: row for row in library.numbers(**SPAN).accounts}
    assert list(rows) == ["staff-linjie", "staff-aning"]
    assert (rows["staff-linjie"].begun, rows["staff-linjie"].approved, rows["staff-linjie"].published) == (3, 1, 0)
    assert rows["staff-linjie"].share == pytest.approx(1 / 3) and rows["staff-aning"].share == 0.5


def test_products_are_counted_by_category_out_of_all_texts(library, month):
    rows = library.numbers(**SPAN).products
    assert [(row.category, row.notes, row.share) for row in rows] == [("card", 2, 0.4), ("fund", 1, 0.2)]


def test_weeks_without_a_note_are_there_too(library, month):
    weeks = library.numbers(**SPAN).weeks
    assert [week.monday for week in weeks] == [date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16)]
    assert [(week.begun, week.approved, week.published) for week in weeks] == [(1, 1, 0), (0, 0, 0), (4, 2, 1)]
    assert weeks[1].hours == Spread(0, None, None) and weeks[2].hours.number == 2


def test_both_days_of_a_span_count(library, month):
    day = BEGAN.astimezone().date()
    assert library.numbers(since=day, until=day).begun == 4
    assert library.numbers(since=day + timedelta(days=1), until=day + timedelta(days=1)).begun == 0


def test_an_empty_span_has_no_rates(library, month):
    numbers = library.numbers(since=date(2020, 1, 1), until=date(2020, 1, 31))
    assert (numbers.begun, numbers.approved_rate, numbers.rounds_a_note) == (0, None, None)
    assert numbers.hours == Spread(0, None, None) and numbers.weeks == numbers.accounts == numbers.blocks == ()


def test_an_erased_note_is_in_no_number(library, store, month):
    store.forget("r-002", erased_at=after(20))
    numbers = library.numbers(**SPAN)
    assert (numbers.begun, numbers.approved) == (4, 2)
    assert [(one.rule, one.runs) for one in numbers.blocks] == [("RET-01", 1), ("TST-01", 1)]
