"""What the commands for rule authors say when a rule is not read, not found or not right, and when it works."""

import functools
import shutil

import pytest

from agent.guardrails.loader import load_folder
from agent.paths import data_root
from agent.workspace import init_workspace

RULE = """id: BNK-01
title: 排队
severity: block
kind: term
effective: 2026-09-30
match:
  terms: [排队, 通宵]
clear_by: [warning]
message: 本行规定不许写
advice: 改写
basis:
  - {instrument: 云杉银行宣传管理办法, effective: 2026-09-30}
cases:
  flag:
    - 为了卡礼排队三个小时终于办到了
    - 为了办卡通宵排队真的很值得了
    - 办卡的人排队排到了马路对面去
    - 卡礼好看，排队两小时也值得了
    - 听说办卡要通宵，我也去凑热闹
    - 办卡排队
  pass: [今天去湖边走了一圈, 面包很香, 风很大, 今天加班, 相机的闪光灯坏了, 批了三本作业]
"""


@pytest.fixture
def rules(agent):
    """Run `agent rules …`; return exit code, stdout, stderr."""
    return functools.partial(agent, "rules")


@pytest.fixture
def folder(tmp_path):
    """A small jurisdiction of one rule, quick to load."""
    base = data_root() / "guardrails" / "cn"
    home = tmp_path / "rules"
    shutil.copytree(base / "terms", home / "terms")
    for name in ("disclosures.yaml", "disguises.yaml"):
        shutil.copy(base / name, home)
    (home / "own").mkdir()
    (home / "own" / "pack.yaml").write_text("name: own\ntitle: 本行\nversion: '1'\n", encoding="utf-8")
    (home / "own" / "BNK-01.yaml").write_text(RULE, encoding="utf-8")
    return home


@pytest.fixture
def bank(tmp_path):
    """A workspace with one rule of its own."""
    init_workspace(tmp_path / "bank")
    own = tmp_path / "bank" / "guardrails" / "own"
    own.mkdir(parents=True)
    (own / "pack.yaml").write_text("name: own\ntitle: 本行\nversion: '1'\n", encoding="utf-8")
    (own / "BNK-01.yaml").write_text(RULE, encoding="utf-8")
    return tmp_path / "bank"


def change(folder, *pairs):
    path = folder / "own" / "BNK-01.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def test_a_rule_that_works_says_so_with_its_day_and_what_comes_next(rules, folder):
    code, out, err = rules("test", "BNK-01", "--dir", folder)
    assert (code, out) == (0, "") and "BNK-01 能用了，2026-09-30 起生效" in err
    assert f'agent rules explain BNK-01 --text "一句话" --dir {folder}' in err and "不妥" not in err
    change(folder, ("effective: 2026-09-30\n", "effective: 2999-01-01\n"))
    assert "2999-01-01 起生效，在那之前不会报" in rules("test", "--dir", folder)[2]
    change(folder, ("effective: 2999-01-01\n", "effective: 2026-09-30\nuntil: 2026-10-01\n"))
    assert "已于 2026-10-01 失效" in rules("test", "--dir", folder)[2]


def test_a_rule_that_works_and_contradicts_its_law_is_told_at_the_end(rules, folder):
    change(folder, ("effective: 2026-09-30\n", "effective: 2020-01-01\n"))
    code, _, err = rules("test", "BNK-01", "--dir", folder)
    assert code == 0 and "第 5 行：effective 2020-01-01 早于" in err
    assert f"还有 1 处不妥，改法见：agent rules lint BNK-01 --dir {folder}" in err


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("- 办卡排队\n", "- 面包好吃\n", ["应报例句第 6 句（第 20 行）", "没有找到", "面包好吃", "match 的词"]),
        (
            "- 听说办卡要通宵",
            "- 警惕通宵办卡",
            ["应报例句第 5 句（第 19 行）", "“通宵”，但放行了（防骗提醒", "clear_by"],
        ),
        ("- 办卡排队\n", "- {text: 办卡排队, span: 办卡}\n", ["命中的是“排队”，不是“办卡”", "span"]),
        ("面包很香", "排队买面包", ["不报例句第 2 句（第 21 行）", "误报：“排队”", "except", "flag"]),
        ("[今天去湖边走了一圈, ", "[", ["只有 5 条，至少要 6 条"]),
    ],
)
def test_an_example_that_fails_is_told_with_its_line_the_remedy_and_where_to_look(rules, folder, old, new, told):
    change(folder, (old, new))
    code, out, err = rules("test", "BNK-01", "--dir", folder)
    assert code in (1, 2) and all(words in out + err for words in told), out + err
    if code == 1:
        assert "改法：" in out and f"--dir {folder}" in out and "agent rules explain BNK-01 --text" in out


