"""`agent rules explain`: a rule in words, and for a note what each rule saw and why it kept silent."""

import functools
import shutil
from datetime import date

import pytest

from agent.cli import explaining, sights
from agent.guardrails.loader import load_folder
from agent.guardrails.tracing import _RELAXED, trace
from agent.models import NoteInput
from agent.paths import data_root

RULE = """id: BNK-{number}
title: 闪批{number}
severity: fix
kind: term
effective: 2020-01-01
match: {{terms: [闪批闪放]}}
clear_by: [negation]
message: 不能承诺审批时间
advice: 以审批结果为准
fix: {{replacement: 以审批结果为准, safety: review}}
basis:
  - {{instrument: 某办法, article: "7", effective: 2020-01-01, verified: true}}
  - {{instrument: 另一办法}}
except: [闪批闪放页面]
known_problems: 只认这一个词
cases: {{flag: [一, 二, 三, 四, 五, 六], pass: [七, 八, 九, 十, 百, 千]}}
{more}
"""
VARIANTS = {
    "01": "",
    "02": "scope: {products: [gold]}",
    "03": "anchor: {any_of: [贷款], within: sentence}",
    "04": "until: 2021-01-01",
    "05": "stage: publish",
    "06": "scope: {promotes: true}",
    "07": "scope: {origin: ai}",
    "08": "scope: {field: reply}",
    "09": "scope: {places: [title]}",
    "10": "scope: {note_types: [marketing]}",
    "11": "scope: {account_types: [institution]}",
    "12": "scope: {products: [gold]}\nanchor: {any_of: [贷款], within: sentence}",
}
HELD = {
    "02": ("products",), "03": ("anchor",), "04": ("date",), "05": ("stage",), "06": ("promotes",), "07": ("origin",),
    "08": ("field",), "09": ("places",), "10": ("note_types",), "11": ("account_types",), "12": ("products", "anchor"),
}  # fmt: skip
NOTE = NoteInput(body="我们这里闪批闪放。", account_type="unbound", products=("card",), note_type="lifestyle")


