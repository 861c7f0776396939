"""The audit: every row is vouched for in the transaction that writes it, and no later change goes unseen."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date, timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event

from agent.errors import StorageError, UsageError
from agent.llm import CallKey, Completion, Entry
from agent.models import Brief, Institution, Material, Sources
from agent.record import Grounds, Store
from agent.record.chain import digest
from agent.record.engine import MIGRATIONS


def grounds(**given):
    sources = Sources(
        brief=Brief(id="r-001", topic="植物园", as_of=date(2026, 11, 24)),
        institution=Institution(name="云杉银行", full_name="云杉银行股份有限公司"),
    )
    known = {"program": "1", "packs": {}, "rules": "", "thresholds": "", "max_rounds": 3, "review": True}
    return Grounds(sources=sources, **{**known, **given})


@pytest.fixture
def whole(store, start, make_round, began):
    """A run from its start to its approval."""

    def write(run="r-001", reviewer="合规小李"):
        start(run)
        round_ = make_round(severity="fix")
        store.save_version(run, 1, round_, saved_at=began)
        store.finish_run(run, "in_review", best_revision=1, updated_at=began)
        store.add_decision(
            run, decision="approve", text_hash=round_.note.text_hash, reviewer=reviewer, reason="已核对",
            decided_at=began,
        )  # fmt: skip
        store.finish_run(run, "approved", best_revision=1, updated_at=began + timedelta(minutes=1))
        return run

    return write


@pytest.fixture
def tamper(store, path):
    def change(sql, *values):
        with closing(sqlite3.connect(path)) as connection, connection:
            assert connection.execute(sql, values).rowcount > 0

    return change


def broken(store, **asked):
    return [(found.code, found.run, found.kind) for found in store.audit.verify(**asked).breaks]


def test_a_run_leaves_one_link_for_each_thing_that_happened(store, whole):
    whole()
    events = store.audit.events("r-001")
    assert [link.kind for link in events] == ["started", "version", "outcome", "decision", "outcome"]
    assert [link.seq for link in events] == [1, 2, 3, 4, 5] and events[0].at == "2026-11-24T09:00:00+00:00"
    assert events[1].held["text"] == store.versions("r-001")[0].text_hash
    report = store.audit.verify()
    assert (report.breaks, report.events, report.head) == ((), 5, events[-1].hash) and store.audit.head() == report.head


def test_doing_everything_again_as_a_resumed_run_does_adds_no_link(store, whole, start, make_round, began):
    whole()
    start()
    store.save_version("r-001", 1, make_round(severity="fix"), saved_at=began + timedelta(hours=1))
    store.finish_run("r-001", "approved", best_revision=1, updated_at=began + timedelta(hours=1))
    assert store.audit.verify().events == 5


def test_a_revision_saved_anew_is_vouched_for_anew(store, start, make_round, began):
    start()
    for body in ("先写的话。", "后写的话。"):
        store.save_version("r-001", 1, make_round(body), saved_at=began)
    assert [link.kind for link in store.audit.events()] == ["started", "version", "version"]
    assert broken(store) == []


def test_the_chain_holds_no_word_and_no_name_nor_a_hash_one_could_guess(store, whole, path):
    whole()
    held = json.dumps([link.model_dump() for link in store.audit.events()], ensure_ascii=False)
    assert not any(word in held for word in ("植物园", "银杏", "合规小李", "已核对", "阿宁", "a-1"))
    guesses = {digest(value) for value in ("合规小李", {"reviewer": "合规小李"}, "周末带爸妈去植物园")}
    assert not any(guess in held for guess in guesses)


def test_the_same_run_told_twice_has_different_hashes(store, whole):
    whole("r-001")
    whole("r-002")
    first, second = (store.audit.events(run)[3].held for run in ("r-001", "r-002"))
    assert first["content"] != second["content"]


CHANGES = {
    "a text": ("UPDATE versions SET round_json = replace(round_json, '银杏', '枫叶')", "version"),
    "a text's hash": ("UPDATE versions SET text_hash = 'sha256:0'", "version"),
    "a finding": ("UPDATE findings SET severity = 'warn'", "version"),
    "a decision": ("UPDATE approvals SET decision = 'reject'", "decision"),
    "a reviewer": ("UPDATE approvals SET reviewer = '别人'", "decision"),
    "a reason": ("UPDATE approvals SET reason = ''", "decision"),
    "an outcome": ("UPDATE runs SET outcome = 'rejected'", "outcome"),
    "the best text": ("UPDATE runs SET best_revision = 9", "outcome"),
    "a brief": ("UPDATE runs SET topic = '别的主题'", "started"),
    "an author": ("UPDATE runs SET author = 'human'", "started"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_row_is_named_by_run_and_kind(store, whole, tamper, what):
    whole("r-000")
    whole("r-001")
    sql, kind = CHANGES[what]
    tamper(f"{sql} WHERE {'id' if sql.startswith('UPDATE runs') else 'run_id'} = 'r-001'")
    assert broken(store) == [("audit_row_changed", "r-001", kind)]


@pytest.mark.parametrize(("table", "kind"), [("approvals", "decision"), ("versions", "version")])
def test_a_row_that_is_gone_is_missed(store, whole, tamper, table, kind):
    whole()
    tamper(f"DELETE FROM {table}")
    assert ("audit_row_missing", "r-001", kind) in broken(store)


def test_a_decision_slipped_in_behind_the_program_has_nobody_to_vouch_for_it(store, whole, tamper):
    whole()
    columns = "run_id, decision, text_hash, reviewer, reason, decided_at"
    tamper(f"INSERT INTO approvals ({columns}) SELECT {columns} FROM approvals")
    assert broken(store) == [("audit_row_unvouched", "r-001", "decision")]


def test_an_outcome_set_behind_the_program_has_nobody_to_vouch_for_it(store, start, tamper):
    start()
    tamper("UPDATE runs SET outcome = 'approved'")
    assert broken(store) == [("audit_row_unvouched", "r-001", "outcome")]


@pytest.mark.parametrize(
    ("sql", "codes"),
    [
        ('UPDATE audit SET held_json = \'{"outcome": "ready"}\' WHERE seq = 3', {"audit_event_changed"}),
        ("UPDATE audit SET held_json = 'no json' WHERE seq = 3", {"audit_event_changed"}),
        ("UPDATE audit SET at = '2026-01-01T00:00:00+00:00' WHERE seq = 2", {"audit_event_changed"}),
        ("DELETE FROM audit WHERE seq = 3", {"audit_gap"}),
        ("DELETE FROM audit WHERE seq = 5", {"audit_head_differs", "audit_row_changed"}),
        ("UPDATE audit SET prev = '' WHERE seq = 4", {"audit_link_broken"}),
        ("UPDATE audit_head SET hash = 'sha256:0'", {"audit_head_differs"}),
    ],
)
def test_a_broken_link_is_named_by_number(store, whole, tamper, sql, codes):
    whole()
    tamper(sql)
    found = store.audit.verify().breaks
    assert {item.code for item in found} == codes
    named = [item.seq for item in found if item.code not in ("audit_head_differs", "audit_row_changed")]
    assert named in ([], [2], [3], [4])


def recompute(path):
    """Do what an intruder with the program's source would do: rewrite every hash so that the chain holds again."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.row_factory = sqlite3.Row
        prev = ""
        for row in connection.execute("SELECT * FROM audit ORDER BY seq").fetchall():
            content = {
                "seq": row["seq"], "at": row["at"], "kind": row["kind"], "run": row["run_id"],
                "subject": row["subject"], "held": json.loads(row["held_json"]), "prev": prev,
            }  # fmt: skip
            known, prev = prev, digest(content)
            connection.execute("UPDATE audit SET prev = ?, hash = ? WHERE seq = ?", (known, prev, row["seq"]))
        connection.execute("UPDATE audit_head SET hash = ?", (prev,))


