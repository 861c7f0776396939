"""What `agent rules lint` objects to: each with place, level and remedy, and silence for a rule that is right."""

import json
import shutil
import sys

import pytest

from agent.cli.main import run
from agent.errors import UsageError
from agent.guardrails.linting import LEVELS, lint
from agent.guardrails.rulechecks import CHECKS
from agent.paths import data_root

GOOD = """id: BNK-01
title: 闪批
severity: fix
kind: term
effective: 2026-09-30
match:
  terms: [闪批闪放, 秒批到账]
except: [秒批到账户页]
message: 不能承诺审批时间
advice: 改写为以审批结果为准
fix: {replacement: 以审批结果为准, safety: safe}
basis:
  - {instrument: 金融产品网络营销管理办法, article: "第十条", effective: 2026-09-30, verified: true}
cases:
  flag:
    - {text: 上午递的材料，我们这里闪批闪放不用等, by: law-only}
    - {text: 周转的老板看过来，秒批到账随时能用, by: law-only}
    - {text: 昨天来的大哥说，还是你们闪批闪放省心, by: law-only}
    - {text: 材料带齐，闪批闪放，剩下的交给我, by: law-only}
    - {text: 店里急用，秒批到账真的帮了大忙呢, by: law-only}
    - {text: 闪批闪放, by: law-only}
  pass: [湖边走一圈, 面包很香, 风很大, 今天加班, 相机的闪光灯坏了, 批了三本作业]
"""
LONG = [
    (words, "")
    for words in ("上午递的材料，我们这里", "周转的老板看过来，", "昨天来的大哥说，还是你们", "，剩下的交给我")
]
MORE = {f"RET-{number:02}.yaml" for number in range(2, 30)}
ONE = '  - {instrument: 金融产品网络营销管理办法, article: "第十条", effective: 2026-09-30, verified: true}\n'


@pytest.fixture
def place(tmp_path):
    """Write a rule into a pack of a small jurisdiction with one shipped rule; return the file."""
    base = data_root() / "guardrails" / "cn"
    for name in ("terms", "returns"):
        shutil.copytree(base / name, tmp_path / name, ignore=lambda _, names: MORE & set(names))
    for name in ("disclosures.yaml", "disguises.yaml"):
        shutil.copy(base / name, tmp_path)
    pack = tmp_path / "own"
    pack.mkdir()
    (pack / "pack.yaml").write_text("name: own\ntitle: 本行\nversion: '1'\n", encoding="utf-8")

    def write(text=GOOD, name="BNK-01"):
        path = pack / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def codes(problems):
    return [problem.code for problem in problems]


def test_a_good_rule_meets_no_objection(place):
    assert lint([place()]) == []


