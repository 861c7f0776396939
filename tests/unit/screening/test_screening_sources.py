"""Every kind of source yields the same notes; what cannot be read is told with its place and kept."""

import csv
import json
import sqlite3
import sys

import pytest
from archives import BAD, LIFE, lines, write_lines

from agent.errors import ConfigurationError, UsageError
from agent.screening.rows import Row, parse_columns, read_note
from agent.screening.sources import check_columns, open_source

CHINESE = [
    {"编号": "a1", "标题": "早安", "正文": LIFE, "标签": "植物园 周末", "点赞": 3},
    {"编号": "a2", "标题": "理财，\n换行", "正文": BAD, "标签": "", "点赞": 0},
]
MAP = "id=编号,title=标题,body=正文,tags=标签"


def write_csv(path, rows, encoding="utf-8"):
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_sqlite(path, rows):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE 笔记 (编号 TEXT, 标题 TEXT, 正文 TEXT, 标签 TEXT, 点赞 INTEGER)")
        connection.executemany("INSERT INTO 笔记 VALUES (?,?,?,?,?)", [tuple(row.values()) for row in rows])
    connection.close()
    return path


def notes_of(source, columns=MAP):
    columns = parse_columns(columns)
    check_columns(source, columns)
    return [read_note(row, columns) for row in source.rows()]


def in_jsonl(folder):
    return open_source(str(write_lines(folder / "a.jsonl", CHINESE)))


def in_csv(folder):
    return open_source(str(write_csv(folder / "a.csv", CHINESE)))


def in_excel_csv(folder):
    return open_source(str(write_csv(folder / "a.csv", CHINESE, "gb18030")), encoding="gb18030")


def in_csv_with_mark(folder):
    return open_source(str(write_csv(folder / "a.csv", CHINESE, "utf-8-sig")))


def in_sqlite(folder):
    return open_source(str(write_sqlite(folder / "a.db", CHINESE)), table="笔记")


def in_sqlite_address(folder):
    return open_source(f"sqlite:///{write_sqlite(folder / 'a.db', CHINESE)}?table=笔记")


def in_sqlite_query(folder):
    return open_source(str(write_sqlite(folder / "a.db", CHINESE)), query="SELECT * FROM 笔记 ORDER BY 编号")


def in_parquet(folder):
    pyarrow = pytest.importorskip("pyarrow", reason="needs the extra bulk")
    from pyarrow import parquet

    parquet.write_table(pyarrow.Table.from_pylist(CHINESE), folder / "a.parquet")
    return open_source(str(folder / "a.parquet"))


@pytest.mark.parametrize(
    "made",
    [in_jsonl, in_csv, in_excel_csv, in_csv_with_mark, in_sqlite, in_sqlite_address, in_sqlite_query, in_parquet],
)
def test_every_kind_of_source_yields_the_same_notes(made, tmp_path):
    first, second = notes_of(made(tmp_path))
    assert (first.id, first.title, first.body, first.tags) == ("a1", "早安", LIFE, ("植物园", "周末"))
    assert (second.title, second.body, second.tags) == ("理财，\n换行", BAD, ())


def test_a_source_can_be_read_twice_in_the_same_order(tmp_path):
    source = in_csv(tmp_path)
    assert list(source.rows()) == list(source.rows())


def test_a_note_without_an_id_is_named_by_its_place():
    assert read_note(Row(12, json.dumps({"body": LIFE}).encode(), 0), ()).id == "12"


BROKEN = [
    (b"{broken", "row_not_json"),
    (b"[1, 2]", "row_not_object"),
    (b'{"id": "x"}', "row_invalid"),
    (b'{"body": "\xff\xfe"}', "row_not_text"),
    (b'{"body": "a", "products": ["bread"]}', "row_invalid"),
    (b'{"body": ' + b"[" * 100_000, "row_not_json"),
    ('{"body": "稳赚不赔\\ud800"}'.encode(), "row_not_text"),
]


@pytest.mark.parametrize(("text", "code"), BROKEN, ids=[code for _, code in BROKEN])
def test_a_broken_row_is_kept_with_its_place_and_the_rest_is_screened(text, code, tmp_path, go):
    good = [json.dumps({"id": name, "body": BAD}, ensure_ascii=False).encode() for name in ("before", "after")]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join([good[0], b"", text, good[1]]) + b"\n")
    progress = go(tmp_path / "a.jsonl")
    assert [report["id"] for report in lines(tmp_path / "report.jsonl")] == ["before", "after"]
    (refused,) = lines(tmp_path / "report.rejected.jsonl")
    assert (refused["place"], refused["code"]) == (3, code)
    assert refused["row"].encode() == text or "\\xff" in refused["row"]
    assert (progress.tally.notes, progress.tally.rejected) == (2, 1)


def test_a_csv_row_of_another_width_or_with_odd_bytes_is_kept(tmp_path, go):
    text = f"id,body\na,{BAD}\nb,{LIFE},more\n".encode() + b"c,\xff\n" + f"d,{BAD}\n".encode()
    (tmp_path / "a.csv").write_bytes(text)
    go(tmp_path / "a.csv")
    assert [report["id"] for report in lines(tmp_path / "report.jsonl")] == ["a", "d"]
    refused = lines(tmp_path / "report.rejected.jsonl")
    assert [(row["place"], row["code"]) for row in refused] == [(3, "row_wrong_width"), (4, "row_not_text")]


def refusal(call):
    with pytest.raises(UsageError) as caught:
        call()
    return caught.value


def test_what_cannot_be_read_is_told_before_anything_is_written(tmp_path):
    database = write_sqlite(tmp_path / "a.db", CHINESE)
    assert "笔记" in refusal(lambda: open_source(str(database), table="notes")).hint
    assert refusal(lambda: open_source(str(database), query="DELETE FROM 笔记")).code == "screen_query_failed"
    assert refusal(lambda: open_source(str(tmp_path / "no.jsonl"))).code == "file_unreadable"
    assert refusal(lambda: open_source("mysql://u:secret@h/d")).code == "screen_source_unknown"
    assert "secret" not in refusal(lambda: open_source("mysql://u:secret@h/d")).message
    assert refusal(lambda: open_source("postgresql://u:secret@h/d")).code == "screen_needs_query"
    assert refusal(lambda: notes_of(in_csv(tmp_path), "body=內容")).code == "screen_column_unknown"
    assert refusal(lambda: notes_of(in_csv(tmp_path), "")).code == "screen_no_text"
    assert refusal(lambda: open_source(str(write_csv(tmp_path / "g.csv", CHINESE, "gb18030")))).code == (
        "screen_no_header"
    )
    assert refusal(lambda: open_source(str(tmp_path / "a.csv"), encoding="utf-16")).code == "screen_encoding"


def test_a_map_that_names_no_key_of_a_note_is_refused():
    for wrong in ("text=正文", "title", "title=", "title=a,title=b"):
        assert refusal(lambda text=wrong: parse_columns(text)).code == "screen_map_wrong"


def test_parquet_without_its_extra_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(ConfigurationError) as caught:
        open_source(str(tmp_path / "a.parquet"))
    assert "kosnote[bulk]" in caught.value.hint
