"""`agent rules new` as somebody who cannot code uses it: fill in what the message names, until the rule runs."""

import functools
import re
from typing import get_args

import pytest

from agent.guardrails import load_packs
from agent.guardrails.rulefiles import free_id
from agent.guardrails.rules import Kind
from agent.paths import data_root
from agent.workspace import init_workspace

FLAGS = [
    "上午递的材料，我们这里闪批闪放，下午就能用",
    "店里周转的老板看过来，闪批闪放不用来回跑",
    "昨天来的大哥说，还是你们家闪批闪放最省心",
    "材料带齐，闪批闪放，剩下的交给我",
    "闪批闪放",
    "閃批閃放",
]
PASSES = [
    "审批要几天，以通知为准",
    "今天去湖边走了一圈",
    "材料带齐再来，少跑一趟",
    "相机的闪光灯坏了",
    "快门一闪，鸟已经飞了",
    "批了三本作业才下班",
]
ANSWERS = {
    "severity": "fix",
    "effective": "2026-09-30",
    "match.terms": "[闪批闪放]",
    "message": "审批要多久不由我们说了算，不能承诺",
    "advice": "改写为“放款时间以审批结果为准”",
    "basis 第 1 项的 instrument": "金融产品网络营销管理办法",
    "basis 第 1 项的 effective": "2026-09-30",
    "cases.flag": str(FLAGS),
    "cases.pass": str(PASSES),
}


@pytest.fixture
def rules(agent):
    """Run `agent rules …`; return exit code, stdout, stderr."""
    return functools.partial(agent, "rules")


def fill(path, line, value):
    """Write a value behind the colon of the line a message named."""
    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines[line - 1].rstrip().endswith(":"), lines[line - 1]
    lines[line - 1] += f" {value}"
    path.write_text("\n".join(lines), encoding="utf-8")


def filled(text):
    """Fill every gap of a skeleton at once, in the order of the file."""
    for key, value in ANSWERS.items():
        text = re.sub(rf"^(\s*(?:- )?{re.split('[. ]', key)[-1]}:)$", rf"\1 {value}", text, count=1, flags=re.MULTILINE)
    return text


def test_the_messages_alone_lead_from_the_skeleton_to_a_rule_that_passes(rules, tmp_path):
    folder = tmp_path / "own rules"
    code, out, err = rules("new", "BNK-01", "--title", '承诺"当天": 放款', "--pack", "own", "--dir", folder)
    path = folder / "own" / "BNK-01.yaml"
    assert code == 0 and out.split("\n")[:2] == [str(folder / "own" / "pack.yaml"), str(path)]
    assert f'agent rules test BNK-01 --dir "{folder}"' in err
    named = []
    for _ in range(20):
        code, out, err = rules("test", "BNK-01", "--dir", folder)
        if code != 2:
            break
        assert not out and str(path) in err and "提示：" in err
        line = int(re.search(r"第 (\d+) 行", err)[1])
        key = re.search(r"“([^”]+)”还没有填", err)[1]
        named.append(key)
        fill(path, line, ANSWERS[key])
    assert code == 0 and err.startswith("1 条规则，12 个例句，0 个不符，0 处交叉命中\n"), out + err
    assert "BNK-01 能用了，2026-09-30 起生效" in err
    assert sorted(named) == sorted(ANSWERS)


def test_a_broken_rule_is_repaired_from_its_message(rules, tmp_path):
    rules("new", "BNK-01", "--title", "放款", "--pack", "own", "--dir", tmp_path)
    path = tmp_path / "own" / "BNK-01.yaml"
    whole = filled(path.read_text(encoding="utf-8"))
    path.write_text(
        whole.replace("severity: fix", "severity: 高").replace("[闪批闪放]", "['@没有的词表']"), encoding="utf-8"
    )
    code, _, err = rules("test", "BNK-01", "--dir", tmp_path)
    assert code == 2 and "第 8 行" in err and "block、fix、warn" in err
    path.write_text(path.read_text(encoding="utf-8").replace("severity: 高", "severity: fix"), encoding="utf-8")
    code, _, err = rules("test", "BNK-01", "--dir", tmp_path)
    assert code == 2 and "没有词表“@没有的词表”" in err and "product-anchor" in err
    path.write_text(whole, encoding="utf-8")
    assert rules("test", "BNK-01", "--dir", tmp_path)[0] == 0


