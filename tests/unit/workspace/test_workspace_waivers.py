"""Waivers in a bank's folder: those that could never act are refused with place and remedy; a new one is appended."""

import re
from datetime import date

import pytest

from agent.errors import ConfigurationError
from agent.models import Waiver
from agent.ownrules import demand_waivers
from agent.paths import package_data
from agent.workspace import load_workspace
from agent.workspace.waivers import add_waiver, free_id

HASH = "sha256:" + "0" * 64
PEOPLE = """- {id: shen, name: 沈审核, roles: [reviewer]}
- {id: zheng, name: 郑审核, roles: [reviewer]}
- {id: gone, name: 老陈, roles: [reviewer], left_on: 2026-01-05}
- {id: aning, name: 阿宁, roles: [employee]}
"""
SOUND = {
    "id": "W1", "rule": "RET-01", "fingerprint": "0123456789abcdef", "reason": "书评", "approver": "shen",
    "second_approver": "郑审核", "created": "2026-01-10", "expires": "2026-12-31",
}  # fmt: skip


@pytest.fixture
def bank(tmp_path):
    (tmp_path / "workspace.yaml").write_text("institution: {name: 某银行, full_name: 某银行股份有限公司}\n", "utf-8")
    (tmp_path / "people.yaml").write_text(PEOPLE, "utf-8")
    return tmp_path


def written(bank, **changes):
    """Write a file with one waiver, each key on a line of its own, and return the folder."""
    keys = {key: value for key, value in (SOUND | changes).items() if value is not None}
    lines = [f"{'- ' if number == 0 else '  '}{key}: {value}" for number, (key, value) in enumerate(keys.items())]
    (bank / "waivers.yaml").write_text("\n".join(["# 豁免", *lines, ""]), encoding="utf-8")
    return bank, {key: number for number, key in enumerate(keys, 2)}


def put_to_use(folder):
    bank = load_workspace(folder)
    demand_waivers(bank)
    return bank.waivers


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"approver": "沈审核"},
        {"fingerprint": None, "text_hash": HASH},
        {"fingerprint": None, "every_note": "true", "quote": "稳赚"},
        {"rule": "ACC-04", "fingerprint": None, "text_hash": HASH},
        {"rule": "RET-01", "expires": "2026-01-10"},
        {"rule": "HK-01", "second_approver": "zheng"},
    ],
)
def test_a_waiver_that_can_act_loads(bank, changes):
    assert [waiver.id for waiver in put_to_use(written(bank, **changes)[0])] == ["W1"]


@pytest.mark.parametrize(
    ("changes", "key", "told", "remedy"),
    [
        ({"reason": '" "'}, "reason", "reason", "写上"),
        ({"approver": '""'}, "approver", "approver", "写上"),
        ({"fingerprint": None}, "id", "没有写明管哪一处", "agent rules waive"),
        ({"fingerprint": None, "quote": "稳赚"}, "quote", "没有写明管哪一处", "every_note"),
        ({"fingerprint": "稳赚"}, "fingerprint", "稳赚", "16 位"),
        ({"text_hash": "sha256:1"}, "text_hash", "sha256:1", "64 位"),
        ({"every_note": "true", "quote": "稳赚"}, "every_note", "所有笔记", "去掉"),
        ({"fingerprint": None, "every_note": "true"}, "every_note", "quote", "quote"),
        ({"expires": "2026-01-09"}, "expires", "早于", "改正"),
        ({"expires": "2027-01-11"}, "expires", "超过一年", "2027-01-10"),
        ({"approver": "张三"}, "approver", "张三", "审核人"),
        ({"approver": "阿宁"}, "approver", "阿宁", "沈审核"),
        ({"second_approver": "gone"}, "second_approver", "离岗", "在岗"),
        ({"second_approver": "沈审核"}, "second_approver", "同一个人", "另一位"),
        ({"rule": "BNK-99"}, "rule", "BNK-99", "agent rules list"),
        ({"second_approver": None}, "id", "禁止项", "second_approver"),
        ({"rule": "ACC-04"}, "rule", "ACC-04", "text_hash"),
        (
            {"rule": "ADL-03", "fingerprint": None, "every_note": "true", "quote": "送米", "second_approver": None},
            "id", "every_note", "second_approver",
        ),
    ],
)  # fmt: skip
def test_a_waiver_that_can_never_act_is_refused_with_its_line_and_the_remedy(bank, changes, key, told, remedy):
    folder, lines = written(bank, **changes)
    with pytest.raises(ConfigurationError) as caught:
        put_to_use(folder)
    error = caught.value
    assert told in error.message and remedy in error.hint
    assert "waivers.yaml" in error.message and error.parameters["line"] == lines[key]


