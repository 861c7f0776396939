"""Hand a text in for review, and record where it was published: the one way to each, whoever asks and wherever.

Owns what speaks against either. Who asks settles beforehand which text is meant, and afterwards how a refusal is told.
"""

from __future__ import annotations

from agent.errors import UsageError
from agent.people import Person, Role, reviewers
from agent.rechecking import Recheck
from agent.record import RunRecord
from agent.text.addresses import HOSTS, platform_address

__all__ = ["demand_handler", "hand_in", "record_publication"]


def hand_in(text: Recheck, *, text_hash: str, by: Person, urgent: bool = False) -> None:
    """Record that a text goes to the reviewers, and tell them; the same text again changes nothing.

    Raises `UsageError` for a note that is somebody else's or not open, another text than the one that was seen, an
    open block, and a text that was sent back and has not changed.
    """
    run, drafting = text.run, text.drafting
    demand_handler(by, run)
    _demand_text(text, text_hash)
    if run.outcome not in ("in_review", "needs_human"):
        raise UsageError("run_not_in_review", run=run.id, outcome=run.outcome)
    blocks = text.version.round.report.open("block")
    if blocks:
        rules = "、".join(sorted({finding.rule for finding in blocks}))
        raise UsageError("submission_blocked", count=len(blocks), rules=rules)
    drafting.store.publishing.submit(
        run.id,
        text_hash=text_hash,
        submitted_by=by.id,
        submitted_at=drafting.now(),
        urgent=urgent,
        tell_to=reviewers(drafting.workspace.people),
    )


def record_publication(text: Recheck, *, text_hash: str, url: str, by: Person) -> None:
    """Record where an approved text was published; the same address again changes nothing.

    Raises `UsageError` for a note that is somebody else's, a text that is not the approved one or was taken back, an
    address that is not the platform's, and when a rule of that stage or a fact speaks against it today.
    """
    run, drafting = text.run, text.drafting
    demand_handler(by, run)
    _demand_text(text, text_hash)
    if not platform_address(url):
        raise UsageError("publication_foreign", hosts="、".join(HOSTS))
    if run.outcome != "approved":
        raise UsageError("publication_unapproved", run=run.id)
    against = text.against_publication(by)
    if against:
        raise UsageError("publication_forbidden", reasons="；".join(against))
    drafting.store.publishing.publish(
        run.id, text_hash=text_hash, url=url, published_by=by.id, published_at=drafting.now()
    )


def demand_handler(person: Person, run: RunRecord, *, reviewing: bool = False) -> None:
    """Raise `UsageError` unless the note is this person's to hand in or publish, or they work on everybody's."""
    allowed = {Role.CONTENT, Role.ADMIN, *([Role.REVIEWER] if reviewing else ())}
    theirs = run.owner == person.id or (run.brief.account and run.brief.account in person.accounts)
    if not theirs and not allowed & set(person.roles):
        raise UsageError("run_unknown", value=run.id, nearest="—")


def _demand_text(text: Recheck, text_hash: str) -> None:
    current = text.version.text_hash
    if text_hash != current:
        raise UsageError("review_of_other_text", run=text.run.id, given=text_hash, current=current)
