"""`agent check --write-baseline | --baseline`: copy begins where it stands, and only new findings stop a run."""

import functools
import json

import pytest

OLD = "标题\n我们行这款理财保本保息，大家放心买\n今天在湖边走了一圈，面包很香\n"


@pytest.fixture
def check(agent, monkeypatch, tmp_path):
    """Run `agent check …`; return exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    return functools.partial(agent, "check")


@pytest.fixture
def old(tmp_path, check):
    """A note whose findings are written down as known."""
    path = tmp_path / "a.txt"
    path.write_text(OLD, encoding="utf-8")
    assert check("a.txt")[0] == 1
    code, out, err = check("a.txt", "--write-baseline", "known.json")
    assert code == 0 and "已知" in out and "写入 known.json" in err
    return path


def test_what_is_known_stops_nothing_and_is_still_shown(check, old):
    code, out, err = check("a.txt", "--baseline", "known.json")
    assert code == 0 and "和基线比：新 0 处，已改 0 处，未变" in err
    assert "不能发布" in out and "已知 RET-01 “保本保息”" in out and "没有新的问题" in out


def test_an_edit_elsewhere_brings_nothing_back(check, old):
    old.write_text(
        "新标题\n早上下了雨。\n" + OLD.replace("标题\n", "").replace("面包很香", "面包更香"), encoding="utf-8"
    )
    code, _, err = check("./a.txt", "--baseline", "known.json")
    assert code == 0 and "新 0 处，已改 0 处" in err


def test_a_new_finding_stops_the_run_and_a_mended_one_is_counted(check, old):
    old.write_text(OLD.replace("保本保息，大家放心买", "要看风险等级") + "加微信聊\n", encoding="utf-8")
    code, out, err = check("a.txt", "--baseline", "known.json")
    assert code == 1 and "XHS-02" in out
    assert "已改 0 处" not in err and "新 0 处" not in err


def test_the_same_words_twice_are_known_once_only(check, tmp_path, old):
    one = {"id": "x", "body": "这款理财保本保息。"}
    (tmp_path / "n.jsonl").write_text(json.dumps(one, ensure_ascii=False), encoding="utf-8")
    check("n.jsonl", "--write-baseline", "twice.json")
    (tmp_path / "n.jsonl").write_text("\n".join([json.dumps(one, ensure_ascii=False)] * 2), encoding="utf-8")
    code, out, _ = check("n.jsonl", "--baseline", "twice.json", "-f", "jsonl")
    reports = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [{f["status"] for f in r["findings"] if f["rule"] == "RET-01"} for r in reports] == [{"known"}, {"open"}]
    assert [r["verdict"] for r in reports] == ["block", "block"], "what is known is not approved"


def test_another_note_is_not_excused_by_it(check, tmp_path, old):
    (tmp_path / "b.txt").write_text(OLD, encoding="utf-8")
    code, _, err = check("b.txt", "--baseline", "known.json")
    assert code == 1 and "已改 0 处，未变 0 处" in err, "the note that was not checked counts as nothing"


def test_a_baseline_can_be_compared_with_and_written_anew(check, old):
    old.write_text(OLD + "加微信聊\n", encoding="utf-8")
    assert check("a.txt", "--baseline", "known.json", "--write-baseline", "known.json")[0] == 1
    assert check("a.txt", "--baseline", "known.json")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--baseline", "none.json"], "none.json"),
        (["--baseline", "a.txt"], "不是基线文件"),
        (["--write-baseline", "none/known.json"], "写不了基线文件"),
        (["--baseline", "known.json", "--fix"], "先改"),
    ],
)
def test_what_cannot_be_used_is_told(check, old, arguments, told):
    code, _, err = check("a.txt", *arguments)
    assert code == 2 and told in err


def test_sentences_without_an_id_share_one_place(check, tmp_path, old):
    bodies = ["这款理财保本保息。", "湖边走一圈"]
    lines = [json.dumps({"body": body}, ensure_ascii=False) for body in bodies]
    (tmp_path / "n.jsonl").write_text("\n".join(lines), encoding="utf-8")
    check("n.jsonl", "--write-baseline", "k.json")
    (tmp_path / "n.jsonl").write_text("\n".join(reversed(lines)), encoding="utf-8")
    assert check("n.jsonl", "--baseline", "k.json")[0] == 0


def test_options_of_the_command_are_named_beside_the_report_and_never_in_it(check, old):
    _, out, err = check("a.txt")
    assert "--" not in out and err.rstrip().endswith("在命令后面加 --full。")
    assert "--full" not in check("a.txt", "--full")[2] and "--full" not in check("a.txt", "--format", "json")[2]