@pytest.mark.parametrize(
    ("change", "code", "line", "told"),
    [
        (("[闪批闪放, 秒批到账]", "[闪批闪放, 秒批到账, 閃批閃放]"), "term-twice", 7, "闪批闪放"),
        (("[闪批闪放, 秒批到账]", "[闪批闪放, 秒批到账, 包闪批闪放]"), "term-shadowed", 7, "包闪批闪放"),
        (("[闪批闪放, 秒批到账]", "['闪批闪放，秒批到账']"), "term-joined", 7, "逗号"),
        (("[闪批闪放, 秒批到账]", "[闪批闪放, 秒批到账, 放]"), "term-short", 7, "“放”"),
        (("kind: term", "kind: combine", "terms: [闪批闪放, 秒批到账]", "groups: [[闪批闪放, 秒批到账]]"),
         "group-single", 7, "第二组"),
        (("[闪批闪放, 秒批到账]", "[闪批闪放, 秒批到账, 任何产品]"), "term-list", 7, '"@product-anchor"'),
        (("[闪批闪放, 秒批到账]", "[闪批闪放, 秒批到账, 当日下款]"), "term-idle", 7, "当日下款"),
        (("except: [秒批到账户页]", "except: [秒批到账户页, 闪批闪放]"), "term-benign", 7, "永远报不出来"),
        (("except: [秒批到账户页]", "except: ['re:闪批.{0,4}']"), "term-benign", 7, "闪批闪放"),
        (("except: [秒批到账户页]", "except: [闪光灯]"), "except-idle", 8, "闪光灯"),
        (("30\nmatch", "30\nuntil: 2026-01-01\nmatch"), "dates-crossed", 6, "until"),
        (("effective: 2026-09-30\nmatch", "effective: 2020-01-01\nmatch"), "before-law", 5, "2026-09-30"),
        (("effective: 2026-09-30, verified", "verified"), "basis-undated", 13, "生效日"),
        ((ONE, ONE + ONE.replace("09-30", "10-30")), "basis-dates-differ", 14, "两个不同"),
        (('article: "第十条", ', ""), "verified-no-article", 13, "条号"),
        (("verified: true", "status: draft"), "severe-on-draft", 3, "warn"),
        (("severity: fix", "severity: block", "verified: true", "status: practice"), "block-on-practice", 3, "平台"),
        ((*LONG[0], *LONG[1], *LONG[2], *LONG[3]), "case-short", 15, "12 个字"),
        ((", by: law-only", ""), "case-law-only", 14, "law-only"),
        (("message: 不能承诺审批时间", "message: 不能承诺 # 审批时间"), "text-cut", 9, "双引号"),
        ((", 批了三本作业]\n", ", 批了三本作业]"), "file-cut", 22, "没有存全"),
        (("replacement: 以审批结果为准", "replacement: 这款理财保本保息"), "fix-flagged", 11, "RET-"),
    ],
)  # fmt: skip
def test_an_objection_names_place_code_level_and_remedy(place, change, code, line, told):
    text = GOOD
    for old, new in zip(change[::2], change[1::2], strict=True):
        assert old in text
        text = text.replace(old, new, -1 if old.startswith(", by") else 1)
    found = [problem for problem in lint([place(text)]) if problem.code == code]
    assert found, codes(lint([place(text)]))
    problem = found[0]
    assert (problem.line, problem.level, problem.rule) == (line, LEVELS[code], "BNK-01")
    assert told in problem.message + problem.remedy and problem.remedy


def test_every_code_has_a_level_and_is_tried_above():
    tried = {mark.args[1][i][1] for mark in test_an_objection_names_place_code_level_and_remedy.pytestmark
             for i in range(len(mark.args[1]))}  # fmt: skip
    assert tried == set(LEVELS) and len(CHECKS) == 16


@pytest.mark.parametrize("more", ["", "anchor: {any_of: [贷款], within: note}\n"])
def test_a_group_stands_alone_only_where_something_else_is_asked_for(place, more):
    text = GOOD.replace("kind: term", "kind: combine").replace(
        "terms: [闪批闪放, 秒批到账]", "groups: [[闪批闪放, 秒批到账]]"
    )
    assert ("group-single" in codes(lint([place(text.replace("except:", f"{more}except:"))]))) == (not more)
    by_pattern = text.replace("[[闪批闪放,", "[['re:闪批闪.',")
    assert "group-single" not in codes(lint([place(by_pattern)]))


def test_a_disguised_case_uses_its_term(place):
    text = GOOD.replace("昨天来的大哥说，还是你们闪批闪放省心", "昨天来的大哥说，还是你们秒.批.到.账省心")
    text = text.replace("周转的老板看过来，秒批到账", "周转的老板看过来，随到随办").replace(
        "店里急用，秒批到账", "店里急用，当天就到"
    )
    assert "term-idle" not in codes(lint([place(text)]))


