"""The sheet of ratings: opens in Excel, shows no model's answer, holds no formula, and bad cells are named."""

import csv
import io

import pytest
from measured import note, sample

from evals.errors import EvalError
from evals.ratings import COLUMNS, Rating, read_ratings, rubric_questions, write_sheet

HEAD = ",".join(COLUMNS)


@pytest.fixture
def table(tmp_path):
    """Return a function that writes rows under the usual heading."""

    def write(*rows, head=HEAD, encoding="utf-8-sig"):
        path = tmp_path / "ratings.csv"
        path.write_bytes("\n".join([head, *rows, ""]).encode(encoding))
        return path

    return write


def test_people_are_asked_what_the_critic_is_asked():
    questions = rubric_questions()
    assert list(questions) == [f"D{number}" for number in range(1, 13)]
    assert questions["D3"].startswith("钩子：")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_a_sheet_saved_by_excel_is_read(table, encoding):
    rows = ("江边#0,D3,李老师,人,是,,", "江边#0,D4,李老师,人,No,没有用处,1", "江边#0,D5,李老师,人,,,")
    path = table(*rows, encoding=encoding)
    who = {"item": "江边#0", "rater": "李老师", "rater_kind": "person"}
    assert read_ratings(path) == (
        Rating(question="D3", answer=True, **who),
        Rating(question="D4", answer=False, span="没有用处", repeat=1, **who),
    )


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("a,D1,li,person,maybe,,0", r"第 2 行 answer 列“maybe”"),
        ("a,D1,li,human,yes,,0", r"第 2 行 rater_kind 列“human”"),
        ("a,D1,li,person,yes,,first", r"第 2 行 repeat 列“first”"),
        ("a,D1,,person,yes,,0", r"第 2 行 rater 列"),
        ("a,D1,li,person,,,0", "一个答案也没有"),
        ("a,D1,li,person,yes,,0\na,D1,li,person,no,,0", "答了两遍"),
        ("a,D1,li,person,yes,,0\na,D2,li,model,no,,0", "一会儿是人一会儿不是"),
    ],
)
def test_what_is_wrong_is_named(table, row, named):
    with pytest.raises(EvalError, match=named):
        read_ratings(table(row))


def test_missing_columns_and_files_are_named(table, tmp_path):
    with pytest.raises(EvalError, match="缺这些列：rater_kind、span"):
        read_ratings(table("a,D1,li,yes,0", head="item,question,rater,answer,repeat"))
    with pytest.raises(EvalError, match=r"absent\.csv"):
        read_ratings(tmp_path / "absent.csv")
    odd = tmp_path / "odd.csv"
    odd.write_bytes(b"\xff\xff\xff")
    with pytest.raises(EvalError, match="GB 18030"):
        read_ratings(odd)


def test_a_blank_sheet_opens_in_excel_and_comes_back_when_filled(tmp_path):
    path = tmp_path / "sheet.csv"
    assert write_sheet([sample("a"), sample("b", note=None)], path) == 12
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row["question"] for row in rows] == list(rubric_questions())
    assert {row["answer"] for row in rows} == {""} and rows[0]["正文"] == "a：六点出门，江边风大。"
    filled = content.decode("utf-8-sig").replace(",D1,,person,,", ",D1,li,person,yes,")
    path.write_bytes(filled.encode("utf-8-sig"))
    assert read_ratings(path) == (Rating(item="a#0", question="D1", rater="li", rater_kind="person", answer=True),)


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_note_is_never_a_formula(tmp_path, start):
    path = tmp_path / "sheet.csv"
    write_sheet([sample("a", note=note(f"{start}HYPERLINK(1)"))], path)
    cells = [cell for row in csv.reader(io.StringIO(path.read_text("utf-8-sig"))) for cell in row]
    assert f"'{start}HYPERLINK(1)" in cells and not any(cell.startswith(start) for cell in cells)


def test_a_run_without_notes_has_nothing_to_rate(tmp_path):
    with pytest.raises(EvalError, match="没有一篇笔记"):
        write_sheet([sample("a", note=None)], tmp_path / "sheet.csv")
    assert not (tmp_path / "sheet.csv").exists()
