"""Say what a notice tells its person, and where it leads."""

from __future__ import annotations

from agent.catalogue import say
from agent.desk.standing import names
from agent.desk.values import Notice
from agent.drafting import Drafting
from agent.record import DecisionRecord, NoticeRecord

__all__ = ["notice_of", "path_of", "sentence_of"]

ANSWERS = frozenset({"approve", "reject", "comment"})
FOR_REVIEWERS = frozenset({"submitted", "waiver"})


def notice_of(kept: NoticeRecord, drafting: Drafting, *, title: str = "") -> Notice:
    """Return a notice as it is shown in the program: by the title the note has now, with who did it, and why."""
    by = names(drafting, [kept.by])[kept.by]
    text = sentence_of(kept, title=title)
    if by:
        text = say("desk_notice_by", text=text, by=by)
    if kept.reason:
        text = say("desk_notice_why", text=text, reason=kept.reason)
    return Notice.model_validate(
        {
            "id": kept.id,
            "kind": kept.kind,
            "run": kept.run,
            "text": text,
            "path": path_of(kept),
            "at": kept.created_at,
            "seen": kept.seen_at is not None or _is_handled(kept, drafting),
        }
    )


def _is_handled(kept: NoticeRecord, drafting: Drafting) -> bool:
    """Tell whether what a notice asks for was done meanwhile, whoever did it: nobody need look at it any more.

    What owners change themselves answers nothing: they may change it back, and a check made anew decides nothing.
    """
    if kept.kind != "submitted":
        return False
    since = [made for made in drafting.store.decisions(kept.run) if made.decided_at >= kept.created_at]
    return any(made.decision in ANSWERS or _is_rewritten(made, drafting) for made in since)


def _is_rewritten(made: DecisionRecord, drafting: Drafting) -> bool:
    return made.decision == "edit" and made.reviewer != drafting.store.run(made.run).owner


def sentence_of(kept: NoticeRecord, *, title: str = "") -> str:
    """Say what happened to which note; without a `title` it is named by its topic, and nobody is named."""
    return say(f"desk_notice_{kept.kind}", note=title or kept.topic)


def path_of(kept: NoticeRecord) -> str:
    """Return the page of the server it leads to: the note on the desk, or its author's thread about it."""
    return f"/desk/{kept.run}" if kept.kind in FOR_REVIEWERS else f"/chat?run={kept.run}"