def test_an_edit_with_everything_recomputed_is_seen_by_a_head_kept_elsewhere(store, whole, tamper, path):
    whole()
    kept = store.audit.head()
    whole("r-002")
    assert broken(store, head=kept) == []
    tamper("UPDATE runs SET outcome = 'rejected' WHERE id = 'r-001'")
    tamper("UPDATE audit SET held_json = replace(held_json, 'approved', 'rejected') WHERE run_id = 'r-001'")
    recompute(path)
    assert broken(store) == []
    assert [code for code, *_ in broken(store, head=kept)] == ["audit_head_unknown"]


def test_a_commit_that_fails_leaves_neither_the_row_nor_its_link(store, start, make_round, began):
    start()

    def fail(connection):
        raise sqlite3.OperationalError("power cut")

    event.listen(store._database.engine, "commit", fail)
    with pytest.raises(StorageError):
        store.save_version("r-001", 1, make_round(), saved_at=began)
    event.remove(store._database.engine, "commit", fail)
    assert store.versions("r-001") == () and store.audit.verify().events == 1 and broken(store) == []
    store.save_version("r-001", 1, make_round(), saved_at=began)
    assert store.audit.verify().events == 2 and broken(store) == []


@pytest.mark.parametrize("table", ["runs", "versions", "approvals"])
def test_a_link_that_cannot_be_written_takes_its_row_along(store, path, make_brief, make_round, began, table):
    store.start_run(make_brief(), author="a", workspace="", created_at=began)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
    act = {
        "runs": lambda: store.start_run(make_brief("r-002"), author="a", workspace="", created_at=began),
        "versions": lambda: store.save_version("r-001", 1, make_round(), saved_at=began),
        "approvals": lambda: store.add_decision(
            "r-001", decision="comment", text_hash="sha256:0", reviewer="李", reason="", decided_at=began
        ),
    }[table]
    with pytest.raises(StorageError):
        act()
    assert [run.id for run in store.runs()] == ["r-001"] and broken(store) == []
    assert store.versions("r-001") == () == store.decisions("r-001")


