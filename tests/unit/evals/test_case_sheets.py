"""Cases in a table and back."""

import csv

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner
from written_cases import CASE, write_case

from evals.case_files import read_cases
from evals.case_sheets import COLUMNS, REFERENCE, _join, _split, export_cases, import_cases, read_sheet
from evals.cli import app
from evals.errors import EvalError
from evals.values import BriefSpec, Case, Expectation, Reference, Review

ODD = CASE.replace("一共34", "=一共34 | 甲\\\\n乙").replace("max_rounds", "x").replace(
    "outcome: pass", "outcome: pass\n  max_rounds: 2\n  must_not_say: [稳赚, \"a|b\"]"
)  # fmt: skip


@pytest.fixture
def cases(tmp_path):
    write_case(tmp_path / "cases", ODD, first="=标题\n\n" + '很长的一段，"引号"和🙂。\n' * 900)
    other = CASE.replace("jiangbian-run", "other").replace("seed", "x")
    write_case(tmp_path / "cases", other.split("references:")[0] + "review: {owner: a, reviewed_at: 2026-11-27}\n",
               folder="other")  # fmt: skip
    return read_cases(tmp_path / "cases")


@pytest.mark.parametrize("name", ["cases.csv", "cases.xlsx"])
def test_a_table_brings_every_case_back_as_it_was(cases, tmp_path, name):
    export_cases(cases, tmp_path / name)
    assert read_sheet(tmp_path / name) == cases
    change = import_cases(tmp_path / name, tmp_path / "fresh")
    assert change.added == ("jiangbian-run", "other")
    assert read_cases(tmp_path / "fresh") == cases
    assert import_cases(tmp_path / name, tmp_path / "fresh").unchanged == change.added


def test_every_value_of_a_case_has_a_column():
    groups = {"brief": BriefSpec, "expect": Expectation, "review": Review}
    wanted = {f"{group}.{field}" for group, model in groups.items() for field in model.model_fields}
    wanted |= set(Case.model_fields) - {*groups, "references"}
    assert set(COLUMNS.values()) == wanted and set(REFERENCE.values()) == set(Reference.model_fields)


def test_the_committed_cases_come_back_from_a_table_as_they_are(tmp_path):
    committed = read_cases()
    for name in ("cases.csv", "cases.xlsx"):
        export_cases(committed, tmp_path / name)
        assert read_sheet(tmp_path / name) == committed


def test_excel_opens_the_csv_as_utf8_and_takes_no_text_for_a_formula(cases, tmp_path):
    export_cases(cases, tmp_path / "cases.csv")
    assert (tmp_path / "cases.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    export_cases(cases, tmp_path / "cases.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "cases.xlsx").active
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}


def _edit(path, change):
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    change(rows)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def test_an_import_writes_what_changed_and_leaves_the_rest_byte_for_byte(cases, tmp_path):
    table, root = tmp_path / "cases.csv", tmp_path / "cases"
    export_cases(cases, table)
    kept = (root / "other" / "case.yaml").read_bytes()

    def change(rows):
        rows[1][rows[0].index("关键词")] = "江边 #晨跑"
        rows[1][rows[0].index("日期")] = "2026/1/5"
        rows[2][rows[0].index("日期")] = "2026/11/24"  # what Excel makes of the day that stood there

    _edit(table, change)
    assert import_cases(table, root, dry_run=True).changed == ("jiangbian-run",)
    assert read_cases(root) == cases
    import_cases(table, root)
    edited = read_cases(root)[0]
    assert edited.brief.keyword == "江边 #晨跑" and str(edited.brief.as_of) == "2026-01-05"
    assert edited.references == cases[0].references
    assert (root / "other" / "case.yaml").read_bytes() == kept


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("结局", "通过", "第 2 行“结局”列"),
        ("主题", "runing", "第 2 行“主题”列：不认识“runing”"),
        ("编号", "江边", "第 2 行“编号”列"),
        ("编号", "other", "第 3 行“编号”列：“other”在第 2 行已有"),
        ("最多轮数", "两轮", "第 2 行“最多轮数”列：“两轮”不对"),
        ("日期", "昨天", "第 2 行“日期”列：“昨天”不对"),
        ("复核人", "", "第 2 行“复核人”列：没有填"),
        ("素材（类型|原话）", "事情|跑步", "第 2 行“素材（类型|原话）”列：“事情”不对"),
        ("必说事实（编号|说法|说法）", "cc-coffee-30-5", "第 2 行“必说事实（编号|说法|说法）”列"),
        ("范文1文件", "../x.md", "第 2 行“范文1文件”列：“../x.md”不是一个 .md 文件名"),
        ("范文1作者", "", "第 2 行“范文1作者”列：没有填"),
    ],
)
def test_a_bad_cell_is_told_by_row_and_column_and_nothing_is_written(cases, tmp_path, column, value, told):
    table, root = tmp_path / "cases.csv", tmp_path / "fresh"
    export_cases(cases, table)
    _edit(table, lambda rows: rows[1].__setitem__(rows[0].index(column), value))
    with pytest.raises(EvalError) as caught:
        import_cases(table, root)
    assert told in caught.value.message
    assert not root.exists()


@pytest.mark.parametrize(("old", "told"), [("结局", "缺少“结局”列"), ("关键词", "不认识这一列")])
def test_a_bad_header_is_told(cases, tmp_path, old, told):
    export_cases(cases, tmp_path / "cases.csv")
    _edit(tmp_path / "cases.csv", lambda rows: rows[0].__setitem__(rows[0].index(old), "别的"))
    with pytest.raises(EvalError, match=told):
        read_sheet(tmp_path / "cases.csv")


def test_what_is_no_table_is_refused(tmp_path):
    (tmp_path / "cases.xlsx").write_bytes(b"no zip")
    for name, told in (("cases.xlsx", "打不开"), ("cases.doc", r"\.csv 或 \.xlsx"), ("none.csv", "none")):
        with pytest.raises(EvalError, match=told):
            read_sheet(tmp_path / name)


@given(st.lists(st.text(alphabet="a|\\n\n0 =", max_size=6), max_size=4), st.sampled_from(["|", "\n"]))
def test_no_text_is_lost_between_marks(items, mark):
    assert _split(_join(items, mark), mark) == (items or ([""] if mark == "|" else []))


def test_the_commands_go_both_ways(cases, tmp_path):
    table, run = tmp_path / "cases.xlsx", CliRunner().invoke
    assert run(app, ["cases", "export", str(table), "--root", str(tmp_path / "cases")]).exit_code == 0
    done = run(app, ["cases", "import", str(table), "--root", str(tmp_path / "fresh")])
    assert done.exit_code == 0 and "新增 2" in done.stderr
    assert read_cases(tmp_path / "fresh") == cases