def test_in_a_bank_that_lists_nobody_any_two_names_approve(bank):
    (bank / "people.yaml").unlink()
    assert put_to_use(written(bank, approver="甲", second_approver="乙")[0])
    with pytest.raises(ConfigurationError, match="同一个人"):
        put_to_use(written(bank, approver="甲", second_approver="甲")[0])


def test_the_sample_that_init_writes_names_every_key_and_loads_once_its_marks_are_taken_away(bank):
    sample = package_data("demo", "waivers.yaml").read_text(encoding="utf-8")
    shown = re.findall(r"(?m)^# ((?:- |  )[a-z_]+:.*)$", sample)
    (bank / "waivers.yaml").write_text("\n".join((*shown, "")), encoding="utf-8")
    text = PEOPLE.replace("shen,", "shenhe,").replace("zheng", "shenhe2")
    (bank / "people.yaml").write_text(text, encoding="utf-8")
    (waiver,) = put_to_use(bank)
    assert all(key in sample for key in Waiver.model_fields) and waiver.quote == "书里写着稳赚不赔"


NEW = Waiver(
    id="W9", rule="RET-01", fingerprint="0123456789abcdef", quote='他说："稳赚" # 真的', reason="引用: 反面",
    approver="沈审核", second_approver="zheng", created=date(2026, 1, 10), expires=date(2026, 12, 31),
)  # fmt: skip
ONE = (
    "- {id: W1, rule: RET-01, fingerprint: 0123456789abcdef, reason: 书评, approver: shen, second_approver: zheng, "
    "created: 2026-01-10, expires: 2026-06-30}"
)
ENTRY = """- id: W9
  rule: RET-01
  fingerprint: 0123456789abcdef
  quote: "他说：\\"稳赚\\" # 真的"
  reason: "引用: 反面"
  approver: 沈审核
  second_approver: zheng
  created: 2026-01-10
  expires: 2026-12-31
"""


@pytest.mark.parametrize(
    ("held", "kept"),
    [
        ("# 只有注释\n", "# 只有注释\n"),
        ("[]\n", ""),
        ("# 前\n[]  # 空的\n# 后\n", "# 前\n# 空的\n# 后\n"),
        ("[\n]\n", ""),
        (f"# 前\n{ONE}\n# 后\n", f"# 前\n{ONE}\n# 后\n"),
        (f"{ONE}\n\n\n", f"{ONE}\n"),
        (f"{ONE}", f"{ONE}\n"),
    ],
)
def test_a_waiver_is_added_below_and_nothing_else_of_the_file_changes(bank, held, kept):
    path = bank / "waivers.yaml"
    path.write_text(held, encoding="utf-8")
    assert add_waiver(bank, NEW) == path
    assert path.read_text(encoding="utf-8") == kept + ENTRY
    waivers = put_to_use(bank)
    assert waivers[-1] == NEW and len(waivers) == 1 + held.count("W1")
    assert [path.name for path in bank.iterdir() if path.name.startswith(".")] == []


def test_indent_line_ends_and_mark_of_the_file_are_kept(bank):
    path = bank / "waivers.yaml"
    path.write_bytes(f"\ufeff  {ONE}\n".replace("\n", "\r\n").encode())
    add_waiver(bank, NEW)
    lines = path.read_bytes().decode().split("\r\n")
    assert lines[:3] == [f"\ufeff  {ONE}", "  - id: W9", "    rule: RET-01"]
    assert [waiver.id for waiver in put_to_use(bank)] == ["W1", "W9"]


def test_a_file_that_is_not_there_begins_with_where_it_is_explained(bank):
    text = add_waiver(bank, NEW).read_text(encoding="utf-8")
    assert text.startswith("# ") and "guardrails/README.md" in text and text.endswith(ENTRY)


@pytest.mark.parametrize("held", [f"[{ONE[2:]}]\n", f"{ONE}\n...\n", "W1: 稳赚\n"])
def test_a_file_that_takes_no_entry_below_is_left_as_it_is(bank, held):
    path = bank / "waivers.yaml"
    path.write_text(held, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="没有改动") as caught:
        add_waiver(bank, NEW)
    assert "- " in caught.value.hint and path.read_text(encoding="utf-8") == held


def test_a_file_of_another_encoding_or_that_cannot_be_written_is_told(bank):
    path = bank / "waivers.yaml"
    path.write_bytes("# 豁免\n".encode("gb18030"))
    with pytest.raises(ConfigurationError, match="UTF-8"):
        add_waiver(bank, NEW)
    with pytest.raises(ConfigurationError) as caught:
        add_waiver(bank / "missing", NEW)
    assert caught.value.code == "init_unwritable"


def test_the_next_number_is_free():
    taken = [NEW.model_copy(update={"id": name}) for name in ("W1", "W3", "W9")]
    assert (free_id([]), free_id(taken)) == ("W1", "W2")
