"""A rule author's mistakes: each names file, line, column and the remedy."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from agent.errors import ConfigurationError, UsageError
from agent.guardrails.cases import cross_fire, main, read_all, run_cases
from agent.guardrails.loader import compile_rules, load_packs, read_rule, tighten
from agent.guardrails.pages import render_rule_page, render_schema
from agent.guardrails.rulefiles import rule_files
from agent.guardrails.terms import near_lists
from agent.models import NoteInput
from agent.paths import data_root

CASES = """cases:
  flag:
    - 这款理财怎么买都稳赚不赔的
    - 稳赚不赔,大家都来看看这个产品
    - 稳赚不赔
    - 穩賺不賠
    - 稳.赚.不.赔
    - {text: 听说稳赚不赔, span: 稳赚不赔}
  pass:
    - 投资没有稳赚不赔
    - 警惕稳赚不赔的话术
    - 湖边走一圈
    - 面包很香
    - 风很大
    - 今天加班
"""
RULE = """id: RET-99
title: 稳赚
severity: block
kind: term
effective: 2020-01-01
match:
  terms: [稳赚不赔]
clear_by: [negation, warning]
message: 不能承诺收益
advice: 删去
basis:
  - {instrument: 广告法, article: "25", effective: 2015-09-01, verified: true}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    base = data_root() / "guardrails" / "cn"
    shutil.copytree(base / "terms", tmp_path / "terms")
    shutil.copy(base / "disclosures.yaml", tmp_path)
    pack = tmp_path / "returns"
    pack.mkdir()
    (pack / "pack.yaml").write_text("name: returns\ntitle: 收益\nversion: 2026.11.1\n", encoding="utf-8")
    return tmp_path


def write(folder: Path, text: str, name: str = "RET-99") -> Path:
    path = folder / "returns" / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_cases_of_a_good_rule_hold(folder: Path) -> None:
    file = read_rule(write(folder, RULE + CASES))
    packs = compile_rules([file], [folder])
    assert [r.detail for r in run_cases(file.rule, packs) if not r.passed] == []
    assert packs.versions == {"returns": "2026.11.1"}
    assert packs.digest.startswith("sha256:")
    assert packs.find("RET-99") == ("returns", file.rule)
    with pytest.raises(UsageError) as caught:
        packs.find("RET-98")
    assert "RET-99" in caught.value.hint


