"""What a screening writes, in which order, and when it refuses to go on."""

import json
import sqlite3

import pytest
from archives import BAD, DAY, LIFE, lines, note, write_lines
from processes import HOSTS

from agent.errors import ConfigurationError, GuardError, UsageError
from agent.guardrails import check, load_packs
from agent.models import NoteInput
from agent.screening import checking, runner
from agent.screening.edition import Circumstances
from agent.screening.pools import Processes

FLAGGED = [f"n{n}" for n in range(40) if n % 17 in (7, 11)]


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(runner, "BATCH", 7)
    monkeypatch.setattr(runner, "COMMIT_SECONDS", 0)


@pytest.fixture
def stop_after(monkeypatch):
    """Stop a run by Ctrl-C after so many batches."""

    def arrange(batches):
        seen = []

        def check_rows(setup, rows):
            seen.append(len(rows))
            if len(seen) > batches:
                raise KeyboardInterrupt
            return checking.check_rows(setup, rows)

        monkeypatch.setattr(runner, "check_rows", check_rows)
        return lambda: monkeypatch.setattr(runner, "check_rows", checking.check_rows)

    return arrange


def refusal(call, error=UsageError):
    with pytest.raises(error) as caught:
        call()
    return caught.value.code


def test_every_note_gets_the_report_that_check_gives(archive, tmp_path, go):
    go(archive, telling_only=False)
    packs = load_packs()
    expected = [check(NoteInput(**note(n)), packs=packs, as_of=DAY).model_dump(mode="json") for n in range(40)]
    assert lines(tmp_path / "report.jsonl") == expected


def test_only_notes_with_something_open_are_written_unless_all_are_wanted(archive, tmp_path, go):
    progress = go(archive)
    written = lines(tmp_path / "report.jsonl")
    assert [report["id"] for report in written if report["verdict"] == "block"] == FLAGGED
    assert all(any(f["status"] != "cleared" for f in report["findings"]) for report in written)
    assert len(written) < 40 == progress.tally.notes
    assert progress.tally.verdicts["block"] == len(FLAGGED)
    assert progress.tally.findings["RET-03"] == len(FLAGGED)
    assert not (tmp_path / "report.rejected.jsonl").exists()


def test_a_database_holds_the_same_findings(archive, tmp_path, go):
    go(archive)
    go(archive, out="report.db")
    with sqlite3.connect(tmp_path / "report.db") as connection:
        found = connection.execute(
            "SELECT id, rule, start, text, fingerprint FROM findings JOIN notes ON note = seq ORDER BY findings.rowid"
        ).fetchall()
    connection.close()
    reports = lines(tmp_path / "report.jsonl")
    keys = ("rule", "start", "text", "fingerprint")
    assert found == [(r["id"], *(f[key] for key in keys)) for r in reports for f in r["findings"]]


@pytest.mark.block_network(allowed_hosts=HOSTS)
def test_processes_write_what_one_process_writes(archive, tmp_path, go, small_batches):
    go(archive, out="one.jsonl")
    go(archive, out="two.jsonl", pool=Processes(2))
    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()


@pytest.mark.parametrize("out", ["report.jsonl", "report.db"])
@pytest.mark.parametrize("batches", [0, 1, 3, 5])
def test_a_stopped_run_goes_on_where_it_was(archive, tmp_path, go, small_batches, stop_after, out, batches):
    whole = go(archive, out="whole-" + out)
    let_go = stop_after(batches)
    with pytest.raises(KeyboardInterrupt):
        go(archive, out=out)
    assert not (tmp_path / "report.jsonl").exists()
    let_go()
    progress = go(archive, out=out)
    assert progress.tally == whole.tally
    assert content(tmp_path / out) == content(tmp_path / ("whole-" + out))


def content(path):
    if path.suffix == ".jsonl":
        return path.read_bytes()
    with sqlite3.connect(path) as connection:
        dump = list(connection.iterdump())
    connection.close()
    return [line for line in dump if '"state"' not in line and "'state'" not in line]


def stopped(archive, go, stop_after, **options):
    let_go = stop_after(2)
    with pytest.raises(KeyboardInterrupt):
        go(archive, **options)
    let_go()


