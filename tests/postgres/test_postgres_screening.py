"""An archive in PostgreSQL: read through the server's cursor, resumed only in the same order, no password told."""

import json
import os

import processes
import pytest

from agent.errors import StorageError, UsageError
from agent.screening.rows import parse_columns, read_note
from agent.screening.sources import check_columns, open_source

pytestmark = pytest.mark.block_network(allowed_hosts=processes.HOSTS)


@pytest.fixture
def notes(cluster, url):
    """A database with twelve hundred notes."""
    database = url.rpartition("/")[2]
    cluster.execute("CREATE TABLE notes (nr int PRIMARY KEY, 标题 text, 正文 text, seen date)", database)
    insert = "INSERT INTO notes SELECT n, '植物园', '第' || n || '次来', '2026-11-24' FROM generate_series(1, 1200) n"
    cluster.execute(insert, database)
    return url


def test_a_query_yields_its_rows_in_order(notes):
    source = open_source(notes, query="SELECT * FROM notes ORDER BY nr DESC;")
    columns = parse_columns("id=nr,title=标题,body=正文")
    check_columns(source, columns)
    read = [read_note(row, columns) for row in source.rows()]
    assert source.total == len(read) == 1200
    assert (read[0].id, read[0].body, read[-1].id) == ("1200", "第1200次来", "1")


def test_a_table_can_be_named(notes):
    assert len(list(open_source(notes, table="notes").rows())) == 1200


def test_no_statement_can_write(notes, cluster):
    for query in ("DELETE FROM notes RETURNING *", "SELECT setval('s', 1)", "SELECT * FROM nothing"):
        with pytest.raises(UsageError):
            open_source(notes, query=query)
    assert cluster.execute("SELECT count(*) FROM notes", notes.rpartition("/")[2]) == "1200"


def test_a_server_that_refuses_is_told_without_the_password(notes, cluster):
    wrong = notes.replace(cluster.password, "falsch-1234")
    with pytest.raises(StorageError) as caught:
        open_source(wrong, table="notes")
    said = caught.value.message + caught.value.hint
    assert "falsch-1234" not in said and caught.value.code == "record_refused"
    assert cluster.password not in open_source(notes, table="notes").name


def test_an_archive_on_a_server_is_screened(notes, tmp_path):
    query = "SELECT nr, 标题, '这款理财稳赚不赔' AS 正文 FROM notes WHERE nr <= 3 ORDER BY nr"
    options = ("--query", query, "--map", "id=nr,title=标题,body=正文", "--workers", "1")
    done = processes.call("screen", notes, "--out", str(tmp_path / "r.jsonl"), *options, env=os.environ)
    assert done.returncode == 1, done.stderr
    reports = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text("utf-8").splitlines()]
    assert [(report["id"], report["verdict"]) for report in reports] == [(str(n), "block") for n in (1, 2, 3)]
