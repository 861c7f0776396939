"""What staff see while a model writes: sentences, never JSON."""

import json

import pytest

from agent.chat.streaming import SentenceStream

REPLY = json.dumps(
    {
        "titles": ["不显示"],
        "body": [[{"text": '他说："好"。', "kind": "life"}, {"text": "第二句\n", "sources": ["m1"]}]],
    },
    ensure_ascii=False,
)


def shown(pieces):
    out = []
    stream = SentenceStream(out.append)
    for piece in pieces:
        stream(piece)
    return "".join(out)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 500])
def test_only_the_sentences_show_however_the_reply_is_cut(size):
    pieces = [REPLY[start : start + size] for start in range(0, len(REPLY), size)]
    assert shown(pieces) == '他说："好"。\n第二句\n\n'


def test_escaped_characters_are_read():
    assert shown(['{"text": "\\u4f1e\\', "u4f", '1e"}']) == "伞伞\n"


def test_a_reply_without_sentences_shows_nothing():
    assert shown(['{"angle": "从伞写起", "writable": true}']) == ""


def test_a_reply_that_was_cut_and_begins_anew_is_read_from_its_beginning():
    assert shown(["", '{"text": "下雨', "", '{"titles": ["不显示"], "text": "下雨天"}']) == "下雨\n下雨天\n"
