"""Cutting and converting lose nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.text import offsets
from agent.text.sentences import clauses, paragraphs, sentences
from agent.text.units import title_units

TEXTS = st.text(
    st.sampled_from("今天去了35.,，。！？!?…\n”’」)😀👨‍👩👧 a") | st.characters(exclude_categories=["Cs"]), max_size=60
)


@pytest.mark.parametrize("cut", [paragraphs, sentences, clauses])
@given(text=TEXTS)
def test_pieces_join_to_the_text_and_stand_where_they_say(cut, text):
    spans = cut(text)
    assert "".join(span.text for span in spans) == text
    assert all(text[span.start : span.end] == span.text for span in spans)


@given(text=TEXTS)
def test_offsets_come_back_from_browsers_and_bytes(text):
    for offset in range(len(text) + 1):
        assert offsets.from_utf16(text, offsets.to_utf16(text, offset)) == offset
        assert offsets.from_utf8(text, offsets.to_utf8(text, offset)) == offset


def test_a_decimal_and_a_closing_quote_stay_in_their_sentence():
    assert [s.text for s in sentences("利率3.5就好。他说“行。”我走了！")] == ["利率3.5就好。", "他说“行。”", "我走了！"]


@pytest.mark.parametrize(("title", "units"), [("存钱", 2), ("abc", 2), ("存a", 2), ("👨‍👩‍👧", 1), ("❤️", 1), ("", 0)])
def test_title_units_round_half_widths_up(title, units):
    assert title_units(title) == units