def test_half_a_sentence_behind_a_hash_and_a_space_is_told_at_the_end(rules, folder):
    change(folder, ("- 办卡排队\n", "- 办卡排队 # 三小时\n"))
    assert "第 20 行：“# 三小时”被当成注释" in rules("test", "BNK-01", "--dir", folder)[2]


def test_explain_says_which_surroundings_were_looked_for(rules, folder):
    out = rules("explain", "BNK-01", "--text", "办卡排队", "--dir", folder)[1]
    assert "报出：禁止（看过能放行的防骗提醒语境：都不是）" in out
    change(folder, ("clear_by: [warning]\n", ""))
    out = rules("explain", "BNK-01", "--text", "办卡排队", "--dir", folder)[1]
    assert "报出：禁止（clear_by 没有写，什么语境都不放行）" in out


@pytest.mark.parametrize("asked", ["BNK-02", "bnk-01"])
@pytest.mark.parametrize("command", ["test", "show", "explain", "lint"])
def test_an_id_that_is_not_there_is_an_error_with_the_nearest_and_the_option(rules, folder, command, asked):
    option = () if command == "show" else ("--dir", folder)
    code, out, err = rules(command, asked, *option)
    assert (code, out) == (2, "") and f"没有规则 {asked}" in err
    assert ("-w 工作区目录" if command == "show" else f"--dir {folder} 里的本行规则已经找过") in err
    assert command == "show" or "BNK-01" in err


@pytest.mark.parametrize("name", ["own/BNK-02.yaml.txt", "own/BNK-02.yml", "BNK-02.yaml"])
def test_a_rule_that_is_not_read_is_named_by_the_commands_that_would_look_like_success(rules, folder, name):
    (folder / name).write_text(RULE, encoding="utf-8")
    code, _, err = rules("test", "--dir", folder)
    assert code == 1 and f"注意：没有读 {folder / name}" in err and "提示：" in err
    code, out, err = rules("lint", "--dir", folder)
    assert code == 1 and "没有读" in out and "1 个错误" in err


def test_a_workspace_names_what_is_not_read_and_reads_its_own_rules_everywhere(agent, bank, monkeypatch):
    monkeypatch.setenv("KOSNOTE_HOME", str(bank / "home"))
    code, out, _ = agent("doctor", "-w", bank)
    assert code == 0 and "（本行 1 条）" in out
    stray = bank / "guardrails" / "own" / "BNK-02.docx"
    stray.write_bytes(b"PK")
    code, out, _ = agent("doctor", "-w", bank)
    assert code == 2 and "✗ 规则包：1 个文件像是规则" in out and stray.name in out and "纯文本" in out
    code, out, err = agent("check", "--text", "办卡排队", "-w", bank)
    assert "BNK-01" in out and f"注意：没有读 {stray}" in err


def test_doctor_finds_a_broken_rule_of_the_bank(agent, bank, monkeypatch):
    monkeypatch.setenv("KOSNOTE_HOME", str(bank / "home"))
    change(bank / "guardrails", ("severity: block", "severity: 高"))
    code, out, _ = agent("doctor", "-w", bank)
    assert code == 2 and "✗ 规则包" in out and "“高”" in out


def test_lint_takes_a_workspace_an_id_or_a_path(rules, bank):
    change(bank / "guardrails", ("effective: 2026-09-30\n", "effective: 2020-01-01\n"))
    for arguments in (("-w", bank), ("BNK-01", "-w", bank), (bank,), (bank / "guardrails" / "own" / "BNK-01.yaml",)):
        code, out, err = rules("lint", *arguments)
        assert code == 1 and "[before-law]" in out and err.startswith("1 个错误"), arguments
        assert "law-only" not in out and "material" not in out
    shutil.rmtree(bank / "guardrails")
    code, out, err = rules("lint", "-w", bank)
    assert (code, out) == (2, "") and "agent rules new" in err


