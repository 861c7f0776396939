"""Claims and stale writers: one worker moves a run at a time, and who knew less does not undo what was decided."""

from datetime import timedelta

import pytest


def take(store, worker, now, purpose="p", seconds=15):
    return store.claims.take("r-001", worker=worker, purpose=purpose, now=now, seconds=seconds)


def test_a_claim_is_one_workers_until_it_is_given_up_or_has_lapsed(either_store, make_brief, began):
    store = either_store
    store.start_run(make_brief(), author="a", workspace="/w", created_at=began)
    assert take(store, "h/1/a", began) == "mine" == take(store, "h/1/a", began)
    assert (take(store, "h/2/b", began), take(store, "h/2/b", began, "q")) == ("same", "other")
    store.claims.release("r-001", worker="h/2/b")
    assert take(store, "h/2/b", began) == "same"
    assert take(store, "h/2/b", began + timedelta(seconds=16)) == "mine"
    store.claims.release("r-001", worker="h/2/b")
    assert take(store, "h/1/a", began, "q") == "mine"


@pytest.fixture
def decided(store, start, make_round, began):
    """A run that was rejected."""
    start()
    round_ = make_round()
    store.save_version("r-001", 1, round_, saved_at=began)
    store.finish_run("r-001", "in_review", best_revision=1, updated_at=began)
    said = {"text_hash": round_.note.text_hash, "reviewer": "沈", "reason": "改", "decided_at": began}
    store.add_decision("r-001", decision="comment", number=0, **said)
    return round_


def test_who_knew_of_fewer_decisions_does_not_say_how_a_run_stands(store, decided, began):
    store.finish_run("r-001", "needs_human", best_revision=None, updated_at=began, decided=0)
    assert store.run("r-001").outcome == "in_review"
    store.finish_run("r-001", "needs_human", best_revision=1, updated_at=began, decided=1)
    assert store.run("r-001").outcome == "needs_human"


def test_a_run_that_has_ended_does_not_come_back(store, decided, began):
    store.finish_run("r-001", "rejected", best_revision=1, updated_at=began)
    store.finish_run("r-001", "in_review", best_revision=1, updated_at=began)
    assert store.run("r-001").outcome == "rejected"


def test_a_decision_that_somebody_recorded_meanwhile_is_not_recorded_again(store, decided, began):
    again = {"text_hash": decided.note.text_hash, "reviewer": "郑", "reason": "", "decided_at": began}
    store.add_decision("r-001", decision="comment", number=0, **again)
    assert [kept.reviewer for kept in store.decisions("r-001")] == ["沈"]
    store.add_decision("r-001", decision="comment", number=1, **again)
    assert [kept.reviewer for kept in store.decisions("r-001")] == ["沈", "郑"]
