"""What a content person is told about a case: where, what, and what to do."""

import shutil

import pytest
from typer.testing import CliRunner
from written_cases import CASE, FIRST, SECOND, write_case

from evals.case_files import CASES
from evals.case_lint import lint
from evals.cli import app


def told(root):
    return [f"{problem.path.name}:{problem.line}:{problem.column} {problem.message}" for problem in lint(root)]


def test_a_good_case_has_nothing_to_say(tmp_path):
    write_case(tmp_path)
    assert told(tmp_path) == []


def test_an_empty_folder_is_a_problem_of_its_own(tmp_path):
    assert "没有用例" in told(tmp_path)[0]


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("theme: running", "theme: runing", "case.yaml:3:1", ("runing", "最接近的是：running")),
        ("theme: running", "them: running", "case.yaml:3:1", ("them", "改成“theme”")),
        ("split: dev", "splitt: dev", "case.yaml:4:1", ("splitt", "split")),
        ("split: dev", "split: both", "case.yaml:4:1", ("dev、held",)),
        ("id: jiangbian-run", "id: 江边", "case.yaml:2:1", ("江边", "小写英文")),
        ("id: jiangbian-run", "id: jiangbian", "case.yaml:2:1", ("jiangbian-run", "文件夹")),
        ("persona: daxu", "persona: daxuu", "case.yaml:9:3", ("人设", "daxu")),
        ("account: staff-daxu", "account: staff-dax", "case.yaml:10:3", ("账号", "staff-daxu")),
        ("[coffee-card]", "[cofee-card]", "case.yaml:11:14", ("产品", "coffee-card")),
        ("facts: [cc-coffee-30-5]", "facts: [cc-coffee-30-5, cc-cofee]", "case.yaml:12:27", ("事实", "cc-coffee-30-5")),
        ("as_of:", "points: [bil-date]\n  as_of:", "case.yaml:13:12", ("知识点", "bill-date")),
        ("outcome: pass", "outcome: pass\n  refused_by: [ACC-91]", "case.yaml:19:16", ("规则", "ACC-0")),
        ("as_of: 2026-11-24", "as_of: 昨天", "case.yaml:13:3", ("昨天", "2026-09-30")),
        ("topic: \"12:30 沿江跑五公里 #晨跑\"", "topic: \"  \"", "case.yaml:6:3", ("topic",)),
        ("outcome: pass", "outcome: pass\n  must_not_say:\n    - #天花板", "case.yaml:20:7", ("#天花板", "双引号")),
        ("  persona: daxu", "\tpersona: daxu", "case.yaml:9:1", ("Tab",)),
        ("owner: content team", "owner: \"\"", "case.yaml:24:10", ("复核人",)),
        ("review: {owner: content team, reviewed_at: 2026-11-27}\n", "", "case.yaml:2:1", ("review",)),
        ("{fact: cc-coffee-30-5, any", "{fact: cc-metro-1, any", "case.yaml:20:8", ("cc-metro-1", "brief.facts")),
        ("any_of: [满30元减5元, 满30减5]", "any_of: [满三十减五]", "case.yaml:20:30", ("满三十减五", "ref-1.md")),
        ("outcome: pass", "outcome: pass\n  must_say: [下雨]", "case.yaml:19:14", ("must_say", "下雨")),
        ("outcome: pass", "outcome: pass\n  disclosures: [投资有风险]", "case.yaml:19:17", ("投资有风险",)),
        ("outcome: pass", "outcome: pass\n  must_not_say: [热美式]", "case.yaml:19:18", ("热美式", "ref-2.md")),
        ("file: ref-2.md", "file: ref-3.md", "case.yaml:23:6", ("ref-3.md",)),
        ("file: ref-2.md", "file: ref-1.md", "case.yaml:23:6", ("ref-1.md", "两次")),
        ("why: 生活在前", "text: 生活在前", "case.yaml:22:58", ("ref-1.md", "text")),
        ("outcome: pass", "outcome: pass\n  must_not_say: [稳赚，手慢无]", "case.yaml:19:18", ("英文逗号",)),
        ("outcome: pass", "outcome: pass\n  asks: [几点、和谁]", "case.yaml:19:10", ("几点、和谁", "英文逗号")),
        ("keyword: 沿江跑步", "keyword: “沿江跑步”", "case.yaml:8:3", ("“沿江跑步”", "中文引号")),
        ("keyword: 沿江跑步", "keyword: 跑步: 沿江", "case.yaml:8:14", ("双引号",)),
    ],
)  # fmt: skip
def test_every_slip_is_told_at_its_place_with_the_remedy(tmp_path, old, new, place, words):
    assert old in CASE
    write_case(tmp_path, CASE.replace(old, new, 1))
    here = [line for line in told(tmp_path) if line.startswith(place + " ")]
    assert here and all(any(word in line for line in here) for word in words), told(tmp_path)