def test_a_pack_is_not_taken_for_a_folder_of_packs(rules, folder):
    code, out, err = rules("diff", folder / "own", folder)
    assert (code, out) == (2, "") and f"给它的上一层：{folder}" in err
    (folder.parent / "empty").mkdir()
    code, out, err = rules("diff", folder.parent / "empty", folder)
    assert (code, out) == (2, "") and "里没有规则" in err


def test_a_workspace_stands_for_the_rules_in_it(bank):
    assert load_folder(bank).find("BNK-01")[0] == "own"


@pytest.mark.parametrize(("name", "told"), [("ref:none:rules", "没有 none 这个版本"), ("ref:", "没有写版本")])
def test_what_git_has_not_got_is_told_in_chinese(rules, folder, monkeypatch, name, told):
    monkeypatch.chdir(data_root())
    _, _, err = rules("diff", name, folder)
    assert told in err and "fatal" not in err
    monkeypatch.chdir(folder)
    assert "不在 git 检出里" in rules("diff", "ref:HEAD:rules", folder)[2]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("rules", "new"), ["缺少参数 ID", "规则编号，例如 BNK-01", "rules new --help"]),
        (("rules", "new", "BNK-01", "--title", "x"), ["缺少选项 --pack"]),
        (("rules", "tset"), ["没有“tset”这个命令", "test"]),
        (("rules", "test", "--wrokspace", "x"), ["没有 --wrokspace 这个选项", "--workspace"]),
        (("rules", "show", "RET-01", "x"), ["多出来的参数：x"]),
        (("rules", "test", "--dir"), ["--dir 后面要跟一个值"]),
        (("rules", "impact", "a", "b", "--notes", "c", "--most", "x"), ["--most 的值不对：要一个整数"]),
        (("rules", "impact", "a", "b", "--notes", "c", "--most", "0"), ["--most 的值不对：至少 1"]),
        (("check", "no-such-note.txt"), ["没有这个文件或目录"]),
        (("check", "/"), ["这是一个目录，要的是文件"]),
    ],
)
def test_a_wrong_command_line_is_told_in_chinese(agent, words, told):
    code, out, err = agent(*words)
    assert (code, out) == (2, "") and all(part in err for part in told), err
    assert not any(word in err for word in ("Missing", "No such", "Try ", "Usage", "Error", "Is a directory")), err


def test_a_bare_group_shows_its_commands(agent):
    code, _, err = agent("rules")
    assert code == 2 and "impact" in err and "错误" not in err


def test_what_is_shown_of_a_rule_and_a_sentence_is_chinese(agent):
    out = agent("rules", "show", "AU-02")[1]
    assert "| 成稿 | 组合（combine） |" in out
    assert "AU-02  禁止  成稿  gold" in agent("rules", "list", "--pack", "gold")[1]
    assert agent("check", "--text", "今天去湖边走了一圈")[1].startswith("[这句话] ")


def test_every_command_names_the_file_of_the_rule_that_is_not_read(rules, bank):
    path = bank / "guardrails" / "own" / "BNK-01.yaml"
    path.rename(path.with_name("BNK-01.yaml.txt"))
    for words in (("lint", "BNK-01"), ("show", "BNK-01"), ("explain", "BNK-01"), ("test", "BNK-01")):
        code, out, told = rules(*words, "-w", bank)
        assert (code, out) == (2, "") and "BNK-01.yaml.txt" in told and "改名为 BNK-01.yaml" in told, told
    code, _, told = rules("list", "-w", bank)
    assert code == 0 and "BNK-01.yaml.txt" in told


def test_a_rule_that_is_nowhere_is_not_asked_for_with_the_option_that_was_given(rules, bank):
    told = rules("show", "BNK-77", "-w", bank)[2]
    assert "没有规则 BNK-77" in told and "要加 -w" not in told and f"-w {bank} 里的本行规则已经找过" in told
    assert "要加 -w" in rules("show", "BNK-77")[2]
