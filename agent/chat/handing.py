"""Settle which note is handed in or was published where, have it done, and tell what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.aside import aside
from agent.catalogue import say
from agent.chat.context import Told, TurnContext
from agent.chat.presenting import told
from agent.chat.state import Request, ThreadState, Work
from agent.chat.values import Intent
from agent.errors import UsageError
from agent.handing import hand_in, record_publication
from agent.people import Person, reviewers
from agent.rechecking import Recheck, recheck_of
from agent.record.evidence import EVER
from agent.results import DraftResult
from agent.text.addresses import platform_address

__all__ = ["address_in", "perform_published", "perform_submit", "prepare_published", "prepare_submit"]

_ADDRESS = re.compile(r"https?://[^\s，。；、）)”\"<>]+", re.IGNORECASE)


async def prepare_submit(context: TurnContext, request: Request, state: ThreadState) -> Work | Told:
    """Settle which text goes in."""
    if not state.run:
        return told(context, Intent.SUBMIT, say("no_note_yet"), state)
    result = await context.standing(state.run)
    if result.note is None or result.outcome not in ("in_review", "needs_human"):
        return told(context, Intent.SUBMIT, say("note_closed"), state, result=result)
    return Work(request=request, state=state, run=result.run, base=result.note.text_hash)


async def perform_submit(context: TurnContext, work: Work) -> Told:
    """Hand the text in, unless it has changed since or something speaks against it."""
    result = await context.standing(work.run)
    if result.note is None or result.note.text_hash != work.base:
        return told(context, Intent.SUBMIT, say("note_changed_meanwhile"), work.state, result=result)
    try:
        await aside(lambda: hand_in(_text(context, work), text_hash=work.base, by=_speaker(context)))
    except UsageError as error:
        return await aside(_refused, context, work, error, result)
    left = len(result.report.open()) if result.report else 0
    limits = (*_who_reviews(context), *((say("submitted_with_open", count=left),) if left else ()))
    return told(context, Intent.SUBMIT, say("submitted"), work.state, result=result, limits=limits)


async def prepare_published(context: TurnContext, request: Request, state: ThreadState) -> Work | Told:
    """Settle which text was published where."""
    if not state.run:
        return told(context, Intent.PUBLISHED, say("no_note_yet"), state)
    address = address_in(request.text)
    if not address:
        return told(context, Intent.PUBLISHED, say("paste_address"), state)
    result = await context.standing(state.run)
    if result.note is None:
        return told(context, Intent.PUBLISHED, say("note_closed"), state, result=result)
    kept = request.model_copy(update={"text": address})
    return Work(request=kept, state=state, run=result.run, base=result.note.text_hash)


async def perform_published(context: TurnContext, work: Work) -> Told:
    """Record the publication, unless something speaks against it."""
    try:
        await aside(_record, context, work)
    except UsageError as error:
        return await aside(_refused, context, work, error, await context.standing(work.run))
    return told(context, Intent.PUBLISHED, say("published", url=work.request.text), work.state)


def address_in(text: str) -> str:
    """Return the first address of the platform in a text; a look-alike host is none."""
    return next((found for found in _ADDRESS.findall(text) if platform_address(found)), "")


def _record(context: TurnContext, work: Work) -> None:
    record_publication(_text(context, work), text_hash=work.base, url=work.request.text, by=_speaker(context))


def _text(context: TurnContext, work: Work) -> Recheck:
    return recheck_of(context.drafting, work.run, today=context.today)


def _speaker(context: TurnContext) -> Person:
    return context.workspace.person(context.user) or Person(id=context.user, name=context.user)


def _refused(context: TurnContext, work: Work, error: UsageError, result: DraftResult) -> Told:
    """Tell why not, with the note it is about; what is not approved yet is told by how far it has come."""
    text, hint = error.message, error.hint
    if error.code == "publication_unapproved":
        text = say("published_unapproved")
        hint = say("published_awaited" if _waits_for_review(context, work) else "published_not_handed_in")
    limits = (hint,) if hint else ()
    return told(context, work.request.intent, text, work.state, result=result, limits=limits)


def _who_reviews(context: TurnContext) -> Iterator[str]:
    """Say by name who looks at it now; on one machine, how to become them."""
    people = {person.id: person.name for person in context.workspace.people}
    names = [people[person] for person in reviewers(context.workspace.people) if person != context.user]
    if not names:
        yield say("submitted_to_nobody")
        return
    yield say("submitted_to", names="、".join(names))
    if context.drafting.settings.web.sign_in == "loopback":
        yield say("submitted_alone", name=names[0])


def _waits_for_review(context: TurnContext, work: Work) -> bool:
    """Tell whether this text was handed in and not sent back since."""
    handed = [i.submitted_at for i in context.store.publishing.submissions(work.run) if i.text_hash == work.base]
    answered = [d.decided_at for d in context.store.decisions(work.run) if d.decision != "edit"]
    return bool(handed) and max(handed) > max(answered, default=EVER)
