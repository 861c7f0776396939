"""Slips of somebody who cannot code: each told in Chinese, at the line to edit, with what to do about it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.errors import ConfigurationError
from agent.guardrails.loader import compile_rules, read_rule, tighten
from agent.guardrails.rulefiles import unread_files
from agent.paths import data_root

RULE = """# 新规则
id: BNK-01
title: "排队"
severity: block
stage: note
kind: term
effective: 2026-09-30
match:
  terms:
    - 排队
    - 通宵
anchor:
  any_of: [卡礼, 办卡]
  within: sentence
clear_by: [negation, warning]
message: 本行规定不许写
advice: 改写
basis:
  - instrument: 云杉银行宣传管理办法
    article: "3"
    effective: 2026-09-30
    verified: false
# 例句就是测试：每行一个短横
cases:
  flag:
    - 为了卡礼排队三个小时终于办到了
    - 为了办卡通宵排队真的很值得了
    - 办卡的人排队排到了马路对面去
    - 卡礼好看，排队两小时也值得了
    - 听说办卡要通宵，我也去凑热闹
    - 办卡排队
  pass:
    - 今天去湖边走了一圈
    - 面包很香
    - 风很大
    - 今天加班
    - 相机的闪光灯坏了
    - 批了三本作业
known_problems: ""
"""
SLIPS = [
    ("  terms:\n    - 排队\n    - 通宵\n", "  terms: [排队, 通宵\n", 9, ["“[”没有收尾", "补上“]”"]),
    ("severity: block", "severity: 禁止", 4, ["“禁止”不对", "写 block"]),
    ("  within: sentence", "  within: 句", 14, ["“句”不对", "写 sentence"]),
    # what is replaced, by what, the line to edit, what is said
    ("    - 通宵\n", "      - 通宵\n", 11, ["缩进得太深", "左对齐"]),
    ("  terms:\n    - 排队\n    - 通宵", "terms:\n  - 排队\n  - 通宵", 9, ["“match:”下面", "两格"]),
    ("    - 通宵\n", "    -通宵\n", 11, ["短横", "空一格"]),
    ("    - 通宵\n", "    － 通宵\n", 11, ["短横", "英文"]),
    ("    - 通宵\n", "    — 通宵\n", 11, ["短横", "英文"]),
    ("    - 排队\n    - 通宵\n", "    -排队\n    -通宵\n", 10, ["短横", "空一格"]),
    ("- instrument: ", "- instrument：", 19, ["中文冒号", "英文冒号"]),
    ("  any_of: [", "  any_of：[", 13, ["中文冒号", "英文冒号"]),
    ("  terms:\n", "  terms：\n", 9, ["中文冒号", "英文冒号"]),
    ("advice: 改写", "  advice：改写", 17, ["中文冒号", "英文冒号"]),
    ("severity: block", "severity: “block”", 4, ["去掉中文引号，写成 block"]),
    ('title: "排队"', 'title: "排队', 3, ["没有收尾"]),
    ('title: "排队"', 'title: "排队”', 3, ["没有收尾", "中文引号"]),
    ('article: "3"', 'article: "3', 20, ["没有收尾"]),
    ("- 面包很香", '- "面包"很香', 34, ["引号收尾之后还有文字"]),
    ('title: "排队"\nseverity: block', 'title: "排队\n  两行"\nseverity: block: 高', 5, ["英文冒号加空格"]),
    ('title: "排队"\nseverity: block', "title: 'it''s 排队'\nseverity: block: 高", 4, ["英文冒号加空格"]),
    ('title: "排队"\nseverity: block', 'title: "\\"排队"\nseverity: block: 高', 4, ["英文冒号加空格"]),
    ("advice: 改写", 'advice: 改, "写"成\nfix: {replacement: 甲', 18, ["括号"]),
    ("[卡礼, 办卡]", "[卡礼，办卡]", 13, ["“卡礼，办卡”", "[卡礼, 办卡]", "英文逗号"]),
    ("    - 通宵\n", "    - “通宵”\n", 11, ["去掉中文引号，写成 通宵"]),
    ("kind: term", "kind: term\nexcept: [“排队机”]", 7, ["去掉中文引号，写成 排队机"]),
    ("kind: term", "kind: term\nexcept: [排队机、排队软件]", 7, ["[排队机, 排队软件]"]),
    ("[negation, warning]", "[negation，warning]", 15, ["英文逗号"]),
    ("[negation, warning]", "[negation, warning, sarcasm]", 15, ["clear_by 第 3 项", "lifestyle"]),
    ("severity:", "severty:", 4, ["“severty”", "想写“severity”"]),
    ("severity:", "级别:", 4, ["“级别”", "想写“severity”"]),
    ("advice: 改写", "advice: 改写\nadvise: 改", 18, ["不认识的键“advise”"]),
    ("clear_by: [neg", "  clear_by: [neg", 15, ["缩进得太深", "“anchor”"]),
    (RULE[RULE.index("basis:") :], "", 2, ["缺少“basis”、“cases”", "没有存全"]),
    ("cases:\n", "", 24, ["少了“cases:”这一行", "上面加一行"]),
    (RULE[RULE.index("cases:") :], "", 2, ["缺少“cases”", "没有存全"]),
    (RULE[RULE.index("cases:") + 3 :], "", 24, ["没有写完", "没有存全"]),
    ("message: 本行规定不许写", "message:\n  - 甲\n  - 乙", 16, ["“甲、乙”", "一段文字"]),
    ("  - instrument: 云", "    instrument: 云", 18, ["instrument: 云杉银行宣传管理办法", "第一行前面加“- ”"]),
    ("    - 通宵\n", "    - *通宵*\n", 11, ["不能以这个符号开头", "双引号"]),
    ("message: 本行", "message: &本行", 16, ["不能以这个符号开头", "双引号"]),
    ("message: 本行", "message: !本行", 16, ["不能以这个符号开头", "双引号"]),
    ("message: 本行", "message: |本行", 16, ["不能以这个符号开头", "双引号"]),
    ("- 今天加班", "- 排了三小时队 #办卡 终于办到了", 36, ["丢掉", "双引号"]),
    ("message: 本行规定不许写", "message: 本行规定 #3 条：不许写", 16, ["丢掉", "双引号"]),
    ("message: 本行规定不许写", 'message: "本行\\d"', 16, ["反斜杠", "单引号"]),
    ("  within", "    within", 14, ["对不齐"]),
    ("advice: 改写", "  advice: 改写", 17, ["缩进得太深"]),
    ("[卡礼, 办卡]", "【卡礼, 办卡】", 13, ["括号要用英文的"]),
    ("[卡礼, 办卡]", "[卡礼, 办卡", 13, ["括号", "英文"]),
    ("    - 面包很香", "　　- 面包很香", 34, ["第 1 列", "全角空格", "普通空格"]),
    ("    - 面包很香", "    　- 面包很香", 34, ["第 5 列", "全角空格"]),
    ("    - 面包很香", "    -　面包很香", 34, ["第 6 列", "全角空格"]),
    ("    - 通宵\n", "      　- 通宵\n", 11, ["第 7 列", "全角空格"]),
    ("severity: block", "severity:　block", 4, ["第 10 列", "全角空格"]),
    ("severity: block", "severity: 　block", 4, ["全角空格", "删掉它"]),
    ("  within: sentence", "　 within: sentence", 14, ["第 1 列", "全角空格"]),
    ("  flag:\n", "　flag:\n", 25, ["第 1 列", "全角空格"]),
    ("[卡礼, 办卡]", "[“@product-anchor”]", 13, ['写成 "@product-anchor"']),
    ("severity: block", "severity: “@block”", 4, ['写成 "@block"']),
    ("[卡礼, 办卡]", "[@product-anchor]", 13, ['写成 "@product-anchor"']),
    ("effective: 2026-09-30", "effective: 2026-02-30", 7, ["没有这一天"]),
    ("effective: 2026-09-30", "effective: 2026年2月3日", 7, ["2026-09-30 这样"]),
    (RULE, "# 只有说明\n", 1, ["是空的", "agent rules new BNK-01"]),
    (RULE, "只写了一句话\n", 1, ["“键: 值”", "id: BNK-01"]),
]


def write(folder: Path, text: str, name: str = "BNK-01.yaml") -> Path:
    pack = folder / "own"
    pack.mkdir(exist_ok=True)
    (pack / "pack.yaml").write_text("name: own\ntitle: 本行\nversion: '1'\n", encoding="utf-8")
    path = pack / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(path: Path) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        read_rule(path)
    return caught.value


def test_the_rule_that_is_broken_below_is_whole(tmp_path: Path) -> None:
    assert read_rule(write(tmp_path, RULE)).rule.match.terms == ("排队", "通宵")


@pytest.mark.parametrize(("old", "new", "line", "told"), SLIPS)
def test_a_slip_is_told_at_its_line_with_the_remedy(
    tmp_path: Path, old: str, new: str, line: int, told: list[str]
) -> None:
    assert old in RULE
    path = write(tmp_path, RULE.replace(old, new, 1))
    error = refusal(path)
    said = error.message.replace(str(path), "") + error.hint
    assert error.parameters["line"] == line, said
    assert error.hint and all(words in said for words in told), said
    assert not any(word in said for word in ("expected", "found", "Input", "['", "{'")), said


@pytest.mark.parametrize(
    "change",
    [
        ("message: 本行规定不许写", "# 说明 #一\n#关掉的: 键\nmessage: 本行规定不许写  # 三条"),
        ("message: 本行规定不许写", 'message: "本行规定 #3 条"'),
        ("message: 本行规定不许写", "message: |\n  本行规定 #3 条\n  - 不许写\n  -通宵"),
        ("message: 本行规定不许写", "message: 本行规定\n  不许写——也不许\n  ——除非批准"),
        ("[卡礼, 办卡]", '["卡礼，办卡", 办卡]'),
        ("[卡礼, 办卡]", '["“卡礼”", 卡“礼”]'),
        ("message: 本行规定不许写", "message: |\n  本行规定\n  　　- 不许写"),
        ("message: 本行规定不许写", "message: 　本行规定\n  　不许写"),
        ("- 面包很香", '- "面包，\n      真香"'),
        ("clear_by: [", "except: ['re:排队[，、]', 排队机]\nclear_by: ["),
    ],
)
def test_what_only_resembles_a_slip_is_let_through(tmp_path: Path, change: tuple[str, str]) -> None:
    assert read_rule(write(tmp_path, RULE.replace(*change, 1))).rule.id == "BNK-01"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (RULE.encode("gbk"), "GBK"),
        (RULE.encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04\xff\xfe\x00\x80\x81", "不是文本文件"),
    ],
)
def test_another_encoding_is_named_with_the_way_to_store_it(tmp_path: Path, raw: bytes, told: str) -> None:
    path = write(tmp_path, "")
    path.write_bytes(raw)
    error = refusal(path)
    assert told in error.message and "codec" not in error.message and "另存为" in error.hint and "UTF-8" in error.hint


def test_the_guide_shows_a_tightening_that_loads(tmp_path: Path) -> None:
    guide = (data_root() / "guardrails" / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"`tighten\.yaml` .*?```yaml\n(.*?)```", guide, re.DOTALL)
    assert shown
    (tmp_path / "tighten.yaml").write_text(shown[1], encoding="utf-8")
    rule_id = shown[1].split(":")[0]
    (path,) = (data_root() / "guardrails" / "cn").glob(f"*/{rule_id}.yaml")
    before, after = read_rule(path).rule, tighten([read_rule(path)], tmp_path / "tighten.yaml")[0].rule
    assert (before.severity, after.severity) == ("fix", "block") and set(after.clear_by) < set(before.clear_by)
    (tmp_path / "tighten.yaml").write_text(f"{rule_id}: {{add_terms: [词]}}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="只能给 kind: term") as caught:
        tighten([read_rule(path)], tmp_path / "tighten.yaml")
    assert "agent rules new" in caught.value.hint


def test_a_pack_names_its_jurisdiction_by_its_letters(tmp_path: Path) -> None:
    path = write(tmp_path, RULE)
    path.with_name("pack.yaml").write_text("{name: own, title: 本行, version: '1', jurisdiction: 中国}", "utf-8")
    error = refusal(path)
    assert "“中国”不对" in error.message and "cn 内地" in error.message


@pytest.mark.parametrize("examples", [True, False])
def test_a_folder_with_the_name_of_a_rule_is_told_as_one(tmp_path: Path, examples: bool) -> None:
    folder = write(tmp_path, RULE).with_name("BNK-02.yaml")
    folder.mkdir()
    with pytest.raises(ConfigurationError, match="这是一个目录") as caught:
        read_rule(folder, examples=examples)
    assert str(folder) in caught.value.message and "不是文件夹" in caught.value.hint


def test_a_copy_is_not_told_to_take_the_place_of_the_original(tmp_path: Path) -> None:
    write(tmp_path, RULE)
    copy = refusal(write(tmp_path, RULE, "BNK-01 - 副本.yaml"))
    assert copy.code == "rule_copy" and "BNK-02" in copy.hint and "改为 BNK-01.yaml" not in copy.hint
    (tmp_path / "own" / "BNK-01.yaml").unlink()
    assert "改为 BNK-01.yaml" in refusal(tmp_path / "own" / "BNK-01 - 副本.yaml").hint


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("排队(.*小时", "少一个右括号"),
        ("排队)", "多一个右括号"),
        ("[排队", "右方括号"),
        ("*排队", "没有可以重复的字"),
        ("排{3,1}", "{3,1}"),
        ("排队\\", "反斜杠"),
        ("[9-0]", "9-0"),
        ("\\q排队", "认不出 \\q"),
    ],
)
def test_a_broken_pattern_is_told_in_chinese(tmp_path: Path, pattern: str, told: str) -> None:
    text = RULE.replace("kind: term", "kind: pattern")
    text = text.replace("  terms:\n    - 排队\n    - 通宵", f"  patterns:\n    - '{pattern}'")
    with pytest.raises(ConfigurationError) as caught:
        compile_rules([read_rule(write(tmp_path, text))], [data_root() / "guardrails" / "cn", tmp_path])
    assert told in caught.value.message and "(?m)" not in caught.value.message
    assert caught.value.parameters["line"] == 10 and "agent rules test BNK-01" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("own/BNK-02.yaml.txt", "改名为 BNK-02.yaml"),
        ("own/BNK-02.yml", "改名为 BNK-02.yaml"),
        ("own/BNK-02.YAML", "改名为 BNK-02.yaml"),
        ("own/BNK-02", "改名为 BNK-02.yaml"),
        ("own/BNK-02.docx", "不是纯文本文件"),
        ("BNK-02.yaml", "pack.yaml 放在一起"),
        ("own/old/BNK-02.yaml", "移到上一层"),
        ("terms/words.yml", "改名为 words.yaml"),
    ],
)
def test_a_file_that_looks_like_a_rule_and_is_not_read_is_named(tmp_path: Path, name: str, told: str) -> None:
    write(tmp_path, RULE)
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(RULE, encoding="utf-8")
    (found,) = unread_files(tmp_path)
    assert found.path == path and str(path) in found.message and told in found.message + found.remedy


def test_what_is_read_or_meant_for_nobody_is_not_named(tmp_path: Path) -> None:
    write(tmp_path, RULE)
    for name in ("tighten.yaml", "disclosures.yaml", "README.md", "own/BNK-01.yaml.orig", "own/BNK-01.yaml~",
                 "own/.BNK-01.yaml.swp", "own/~$BNK-01.docx", "own/说明.txt"):  # fmt: skip
        (tmp_path / name).write_text("", encoding="utf-8")
    assert unread_files(tmp_path) == ()
