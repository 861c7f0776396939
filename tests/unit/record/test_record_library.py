"""Reading across runs gives the same on a file and on a server."""

from datetime import timedelta

import pytest

from agent.record.library import BATCH

URL = "https://www.xiaohongshu.com/explore/64a1"


@pytest.fixture
def store(either_store):
    return either_store


@pytest.fixture
def span(began):
    return began - timedelta(days=1), began + timedelta(days=1)


def approved(store, start, make_round, run, *, minutes=0, submitted=None, decided=60, decision="approve", **round_):
    began = start(run, minutes=minutes)
    kept = make_round(**round_)
    store.save_version(run, 1, kept, saved_at=began)
    store.finish_run(run, "in_review", best_revision=1, updated_at=began)
    if submitted is not None:
        at = began + timedelta(minutes=submitted)
        store.publishing.submit(run, text_hash=kept.note.text_hash, submitted_by="aning", submitted_at=at)
    at = began + timedelta(minutes=decided)
    store.add_decision(
        run, decision=decision, text_hash=kept.note.text_hash, reviewer="沈", reason="", decided_at=at
    )  # fmt: skip
    store.finish_run(run, "approved", best_revision=1, updated_at=at)
    return kept.note.text_hash


def test_a_stamp_tells_how_a_run_stands_and_which_text_is_its_best(store, start, make_round, began):
    start("r-001")
    start("r-002", minutes=1)
    store.save_version("r-001", 1, make_round(), saved_at=began)
    store.save_version("r-001", 2, make_round("另一句。", number=2), saved_at=began)
    store.finish_run("r-001", "in_review", best_revision=1, updated_at=began)
    later, earlier = store.library.stamps()
    assert (later.run, later.outcome, later.revision, later.text_hash, later.rounds) == ("r-002", None, None, "", 0)
    assert (earlier.run, earlier.revision, earlier.rounds) == ("r-001", 1, 2)
    assert earlier.text_hash == make_round().note.text_hash and earlier.saved_at == began == earlier.created_at
    assert store.library.stamps("r-001") == (earlier,) and store.library.stamps("r-00") == ()


def test_a_stamp_tells_when_a_note_was_published_last(store, start, make_round, began):
    text_hash = approved(store, start, make_round, "r-001")
    for hours in (2, 1):
        at = began + timedelta(hours=hours)
        store.publishing.publish(
            "r-001", text_hash=text_hash, url=f"{URL}{hours}", published_by="aning", published_at=at
        )
    assert store.library.stamps("r-001")[0].published_at == began + timedelta(hours=2)


def test_a_note_taken_back_from_everywhere_is_published_no_more(store, start, make_round, began):
    text_hash = approved(store, start, make_round, "r-001")
    for url in (URL, URL + "b"):
        store.publishing.publish("r-001", text_hash=text_hash, url=url, published_by="aning", published_at=began)

    def take_back(url, action="retract"):
        store.desk.correct("r-001", url=url, action=action, reason="活动结束", by="shenhe", asked_at=began)
        (stamp,) = store.library.stamps()
        return stamp.published_at, stamp.retracted_at

    assert take_back(URL, action="correct") == (began, None)
    assert take_back(URL) == (began, began)
    assert take_back(URL + "b") == (None, began)


def test_an_erased_run_has_no_stamp_and_no_words(store, start, make_round, began, span):
    approved(store, start, make_round, "r-001", severity="block", status="waived")
    store.forget("r-001", erased_at=began)
    assert store.library.stamps() == () and store.library.milestones(*span) == () == store.library.blocks(*span)
    assert store.library.texts([("r-001", 1)]) == {}


def test_words_come_for_the_keys_asked_for_however_many(store, start, make_round, began):
    for number in (1, 2):
        start(f"r-00{number}")
        store.save_version(f"r-00{number}", 1, make_round(f"第{number}句。"), saved_at=began)
    unknown = [(f"x-{number}", 1) for number in range(BATCH)]
    texts = store.library.texts([*unknown, ("r-002", 1), ("r-002", 7)])
    assert list(texts) == [("r-002", 1)] and "第2句。" in texts["r-002", 1]
    assert list(store.library.briefs({"r-001"})) == ["r-001"] and store.library.briefs([]) == {}
    assert store.library.grounds([("r-001", "")]) == {}


def test_a_milestone_is_the_last_decision_and_the_first_hand_in(store, start, make_round, began, span):
    approved(store, start, make_round, "r-001", submitted=5, decided=65)
    approved(store, start, make_round, "r-002", minutes=1, decided=30, decision="reject")
    at = began + timedelta(minutes=90)
    text_hash = make_round().note.text_hash
    store.publishing.submit("r-001", text_hash="sha256:other", submitted_by="aning", submitted_at=at)
    store.add_decision("r-001", decision="reject", text_hash=text_hash, reviewer="沈", reason="", decided_at=at)
    store.add_decision("r-001", decision="comment", text_hash=text_hash, reviewer="沈", reason="", decided_at=at)
    second, first = store.library.milestones(*span)
    assert (first.run, first.decision, first.submitted_at) == ("r-001", "reject", began + timedelta(minutes=5))
    assert first.decided_at == at
    assert (second.run, second.submitted_at) == ("r-002", began + timedelta(minutes=1))  # handed in by nobody
    assert store.library.milestones(span[1], span[1]) == ()


def test_blocks_are_counted_by_note_and_only_while_they_are_open(store, start, make_round, began, span):
    start("r-001")
    for revision in (1, 2):
        store.save_version("r-001", revision, make_round(number=revision, severity="block"), saved_at=began)
    start("r-002")
    store.save_version("r-002", 1, make_round(severity="block", status="cleared"), saved_at=began)
    start("r-003")
    store.save_version("r-003", 1, make_round(severity="fix"), saved_at=began)
    assert [(one.rule, one.runs, one.findings) for one in store.library.blocks(*span)] == [("RET-01", 1, 2)]
    assert store.library.blocks(span[1], span[1]) == ()
