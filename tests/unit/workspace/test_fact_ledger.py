"""The ledger: what is checked, what an import refuses, and what it leaves alone."""

from datetime import date, datetime

import openpyxl
import pytest

from agent.errors import UsageError
from agent.workspace import check_facts, init_workspace, load_workspace, merge_facts

HEAD = "编号,产品,类别,内容,不可省略,数字,来源,生效日,失效日"
ROW = "new-1,云杉咖啡卡,card,单笔满20元减3.60元,满20元,门槛=20元；立减=3.60元,活动规则,2026-11-01,2026-12-31"
TODAY = date(2026, 11, 24)


@pytest.fixture
def folder(tmp_path):
    init_workspace(tmp_path / "bank")
    return tmp_path / "bank"


@pytest.fixture
def sheet(tmp_path):
    def write(*rows, head=HEAD, encoding="utf-8"):
        path = tmp_path / "facts.csv"
        path.write_bytes("\n".join([head, *rows]).encode(encoding))
        return path

    return write


def merge(folder, path):
    return merge_facts(path, workspace=folder)


def refused(folder, path):
    before = (folder / "facts.yaml").read_bytes()
    with pytest.raises(UsageError) as caught:
        merge(folder, path)
    assert (folder / "facts.yaml").read_bytes() == before
    return caught.value.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_sheet_is_read_in_any_usual_encoding(folder, sheet, encoding):
    change = merge(folder, sheet(ROW, encoding=encoding))
    assert (change.added, change.changed, change.unchanged) == (("new-1",), (), ())
    fact = load_workspace(folder).fact("new-1")
    assert (fact.product, fact.must_keep, fact.valid_to) == ("coffee-card", ("满20元",), date(2026, 12, 31))
    assert [(n.what, n.value, n.unit) for n in fact.numbers] == [("门槛", "20", "元"), ("立减", "3.60", "元")]


def test_english_headers_are_understood(folder, sheet):
    head = "id,product,category,claim,must_keep,numbers,source,valid_from,valid_to"
    assert merge(folder, sheet(ROW, head=head)).added == ("new-1",)


def test_everything_else_in_the_ledger_stays(folder, sheet):
    before = load_workspace(folder).facts
    merge(folder, sheet(ROW))
    after = load_workspace(folder).facts
    assert after[:-1] == before and after[-1].id == "new-1"
    assert (folder / "facts.yaml").read_text(encoding="utf-8").startswith("# ")
    assert not list(folder.glob("*.new"))
    assert merge(folder, sheet(ROW)).unchanged == ("new-1",)
    assert merge(folder, sheet(ROW.replace("3.60", "3.80"))).changed == ("new-1",)


def test_a_fact_kept_in_a_file_of_its_own_is_changed_there(folder, sheet):
    merge(folder, sheet(ROW))
    (folder / "facts").mkdir()
    (folder / "facts.yaml").rename(folder / "facts" / "all.yaml")
    change = merge(folder, sheet(ROW.replace("3.60", "3.80"), ROW.replace("new-1", "new-2")))
    assert (change.added, change.changed) == (("new-2",), ("new-1",))
    assert "3.80" in load_workspace(folder).fact("new-1").claim
    assert load_workspace(folder).facts[0].id == "new-2"


def test_a_dry_run_writes_nothing(folder, sheet):
    before = (folder / "facts.yaml").read_bytes()
    assert merge_facts(sheet(ROW), workspace=folder, dry_run=True).added == ("new-1",)
    assert (folder / "facts.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "column", "value"),
    [
        ("2026-11-01", "2026年11月1日", "生效日", "2026年11月1日"),
        ("2026-12-31", "2026-10-31", "失效日", "2026-10-31"),
        ("云杉咖啡卡", "云杉奶茶卡", "产品", "云杉奶茶卡"),
        (",card,", ",信用卡,", "类别", "信用卡"),
        ("门槛=20元", "二十元", "数字", "二十元"),
        ("new-1", "", "编号", "空"),
        ("活动规则", "", "来源", "空"),
    ],
)
def test_one_wrong_cell_stops_everything_and_is_named(folder, sheet, old, new, column, value):
    message = refused(folder, sheet(ROW, ROW.replace("new-1", "new-2").replace(old.replace("new-1", "new-2"), new)))
    assert "facts.csv 第 3 行" in message and f"“{column}”" in message and value in message


def test_an_id_given_twice_and_two_without_one_are_named(folder, sheet):
    assert "new-1 重复" in refused(folder, sheet(ROW, ROW))
    assert refused(folder, sheet(ROW.replace("new-1", ""), ROW.replace("new-1", ""))).count("“编号”列：空") == 2


def test_an_unknown_column_and_an_empty_sheet_are_named(folder, sheet):
    assert "利率表" in refused(folder, sheet(ROW, head=HEAD + ",利率表"))
    assert "空表" in refused(folder, sheet(head=""))


def test_hidden_characters_do_not_reach_the_ledger(folder, sheet):
    merge(folder, sheet(ROW.replace("单笔", "单\u202e笔\u200b")))
    assert load_workspace(folder).fact("new-1").claim.startswith("单笔满")


def excel(path, *rows):
    book = openpyxl.Workbook()
    book.active.title = "四季度"
    for row in (HEAD.split(","), *rows):
        book.active.append(row)
    book.save(path)
    return path


def test_excel_cells_are_read_as_dates_and_text(folder, tmp_path):
    cells = [*ROW.split(",")[:7], datetime(2026, 11, 1), None]
    merge(folder, excel(tmp_path / "facts.xlsx", cells))
    fact = load_workspace(folder).fact("new-1")
    assert (fact.valid_from, fact.valid_to, fact.numbers[1].value) == (date(2026, 11, 1), None, "3.60")


def test_an_excel_error_names_the_sheet(folder, tmp_path):
    cells = [*ROW.split(",")[:7], "下周", None]
    assert "[四季度] 第 2 行" in refused(folder, excel(tmp_path / "facts.xlsx", cells))


def test_a_file_that_is_no_excel_is_named(folder, tmp_path):
    (tmp_path / "facts.xlsx").write_text("不是表格", encoding="utf-8")
    assert "facts.xlsx" in refused(folder, tmp_path / "facts.xlsx")


def test_the_shipped_bank_is_never_written(sheet):
    with pytest.raises(UsageError) as caught:
        merge_facts(sheet(ROW), workspace=None)
    assert "agent init" in caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2026-12-31", "2026-11-23", "fact_expired"),
        ("2026-11-01", "2026-11-25", "fact_future"),
        ("2026-12-31", "2026-12-08", "fact_expires_soon"),
        ("2026-12-31", "2026-12-09", ""),
        (",满20元,", ",满20元；限3次,", "fact_phrase_missing"),
        ("门槛=20元", "门槛=25元", "fact_number_missing"),
        ("满20元减", "满120元减", "fact_number_missing"),
    ],
)
def test_the_ledger_is_checked_on_a_day(folder, sheet, old, new, code):
    merge(folder, sheet(ROW.replace(old, new)))
    problems = [p for p in check_facts(load_workspace(folder), TODAY) if p.fact == "new-1"]
    assert {p.code for p in problems if p.code != "fact_phrase_missing" or code == p.code} == (
        {code} if code else set()
    )
    assert all(p.message in str(p) and p.hint for p in problems)
