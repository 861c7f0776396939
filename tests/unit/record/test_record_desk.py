"""Claims and stale writers: one worker moves a run at a time, and who knew less does not undo what was decided."""

import secrets
from datetime import timedelta

import pytest

from agent.errors import StorageError, UsageError
from agent.record import DecisionRecord


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
def handed(either_store, make_brief, make_round, began):
    """A run that waits for a reviewer, and what its reviewers say of its text."""
    either_store.start_run(make_brief(), author="a", workspace="/w", created_at=began)
    round_ = make_round()
    either_store.save_version("r-001", 1, round_, saved_at=began)
    either_store.finish_run("r-001", "in_review", best_revision=1, updated_at=began)

    def say(decision, reviewer, reason="改", text_hash=round_.note.text_hash):
        return DecisionRecord(
            run="r-001", decision=decision, text_hash=text_hash, reviewer=reviewer, reason=reason, decided_at=began
        )

    return either_store, say


def stand(store, outcome, began, *decisions):
    store.finish_run("r-001", outcome, best_revision=1, updated_at=began, decisions=decisions)


def standing(store):
    return store.run("r-001").outcome, [kept.reviewer for kept in store.decisions("r-001")]


def test_who_knew_of_fewer_decisions_does_not_say_how_a_run_stands(handed, began):
    store, say = handed
    stand(store, "in_review", began, say("comment", "沈"))
    stand(store, "needs_human", began)
    assert standing(store) == ("in_review", ["沈"])
    stand(store, "needs_human", began, say("comment", "沈"))
    assert standing(store) == ("needs_human", ["沈"])


def test_a_run_that_has_ended_does_not_come_back(handed, began):
    store, say = handed
    stand(store, "rejected", began, say("reject", "沈"))
    store.finish_run("r-001", "in_review", best_revision=1, updated_at=began)
    assert standing(store) == ("rejected", ["沈"])


def test_a_decision_that_somebody_recorded_meanwhile_is_not_recorded_again(handed, began):
    store, say = handed
    stand(store, "in_review", began, say("comment", "沈"))
    stand(store, "in_review", began, say("comment", "郑"))
    assert standing(store) == ("in_review", ["沈"])
    stand(store, "in_review", began, say("comment", "沈"), say("comment", "郑"))
    assert standing(store) == ("in_review", ["沈", "郑"])


def test_an_outcome_whose_decision_cannot_be_recorded_is_not_recorded_either(handed, began):
    store, say = handed
    events = len(store.audit.events())
    with pytest.raises(UsageError) as caught:
        stand(store, "approved", began, say("comment", "沈"), say("approve", "郑", text_hash="sha256:other"))
    assert caught.value.code == "approval_unfounded"
    assert standing(store) == ("in_review", []) and len(store.audit.events()) == events


def test_what_no_database_holds_is_told_as_such_and_leaves_nothing(handed, began):
    store, say = handed
    with pytest.raises(StorageError) as caught:
        stand(store, "approved", began, say("approve", "沈", reason="好\ud800的"))
    assert caught.value.code == "record_value_refused" and "好" not in str(caught.value)
    assert standing(store) == ("in_review", [])


def test_a_text_draws_no_second_time_in_another_run(either_store, make_brief, make_round, began, monkeypatch):
    numbers = iter([700_000, 500_000, 300_000])
    monkeypatch.setattr(secrets, "randbelow", lambda below: next(numbers))
    first, second, third = (make_round(body) for body in ("银杏正黄。", "天黑得早。", "风很轻。"))
    for run, rounds in {"r1": (first,), "r2": (second, first), "r3": (first,), "r4": (third,)}.items():
        either_store.start_run(make_brief(run), author="a", workspace="/w", created_at=began)
        for revision, round_ in enumerate(rounds, 1):
            either_store.save_version(run, revision, round_, saved_at=began)
            either_store.publishing.submit(
                run, text_hash=round_.note.text_hash, submitted_by="aning", submitted_at=began
            )
    assert [either_store.publishing.drawn(run) for run in ("r1", "r2", "r3", "r4")] == [
        700_000, 500_000, 500_000, 300_000,
    ]  # fmt: skip