@pytest.fixture
def folder(tmp_path):
    """A small jurisdiction with one rule in many variants."""
    base = data_root() / "guardrails" / "cn"
    shutil.copytree(base / "terms", tmp_path / "terms")
    for name in ("disclosures.yaml", "disguises.yaml"):
        shutil.copy(base / name, tmp_path)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "pack.yaml").write_text("name: own\ntitle: 本行\nversion: '1'\n", encoding="utf-8")
    for number, more in VARIANTS.items():
        text = RULE.format(number=number, more=more)
        (tmp_path / "own" / f"BNK-{number}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def explain(agent):
    """Run `agent rules explain …`; return exit code, stdout, stderr."""
    return functools.partial(agent, "rules", "explain")


def test_every_condition_that_holds_a_rule_back_is_named(folder):
    held = dict(HELD)
    held["06"] = ()  # a declared product promotes: this one speaks
    packs = load_folder(folder)
    found = trace(NOTE, packs, as_of=date(2026, 11, 1))
    told = {rule[-2:]: trails[0].held_by for rule, trails in found.trails.items() if trails}
    assert told == {"01": (), **held}
    plain = trace(NOTE.model_copy(update={"products": ()}), packs, as_of=date(2026, 11, 1))
    assert plain.trails["BNK-06"][0].held_by == ("promotes",)
    named = {name for names in HELD.values() for name in names} | {"about", "disguise"}
    assert named == set(_RELAXED) == set(sights.HELD)


def test_a_rule_tells_what_it_sees_through_and_holds_the_rest_against_a_place(explain, folder):
    for number, planes in (("13", "[letters, syllable]"), ("14", "false")):
        text = RULE.format(number=number, more="").replace("闪批闪放]}", f"闪批闪放], disguise: {planes}}}")
        (folder / "own" / f"BNK-{number}.yaml").write_text(text, encoding="utf-8")
    assert "\n  换了写法的只看穿谐音、拼音\n" in explain("BNK-13", "--dir", folder)[1]
    assert "\n  换了写法的一律不看\n" in explain("BNK-14", "--dir", folder)[1]
    assert "只看穿" not in explain("BNK-01", "--dir", folder)[1]
    out = explain("--text", "我们闪.批.闪.放", "--dir", folder)[1]
    assert "正文 2–9 “闪.批.闪.放” 不算：规则不看这种写法（换了写法的只看穿谐音、拼音）" in out
    assert "正文 2–9 “闪.批.闪.放” 不算：规则不看这种写法（换了写法的一律不看）" in out


def test_a_rule_tells_for_which_products_the_whole_note_speaks(explain, folder):
    more = "anchor: {any_of: [贷款]}\nabout: {products: [card], instead_of_anchor: true, any_of: [闪批]}"
    (folder / "own" / "BNK-15.yaml").write_text(RULE.format(number="15", more=more), encoding="utf-8")
    out = explain("BNK-15", "--dir", folder)[1]
    assert "\n  整篇在推介银行卡，这一句说的又是它时，附近没有上面的词也算\n" in out
    assert "\n  整篇在推介银行卡，这一句说的又是它时才算：闪批\n" in out
    out = explain("BNK-15", "--text", "咖啡店闪批", "--product", "card", "--dir", folder)[1]
    assert "正文 3–5 “闪批” 不算：这句说的不是整篇在推介的产品（银行卡），自己也没有点名" in out


def test_what_stands_in_the_report_is_held_by_nothing_and_the_rest_by_something(folder):
    found = trace(NOTE, load_folder(folder), as_of=date(2026, 11, 1))
    standing = [t.finding for trails in found.trails.values() for t in trails if not t.held_by]
    assert sorted(f.rule for f in standing) == sorted(f.rule for f in found.report.findings)


def test_a_note_is_told_with_its_planes_disguises_and_decisions(explain, folder):
    text = "Ａ我們這裡閃.批.閃.放！理财不是闪批闪放"
    code, out, _ = explain("--text", text, "--dir", folder, "--product", "card", "--as-of", "2026-11-01")
    assert code == 0
    for part in (
        "正文：a我们这里闪.批.闪.放!理财不是闪批闪放",
        "“閃.批.閃.放” → 闪批闪放（夹杂符号）",
        "BNK-01 闪批01\n    正文 5–12 “閃.批.閃.放” 报出：须改（换了写法的，什么语境都不放行）\n",
        "    正文 17–21 “闪批闪放” 已放行：否定语境",
        "BNK-02 闪批02\n    正文 5–12 “閃.批.閃.放” 不算：产品不在范围内（规则只管贵金属）",
        "附近没有它要求的词（同一句要有：贷款）",
        "这一天规则不在有效期（2020-01-01 起，到 2021-01-01）",
        "规则只管回复",
        "规则只管AI写的文字",
        "不在规则看的位置（标题）",
        "BNK-05：需要发布信息",
    ):
        assert part in out, f"{part}\n\n{out}"


def test_one_place_and_one_rule_can_be_asked_for(explain, folder):
    text = ["--text", "我们闪批闪放，今天也闪.批闪放", "--dir", folder]
    out = explain(*text, "--at", "3")[1]
    assert "正文 2–6" in out and "正文 10" not in out and "看穿的写法\n  没有" in out
    out = explain("BNK-03", *text)[1]
    assert "BNK-03" in out and "BNK-01" not in out
    assert "规则看到了什么\n  没有" in explain(*text, "--at", "title:1")[1]


def test_a_silent_rule_says_what_it_lacks(explain, folder):
    combine = RULE.format(number="20", more="").replace("kind: term", "kind: combine")
    combine = combine.replace("{terms: [闪批闪放]}", "{groups: [[贷款], [当天]], within: clause}")
    (folder / "own" / "BNK-20.yaml").write_text(combine, encoding="utf-8")
    require = RULE.format(number="21", more="").replace("kind: term", "kind: require")
    (folder / "own" / "BNK-21.yaml").write_text(
        require.replace("{terms: ", "{trigger: [收益], any_of: "), encoding="utf-8"
    )
    assert "没有它要找的东西：出现其中一个词" in explain("BNK-01", "--text", "湖边", "--dir", folder)[1]
    assert "第 2 组一个也没有出现" in explain("BNK-20", "--text", "贷款", "--dir", folder)[1]
    assert "不在同一分句里" in explain("BNK-20", "--text", "贷款。当天", "--dir", folder)[1]
    assert "要求写的已经写了" in explain("BNK-21", "--text", "湖边", "--dir", folder)[1]


def test_a_rule_is_told_with_law_reason_exceptions_examples_and_history(explain, folder):
    code, out, _ = explain("BNK-01", "--dir", folder)
    assert code == 0
    for part in ("BNK-01 闪批01", "须改 · 本行（own）", "《某办法》第7条（2020-01-01 起施行；已核对原文）",
                 "《另一办法》条款待核", "不能承诺审批时间", "可改为：以审批结果为准（要请人看）", "词：闪批闪放",
                 "否定语境：", "无害词语：闪批闪放页面", "换了写法的", "应报的例子（共 6 句）",
                 "只认这一个词"):  # fmt: skip
        assert part in out, part
    assert "最近改动" not in out, "no history outside a checkout"
    assert "一律不放行" in explain("XHS-01")[1]


def test_recent_changes_come_from_git(explain, folder, monkeypatch):
    from agent.guardrails import history

    monkeypatch.setattr(
        history, "_git", lambda *_: type("Told", (), {"returncode": 0, "stdout": "2026-11-02\t改词".encode()})
    )
    assert "最近改动\n  2026-11-02 改词" in explain("BNK-01", "--dir", folder)[1]
    monkeypatch.setattr(history, "_git", lambda *_: None)
    assert "最近改动" not in explain("BNK-01", "--dir", folder)[1]


@pytest.mark.parametrize("rule", ["CC-02", "XHS-08", "ACC-01", "SUI-01", "PII-01", "AIG-01", "CIT-01", "XHS-06"])
def test_rules_of_every_shape_can_be_told(explain, rule):
    code, out, _ = explain(rule)
    assert code == 0 and all(f"\n{part}\n" in out for part in ("依据", "为什么", "怎么改", "找什么"))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "规则编号"),
        (["--text", "湖边", "--at", "x"], "“x”"),
        (["--text", "湖边", "--at", "foot:1"], "“foot:1”"),
        (["NOP-01"], "没有规则 NOP-01"),
        (["NOP-01", "--text", "湖边"], "没有规则 NOP-01"),
        (["--text", "湖边", "--stage", "later"], "--stage"),
        (["--note", "none.txt"], "none.txt"),
    ],
)
def test_what_cannot_be_explained_is_told(explain, arguments, told):
    code, out, err = explain(*arguments)
    assert (code, out) == (2, "") and told in err


def test_every_kind_guard_and_stage_has_words():
    from typing import get_args

    from agent.guardrails.rules import Guard, Kind, Within
    from agent.models import Stage

    assert set(explaining.GUARDS) == set(get_args(Guard)) and set(sights.KINDS) == set(get_args(Kind))
    assert set(sights.STAGES) == set(get_args(Stage)) and set(sights.WITHIN) == set(get_args(Within))