WRITER = """
import sys
from datetime import UTC, datetime
from agent.models import Brief
from agent.record import Store
now = datetime(2026, 11, 24, tzinfo=UTC)
for number in range(25):
    with Store.open(sys.argv[1]) as store:
        brief = Brief(id=f"{sys.argv[2]}-{number}", topic="主题", as_of=now.date())
        store.start_run(brief, author="a", workspace="", created_at=now)
        store.finish_run(brief.id, "ready", best_revision=None, updated_at=now)
"""


def test_two_processes_write_one_chain(tmp_path):
    path = tmp_path / "record.db"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in ("a", "b")]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    with Store.open(path) as store:
        report = store.audit.verify()
    assert (report.events, report.breaks) == (100, ())


def test_a_record_kept_before_there_was_an_audit_is_vouched_for_as_it_is_found(tmp_path, make_brief, make_round, began):
    path = tmp_path / "record.db"
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    round_ = make_round()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        moment = "2026-11-24 09:00:00.000000"
        connection.exec_driver_sql(
            "INSERT INTO runs VALUES ('old', '旧', 'lifestyle', '', '', '', 'a', ?, 'in_review', 1, ?, ?)",
            (make_brief("old").model_dump_json(), moment, moment),
        )
        connection.exec_driver_sql(
            "INSERT INTO versions VALUES ('old', 1, 1, ?, ?, ?)",
            (round_.note.text_hash, round_.model_dump_json(), moment),
        )
        connection.exec_driver_sql(
            "INSERT INTO approvals (run_id, decision, text_hash, reviewer, reason, decided_at) "
            "VALUES ('old', 'comment', 'sha256:0', '李', '', ?)",
            (moment,),
        )
    engine.dispose()
    with Store.open(path) as store:
        assert [link.kind for link in store.audit.events("old")] == ["started", "version", "outcome", "decision"]
        assert broken(store) == [] and store.run("old").brief == make_brief("old")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE approvals SET reviewer = '王'")
    with Store.open(path) as store:
        assert broken(store) == [("audit_row_changed", "old", "decision")]


def test_an_erased_run_does_not_begin_again_with_an_upgrade(path, start, store, began):
    start()
    store.forget("r-001", erased_at=began)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    engine = store.database.engine
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0006")
    with Store.open(path) as upgraded:
        assert [link.kind for link in upgraded.audit.events("r-001")] == ["started", "erased"]
        assert broken(upgraded) == []


def test_what_a_text_was_checked_on_is_kept_with_it_and_vouched_for(store, start, make_round, began, tamper):
    start()
    for revision, given in enumerate(({}, {}, {"max_rounds": 1}, {}), 1):
        store.keep_grounds("r-001", grounds(**given))
        store.save_version("r-001", revision, make_round(f"第{revision}版"), saved_at=began)
    first, second, third, fourth = (version.grounds for version in store.versions("r-001"))
    assert first == second == fourth != third
    assert store.grounds("r-001")[third].max_rounds == 1 and broken(store) == []
    tamper("UPDATE grounds SET content_json = replace(content_json, '云杉', '别家') WHERE digest = ?", third)
    assert broken(store) == [("audit_row_changed", "r-001", "version")]


