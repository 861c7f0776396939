"""`agent check --fix`: the original is safe, the outcome goes where it was asked for, exit codes tell what is left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agent.cli.main import app
from agent.errors import UsageError

BAD = "湖边散步\n\n湖边的风很舒服。\n炒外汇跟单，老师带大家每天两单，稳定出金。\n晚饭吃面。\n\n#散步\n"
GOOD = "湖边散步\n\n湖边的风很舒服。\n晚饭吃面。\n\n#散步\n"
run = CliRunner().invoke


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "笔记.md"
    path.write_text(BAD, encoding="utf-8")
    return path


def test_fix_alone_lists_proposals_and_leaves_the_file(note: Path) -> None:
    result = run(app, ["check", str(note), "--fix"])
    assert result.exit_code == 1
    assert "  1. 正文 删去“炒外汇跟单，老师带大家每天两单，稳定出金。" in result.stdout
    assert "ILL-01，《金融产品网络营销管理办法》" in result.stdout and "原文没有动" in result.stdout
    assert note.read_text(encoding="utf-8") == BAD


def test_accepted_proposal_is_written_to_a_new_file(note: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.md"
    result = run(app, ["check", str(note), "--fix", "--accept", "1", "--out", str(out)])
    assert (result.exit_code, out.read_text(encoding="utf-8")) == (0, GOOD)
    assert note.read_text(encoding="utf-8") == BAD
    assert "改后再查：未见问题" in result.stdout


def test_diff_is_all_of_stdout(note: Path) -> None:
    result = run(app, ["check", str(note), "--fix", "--accept", "1", "--diff"])
    assert result.stdout.splitlines()[0].startswith("--- ")
    assert [line for line in result.stdout.splitlines()[2:] if line[0] in "+-"] == [
        "-炒外汇跟单，老师带大家每天两单，稳定出金。"
    ]
    assert "已改" in result.stderr


def test_in_place_keeps_the_original_beside_and_never_over_an_older_one(note: Path) -> None:
    assert run(app, ["check", str(note), "--fix", "--accept", "1", "--in-place"]).exit_code == 0
    orig = note.with_name(note.name + ".orig")
    assert (note.read_text(encoding="utf-8"), orig.read_text(encoding="utf-8")) == (GOOD, BAD)
    again = run(app, ["check", str(note), "--fix", "--in-place"])
    assert isinstance(again.exception, UsageError) and again.exception.code == "fix_orig_exists"
    assert orig.read_text(encoding="utf-8") == BAD


def test_numbers_run_through_all_notes_of_a_file(tmp_path: Path) -> None:
    bad = "湖边的风。\n炒外汇跟单，老师带大家每天两单，稳定出金。"
    path, out = tmp_path / "n.jsonl", tmp_path / "o.jsonl"
    path.write_text("".join(json.dumps({"id": i, "body": bad}) + "\n" for i in "ab"), encoding="utf-8")
    assert run(app, ["check", str(path), "--fix", "--accept", "2", "--out", str(out)]).exit_code == 1
    assert [json.loads(line)["body"] for line in out.read_text(encoding="utf-8").splitlines()] == [bad, "湖边的风。"]


def test_empty_slot_keeps_the_exit_code_at_one(tmp_path: Path) -> None:
    path = tmp_path / "n.json"
    path.write_text(json.dumps({"title": "开售", "body": "这款理财今天开售。", "products": ["wm"]}), encoding="utf-8")
    result = run(app, ["check", str(path), "--fix", "--accept", "1,2", "--fail-on", "block"])
    assert result.exit_code == 1
    assert "还有空要您填：" in result.stdout and "【风险等级如R2】" in result.stdout
    assert "{" not in result.stdout


def test_a_change_that_was_accepted_and_is_not_there_says_why(tmp_path: Path) -> None:
    path = tmp_path / "n.txt"
    path.write_text("课\n\n这套方法是国家级的理财项目，上一期学员平均一年多出15%。\n", encoding="utf-8")
    listed = run(app, ["check", str(path), "--product", "wm", "--fix"]).stdout
    assert "（因为写了“上一期学员平均一年多出15%”）" in listed
    number = next(line.split(".")[0].strip() for line in listed.splitlines() if "统计区间" in line)
    every = ",".join(str(place) for place in range(1, int(number) + 1))
    told = run(app, ["check", str(path), "--product", "wm", "--fix", "--accept", every]).stdout
    assert f"第 {number} 条没有用上：别处改好以后，WM-03 不再要求这一处" in told


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--accept", "1"], "fix_alone"),
        (["--fix", "--format", "json"], "fix_alone"),
        (["--fix", "--accept", "9"], "fix_no_such_proposal"),
        (["--fix", "--accept", "x"], "fix_no_such_proposal"),
    ],
)
def test_impossible_wish_is_named(note: Path, arguments: list[str], code: str) -> None:
    result = run(app, ["check", str(note), *arguments])
    assert isinstance(result.exception, UsageError) and result.exception.code == code


def test_places_that_must_not_be_written(note: Path, tmp_path: Path) -> None:
    for arguments, code in (
        ([str(note), "--fix", "--out", str(note)], "fix_over_original"),
        ([str(note), str(note), "--fix", "--out", str(tmp_path / "o")], "fix_one_file"),
        (["--text", "理财稳赚", "--fix", "--in-place"], "fix_no_file"),
        ([str(note), "--fix", "--out", str(tmp_path / "no" / "o.md")], "fix_unwritable"),
    ):
        result = run(app, ["check", *arguments])
        assert isinstance(result.exception, UsageError) and result.exception.code == code
    assert note.read_text(encoding="utf-8") == BAD


def test_a_sentence_that_is_only_alike_is_asked_about_and_not_left_to_be_mended(tmp_path: Path) -> None:
    path = tmp_path / "n.txt"
    path.write_text("湖边散步\n去年跟着行里买的一只混合基金，今天打开手机银行直接笑出声。\n", encoding="utf-8")
    told = run(app, ["check", str(path), "--fix", "--product", "fund"]).stdout
    question = told.index("会不会读成")
    assert told.index("请看一眼") < question < told.index("整句看过再留") and "没有现成的改法；不是" not in told


def test_a_clause_that_is_swapped_warns_of_what_the_sentence_goes_on_to_say(tmp_path: Path, note: Path) -> None:
    path = tmp_path / "n.txt"
    path.write_text("湖边散步\n这款理财稳赚不赔，跟存款一样安全。\n", encoding="utf-8")
    told = run(app, ["check", str(path), "--fix", "--product", "wm"]).stdout
    assert "把整句再读一遍" in told and "选一条就够" in told
    assert "把整句再读一遍" not in run(app, ["check", str(note), "--fix"]).stdout
