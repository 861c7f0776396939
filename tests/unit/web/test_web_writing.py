"""Text from outside on a page: whatever hides in it is shown, and it stays text."""

import pytest

from agent.web.pages.writing import visible


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("稳\u200b赚", "稳[U+200B]赚"),
        ("\u202e收益\u202c", "[U+202E]收益[U+202C]"),
        ("\u2066a\u2069", "[U+2066]a[U+2069]"),
        ("\ufeff开头", "[U+FEFF]开头"),
        ("空\u3164白", "空[U+3164]白"),
        ("响铃\x07", "响铃[U+0007]"),
        ("半个\ud83d", "半个[U+D83D]"),
        ("字\u200d字", "字[U+200D]字"),
    ],
)
def test_what_cannot_be_seen_is_written_out(raw, shown):
    assert visible(raw) == shown


@pytest.mark.parametrize("plain", ["两行\n一行\t字", "👨\u200d👩\u200d👧 一家", "❤\ufe0f", "<b>&amp;</b>", ""])
def test_what_can_be_seen_stays_as_it_is(plain):
    assert visible(plain) == plain
