"""What the record keeps, gives back and refuses."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from agent.errors import UsageError
from agent.record.tables import findings, versions


@pytest.fixture
def store(either_store):
    """Every behaviour here holds on a file and on a server."""
    return either_store


def decide(store, run, text_hash, at, decision="approve"):
    store.add_decision(
        run, decision=decision, text_hash=text_hash, reviewer="合规小李", reason="已核对", decided_at=at
    )  # fmt: skip


def count(store, table):
    with store._database.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_run_comes_back_as_it_was_told(store, start, make_brief, began):
    start()
    run = store.run("r-001")
    assert run.brief == make_brief() and run.author == "offline@1" and run.workspace == "/云杉"
    assert run.created_at == run.updated_at == began and run.outcome is None


def test_starting_again_changes_nothing(store, start):
    start(topic="第一次的主题")
    start(topic="第二次的主题", minutes=5)
    assert store.run("r-001").brief.topic == "第一次的主题"


def test_a_version_comes_back_with_its_check(store, start, make_round, began):
    start()
    round_ = make_round(severity="block")
    store.save_version("r-001", 1, round_, saved_at=began)
    (version,) = store.versions("r-001")
    assert version.round == round_ and version.text_hash == round_.note.text_hash and version.saved_at == began


def test_saving_a_version_twice_doubles_neither_it_nor_its_findings(store, start, make_round, began):
    start()
    for _ in range(2):
        store.save_version("r-001", 1, make_round(severity="block"), saved_at=began)
    assert (count(store, versions), count(store, findings)) == (1, 1)


def test_a_revision_saved_anew_takes_its_old_findings_along(store, start, make_round, began):
    start()
    store.save_version("r-001", 1, make_round(severity="block"), saved_at=began)
    store.save_version("r-001", 1, make_round(number=2), saved_at=began)
    (version,) = store.versions("r-001")
    assert version.round.number == 2 and count(store, findings) == 0


def test_finishing_names_the_outcome_the_best_text_and_the_time(store, start, make_round, began):
    start()
    store.save_version("r-001", 1, make_round(), saved_at=began)
    later = began + timedelta(minutes=1)
    store.finish_run("r-001", "in_review", best_revision=1, updated_at=later)
    store.finish_run("r-001", "in_review", best_revision=1, updated_at=later + timedelta(hours=1))
    run = store.run("r-001")
    assert (run.outcome, run.best_revision, run.updated_at) == ("in_review", 1, later)


def test_an_approval_is_kept_with_who_when_and_of_which_text(store, start, make_round, began):
    start()
    text_hash = make_round().note.text_hash
    store.save_version("r-001", 1, make_round(), saved_at=began)
    store.finish_run("r-001", "approved", best_revision=1, updated_at=began)
    decide(store, "r-001", text_hash, began)
    (decision,) = store.decisions("r-001")
    assert (decision.decision, decision.text_hash, decision.reviewer) == ("approve", text_hash, "合规小李")
    assert decision.reason == "已核对" and decision.decided_at == began


def test_an_approval_of_an_earlier_text_is_refused(store, start, make_round, began):
    start()
    earlier, best = make_round("早先的一句话。"), make_round("后来的一句话。", number=2)
    store.save_version("r-001", 1, earlier, saved_at=began)
    store.save_version("r-001", 2, best, saved_at=began)
    store.finish_run("r-001", "in_review", best_revision=2, updated_at=began)
    with pytest.raises(UsageError, match="不能批准"):
        decide(store, "r-001", earlier.note.text_hash, began)
    assert store.decisions("r-001") == ()


def test_an_approval_with_an_open_block_is_refused_and_with_a_waived_one_kept(store, start, make_round, began):
    for run, status in (("r-001", "open"), ("r-002", "waived")):
        start(run)
        store.save_version(run, 1, make_round(severity="block", status=status), saved_at=began)
        store.finish_run(run, "needs_human", best_revision=1, updated_at=began)
    text_hash = make_round().note.text_hash
    with pytest.raises(UsageError, match="禁止项"):
        decide(store, "r-001", text_hash, began)
    decide(store, "r-002", text_hash, began)
    assert [len(store.decisions(run)) for run in ("r-001", "r-002")] == [0, 1]


def test_a_comment_may_be_about_any_text(store, start, began):
    start()
    decide(store, "r-001", "sha256:0", began, decision="comment")
    assert store.decisions("r-001")[0].decision == "comment"


def test_runs_are_newest_first_and_narrowed_by_outcome_topic_and_number(store, start, began):
    for minutes, (run, topic) in enumerate((("a", "100%看完这篇"), ("b", "下班路上"), ("c", "100天打卡"))):
        start(run, topic=topic, minutes=minutes)
    store.finish_run("b", "rejected", best_revision=None, updated_at=began)
    assert [run.id for run in store.runs()] == ["c", "b", "a"]
    assert [run.id for run in store.runs(limit=1)] == ["c"]
    assert [run.id for run in store.runs(outcome="rejected")] == ["b"]
    assert [run.id for run in store.runs(search="100%")] == ["a"]


def test_a_run_is_found_by_a_unique_beginning(store, start):
    start("2026-abc")
    start("2026-xyz")
    assert store.run("2026-a").id == "2026-abc"
    with pytest.raises(UsageError) as caught:
        store.run("2026")
    assert "2026-abc" in caught.value.message and "2026-xyz" in caught.value.message


def test_a_whole_id_wins_over_longer_ones(store, start):
    for suffix in ("", *"123456"):
        start(f"r{suffix}")
    assert store.run("r").id == "r"


def test_an_unknown_run_names_the_nearest(store, start):
    start("r-0017")
    with pytest.raises(UsageError) as caught:
        store.run("r-0071")
    assert "r-0071" in caught.value.message and "r-0017" in caught.value.hint
    with pytest.raises(UsageError):
        store.run("%")


def test_earlier_notes_are_the_best_ones_of_runs_that_began_before(store, start, make_round, began):
    said = {}
    for minutes, run in enumerate(("first", "second", "refused", "now", "after")):
        start(run, minutes=minutes, topic=f"第 {minutes} 件事")
        said[run] = make_round(f"{run} 写下的话。")
        store.save_version(run, 1, make_round("没有选中的一版。"), saved_at=began)
        store.save_version(run, 2, said[run], saved_at=began)
        store.finish_run(run, "rejected" if run == "refused" else "ready", best_revision=2, updated_at=began)
    start("other", account="a-2")
    assert store.earlier_notes("a-1", before="now") == (said["second"].note, said["first"].note)
    assert store.earlier_notes("a-1", before="now", limit=1) == (said["second"].note,)
    assert store.earlier_notes("a-2", before="now") == ()


def test_a_run_is_found_by_its_whole_id_and_nothing_else(either_store, make_brief, began, monkeypatch):
    either_store.start_run(make_brief(), author="a", workspace="/w", created_at=began)
    assert either_store.find("r-001") == either_store.run("r-001") == either_store.run("r-0")
    monkeypatch.setattr("agent.record.store.process.extract", None)
    for name in ("r-0", "r-002", "r-001\x00", ""):
        assert either_store.find(name) is None


def test_why_a_run_is_evidence_and_when_it_became_so_last(store, start, make_round, began):
    start()
    start("r-002")
    at = [began + timedelta(days=day) for day in range(5)]
    store.save_version("r-001", 0, make_round(), saved_at=began)
    text = store.versions("r-001")[0].text_hash
    assert store.evidence("r-001", "r-002") == ()
    store.publishing.submit("r-001", text_hash=text, submitted_by="aning", submitted_at=at[0])
    store.finish_run("r-001", "in_review", best_revision=0, updated_at=began)
    store.add_decision("r-001", decision="approve", text_hash=text, reviewer="shenhe", reason="", decided_at=at[1])
    for url, moment in (("https://x/1", at[2]), ("https://x/2", at[3])):
        store.publishing.publish("r-001", text_hash=text, url=url, published_by="aning", published_at=moment)
    store.desk.correct("r-001", url="https://x/1", action="retract", reason="旧", by="shenhe", asked_at=at[4])
    found = store.evidence("r-001", "r-002")
    assert [(item.run, item.kind, item.at) for item in found] == [
        ("r-001", "submitted", at[0]), ("r-001", "approved", at[1]), ("r-001", "published", at[3]),
        ("r-001", "taken_back", at[4]),
    ]  # fmt: skip
    assert [item.kind for item in store.evidence("r-001", since=at[3])] == ["published", "taken_back"]
    with pytest.raises(UsageError, match="凭据"):
        store.forget("r-001", erased_at=at[4], spare_evidence=True, since=at[4])
    store.forget("r-001", erased_at=at[4], spare_evidence=True, since=at[4] + timedelta(seconds=1))
    assert store.evidence("r-001") == () and store.audit.verify().breaks == ()
