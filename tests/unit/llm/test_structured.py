"""Read a shape out of what a model wrote around it, and tell it what is wrong without quoting it."""

from typing import Literal

import pytest
from pydantic import BaseModel

from agent.llm.structured import read_reply, response_schema


class Part(BaseModel):
    text: str = ""
    kind: Literal["life", "point"] = "life"


class Whole(BaseModel):
    title: str = ""
    parts: tuple[Part, ...] = ()
    count: int | None = None


GOOD = '{"title": "伞", "parts": [{"text": "下雨", "kind": "life"}]}'


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"好的：{GOOD} 希望有用",
        f"按 {{title}} 的格式：{GOOD}",
        f'<think>也许 {{"title": "错"}}？</think>\n{GOOD}',
        GOOD.replace("下雨", "下\n雨"),
    ],
)
def test_the_object_is_found_whatever_stands_around_it(text):
    reply, problem = read_reply(text, Whole)
    assert problem == "" and reply.title == "伞" and len(reply.parts) == 1


@pytest.mark.parametrize(
    "text", ["", "没有对象", "[1, 2]", "{不是}", GOOD[:-2], '{"title": "伞", "parts": [{"text": "雨"}']
)
def test_what_does_not_close_is_no_object_and_no_part_of_it_is_taken_for_the_whole(text):
    reply, problem = read_reply(text, Whole)
    assert reply is None and "JSON" in problem


class Strict(BaseModel):
    word: str
    count: int
    kind: Literal["life", "point"]


def test_what_is_wrong_is_said_by_field_in_chinese_without_the_words_of_the_reply():
    _, problem = read_reply('{"count": "机密", "kind": "机密"}', Strict)
    assert "word：缺这一项" in problem and "count：类型不对" in problem
    assert "kind：只能是 'life' or 'point'" in problem
    assert "机密" not in problem and "Field" not in problem


def test_a_long_list_of_problems_is_cut_short():
    class Many(BaseModel):
        items: tuple[int, ...]

    _, problem = read_reply('{"items": [' + ", ".join('"x"' for _ in range(50)) + "]}", Many)
    assert problem.count("；") == 5


def test_a_strict_schema_requires_all_and_allows_no_more_at_every_depth():
    schema = response_schema(Whole)
    assert schema["required"] == ["title", "parts", "count"] and schema["additionalProperties"] is False
    part = schema["$defs"]["Part"]
    assert part["required"] == ["text", "kind"] and part["additionalProperties"] is False
    assert "default" not in part["properties"]["kind"] and part["properties"]["kind"]["enum"] == ["life", "point"]
    assert set(schema["properties"]) == {"title", "parts", "count"}  # a field called like a schema keyword stays