class TestForgetting:
    WORDS = ("银杏", "植物园", "合规小李", "已核对", "阿宁", "/云杉")

    def bytes_of(self, path):
        files = [path, path.with_name("record.db-wal")]
        return b"".join(file.read_bytes() for file in files if file.exists())

    def test_the_words_are_gone_from_the_file_and_the_chain_still_holds(self, store, whole, path, began):
        whole()
        before = store.audit.head()
        assert any(word.encode() in self.bytes_of(path) for word in self.WORDS)
        store.forget("r-001", erased_at=began)
        left = self.bytes_of(path)
        assert [word for word in self.WORDS if word.encode() in left] == []
        report = store.audit.verify(head=before)
        assert (report.breaks, report.erased) == ((), 1)
        assert [link.kind for link in store.audit.events("r-001")][-1] == "erased"

    def test_a_teller_is_who_the_material_names_or_else_the_persona(self, store, make_brief, began):
        tellers = {"named": ("小周", "a"), "own": ("", "小周"), "other": ("阿宁", "小周")}
        for run, (name, persona) in tellers.items():
            material = (Material(id="m1", text="伞坏了", told_by=name),)
            brief = make_brief(run).model_copy(update={"persona": persona, "material": material})
            store.start_run(brief, author="a", workspace="", created_at=began)
        store.start_run(make_brief("none"), author="a", workspace="", created_at=began)
        assert [run.id for run in store.told_by("小周")] == ["named", "own"] and store.told_by("") == ()

    def test_what_is_left_says_so(self, store, whole, began):
        whole()
        store.forget("r-001", erased_at=began)
        run = store.run("r-001")
        assert (run.erased_at, run.outcome, run.brief.topic, run.brief.material) == (began, "approved", "", ())
        assert store.versions("r-001") == () == store.decisions("r-001")
        assert store.earlier_notes("a-1", before="x") == () and [r.id for r in store.runs()] == ["r-001"]

    def test_other_runs_keep_everything(self, store, whole, began):
        whole("r-001")
        whole("r-002")
        store.forget("r-001", erased_at=began)
        assert store.run("r-002").brief.topic and store.versions("r-002") and store.decisions("r-002")

    def test_forgetting_again_adds_no_link(self, store, whole, began):
        whole()
        for _ in range(2):
            store.forget("r-001", erased_at=began)
        assert store.audit.verify().erased == 1

    def test_a_run_still_at_work_cannot_write_the_words_again(self, store, whole, make_round, began):
        whole()
        store.forget("r-001", erased_at=began)
        key = CallKey(run="r-001", node="write", round=1, digest="d")
        entry = Entry(key=key, prompt="p", completion=Completion(text="银杏", model="m"))
        late = {
            "reply": lambda: store.journal.keep(entry),
            "grounds": lambda: store.keep_grounds("r-001", grounds()),
            "version": lambda: store.save_version("r-001", 2, make_round(), saved_at=began),
            "outcome": lambda: store.finish_run("r-001", "ready", best_revision=1, updated_at=began),
            "decision": lambda: store.add_decision(
                "r-001", decision="comment", text_hash="sha256:0", reviewer="李", reason="", decided_at=began
            ),
        }
        for write in late.values():
            with pytest.raises(UsageError) as caught:
                write()
            assert caught.value.code == "run_erased"

    def test_words_put_back_behind_the_program_are_found(self, store, whole, tamper, began):
        whole()
        store.forget("r-001", erased_at=began)
        tamper("UPDATE runs SET topic = '植物园'")
        assert broken(store) == [("audit_erased_left", "r-001", "started")]

    def test_an_erasure_that_never_was_is_found(self, store, whole, tamper):
        whole()
        tamper("UPDATE runs SET erased_at = '2026-11-24 09:00:00.000000'")
        assert ("audit_row_changed", "r-001", "erased") in broken(store)

    def test_a_reader_in_the_way_is_told_and_a_second_try_finishes(self, store, whole, path, began, monkeypatch):
        monkeypatch.setattr("agent.record.engine.BUSY_TIMEOUT_MS", 1)
        store._database.engine.dispose()
        whole()
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM runs").fetchone()
            with pytest.raises(StorageError) as caught:
                store.forget("r-001", erased_at=began)
            assert caught.value.code in ("erasure_unfinished", "record_busy") and caught.value.hint
        store.forget("r-001", erased_at=began)
        assert not any(word.encode() in self.bytes_of(path) for word in self.WORDS)
