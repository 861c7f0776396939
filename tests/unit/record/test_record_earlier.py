"""Which notes a new text of an account is compared with, and which of them are drafts nobody was handed."""

import pytest


@pytest.fixture
def keep(store, start, make_round, began):
    """Keep a run with a text of its own, and hand it to somebody when asked."""

    def kept(run, handed="", **fields):
        start(run, **fields)
        note = make_round(f"{run} 写下的话。").note
        store.save_version(run, 1, make_round(f"{run} 写下的话。"), saved_at=began)
        outcome = "approved" if handed == "approved" else "in_review"
        store.finish_run(run, outcome, best_revision=1, updated_at=began)
        if handed == "submitted":
            store.publishing.submit(run, text_hash=note.text_hash, submitted_by="a", submitted_at=began)

    return kept


def compared(store, run):
    return [(where.run, where.draft) for where, _ in store.earlier("a-1", before=run)]


@pytest.mark.parametrize("handed", ["submitted", "approved"])
def test_a_note_somebody_was_handed_is_compared_even_with_one_of_its_own_topic(store, keep, handed):
    keep("first", handed, told=("下雨了。",))
    keep("again", minutes=1, told=("下雨了。",))
    assert compared(store, "again") == [("first", False)]


@pytest.mark.parametrize(
    "again", [{"topic": "植物园"}, {"topic": "另一件事", "told": ("下雨了。", "后来晴了。")}], ids=["topic", "material"]
)
def test_a_draft_of_the_same_topic_or_material_gives_way_to_the_new_one(store, keep, again):
    keep("first", topic="植物园", told=("下雨了。",))
    keep("again", minutes=1, **again)
    assert compared(store, "again") == []


def test_a_draft_of_another_topic_is_known_as_a_draft(store, keep):
    keep("first", topic="植物园")
    keep("other", minutes=1, topic="动物园")
    assert compared(store, "other") == [("first", True)]


def test_notes_of_another_workspace_in_the_same_record_are_none_of_it(store, keep):
    keep("first", "approved", workspace="/别的行")
    keep("own", minutes=1, topic="动物园")
    assert compared(store, "own") == []
