"""What the chat page reads from the record before it shows anything: pieces of text, the week, the words."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from agent.chat.values import FindingCard, Intent, Selection, Turn
from agent.models import AccountType, Category, NoteType
from agent.people import Role
from agent.web.pages.chat.page import ChatPage
from agent.web.pages.chat.table import Stage, cut
from agent.web.pages.chat.week import week_of
from agent.web.words import TONGUES, Words
from agent.workspace import load_workspace

TODAY = date(2026, 11, 24)


def finding(start, end, severity="fix"):
    return FindingCard(
        id=f"f{start}", rule="RET-03", severity=severity, field="body", start=start, end=end,
        sentence="", why="", clause="",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("spans", "pieces"),
    [
        ([], [("零一二三四五", 0)]),
        ([(11, 13)], [("零", 0), ("一二", 1), ("三四五", 0)]),
        ([(10, 16)], [("零一二三四五", 1)]),
        ([(11, 14), (12, 15)], [("零", 0), ("一", 1), ("二三", 2), ("四", 1), ("五", 0)]),
        ([(8, 12)], [("零一", 1), ("二三四五", 0)]),
        ([(2, 9), (17, 20)], [("零一二三四五", 0)]),
    ],
)
def test_a_text_is_cut_where_findings_begin_and_end(spans, pieces):
    found = cut("零一二三四五", 10, [finding(*span) for span in spans])
    assert [(piece.text, len(piece.findings)) for piece in found] == pieces


@pytest.mark.parametrize(
    ("day", "heading"),
    [
        (TODAY, "valid"),
        (date(2026, 12, 31), "running_out"),
        (date(2026, 12, 25), "running_out"),
        (date(2026, 12, 24), "valid"),
        (date(2027, 1, 1), "expired"),
        (date(2027, 3, 1), "expired"),
        (date(2026, 9, 30), "coming"),
    ],
)
def test_a_fact_stands_under_what_it_is_good_for_on_the_day(day, heading):
    workspace = load_workspace(None)
    week = week_of(workspace.account("staff-aning"), workspace, day)
    places = [
        name
        for name in ("valid", "running_out", "expired", "coming")
        if any(fact.id == "cc-coffee-30-5" for fact in getattr(week, name))
    ]
    assert places == [heading]


def test_the_week_of_an_account_holds_nothing_outside_its_scope():
    workspace = load_workspace(None)
    week = week_of(workspace.account("private-aning"), workspace, TODAY)
    assert not (week.scope or week.valid or week.running_out or week.expired or week.coming)


def test_an_authorisation_lapses_the_day_after_its_last():
    workspace = load_workspace(None)
    account = workspace.account("staff-laozhou-lapsed")
    assert not week_of(account, workspace, account.authorised_until).lapsed
    assert week_of(account, workspace, account.authorised_until + timedelta(days=1)).lapsed


@pytest.mark.parametrize("tongue", TONGUES)
def test_every_value_the_page_names_has_a_word(tongue):
    say = Words(tongue)
    keys = [
        *(f"chat_intent_{intent.value}" for intent in Intent),
        *(f"chat_category_{category}" for category in Category.__args__),
        *(f"chat_account_{kind.replace('-', '_')}" for kind in AccountType.__args__),
        *(f"chat_type_{kind}" for kind in NoteType.__args__),
        *(f"chat_stage_{stage}" for stage in Stage.__args__),
        *(f"role_{role.value}" for role in Role),
    ]
    assert all(say(key) for key in keys)


@pytest.mark.parametrize(
    ("replacement", "text", "said"),
    [("", "", "删掉：稳赚。"), ("不一定赚。", "", "改成：不一定赚。"), ("", "短一点", "短一点")],
)
def test_a_deletion_reads_the_same_after_a_reload(replacement, text, said):
    page = SimpleNamespace(say=Words("en"), said=Words("zh"))
    span = Selection(start=0, end=3, text="稳赚。")
    assert ChatPage.bubble_of(page, Turn(key="k", text=text, span=span, replacement=replacement)) == said
