"""Sheets open in a spreadsheet as they were meant: Chinese reads, numbers are numbers, and nothing is a formula."""

import csv
import io
from datetime import date

import pytest

from agent.library.sheets import write_sheet


def read(sheet):
    return list(csv.reader(io.StringIO(sheet.decode("utf-8-sig"), newline="")))


def test_excel_takes_it_for_utf8_and_rows_stay_rows():
    sheet = write_sheet(["标题", "数"], [["一行\n两行", 3], ['引号"，', 0.123456]])
    assert sheet.startswith(b"\xef\xbb\xbf") and sheet.endswith(b"\r\n")
    assert read(sheet) == [["标题", "数"], ["一行\n两行", "3"], ['引号"，', "0.1235"]]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", " =1+1", "\t=1", "\r=1", "\n=1", "＝1+1", '=HYPERLINK("http://x")', "\t1"]
)
def test_a_text_that_would_be_a_formula_is_defused(cell):
    assert read(write_sheet(["a"], [[cell]]))[1] == ["'" + cell]


@pytest.mark.parametrize(("cell", "told"), [("a=1", "a=1"), (-3, "-3"), (None, ""), (date(2026, 11, 24), "2026-11-24")])
def test_what_is_no_formula_stays_as_it_is(cell, told):
    assert read(write_sheet(["a"], [[cell]]))[1] == [told]


def test_a_heading_is_no_formula_either_and_broken_text_breaks_no_sheet():
    rows = read(write_sheet(["=a"], [["半个\ud83d字\x00"]]))
    assert rows == [["'=a"], ["半个\\ud83d字"]]
