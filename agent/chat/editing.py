"""Change the note on the table: find the changed text first, then let the graph check it as any edit by a person.

Locked blocks never change, an approval of the old text does not hold for the new one, and what cannot be done without
a model is said, not faked.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent import guardrails
from agent.aside import aside
from agent.catalogue import say
from agent.chat.accepting import accepted
from agent.chat.asking import ask_edits
from agent.chat.blocks import block_named, is_locked, locks_broken, span_of, touched
from agent.chat.cards import finding_id
from agent.chat.context import Told, TurnContext
from agent.chat.cues import load_cues
from agent.chat.paragraphing import joined, split
from agent.chat.presenting import offer, on_table, told
from agent.chat.restoring import restored, restored_block, with_edit
from agent.chat.rewording import (
    Rewording,
    less_product,
    more_spoken,
    other_cover,
    other_opening,
    shorter,
    why_no_opening,
    without_product,
)
from agent.chat.spans import MandatoryError, place_of, replaced
from agent.chat.state import Pending, Request, ThreadState, Work
from agent.chat.values import Intent, Selection
from agent.chat.wanting import Wanted
from agent.errors import ProviderError
from agent.graph.assembly import assemble
from agent.graph.refusal import reasons_to_refuse
from agent.graph.state import Review
from agent.graph.submission import check_note, cited_sources
from agent.models import Material, Note
from agent.prompting import load_prompts
from agent.results import DraftResult
from agent.text.provenance import is_traced
from agent.text.units import body_units, title_units

__all__ = ["EDITS", "perform_edit", "prepare_edit"]

MAX_TITLE_UNITS, MAX_BODY_UNITS = 20, 1000
EDITS = frozenset(
    {
        Intent.CHANGE_SPAN,
        Intent.SHORTER,
        Intent.MORE_SPOKEN,
        Intent.OTHER_OPENING,
        Intent.LESS_PRODUCT,
        Intent.SPLIT,
        Intent.JOIN,
        Intent.UNDO,
        Intent.ACCEPT_FIX,
    }
)
WISHES = {
    Intent.SHORTER: "wish_shorter",
    Intent.MORE_SPOKEN: "wish_more_spoken",
    Intent.OTHER_OPENING: "wish_other_opening",
    Intent.LESS_PRODUCT: "wish_less_product",
}


@dataclass(frozen=True)
class Found:
    """Hold the text an edit leads to, or why there is none; `limits` are said either way."""

    edit: Rewording | None = None
    limits: tuple[str, ...] = ()
    pending: Pending | None = None
    state: ThreadState | None = None  # that an edit taken back leaves


async def prepare_edit(context: TurnContext, request: Request, state: ThreadState) -> Work | Told:
    """Find the text a request leads to; nothing has changed yet."""
    if not state.run:
        return told(context, request.intent, say("no_note_yet"), state)
    result = await context.standing(state.run)
    if result.note is None or result.outcome not in ("in_review", "needs_human"):
        again = offer(say("ask_new_version"), (("again", say("option_again"), Request(intent=Intent.DRAFT)),))
        return told(context, request.intent, say("note_closed"), state, pending=again, result=result)
    made = await _find(context, request, state, result)
    if made.edit is None:
        text = made.limits[0] if made.limits else say("nothing_to_change")
        return told(context, request.intent, text, state, pending=made.pending, limits=made.limits[1:], result=result)
    cited = cited_sources(made.edit.note, result.sources)
    note = assemble(made.edit.note, cited, ledger=result.sources.facts, whole=True)
    if reason := _refused(note, made.edit.note, result.note, state):
        return told(context, request.intent, reason, state, limits=made.limits, result=result)
    return Work(
        request=request,
        state=made.state or state,
        undoes=made.state is not None,
        run=result.run,
        base=result.note.text_hash,
        note=note,
        decisions=len(await aside(context.store.decisions, result.run)),
        changes=made.edit.changes,
        limits=made.limits,
    )


async def perform_edit(context: TurnContext, work: Work) -> Told:
    """Hand the changed text to the graph, once, and show how it fares."""
    result = await context.standing(work.run)
    if not _is_done(context, work):
        if result.note is None or result.note.text_hash != work.base:
            return told(context, work.request.intent, say("note_changed_meanwhile"), work.state, result=result)
        label = load_cues().label_of(work.request.intent or Intent.CHANGE_SPAN)
        review = Review(action="edit", reviewer=context.user, reason=label, text_hash=work.base, note=work.note)
        result = await context.drafting.review(work.run, review, on_event=context.on_event)
    state = work.state
    if result.note is not None and not work.undoes:
        state = with_edit(state, work.base, result.note.text_hash)
    pending = _told_since(result, state) or _cover_beside(result, work)
    return on_table(
        context, work.request.intent, result, state, changes=work.changes, limits=work.limits, pending=pending
    )


def _told_since(result: DraftResult, state: ThreadState) -> Pending | None:
    """Offer a new version where a finding misses material that was told after this note was begun."""
    later, known = (tuple(item.text for item in part) for part in (state.material[state.used :], _material(result)))
    missed = [finding.text for finding in (result.report.open() if result.report else ()) if finding.text]
    if not later or not any(not is_traced(text, known) and is_traced(text, (*known, *later)) for text in missed):
        return None
    return offer(say("ask_told_since"), (("again", say("option_again_with"), Request(intent=Intent.DRAFT)),))


def _cover_beside(result: DraftResult, work: Work) -> Pending | None:
    """Offer another cover where a new title stands beside the old one."""
    note = result.note
    before = next((round.note for round in reversed(result.rounds) if round.note.text_hash == work.base), None)
    if note is None or before is None or work.undoes or note.title == before.title or note.cover != before.cover:
        return None
    if result.report is None or result.report.open():  # first things first
        return None
    cover = other_cover(note, result.sources)
    if not cover or any(lock.kind == "cover" for lock in work.state.locked):
        return None
    change = Request(intent=Intent.CHANGE_SPAN, span=Selection(field="cover"), replacement=cover)
    options = (
        ("cover", say("option_cover", text=cover), change),
        ("keep", say("option_keep_cover"), Request(intent=Intent.STATUS)),
    )
    return offer(say("ask_cover", text=note.cover), options)


def _material(result: DraftResult) -> tuple[Material, ...]:
    return result.sources.brief.material


def _is_done(context: TurnContext, work: Work) -> bool:
    """Tell whether this very edit has reached the run: the turn was cut off after it."""
    since = context.store.decisions(work.run)[work.decisions :]
    return any(d.decision == "edit" and d.reviewer == context.user and d.text_hash == work.base for d in since)


def _refused(note: Note, wanted: Note, before: Note, state: ThreadState) -> str:
    """Say why a changed text may not stand; empty when it may."""
    if title_units(wanted.title) > MAX_TITLE_UNITS:
        return say("title_too_long", units=title_units(wanted.title), limit=MAX_TITLE_UNITS)
    if body_units(wanted.body) > MAX_BODY_UNITS:
        return say("body_too_long", units=body_units(wanted.body), limit=MAX_BODY_UNITS)
    if note.text_hash == before.text_hash and note.titles == before.titles:
        return say("nothing_to_change")
    broken = locks_broken(note, [lock for lock in state.locked if lock not in locks_broken(before, (lock,))])
    return say("locked_block", text=broken[0].text) if broken else ""


async def _find(context: TurnContext, request: Request, state: ThreadState, result: DraftResult) -> Found:
    if request.intent is Intent.ACCEPT_FIX:
        return _accepted(request, result)
    if request.intent is Intent.CHANGE_SPAN:
        return await _changed(context, request, state, result)
    if request.intent is Intent.UNDO:
        return _taken_back(request, state, result)
    if request.intent in (Intent.SPLIT, Intent.JOIN):
        return _paragraphed(request, state, result)
    return await _wished(context, request, state, result)


def _accepted(request: Request, result: DraftResult) -> Found:
    """Apply the fix of one finding, or every safe one when none is named."""
    assert result.note is not None and result.report is not None
    wanted = request.finding or request.text
    known = {finding_id(finding): finding for finding in result.report.open()}
    chosen = [known[wanted]] if wanted in known else []
    if not request.finding and not chosen:
        rules = [finding for finding in known.values() if finding.rule in wanted]
        chosen = rules or [finding for finding in known.values() if finding.fix and finding.fix.safety == "safe"]
    chosen = [finding for finding in chosen if finding.fix is not None]
    if not chosen:
        return Found(limits=(say("fix_gone") if request.finding and not known.get(wanted) else say("fix_none_ready"),))
    return Found(accepted(result, chosen))


async def _changed(context: TurnContext, request: Request, state: ThreadState, result: DraftResult) -> Found:
    """Change one passage: words given by the person, else a wish put to a model."""
    assert result.note is not None
    wanted = load_cues().change_in(request.text) if request.span is None else None
    if wanted is not None:
        return _worded(wanted, result)
    span, new = request.span, request.replacement
    if span is None and (block := block_named(result.note, request.block or request.text)) is not None:
        span = span_of(result.note, block)
        new = "" if new is None and load_cues().drops_in(request.text) else new
    if span is not None and span.field == "title" and new is None:
        new = _next_title(result.note)
    if span is not None and span.field == "cover" and new is None:
        new = other_cover(result.note, result.sources) or None
        if new is None:
            return Found(limits=(say("cannot_other_cover"),))
    if span is None or (span.field != "body" and not new):
        return Found(limits=(say("which_words"),))
    if new is not None:
        try:
            return Found(replaced(result.note, span, new, result.sources))
        except MandatoryError:
            return Found(limits=(say("mandatory_words"),))
    return await _by_model(context, request.text, request.text, touched(result.note, span), state, result)


def _next_title(note: Note) -> str:
    """Return the candidate after the chosen title, from the beginning again after the last one."""
    place = note.titles.index(note.title)
    others = (*note.titles[place + 1 :], *note.titles[:place])
    return next(iter(others), "")


def _worded(wanted: Wanted, result: DraftResult) -> Found:
    """Change the words a line names, wherever they stand."""
    assert result.note is not None
    place = place_of(result.note, wanted)
    if place is None:
        return Found(limits=(say("words_not_found", text=wanted.old),))
    rest = (say("rest_not_done", text=wanted.rest),) if wanted.rest else ()
    try:
        edit = replaced(result.note, *place, result.sources)
    except MandatoryError:
        return Found(limits=(say("mandatory_words"),))
    return Found(edit, rest) if edit is not None else Found(limits=(say("which_words"),))


def _taken_back(request: Request, state: ThreadState, result: DraftResult) -> Found:
    """Return to the text before the last change made here, or take back a title, cover or tags alone."""
    block = restored_block(result, state.edits, request.block or request.text)
    if block is not None:
        return Found(block)
    back = restored(result, state)
    if back is None:
        return Found(limits=(say("nothing_to_undo"),))
    edit, state = back
    return Found(edit, state=state)


def _paragraphed(request: Request, state: ThreadState, result: DraftResult) -> Found:
    """Cut or join paragraphs; a block or passage that is named is cut alone."""
    assert result.note is not None
    block = block_named(result.note, request.block or request.text, request.span)
    only = touched(result.note, span_of(result.note, block)) if block is not None and block.kind == "body" else None
    if request.intent is Intent.JOIN:
        edit = joined(result.note, result.sources, locked=state.locked)
    else:
        edit = split(result.note, result.sources, request.text, locked=state.locked, only=only)
    return Found(edit) if edit is not None else Found(limits=(say(f"cannot_{request.intent}"),))


async def _wished(context: TurnContext, request: Request, state: ThreadState, result: DraftResult) -> Found:
    """Fulfil a usual wish: with a model if there is one, else by what can be done without."""
    assert result.note is not None and request.intent is not None
    only = touched(result.note, request.span) if request.span and request.span.field == "body" else None
    if request.whole:
        return _all_product(state, result)
    life = [i for i, segment in enumerate(result.note.segments) if segment.kind in ("life", "point")]
    label = load_cues().label_of(request.intent)
    tried = await _by_model(context, say(WISHES[request.intent]), label, only or life, state, result)
    if tried.edit is not None:
        return tried
    note, sources, locked = result.note, result.sources, state.locked
    without: dict[Intent, Callable[[], Rewording | None]] = {
        Intent.SHORTER: lambda: shorter(note, locked=locked, only=only),
        Intent.MORE_SPOKEN: lambda: more_spoken(note, locked=locked, only=only),
        Intent.OTHER_OPENING: lambda: other_opening(note, sources, locked=locked),
        Intent.LESS_PRODUCT: lambda: less_product(note, sources, locked=locked),
    }
    edit = without[request.intent]()
    if edit is not None:
        return Found(edit, tried.limits)
    if request.intent is Intent.LESS_PRODUCT:
        return _only_mandatory(result)
    reason = why_no_opening(note, sources, locked=locked) if request.intent is Intent.OTHER_OPENING else ""
    return Found(limits=(say(f"cannot_{request.intent.value}", reason=reason and say(reason)),))


def _only_mandatory(result: DraftResult) -> Found:
    """Ask before the product goes altogether; say so when there is none, or when the brief is about it."""
    if result.note is None or not cited_sources(result.note, result.sources).products:
        return Found(limits=(say("no_product_here"),))
    if result.brief.products:
        return Found(limits=(say("product_is_the_brief"),))
    drop = Request(intent=Intent.LESS_PRODUCT, whole=True)
    keep = Request(intent=Intent.STATUS)
    options = (("drop", say("option_drop_product"), drop), ("keep", say("option_keep_product"), keep))
    return Found(limits=(say("only_conditions_left"),), pending=offer(say("ask_drop_product"), options))


def _all_product(state: ThreadState, result: DraftResult) -> Found:
    assert result.note is not None
    edit = without_product(result.note, result.sources, locked=state.locked)
    return Found(edit) if edit else Found(limits=(say("locked_or_nothing_left"),))


async def _by_model(
    context: TurnContext,
    wish: str,
    label: str,
    targets: Sequence[int],
    state: ThreadState,
    result: DraftResult,
) -> Found:
    """Let a model edit the pieces that may change; refuse what adds a block or changes a number of the ledger."""
    assert result.note is not None and result.report is not None
    calls = context.calls_of_run(result.run)
    if calls is None:
        return Found(limits=(say("needs_model", wish=label),))
    free = [index for index in targets if not is_locked(result.note, index, state.locked)]
    try:
        revision = await ask_edits(
            result.note,
            wish,
            free,
            calls=calls,
            prompts=load_prompts(context.workspace.prompts_overlay),
            sources=result.sources,
            round_number=result.rounds[-1].number,
        )
    except ProviderError as error:
        return Found(limits=(say("model_failed", reason=error.message),))
    if not revision.changes:
        return Found(limits=(say("model_changed_nothing"),))
    check = functools.partial(guardrails.check, packs=context.packs)
    after = check_note(revision.note, result.sources, check=check, waivers=context.workspace.waivers)
    refused = reasons_to_refuse(result.note, revision.note, before=result.report, after=after, sources=result.sources)
    if refused:
        return Found(limits=tuple(say("model_edit_refused", reason=reason) for reason in refused))
    return Found(Rewording(revision.note, revision.changes))
