"""Hand a note in for review, and record where it was published. Both name the text by its hash."""

from __future__ import annotations

import re

from agent.catalogue import say
from agent.chat.context import Told, TurnContext
from agent.chat.presenting import told
from agent.chat.state import Request, ThreadState, Work
from agent.chat.values import Intent
from agent.people import Person, reviewers
from agent.rechecking import recheck_of
from agent.text.addresses import platform_address

__all__ = ["address_in", "perform_published", "perform_submit", "prepare_published", "prepare_submit"]

_ADDRESS = re.compile(r"https?://[^\s，。；、）)”\"<>]+", re.IGNORECASE)


async def prepare_submit(context: TurnContext, request: Request, state: ThreadState) -> Work | Told:
    """Settle which text goes in; one with an open block does not."""
    if not state.run:
        return told(context, Intent.SUBMIT, say("no_note_yet"), state)
    result = await context.standing(state.run)
    if result.note is None or result.report is None or result.outcome not in ("in_review", "needs_human"):
        return told(context, Intent.SUBMIT, say("note_closed"), state, result=result)
    blocks = result.report.open("block")
    if blocks:
        return told(context, Intent.SUBMIT, say("submit_blocked", count=len(blocks)), state, result=result)
    return Work(request=request, state=state, run=result.run, base=result.note.text_hash)


async def perform_submit(context: TurnContext, work: Work) -> Told:
    """Record the hand-in, unless the text has changed since."""
    result = await context.standing(work.run)
    if result.note is None or result.note.text_hash != work.base:
        return told(context, Intent.SUBMIT, say("note_changed_meanwhile"), work.state, result=result)
    context.store.publishing.submit(
        work.run,
        text_hash=work.base,
        submitted_by=context.user,
        submitted_at=context.drafting.now(),
        tell_to=reviewers(context.workspace.people),
    )
    left = len(result.report.open()) if result.report else 0
    limits = (say("submitted_with_open", count=left),) if left else ()
    return told(context, Intent.SUBMIT, say("submitted"), work.state, result=result, limits=limits)


async def prepare_published(context: TurnContext, request: Request, state: ThreadState) -> Work | Told:
    """Settle which text was published where; only the approved one can have been."""
    if not state.run:
        return told(context, Intent.PUBLISHED, say("no_note_yet"), state)
    address = address_in(request.text)
    if not address:
        return told(context, Intent.PUBLISHED, say("paste_address"), state)
    result = await context.standing(state.run)
    if result.note is None or result.outcome != "approved":
        return told(context, Intent.PUBLISHED, say("not_approved_yet"), state, result=result)
    kept = request.model_copy(update={"text": address})
    return Work(request=kept, state=state, run=result.run, base=result.note.text_hash)


async def perform_published(context: TurnContext, work: Work) -> Told:
    """Record the publication, unless a rule of that stage speaks against it today."""
    person = context.workspace.person(context.user) or Person(id=context.user, name=context.user)
    against = recheck_of(context.drafting, work.run, today=context.today).against_publication(person)
    if against:
        return told(context, Intent.PUBLISHED, say("publication_forbidden", reasons="；".join(against)), work.state)
    context.store.publishing.publish(
        work.run,
        text_hash=work.base,
        url=work.request.text,
        published_by=context.user,
        published_at=context.drafting.now(),
    )
    return told(context, Intent.PUBLISHED, say("published", url=work.request.text), work.state)


def address_in(text: str) -> str:
    """Return the first address of the platform in a text; a look-alike host is none."""
    return next((found for found in _ADDRESS.findall(text) if platform_address(found)), "")