@pytest.mark.parametrize(
    ("change", "code", "line"),
    [
        (("kind: term", "kind: words"), "yaml_wrong_value", 4),
        (("advice: 删去", "advise: 删去"), "yaml_key_misspelt", 10),
        (("advice: 删去\n", ""), "yaml_missing_key", 1),
        (("advice: 删去", "advice: 删去\nadvise: x"), "yaml_unknown_key", 11),
        (("  terms: [稳赚不赔]", "  terms: [稳赚不赔]\n  max: 3"), "rule_foreign_key", 8),
        (("  terms: [稳赚不赔]", "  terms: []"), "rule_kind_needs", 6),
        (("  terms: [稳赚不赔]", "  terms: ['@no-such-list']"), "rule_unknown_list", 7),
        (("severity: block", "severity: block\nseverity: fix"), "yaml_key_twice", 4),
        (("    - 今天加班\n", ""), "rule_few_cases", 21),
        (("    - 稳赚不赔\n", ""), "rule_few_cases", 14),
        (("id: RET-99", "id: RET-98"), "rule_wrong_name", 1),
        (("effective: 2020-01-01", "effective: 去年"), "yaml_wrong_value", 5),
        (("title: 稳赚", "title: [稳赚"), "yaml_not_yaml", 2),
    ],
)
def test_mistake_is_named_with_its_line(folder: Path, change: tuple[str, str], code: str, line: int) -> None:
    path = write(folder, (RULE + CASES).replace(*change, 1))
    with pytest.raises(ConfigurationError) as caught:
        compile_rules([read_rule(path)], [folder])
    error = caught.value
    assert (error.code, error.parameters["line"]) == (code, line)
    assert str(path) in error.message
    assert error.hint


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("severity: block", "severity:"), ["第 3 行", "severity", "还没有填", "block、fix、warn"]),
        (("severity: block", "severity: 高"), ["“高”", "block、fix、warn"]),
        (("message: 不能承诺收益", "message:"), ["第 9 行", "message", "还没有填"]),
        (("message: 不能承诺收益", 'message: ""'), ["message", "还没有填", "不能是空的"]),
        (("instrument: 广告法", "instrument: ''"), ["第 12 行", "basis 第 1 项的 instrument", "还没有填"]),
        (("verified: true", "verified: 是"), ["“是”", "true 或 false"]),
        (("effective: 2020-01-01", "effective: 2020.1.1"), ["第 5 行", "2026-09-30"]),
        (("id: RET-99", "id: ret99"), ["第 1 行", "大写字母", "RET-01"]),
        (("terms: [稳赚不赔]", "terms: 稳赚不赔"), ["第 7 行", "列表"]),
        (("severity: block", "severity：block"), ["第 3 行", "中文冒号"]),
        (("severity: block", "severity:block"), ["第 3 行", "空一格"]),
        (("message: 不能承诺收益", "message: 不能: 承诺"), ["第 9 行", "双引号"]),
        (("message: 不能承诺收益", "message: @不能"), ["第 9 行", "双引号"]),
        (("message: 不能承诺收益", 'message: "不能'), ["没有收尾"]),
        (("    - 今天加班", "   - 今天加班"), ["第 27 行", "对不齐"]),
        (("    - 今天加班", "\t- 今天加班"), ["第 27 行", "Tab"]),
        (("terms: [稳赚不赔]", "terms: [稳赚不赔\nadvise"), ["括号"]),
        (("    - 今天加班", "    - #今天加班"), ["第 27 行", "丢掉", "双引号"]),
        (("    - 今天加班", "    - 今天: 加班"), ["第 27 行", "cases.pass 第 6 项的 今天", "双引号", "as_of"]),
        (("  terms: [稳赚不赔]", "  terms: [稳赚不赔]\n  clear_by: [x]"), ["第 8 行", "缩进", "terms"]),
        (("advice: 删去", "advice: 删去\nexcepts: [x]"), ["第 11 行", "except、"]),
    ],
)
def test_mistake_is_told_without_a_word_of_english(folder: Path, change: tuple[str, str], told: list[str]) -> None:
    path = write(folder, (RULE + CASES).replace(*change, 1))
    with pytest.raises(ConfigurationError) as caught:
        read_rule(path)
    said = caught.value.message.replace(str(path), "") + caught.value.hint
    assert all(words in said for words in told), said
    assert not any(word in said for word in ("Input", "should", "expected", "found", "except_")), said


@pytest.mark.parametrize("pattern", [r"保(?=本)", r"(?<!不)保本", r"\b保本", r"\w保本", r"(保)\1本", "(?P=x)保"])
def test_pattern_that_re2_or_chinese_cannot_carry_is_refused(folder: Path, pattern: str) -> None:
    text = (
        (RULE + CASES)
        .replace("kind: term", "kind: pattern")
        .replace("  terms: [稳赚不赔]", f"  patterns: ['{pattern}']")
    )
    with pytest.raises(ConfigurationError) as caught:
        compile_rules([read_rule(write(folder, text))], [folder])
    assert caught.value.code == "rule_pattern_refused"


def test_broken_pattern_is_named(folder: Path) -> None:
    text = (RULE + CASES).replace("kind: term", "kind: pattern").replace("  terms: [稳赚不赔]", "  patterns: ['(保']")
    with pytest.raises(ConfigurationError) as caught:
        compile_rules([read_rule(write(folder, text))], [folder])
    assert caught.value.code == "rule_pattern_broken"


def test_escaped_backslash_is_no_boundary(folder: Path) -> None:
    text = (
        (RULE + CASES)
        .replace("kind: term", "kind: pattern")
        .replace("  terms: [稳赚不赔]", r"  patterns: ['稳赚[^\\b]赔']")
    )
    assert compile_rules([read_rule(write(folder, text))], [folder]).rules


def test_unknown_disclosure_is_named(folder: Path) -> None:
    text = (RULE + CASES).replace("kind: term", "kind: require").replace("  terms: [稳赚不赔]", "  disclosure: [nope]")
    with pytest.raises(ConfigurationError) as caught:
        compile_rules([read_rule(write(folder, text))], [folder])
    assert caught.value.code == "rule_unknown_disclosure"