def test_a_term_of_a_list_that_is_given_too_stands_twice(place, tmp_path):
    (tmp_path / "terms" / "own.yaml").write_text("own-speed: [闪批闪放]\n", encoding="utf-8")
    found = lint([place(GOOD.replace("[闪批闪放, 秒批到账]", "[秒批到账, 闪批闪放, '@own-speed']"))])
    assert codes(found) == ["term-twice"] and "@own-speed" in found[0].message


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("severity: fix", "severity: 高"), "yaml-wrong-value"),
        (("[闪批闪放, 秒批到账]", "['@nope']"), "rule-unknown-list"),
        (("title: 闪批", "title: [闪批"), "yaml-not-yaml"),
        (("id: BNK-01", "id: RET-01"), "rule-wrong-name"),
    ],
)
def test_a_rule_that_does_not_load_is_an_error_at_its_place(place, change, code):
    good = place(GOOD.replace("BNK-01", "BNK-02"), "BNK-02")
    bad = place(GOOD.replace(*change))
    found = lint([good.parent])
    assert codes(found) == [code] and found[0].file == str(bad) and found[0].level == "error" and found[0].remedy


def test_a_refused_pattern_and_an_id_in_use_are_told_and_the_others_still_looked_at(place):
    place(GOOD.replace("kind: term", "kind: pattern").replace("terms: [闪批闪放, 秒批到账]", "patterns: ['批(?=放)']"))
    place(GOOD.replace("BNK-01", "RET-01"), "RET-01")
    draft = GOOD.replace("fix\nkind", "block\nkind").replace("verified: true", "status: draft")
    other = place(draft.replace("BNK-01", "BNK-03"), "BNK-03")
    found = lint([other.parent])
    assert sorted(codes(found)) == ["rule-id-twice", "rule-pattern-refused", "severe-on-draft"]


def test_a_broken_word_list_is_told_by_itself(place, tmp_path):
    path = place()
    (tmp_path / "terms" / "own.yaml").write_text("own: 词\n", encoding="utf-8")
    found = lint([path])
    assert codes(found) == ["terms-not-strings"] and found[0].file.endswith("own.yaml")


def test_only_what_was_asked_for_is_told(place, tmp_path):
    bad = place(GOOD.replace("severity: fix", "severity: 高"))
    good = place(GOOD.replace("BNK-01", "BNK-02"), "BNK-02")
    assert lint([good]) == []
    assert codes(p for p in lint([tmp_path]) if "returns" not in p.file) == codes(lint([bad])) == ["yaml-wrong-value"]
    with pytest.raises(UsageError):
        lint([tmp_path / "none"])


def test_the_shipped_rules_have_no_error():
    errors = [f"{p.file}:{p.line} {p.code} {p.message}" for p in lint() if p.level == "error"]
    assert not errors, errors


@pytest.fixture
def command(monkeypatch, capsys):
    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["agent", "rules", "lint", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            run()
        told = capsys.readouterr()
        return caught.value.code or 0, told.out, told.err

    return call


def test_the_command_prints_places_and_fails_on_errors_only(command, place, monkeypatch, tmp_path):
    path = place(GOOD.replace("[闪批闪放, 秒批到账]", "[闪批闪放, 秒批到账, 放]"))
    monkeypatch.chdir(tmp_path)
    code, out, err = command(path)
    assert code == 0 and "own/BNK-01.yaml:7:" in out and "警告 [term-short]" in out and "改法：" in out
    assert "0 个错误，1 个警告" in err
    place(GOOD.replace("except: [秒批到账户页]", "except: [闪批闪放]"))
    code, out, _ = command(path, "--format", "json", "--level", "error")
    told = json.loads(out)
    assert code == 1 and [(p["code"], p["level"], p["line"]) for p in told] == [("term-benign", "error", 7)]
    assert set(told[0]) == {"file", "line", "column", "code", "level", "rule", "message", "remedy"}


def test_a_banks_own_folder_is_looked_at_with_the_shipped_rules(tmp_path):
    pack = tmp_path / "own"
    pack.mkdir()
    (pack / "pack.yaml").write_text("name: own\ntitle: 本行\nversion: '1'\n", encoding="utf-8")
    (tmp_path / "tighten.yaml").write_text("RET-05: {severity: warn}\n", encoding="utf-8")
    own = GOOD.replace("BNK-01", "RET-05")
    (pack / "RET-05.yaml").write_text(own, encoding="utf-8")
    assert codes(lint([tmp_path])) == ["rule-id-twice", "rule-loosened"]
