"""`agent rules diff | impact`: what a change of rules is, and what it hits, told before it is made."""

import functools
import json
import shutil
import subprocess

import pytest

from agent.guardrails import check
from agent.guardrails.loader import load_folder
from agent.models import NoteInput
from agent.paths import data_root
from agent.screening.edition import Circumstances
from agent.screening.impact import weigh_impact

PACKS = ("terms", "returns", "gold")
NOTES = [
    {"id": "sure", "body": "这款理财保本保息，稳赚不赔，放心买"},
    {"id": "split", "body": "这款理财保.本.保.息，大家放心买"},
    {"id": "not", "body": "理财不保本，谁说稳赚都别信"},
    {"id": "own", "body": "我们这里闪批闪放，理财也一样"},
    {"id": "hidden", "body": "我们这里闪批*放，理财也一样"},
    {"id": "gold", "body": "借钱买金条，金价涨了再还"},
    {"id": "walk", "title": "湖边", "body": "走一圈，面包很香"},
]
RULE = """id: BNK-01
title: 闪批
severity: fix
kind: term
effective: 2020-01-01
match: {terms: [闪批闪放]}
message: 不能承诺
advice: 改写
basis: [{instrument: 某办法, effective: 2020-01-01}]
cases: {flag: [a, b, c, d, e, f], pass: [a, b, c, d, e, f]}
"""


@pytest.fixture
def states(tmp_path):
    """Two equal small states of the rules, to be made different."""
    base = data_root() / "guardrails" / "cn"
    for state in ("old", "new"):
        for name in PACKS:
            shutil.copytree(base / name, tmp_path / state / name)
        for name in ("disclosures.yaml", "disguises.yaml"):
            shutil.copy(base / name, tmp_path / state)
    return tmp_path / "old", tmp_path / "new"


@pytest.fixture
def rules(agent):
    """Run `agent rules …`; return exit code, stdout, stderr."""
    return functools.partial(agent, "rules")


def rewrite(path, *changes):
    text = path.read_text(encoding="utf-8")
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def add_rule(state, text=RULE):
    (state / "own").mkdir(exist_ok=True)
    (state / "own" / "pack.yaml").write_text("name: own\ntitle: 本行\nversion: '1'\n", encoding="utf-8")
    (state / "own" / "BNK-01.yaml").write_text(text, encoding="utf-8")


def test_equal_states_differ_in_nothing(rules, states):
    assert rules("diff", *states) == (0, "", "新增 0 条，删除 0 条，改动 0 条\n")


def test_what_differs_is_told_rule_by_rule(rules, states):
    old, new = states
    add_rule(new)
    (new / "gold" / "AU-02.yaml").unlink()
    rewrite(new / "returns" / "RET-05.yaml", "severity: block", "severity: fix", "- 永不破净", "- 破不了净值",
            "clear_by: [negation, warning", "clear_by: [negation", "message: 不能给", "message: 不可给")  # fmt: skip
    code, out, err = rules("diff", old, new)
    assert code == 0 and err == "新增 1 条，删除 1 条，改动 1 条\n"
    assert "+ BNK-01 闪批（own）新增" in out and "- AU-02" in out and "~ RET-05" in out
    for line in (
        "级别：禁止 → 须改（放松）",
        "match.groups：+破不了净值  -永不破净",
        "clear_by：-warning",
        "→ 不可给亏损",
    ):
        assert line in out, out
    told = json.loads(rules("diff", old, new, "-f", "json")[1])
    by_rule = {change["rule"]: change for change in told["rules"]}
    assert by_rule["RET-05"]["severity"] == ["block", "fix"] and by_rule["BNK-01"]["change"] == "added"
    assert {"key": "clear_by", "old": "", "new": "", "added": [], "removed": ["warning"]} in by_rule["RET-05"]["keys"]


def test_a_pack_that_changed_under_one_version_is_pointed_at(rules, states):
    old, new = states
    rewrite(new / "returns" / "RET-05.yaml", "severity: block", "severity: fix")
    assert "包 returns 的规则有改动，版本号仍是" in rules("diff", old, new)[1]
    rewrite(new / "returns" / "pack.yaml", "version: ", "version: 9")
    assert "版本号仍是" not in rules("diff", old, new)[1]


def test_another_case_asks_for_no_new_version(rules, states):
    old, new = states
    rewrite(new / "returns" / "RET-05.yaml", "  pass:\n", "  pass:\n    - 今天在湖边走了一圈\n")
    out = rules("diff", old, new)[1]
    assert "不报例句：+1 -0" in out and "版本号" not in out


def test_a_word_added_to_a_list_shows_at_the_rules_that_name_it(rules, states):
    old, new = states
    rewrite(new / "terms" / "returns-context.yaml", "returns-context: [", "returns-context: [芝麻开花, ")
    out = rules("diff", old, new)[1]
    assert "~ RET-05" in out and "anchor.any_of：+芝麻开花" in out


