"""One status for everybody: from outcome, hand-ins, decisions and publications, the same as the queue has it."""

from datetime import timedelta

import pytest

from agent.record import STATUSES, status_word
from agent.record.statuses import Past, status_of

URL = "https://www.xiaohongshu.com/explore/64a1"


@pytest.fixture
def store(either_store):
    return either_store


@pytest.fixture
def life(store, start, make_round, began):
    """A note with a text, and what people do to it one after the other, a minute apart."""
    return Life(store, start("r-001", owner="aning"), make_round, began)


class Life:
    def __init__(self, store, at, make_round, began):
        self.store, self.make_round, self.now, self.revision = store, make_round, began, 0
        self.write("头一稿。")

    def write(self, body, outcome="in_review"):
        self.revision += 1
        kept = self.make_round(body)
        self.text = kept.note.text_hash
        self.store.save_version("r-001", self.revision, kept, saved_at=self.later())
        self.end(outcome)

    def end(self, outcome):
        self.store.finish_run("r-001", outcome, best_revision=self.revision, updated_at=self.later())

    def hand_in(self):
        self.store.publishing.submit("r-001", text_hash=self.text, submitted_by="aning", submitted_at=self.later())

    def decide(self, decision, by="shenhe"):
        self.store.add_decision(
            "r-001", decision=decision, text_hash=self.text, reviewer=by, reason="改一改", decided_at=self.later()
        )  # fmt: skip

    def later(self):
        self.now += timedelta(minutes=1)
        return self.now

    @property
    def status(self):
        (stamp,) = self.store.library.stamps()
        assert self.store.library.statuses(["r-001"]) == {"r-001": stamp.status}
        waits = [one.run.id for one in self.store.desk.waiting()]
        assert waits == (["r-001"] if stamp.status == "submitted" else [])  # what the queue lists is in review
        return stamp.status


@pytest.mark.parametrize("outcome", ["in_review", "needs_human"])
def test_a_note_is_in_review_only_once_somebody_has_handed_it_in(life, outcome):
    life.end(outcome)
    assert life.status == "written"
    life.hand_in()
    assert life.status == "submitted"


def test_a_note_sent_back_waits_for_its_author_until_it_is_handed_in_again(life):
    life.hand_in()
    life.decide("comment")
    assert life.status == "changes"
    life.decide("recheck")
    assert life.status == "changes"
    life.decide("edit", by="aning")
    life.write("改过的一稿。")
    assert life.status == "changes"
    life.hand_in()
    assert life.status == "submitted"


def test_a_text_a_reviewer_has_changed_is_sent_back_and_one_its_author_has_changed_is_not(life):
    life.hand_in()
    life.decide("edit", by="aning")
    life.write("作者改的。")
    assert life.status == "written"
    life.decide("edit", by="shenhe")
    life.write("审核人改的。")
    assert life.status == "changes"


def test_a_text_that_was_handed_in_before_waits_again_when_its_author_goes_back_to_it(life):
    life.hand_in()
    life.write("第二稿。")
    life.hand_in()
    life.decide("comment")
    life.write("头一稿。")
    assert life.status == "submitted"


def test_what_was_decided_and_published_is_told_before_what_was_handed_in(life, store):
    life.hand_in()
    life.decide("approve")
    life.end("approved")
    assert life.status == "approved"
    store.publishing.publish("r-001", text_hash=life.text, url=URL, published_by="aning", published_at=life.later())
    assert life.status == "published"
    store.desk.correct("r-001", url=URL, action="retract", reason="活动结束", by="shenhe", asked_at=life.later())
    assert life.status == "retracted"


def test_a_run_is_named_by_the_title_of_its_best_text(life, store, start):
    start("r-002", minutes=1)
    assert store.library.titles(["r-001", "r-002", "r-999"]) == {"r-001": life.make_round("头一稿。").note.title}
    store.forget("r-001", erased_at=life.later())
    assert store.library.titles(["r-001"]) == {} == store.library.statuses(["r-001"])


@pytest.mark.parametrize("outcome", ["refused", "needs_material", "ready", "rejected"])
def test_how_a_run_ended_is_its_status_where_nobody_waits(outcome):
    assert status_of(outcome, Past()) == outcome
    assert status_of(None, Past()) == "unfinished"


def test_every_status_has_a_word_of_its_own():
    words = [status_word(status) for status in STATUSES]
    assert len(set(words)) == len(STATUSES) and status_word("written") == "还没送审"


def test_the_pulse_beats_whenever_the_queue_may_have_changed(life, store):
    seen = {store.desk.pulse()}
    assert store.desk.pulse() in seen
    for happens in (life.hand_in, lambda: life.decide("comment"), lambda: life.decide("reject")):
        happens()
        assert store.desk.pulse() not in seen
        seen.add(store.desk.pulse())
