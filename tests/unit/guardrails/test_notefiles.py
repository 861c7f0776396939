"""Changed notes go back into their file with everything else as it was."""

from __future__ import annotations

import json

import pytest

from agent.guardrails import parse_notes
from agent.guardrails.notefiles import write_back


def changed(raw: str, format: str, **fields: object) -> str:
    before = parse_notes(raw, format=format)
    return write_back(raw, before, [before[0].model_copy(update=fields), *before[1:]], format=format)


@pytest.mark.parametrize(
    ("format", "raw", "fields", "expected"),
    [
        ("txt", "湖边\n\n旧的话\n再一句\n\n#散步 #理财\n", {"body": "新的话\n再一句"},
         "湖边\n\n新的话\n再一句\n\n#散步 #理财\n"),
        ("txt", "湖边\r\n旧的话\r\n#散步\r\n", {"body": "新的话\n加一行"}, "湖边\r\n新的话\r\n加一行\r\n#散步\r\n"),
        ("md", "\ufeff# 湖边\n旧的话\n#散步[话题]# #稳赚[话题]# #面包\n", {"tags": ("散步", "面包")},
         "\ufeff# 湖边\n旧的话\n#散步[话题]# #面包\n"),
        ("md", "# 旧题\n旧题说的是湖\n", {"title": "新题"}, "# 新题\n旧题说的是湖\n"),
        ("txt", "只有题\n#理财 #散步\n", {"tags": ("散步",), "body": ""}, "只有题\n#散步\n"),
        ("txt", "题", {"body": "正文"}, "题\n\n正文"),
        ("json", '{\n    "id": "a",\n    "body": "旧",\n    "products": ["wm"]\n}\n', {"body": "新"},
         '{\n    "id": "a",\n    "body": "新",\n    "products": [\n        "wm"\n    ]\n}\n'),
        ("json", '{"body":"旧","tags":["甲","乙"]}', {"tags": ("乙",)}, '{"body":"旧","tags":["乙"]}'),
        ("json", '[{"body": "\\u65e7"}]', {"body": "新"}, '[{"body": "\\u65b0"}]'),
        ("jsonl", '{"body": "旧"}\n\n{"body":  "别动"}\r\n', {"body": "新"}, '{"body": "新"}\n\n{"body":  "别动"}\r\n'),
    ],
)  # fmt: skip
def test_only_the_change_is_written(format: str, raw: str, fields: dict[str, object], expected: str) -> None:
    assert changed(raw, format, **fields) == expected


def test_unchanged_notes_leave_the_file_as_it_is() -> None:
    raw = '[ {"body" : "旧"} ]'
    notes = parse_notes(raw, format="json")
    assert write_back(raw, notes, notes, format="json") == raw


def test_other_fields_and_candidates_stay() -> None:
    item = {"id": "n", "title": "甲", "titles": ["甲", "乙"], "body": "旧", "publication": {"reviewer": "林"}}
    raw = json.dumps([item], ensure_ascii=False, indent=2)
    after = json.loads(changed(raw, "json", title="丙", titles=("丙", "乙")))[0]
    assert after == item | {"title": "丙", "titles": ["丙", "乙"]}
    assert list(after) == list(item)