def test_states_that_git_keeps(rules, states, tmp_path, monkeypatch):
    new = states[1]

    def git(*arguments):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], cwd=tmp_path, check=True,
                       capture_output=True)  # fmt: skip

    git("init", "-q")
    git("add", "new")
    git("commit", "-qm", "Begin")
    add_rule(new)
    monkeypatch.chdir(tmp_path)
    code, out, _ = rules("diff", "ref:HEAD:new", new)
    assert code == 0 and out == "+ BNK-01 闪批（own）新增\n"
    for name in ("ref:nope:new", "ref:HEAD:none", "ref:", "ref:--output=x:new"):
        code, out, err = rules("diff", name, new)
        assert (code, out) == (2, "") and name in err and "ref:HEAD~5" in err
    assert not (tmp_path / "x").exists()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert rules("diff", "ref:HEAD:new", new)[0] == 2


CHANGES = {
    "nothing": lambda new: None,
    "severity": lambda new: rewrite(new / "gold" / "AU-02.yaml", "severity: block", "severity: fix"),
    "rule added": add_rule,
    "rule gone": lambda new: (new / "gold" / "AU-02.yaml").unlink(),
    "guard dropped": lambda new: rewrite(new / "returns" / "RET-01.yaml", "clear_by: [negation, ", "clear_by: ["),
    "engine list": lambda new: rewrite(new / "terms" / "products.yaml", "products-wm: [", "products-wm: [面包, "),
    "hidden word": lambda new: rewrite(new / "disguises.yaml", "key_words:", "key_words:\n  - 放心买"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_running_only_changed_rules_tells_what_running_all_would(states, change):
    old, new = states
    CHANGES[change](new)
    before, after = load_folder(old), load_folder(new)
    notes = [NoteInput.model_validate(note) for note in NOTES]
    effects = list(weigh_impact(before, after, Circumstances()).effects(notes))

    def found(packs, note):
        report = check(note, packs=packs, likeness=False)
        return {(f.rule, f.field, f.start, f.text, f.severity, f.status, f.status_by) for f in report.findings}

    expected = {
        (note.id, entry[0]) for note in notes for entry in found(before, note) ^ found(after, note)
    }  # fmt: skip
    assert {(effect.note, effect.rule) for effect in effects} == expected
    assert bool(expected) == (change not in ("nothing", "engine list", "hidden word"))


def test_only_changed_rules_run(states, monkeypatch):
    old, new = states
    add_rule(new)
    seen = set()

    def spy(note, *, packs, **given):
        seen.update(compiled.rule.id for compiled in packs.rules)
        return check(note, packs=packs, **given)

    monkeypatch.setattr("agent.screening.impact.check", spy)
    weighed = weigh_impact(load_folder(old), load_folder(new), Circumstances())
    plain = [NoteInput.model_validate(note) for note in NOTES if note["id"] != "hidden"]
    assert [(e.note, e.rule, e.change) for e in weighed.effects(plain)] == [("own", "BNK-01", "new")]
    assert seen == weighed.rules == {"BNK-01"}
    hidden = [NoteInput.model_validate(note) for note in NOTES if note["id"] == "hidden"]
    assert [(e.note, e.text) for e in weighed.effects(hidden)] == [("hidden", "闪批*放")]
    assert len(seen) > 1


def test_impact_reads_as_a_list_of_places(rules, states, tmp_path):
    old, new = states
    add_rule(new)
    CHANGES["severity"](new)
    (new / "returns" / "RET-01.yaml").unlink()
    path = tmp_path / "notes.jsonl"
    path.write_text("\n".join(json.dumps(note, ensure_ascii=False) for note in NOTES), encoding="utf-8")
    code, out, err = rules("impact", old, new, "--notes", path)
    assert code == 0 and err.startswith("7 篇，运行了3 条有改动的规则：新报 2，")
    for line in (
        "BNK-01：新报 2，不再报 0，变化 0",
        "  + [own] 正文 4 “闪批闪放” 须改",
        "  ~ [gold] 正文 0 “借钱买金条” 禁止 → 须改",
        "  - [sure] 正文 4 “保本保息” 禁止",
        "禁止·已放行（否定语境）",
    ):
        assert line in out, out
    assert "……另有 1 处" in rules("impact", old, new, "--notes", path, "--most", "1")[1]
    told = json.loads(rules("impact", old, new, "--notes", path, "-f", "json")[1])
    assert told["notes"] == 7 and told["rules"] == ["AU-02", "BNK-01", "RET-01"]
    assert told["counts"]["AU-02"] == {"new": 0, "gone": 0, "changed": 1}
    assert {"note": "own", "rule": "BNK-01", "change": "new", "field": "body", "start": 4, "text": "闪批闪放",
            "was": None, "now": ["fix", "open"]} in told["effects"]  # fmt: skip


def test_a_note_without_an_id_is_named_by_its_number(states):
    old, new = states
    add_rule(new)
    notes = [NoteInput(body="湖边"), NoteInput(body="闪批闪放")]
    weighed = weigh_impact(load_folder(old), load_folder(new), Circumstances())
    assert [effect.note for effect in weighed.effects(notes)] == ["#2"]