@pytest.mark.parametrize(
    ("first", "place", "words"),
    [
        (FIRST.replace("平时不喝咖啡", "稳赚不赔，平时不喝咖啡"), "ref-1.md:7:", "RET-"),
        (FIRST.replace("本人为云杉银行员工。云杉咖啡卡由云杉银行股份有限公司发行。", ""), "ref-1.md:1:1", "ACC-04"),
        (FIRST.replace("腿还没热", "【腿还没热】"), "ref-1.md:1:1", "T09"),
        (FIRST.replace("六点出门，江边", "宝子们，江边"), "ref-1.md:3:1", "T14"),
        (SECOND, "ref-2.md:1:1", "太像"),
        ("只有标题\n", "ref-1.md:1:1", "正文"),
        ("", "ref-1.md:1:1", "正文"),
    ],
)
def test_a_reference_below_the_standard_is_refused(tmp_path, first, place, words):
    write_case(tmp_path, first=first)
    assert any(line.startswith(place) and words in line for line in told(tmp_path)), told(tmp_path)


def test_a_reference_is_missing_or_listed_nowhere_or_too_few(tmp_path):
    write_case(tmp_path, second=None)
    assert any("case.yaml:23:6" in line and "ref-2.md" in line for line in told(tmp_path))
    write_case(tmp_path, CASE.replace('  - {file: ref-2.md, author: "written for this project", why: 先写早饭}\n', ""))
    assert any(line.startswith("ref-2.md:1:1") and "references" in line for line in told(tmp_path))
    assert any(line.startswith("case.yaml:21:1") and "至少要 2 篇" in line for line in told(tmp_path))


def test_a_file_that_nobody_reads_is_named_and_what_a_desktop_leaves_behind_is_not(tmp_path):
    folder = write_case(tmp_path)
    for name in ("ref-3.docx", "ref-4.txt", ".DS_Store", "~$ref-3.docx"):
        (folder / name).write_bytes(b"x")
    found = told(tmp_path)
    assert [line.split(":")[0] for line in found] == ["ref-3.docx", "ref-4.txt"] and all(
        ".md" in line for line in found
    )


def test_a_reference_is_not_taken_from_another_folder(tmp_path):
    write_case(tmp_path, CASE.replace("file: ref-2.md", "file: ../ref-2.md"))
    (tmp_path / "ref-2.md").write_text(SECOND, encoding="utf-8")
    assert any("找不到范文文件" in line for line in told(tmp_path))


def test_a_copied_folder_is_told_all_that_must_change(tmp_path):
    shutil.copytree(write_case(tmp_path), tmp_path / "jiangbian-run-copy")
    (tmp_path / "notes").mkdir()
    found = "\n".join(told(tmp_path))
    assert "文件夹名“jiangbian-run-copy”不一样" in found
    assert "已被 jiangbian-run 用过" in found
    assert "和 jiangbian-run/ref-1.md 太像" in found
    assert "没有 case.yaml" in found


def test_a_broken_case_hides_no_problem_of_another(tmp_path):
    write_case(tmp_path, "id: [", folder="aaa")
    write_case(tmp_path, CASE.replace("persona: daxu", "persona: nobody"))
    assert [line.split(" ")[0] for line in told(tmp_path)] == ["case.yaml:2:1", "case.yaml:9:3"]


def test_the_command_prints_problems_on_stdout_and_leaves_with_one(tmp_path):
    write_case(tmp_path, CASE.replace("theme: running", "theme: runing"))
    done = CliRunner().invoke(app, ["lint", "--root", str(tmp_path)])
    assert done.exit_code == 1
    assert "jiangbian-run/case.yaml:3:1 不认识的主题" in done.stdout and "1 处要改" in done.stderr
    write_case(tmp_path)
    assert CliRunner().invoke(app, ["lint", "--root", str(tmp_path)]).exit_code == 0


def test_the_committed_cases_hold():
    if any(CASES.glob("*/case.yaml")):
        assert [str(problem) for problem in lint(CASES)] == []