def test_the_guide_quotes_what_is_printed_and_names_commands_that_are_there(rules, tmp_path):
    guide = (data_root() / "guardrails" / "README.md").read_text(encoding="utf-8")
    rules("new", "BNK-01", "--title", "承诺放款时间", "--pack", "own", "--dir", tmp_path)
    err = rules("test", "BNK-01", "--dir", tmp_path)[2]
    assert err.replace(str(tmp_path), "本行/guardrails").strip() in guide
    listed = rules("--help")[1]
    named = {name for group in re.findall(r"agent rules ([a-z|]+)", guide) for name in group.split("|")}
    assert named >= {"new", "test", "lint", "explain", "diff", "impact", "pages"}
    assert all(re.search(rf"^  {name} ", listed, re.MULTILINE) for name in named), named


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_has_a_skeleton_whose_first_gap_is_named(rules, tmp_path, kind):
    rules("new", "BNK-01", "--title", "试", "--pack", "own", "--kind", kind, "--dir", tmp_path)
    code, _, err = rules("test", "--dir", tmp_path)
    assert code == 2 and "“severity”还没有填" in err


def test_the_skeleton_of_a_combination_shows_two_groups_any_product_and_the_distances(rules, tmp_path):
    rules("new", "BNK-01", "--title", "试", "--pack", "own", "--kind", "combine", "--dir", tmp_path)
    text = (tmp_path / "own" / "BNK-01.yaml").read_text(encoding="utf-8")
    asked = text[text.index("match:") : text.index("within: sentence")]
    assert '- ["@product-anchor"]' in asked and "任何产品" in asked and "标题" in asked
    assert all(word in asked for word in ("clause", "sentence", "paragraph", "note"))


def test_a_workspace_gets_the_rule_in_its_own_folder(rules, tmp_path):
    init_workspace(tmp_path / "bank")
    code, out, err = rules("new", "BNK-07", "--title", "试", "--pack", "own", "-w", tmp_path / "bank")
    assert code == 0 and str(tmp_path / "bank" / "guardrails" / "own" / "BNK-07.yaml") in out
    assert f"agent rules test BNK-07 -w {tmp_path / 'bank'}" in err


def test_an_id_in_use_is_refused_with_the_next_free_one(rules, tmp_path):
    taken = {rule.id for _, rule in load_packs().entries()}
    code, out, err = rules("new", "RET-01", "--title", "试", "--pack", "own", "--dir", tmp_path)
    assert (code, out) == (2, "") and f"下一个空号是 {free_id('RET', taken)}" in err
    rules("new", "BNK-01", "--title", "试", "--pack", "own", "--dir", tmp_path)
    path = tmp_path / "own" / "BNK-01.yaml"
    before = path.read_bytes()
    code, _, err = rules("new", "BNK-01", "--title", "另一条", "--pack", "own", "--dir", tmp_path)
    assert code == 2 and "BNK-02" in err and path.read_bytes() == before


def test_a_pack_that_is_there_keeps_its_file(rules, tmp_path):
    (tmp_path / "own").mkdir()
    info = tmp_path / "own" / "pack.yaml"
    info.write_text("name: own\ntitle: 本行\nversion: '7'\n", encoding="utf-8")
    code, out, _ = rules("new", "BNK-01", "--title", "试", "--pack", "own", "--dir", tmp_path)
    assert code == 0 and "pack.yaml" not in out and "version: '7'" in info.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["bnk1", "--title", "试", "--pack", "own", "--dir", "."], "BNK-01"),
        (["RET-1", "--title", "试", "--pack", "own", "--dir", "."], "RET-"),
        (["BNK-01", "--title", "试", "--pack", "../up", "--dir", "."], "包名"),
        (["BNK-01", "--title", "试", "--pack", "terms", "--dir", "."], "terms"),
        (["BNK-01", "--title", "试", "--pack", "returns", "--dir", "."], "bank-returns"),
        (["BNK-01", "--title", "试", "--pack", "own", "--kind", "magic", "--dir", "."], "combine"),
        (["BNK-01", "--title", "试", "--pack", "own"], "--workspace"),
    ],
)
def test_what_will_not_do_is_refused_and_nothing_written(rules, tmp_path, monkeypatch, arguments, told):
    monkeypatch.chdir(tmp_path)
    code, out, err = rules("new", *arguments)
    assert (code, out) == (2, "") and told in err
    assert not list(tmp_path.rglob("*.yaml"))


def test_a_folder_that_cannot_be_written_is_named(rules, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, _, err = rules("new", "BNK-01", "--title", "试", "--pack", "own", "--dir", tmp_path / "file")
    assert code == 2 and str(tmp_path / "file") in err


def test_the_free_number_follows_the_highest_and_then_fills_gaps():
    assert free_id("BNK", ["BNK-01", "BNK-07", "BNX-09"]) == "BNK-08"
    assert free_id("BNK", [f"BNK-{n:02}" for n in range(1, 100) if n != 5]) == "BNK-05"
    assert free_id("BNK", [f"BNK-{n:02}" for n in range(1, 100)]) == ""


def test_a_folder_that_is_not_there_is_named(rules, tmp_path):
    code, _, err = rules("test", "--dir", tmp_path / "none")
    assert code == 2 and str(tmp_path / "none") in err and "agent rules new" in err
