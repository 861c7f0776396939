"""What cannot be seen is dropped wherever it stands, and what can be seen stays: character by character."""

import unicodedata

from agent.text.clean import clean

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
STAYS = {"\n", "\t", "\u200d", "\ufe0f"}


def test_every_character_is_kept_or_dropped_by_what_it_is():
    blocks = (range(0x3100), range(0xD7A0, 0x11000), (0xE0041, 0x1F469, 0x10FFFD))
    for character in (chr(number) for block in blocks for number in block if number != ord("\r")):
        stays = character in STAYS or unicodedata.category(character) not in HIDDEN
        cleaned = clean(f"好{character}")
        assert (cleaned.text, cleaned.removed) == ((f"好{character}", ()) if stays else ("好", (character,)))
    assert clean("好\r\n好\r好").text == "好\n好\n好"
