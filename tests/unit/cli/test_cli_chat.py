"""`agent chat` and `agent reply` as a person at a terminal sees them: answers on stdout, the rest on stderr."""

import io
import json
import re

import pytest

from agent.record import Store

TODAY = "2026-11-24"
LINES = """\
/身份 阿宁
周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块
老板说：下雨天豆子味道会闷一点，你别怪它
走的时候我把伞忘在门口桶里了
回家的地铁上我的手指还是热的
进门前我在楼道里站了一会儿
这款理财稳赚不赔，能说吗
写一篇下班绕路喝一杯手冲
短一点
/锁 标题
标题改成别的
评论：利率多少？
送审
进度
/退出
不会读到这里
"""
TRANSCRIPT = """\
记下了 1 条素材，还有 1 个问题想问（不急）
  素材 m1 周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块
  ? 当时有什么感受，或者哪里不圆满？
不能这么说
  ✗ “这款理财稳赚不赔” · 生活笔记
    为什么：
    改法：
写好了，核对通过。看过以后可以送审
写好了，核对通过。看过以后可以送审
  改动：删去
  改动：删去
锁住了“
会动到锁住的“
问利率和费用：3 条可选，挑一条自己发
  1）
  2）
  3）
已送审。批准的是这一版文字，之后再改要重新送
这段对话里有 1 篇
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KOSNOTE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KOSNOTE_AUTHOR", "offline")
    return tmp_path / "home"


@pytest.fixture
def typed(agent, home, monkeypatch):
    """Type lines into `agent chat`."""

    def call(text, *options):
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        return agent("chat", "--as-of", TODAY, *options)

    return call


def thread_of(told):
    return re.search(r"--thread (\S+)", told).group(1)


def test_a_conversation_reads_as_it_was_held(typed):
    code, out, err = typed(LINES)
    assert code == 0
    place = 0
    for line in TRANSCRIPT.splitlines():
        found = out.find(f"\n{line}" if place else line, place)
        assert found >= 0, f"{line!r} does not come after what is before it:\n{out[place:]}"
        place = found + len(line)
    assert "不会读到这里" not in out + err
    assert "第 1 轮 合规：通过" in err and "合规" not in out
    assert re.search("标题：.*手冲", out) and "运行 2026" in out


def test_a_thread_is_gone_on_with_by_its_owner_alone(typed):
    _, _, err = typed("周二下班，绕到青年路喝了一杯手冲\n", "--user", "甲")
    thread = thread_of(err)
    code, out, err = typed("写吧\n/回看\n/历史\n", "--thread", thread, "--user", "甲")
    assert code == 0 and "绕到青年路喝了一杯手冲" in out
    assert "> 写吧" in err and thread in err
    code, out, err = typed("进度\n", "--thread", thread, "--user", "乙")
    assert (code, out) == (2, "") and "没有对话" in err


def test_numbers_answer_the_question(typed):
    _, out, _ = typed("写一篇周末带爸妈去植物园\n1\n")
    assert "[1] 没有亲历" in out and "标题：" in out and "没有素材" in out


def test_help_lists_every_command_and_an_unknown_one_is_told(typed):
    from agent.cli.chat import COMMANDS, OTHER

    code, out, err = typed("/帮助\n/没有\n")
    assert (code, out) == (0, "")
    assert all(command in err for command in (*COMMANDS, *OTHER)) and "没有命令 /没有" in err


def test_every_command_is_an_intent():
    from agent.chat.values import Intent
    from agent.cli.chat import COMMANDS

    assert sorted(intent for intent, _ in COMMANDS.values()) == sorted(Intent)


def test_saying_without_typing(agent, home):
    code, out, _ = agent("chat", "--as-of", TODAY, "--say", "还款日写在日历上，能说吗", "--say", "进度")
    assert code == 0 and "✓ “还款日写在日历上”" in out and "还没有稿子" in out


def test_blank_lines_and_an_unknown_persona_do_no_harm(typed):
    code, out, _ = typed("\n\n/身份 没有这个人\n周二下班喝了一杯手冲\n周三下班又喝了一杯手冲\n")
    assert code == 0 and "没有这个人" in out and out.count("记下了") == 1


def test_what_a_provider_fails_at_is_told_and_the_chat_goes_on(typed, monkeypatch):
    from agent.drafting import Drafting
    from agent.errors import ProviderError

    async def fails(self, brief, **given):
        raise ProviderError("provider_down")

    with monkeypatch.context() as patched:
        patched.setattr(Drafting, "draft", fails)
        code, out, err = typed("周二下班，绕到青年路喝了一杯手冲\n写吧\n")
    assert code == 0 and "没有办成" in err and "标题：" not in out
    code, out, err = typed("", "--thread", thread_of(err))
    assert "接着办" in err and "标题：" in out


class TestReply:
    def test_alternatives_are_numbered_on_stdout_and_nothing_else(self, agent, home):
        code, out, err = agent("reply", "--text", "利率多少？", "--as-of", TODAY, "-p", "阿宁")
        lines = out.splitlines()
        assert code == 0 and [line[:3] for line in lines] == ["1. ", "2. ", "3. "]
        assert "问利率和费用" in err and "不代发" in err

    def test_json_holds_what_a_program_needs(self, agent, home):
        code, out, _ = agent("reply", "--text", "我能批多少", "--format", "json", "--as-of", TODAY)
        found = json.loads(out)
        assert code == 0 and found["kind"] == "approval" and found["handoff"] and len(found["alternatives"]) == 3

    def test_a_comment_may_come_from_a_pipe(self, agent, home, monkeypatch):
        monkeypatch.setattr("sys.stdin", io.StringIO("谢谢分享"))
        code, out, _ = agent("reply", "--as-of", TODAY)
        assert code == 0 and out.startswith("1. ")

    @pytest.mark.parametrize(
        ("options", "word"),
        [(["--text", " "], "没有要回复的内容"), (["--text", "x", "-p", "没有这个人"], "没有这个人"),
         (["--text", "x", "--format", "xml"], "xml")],
    )  # fmt: skip
    def test_bad_input_leaves_stdout_empty(self, agent, home, options, word):
        code, out, err = agent("reply", *options)
        assert (code, out) == (2, "") and word in err

    def test_nothing_is_kept(self, agent, home):
        agent("reply", "--text", "利率多少？")
        assert not home.exists()


class TestForget:
    TOLD = "周二晚上六点四十下班，绕到青年路那家没有招牌的咖啡店，点了一杯耶加，32 块\n写吧\n"

    def test_a_persons_threads_go_with_their_runs_and_nobody_elses(self, typed, agent, home):
        typed(self.TOLD, "--user", "甲")
        typed("周六和我妈爬到半山腰，鞋底开了胶\n", "--user", "乙")
        code, out, err = agent("forget", "--user", "甲")
        assert (code, out) == (2, "") and "--yes" in err
        code, out, _ = agent("forget", "--user", "甲", "--yes")
        assert code == 0 and "1 次运行" in out
        left = b"".join(path.read_bytes() for path in home.iterdir())
        assert "青年路".encode() not in left and "鞋底开了胶".encode() in left
        assert agent("audit", "verify")[0] == 0
        assert agent("forget", "--user", "甲", "--yes")[:2] == (2, "")

    def test_a_lawful_request_leaves_what_was_handed_in_until_its_time_is_over(self, typed, agent, home, monkeypatch):
        typed(f"{self.TOLD}送审\n", "--user", "甲")
        with Store.open(home / "record.db") as store:
            (run,) = store.runs()
        code, _, err = agent("forget", "--user", "甲")
        assert code == 2 and f"{run.id}  不删" in err and "送审，是凭据" in err
        code, out, err = agent("forget", "--user", "甲", "--yes")
        assert code == 1 and "0 次运行" in out and f"{run.id}  不删" in err
        with Store.open(home / "record.db") as store:
            assert store.publishing.submissions(run.id) and store.threads.of("甲") == ()
        code, out, err = agent("forget", "--user", "甲", "--yes")
        assert (code, out) == (2, "") and "没有可删的" in err
        monkeypatch.setenv("KOSNOTE_EVIDENCE_DAYS", "0")
        assert agent("forget", "--user", "甲", "--yes")[0] == 0
        with Store.open(home / "record.db") as store:
            assert store.find(run.id).erased_at is not None and store.publishing.submissions(run.id) == ()
        assert agent("audit", "verify")[0] == 0

    @pytest.mark.parametrize("options", [[], ["--user", "甲", "--told-by", "乙"], ["r-1", "--user", "甲"]])
    def test_exactly_one_thing_is_named(self, agent, home, options):
        code, out, err = agent("forget", *options, "--yes")
        assert (code, out) == (2, "") and "只给一样" in err