def test_another_source_other_options_or_rules_do_not_go_on(
    archive, tmp_path, go, small_batches, small_book, stop_after
):
    stopped(archive, go, stop_after)
    other = write_lines(tmp_path / "other.jsonl", [note(n) for n in range(40)])
    assert refusal(lambda: go(other)) == "screen_job_changed"
    assert refusal(lambda: go(archive, telling_only=False)) == "screen_job_changed"
    assert refusal(lambda: go(archive, columns="id=title")) == "screen_job_changed"
    overlay = tmp_path / "own"
    overlay.mkdir()
    (overlay / "tighten.yaml").write_text("ACC-04: {severity: block}", encoding="utf-8")
    assert refusal(lambda: go(archive, overlay=(overlay,))) == "screen_job_changed"
    assert go(archive, telling_only=False, restart=True).tally.notes == 40


def test_a_source_whose_read_part_changed_does_not_go_on(archive, go, small_batches, stop_after):
    stopped(archive, go, stop_after)
    text = archive.read_text("utf-8")
    archive.write_text(text.replace("第3次来", "第4次来"), encoding="utf-8")  # as long as before
    assert refusal(lambda: go(archive)) == "screen_rows_changed"
    archive.write_text(text + text, encoding="utf-8")
    assert refusal(lambda: go(archive)) == "screen_job_changed"


def test_a_finished_run_is_not_done_again(archive, tmp_path, go, monkeypatch):
    go(archive)
    before = (tmp_path / "report.jsonl").stat()
    monkeypatch.setattr(runner, "check_rows", None)
    assert go(archive).tally.notes == 40
    assert (tmp_path / "report.jsonl").stat() == before


@pytest.mark.parametrize("out", ["report.jsonl", "report.db"])
def test_a_file_of_somebody_else_is_not_written_over(archive, tmp_path, go, out):
    (tmp_path / out).write_text("mine", encoding="utf-8")
    assert refusal(lambda: go(archive, out=out)) == "screen_out_exists"
    assert (tmp_path / out).read_text("utf-8") == "mine"
    go(archive, out=out, restart=True)
    assert (tmp_path / out).stat().st_size > 1000


def test_a_state_that_was_damaged_is_told(archive, tmp_path, go, small_batches, stop_after):
    stopped(archive, go, stop_after)
    (tmp_path / "report.jsonl.state").write_text("{}", encoding="utf-8")
    assert refusal(lambda: go(archive)) == "screen_state_damaged"


def test_reports_that_were_cut_short_are_told(archive, tmp_path, go, small_batches, stop_after):
    stopped(archive, go, stop_after)
    (tmp_path / "report.jsonl.part").write_bytes(b"")
    assert refusal(lambda: go(archive)) == "screen_state_damaged"


def test_a_guard_that_fails_is_refused_and_counted_never_passed(tmp_path, go, monkeypatch):
    def check(note, **given):
        if "坏" in note.body:
            raise GuardError("guard_failed", rule="RET-01", detail="x")
        return original(note, **given)

    original = checking.check
    monkeypatch.setattr(checking, "check", check)
    source = write_lines(tmp_path / "a.jsonl", [{"body": LIFE}, {"body": "坏"}, {"body": BAD}])
    progress = go(source, telling_only=False)
    assert (progress.tally.notes, progress.tally.rejected, progress.tally.failed) == (2, 1, 1)
    assert [row["code"] for row in lines(tmp_path / "report.rejected.jsonl")] == ["guard_failed"]


def test_a_worker_with_other_rules_refuses_to_work():
    setup = checking.Setup(Circumstances(as_of=DAY), expected="another")
    assert refusal(lambda: checking.check_rows(setup, []), ConfigurationError) == "screen_other_rules"


def test_rows_are_read_as_they_are_needed_and_never_all_at_once(tmp_path, go, monkeypatch, small_batches):
    source = write_lines(tmp_path / "a.jsonl", [note(n) for n in range(70)])
    ahead = []
    original = checking.check_rows

    def check_rows(setup, rows):
        ahead.append(json.loads(rows[-1].text)["id"])
        return original(setup, rows)

    monkeypatch.setattr(runner, "check_rows", check_rows)
    written = []
    monkeypatch.setattr(runner._Pace, "commit_when_due", lambda self, progress: written.append(len(ahead)))
    go(source)
    assert written == list(range(1, 11))