def test_same_id_twice_is_refused(folder: Path) -> None:
    file = read_rule(write(folder, RULE + CASES))
    with pytest.raises(ConfigurationError) as caught:
        compile_rules([file, read_rule(write(folder, RULE + CASES))], [folder])
    assert caught.value.code == "rule_id_twice"


def test_rule_that_is_no_mapping_and_pack_without_info(folder: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_rule(write(folder, "- a\n"))
    assert caught.value.code == "rule_not_mapping"
    (folder / "returns" / "pack.yaml").unlink()
    with pytest.raises(ConfigurationError) as caught:
        read_rule(write(folder, RULE + CASES))
    assert caught.value.code == "rule_pack_missing"


@pytest.mark.parametrize(
    ("text", "code"),
    [("- a\n", "terms_not_mapping"), ("x: 词\n", "terms_not_strings"), ("x: ['@nope']\n", "rule_unknown_list")],
)
def test_broken_term_list_is_named(folder: Path, text: str, code: str) -> None:
    (folder / "terms" / "mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        compile_rules([read_rule(write(folder, RULE + CASES))], [folder])
    assert caught.value.code == code


def test_lists_may_name_one_another(folder: Path) -> None:
    (folder / "terms" / "mine.yaml").write_text("a: ['@b', 甲]\nb: ['@a', 乙]\n", encoding="utf-8")
    packs = compile_rules([read_rule(write(folder, RULE + CASES))], [folder])
    assert set(packs.lists.expand(["@a"])) == {"甲", "乙"}


def test_overlay_tightens(folder: Path) -> None:
    file = read_rule(write(folder, RULE.replace("block", "fix") + CASES))
    overlay = folder / "tighten.yaml"
    assert tighten([file], overlay)[0].rule == file.rule
    overlay.write_text("RET-99: {severity: block, add_terms: [躺赢], drop_guards: [warning]}\n", encoding="utf-8")
    rule = tighten([file], overlay)[0].rule
    assert (rule.severity, rule.match.terms, rule.clear_by) == ("block", ("稳赚不赔", "躺赢"), ("negation",))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("RET-99: {severity: warn}\n", "rule_loosened"),
        ("RET-77: {severity: block}\n", "rule_unknown_id"),
        ("RET-99: {except: [x]}\n", "yaml_unknown_key"),
    ],
)
def test_overlay_cannot_loosen(folder: Path, text: str, code: str) -> None:
    file = read_rule(write(folder, RULE.replace("block", "fix") + CASES))
    (folder / "tighten.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        tighten([file], folder / "tighten.yaml")
    assert caught.value.code == code


def test_terms_are_added_to_term_rules_only(folder: Path) -> None:
    text = (RULE + CASES).replace("kind: term", "kind: pattern").replace("  terms:", "  patterns:")
    file = read_rule(write(folder, text))
    (folder / "tighten.yaml").write_text("RET-99: {add_terms: [x]}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError):
        tighten([file], folder / "tighten.yaml")


def test_broken_file_does_not_hide_the_others(folder: Path) -> None:
    write(folder, RULE + CASES)
    write(folder, "id: [", "RET-98")
    files, errors = read_all(folder)
    assert [file.rule.id for file in files] == ["RET-99"]
    assert [error.code for error in errors] == ["yaml_not_yaml"]


def test_cross_fire_names_the_other_rule(folder: Path) -> None:
    other = RULE.replace("RET-99", "RET-98").replace("稳赚不赔", "面包") + CASES.replace("稳赚不赔", "面包").replace(
        "面包很香", "米饭很香"
    )
    files = [read_rule(write(folder, RULE + CASES)), read_rule(write(folder, other, "RET-98"))]
    packs = compile_rules(files, [folder])
    assert ("RET-99", 4, "RET-98") in [(rule, n, f.rule) for rule, n, f in cross_fire([files[0].rule], packs)]


def test_failing_cases_say_why(folder: Path) -> None:
    cases = (
        CASES.replace("    - 稳赚不赔\n", "    - 没有稳赚不赔\n")
        .replace("湖边走一圈", "稳赚不赔")
        .replace("span: 稳赚不赔", "span: 听说")
    )
    file = read_rule(write(folder, RULE + cases + "  known_miss: [稳赚不赔, 闭眼买]\n"))
    results = run_cases(file.rule, compile_rules([file], [folder]))
    details = [str(result) for result in results if result.detail]
    assert len([r for r in results if not r.passed]) == 3
    assert any("放行了（否定语境）" in d for d in details)
    assert any("误报" in d for d in details)
    assert any("known_miss[1]" in d for d in details)


def test_packs_of_the_checkout_load_once() -> None:
    assert load_packs() is load_packs()


def test_case_runner_prints_and_fails_with_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ZZZ-00"]) in (0, 1)
    assert "0 条规则" in capsys.readouterr().out


def test_schema_is_current() -> None:
    shipped = (data_root() / "guardrails" / "rule.schema.json").read_text(encoding="utf-8")
    assert shipped == render_schema()
    assert json.loads(shipped)["type"] == "object"


def test_rule_page_tells_what_a_reader_needs(folder: Path) -> None:
    text = (
        RULE
        + "until: 2030-01-01\nfix: {replacement: 收益以实际为准}\nknown_problems: 无\n"
        + CASES
        + "  known_miss: [闭眼买]\n"
    )
    page = render_rule_page(read_rule(write(folder, text)).rule)
    for part in (
        "# RET-99 稳赚",
        "《广告法》第25条",
        "收益以实际为准",
        "否定语境",
        "应报",
        "不应报",
        "已知漏报",
        "已知问题",
        "2030-01-01",
    ):
        assert part in page


def test_rule_files_skip_lists_and_pack_info(folder: Path) -> None:
    path = write(folder, RULE + CASES)
    assert rule_files(folder) == [path]
    assert NoteInput(body="x")


@pytest.mark.parametrize("value", ["{when: [{path: ai, op: 'true'}]}", "{must: [{path: mark, op: perhaps}]}"])
def test_a_wrong_condition_on_the_entries_of_a_list_is_told_when_the_file_is_read(folder: Path, value: str) -> None:
    match = f"  must: [{{path: publication.images, op: each, value: {value}}}]"
    text = RULE.replace("kind: term", "kind: metadata").replace("  terms: [稳赚不赔]", match) + CASES
    with pytest.raises(ConfigurationError) as error:
        read_rule(write(folder, text))
    assert error.value.parameters["line"] == 7


def test_rules_without_their_examples_are_the_same_rules() -> None:
    bare, whole = load_packs(examples=False), load_packs()
    assert bare.digest == whole.digest
    for one, other in zip(bare.rules, whole.rules, strict=True):
        assert one.rule.model_dump(exclude={"cases"}) == other.rule.model_dump(exclude={"cases"})
        assert not one.rule.cases.flag and other.rule.cases.flag


def test_a_file_whose_examples_stand_first_is_read_all_the_same(tmp_path: Path) -> None:
    text = (data_root() / "guardrails" / "cn" / "returns" / "RET-05.yaml").read_text(encoding="utf-8")
    head, cases = text[: text.index("cases:\n")], text[text.index("cases:\n") :]
    folder = tmp_path / "returns"
    folder.mkdir()
    (folder / "pack.yaml").write_text("name: returns\ntitle: x\nversion: 1\n", encoding="utf-8")
    (folder / "RET-05.yaml").write_text(cases + "\n\n# after the examples\n" + head, encoding="utf-8")
    read = read_rule(folder / "RET-05.yaml", examples=False)
    assert read.rule.title and read.rule.match.groups and not read.rule.cases.flag


def test_packs_are_named_in_few_words_and_not_written_out():
    packs = load_packs(examples=False)
    assert repr(packs).startswith("Packs(") and "@" in repr(packs) and len(repr(packs)) < 2000
    assert len(repr(packs.rules[0])) < 50_000  # each holds the words of all


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("@product-ancor", '"@product-anchor"'),
        ("@任何产品", '"@product-anchor"'),
        ("@Returns-Word", '"@returns-words"'),
    ],
)
def test_a_list_that_is_not_there_is_answered_with_those_like_it(name: str, nearest: str) -> None:
    found = near_lists(name, ["life-things", "product-anchor", "returns-words", *(f"zz-{n}" for n in range(100))])
    assert found == nearest
