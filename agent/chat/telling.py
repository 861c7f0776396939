"""Answer what changes no note: may I say this, explain, status, reply, lock, and what could not be understood."""

from __future__ import annotations

from agent.catalogue import say
from agent.chat.asking import reply_writer
from agent.chat.blocks import block_named
from agent.chat.cards import result_cards, status_card
from agent.chat.context import Told, TurnContext
from agent.chat.cues import load_cues
from agent.chat.presenting import offer, told
from agent.chat.replies import suggest_replies
from agent.chat.saying import may_i_say
from agent.chat.state import Lock, Pending, Request, ThreadState
from agent.chat.values import FindingCard, Intent
from agent.prompting import load_prompts

__all__ = ["answer_may_i_say", "confirm", "explain", "lock", "reply", "status", "unsure"]

RUNS_SHOWN = 5
MOST_OPTIONS = 4
GUESSES = (Intent.CAPTURE, Intent.MAY_I_SAY, Intent.DRAFT, Intent.REPLY)


def answer_may_i_say(context: TurnContext, request: Request, state: ThreadState) -> Told:
    """Say yes, no or what it needs."""
    sentence = request.span.text if request.span and request.span.text else request.quote or request.text
    if not sentence.strip():
        pending = offer(say("ask_which_sentence"), free=Request(intent=Intent.MAY_I_SAY))
        return told(context, Intent.MAY_I_SAY, say("which_sentence"), state, pending=pending)
    verdict = may_i_say(sentence, context=context, state=state)
    limits = () if state.account else (say("assumed_no_account"),)
    return told(context, Intent.MAY_I_SAY, say(f"say_{verdict.verdict}"), state, may_i_say=verdict, assumptions=limits)


async def explain(context: TurnContext, request: Request, state: ThreadState) -> Told:
    """Explain one finding of the note on the table, the one meant or the only one; else ask which."""
    if not state.run:
        return told(context, Intent.EXPLAIN, say("no_note_yet"), state)
    cards = result_cards(await context.standing(state.run))
    if not cards:
        return told(context, Intent.EXPLAIN, say("nothing_open"), state)
    meant = _meant(cards, request)
    if len(meant) == 1:
        return told(context, Intent.EXPLAIN, say("explained"), state, findings=meant)
    options = [
        (
            card.id,
            say("option_finding", rule=context.names.title(card.rule), text=card.text or card.advice),
            _explaining(card),
        )
        for card in meant[:MOST_OPTIONS]
    ]
    pending = offer(say("ask_which_finding"), options)
    return told(context, Intent.EXPLAIN, say("several_open", count=len(meant)), state, pending=pending)


def status(context: TurnContext, request: Request, state: ThreadState) -> Told:
    """Say how the runs of this thread stand, the one on the table first."""
    turns = context.store.threads.turns(context.turn.thread, owner=context.user)
    known = dict.fromkeys(turn.run for turn in reversed(turns) if turn.run and turn.run != state.run)
    runs = [run for run in (state.run, *known) if run and context.knows(run)]
    cards = tuple(card for run in runs[:RUNS_SHOWN] if (card := status_card(run, context.store)) is not None)
    text = say("status_of", count=len(cards)) if cards else say("status_nothing", count=len(state.material))
    return told(context, Intent.STATUS, text, state, status=cards)


async def reply(context: TurnContext, request: Request, state: ThreadState) -> Told:
    """Suggest replies to a comment or private message; a person sends one, or none."""
    incoming = request.quote or request.text
    if not incoming.strip():
        pending = offer(say("ask_comment"), free=Request(intent=Intent.REPLY))
        return told(context, Intent.REPLY, say("which_comment"), state, pending=pending)
    found = await suggest_replies(
        incoming,
        institution=context.workspace.institution,
        account=context.account(state),
        as_of=context.today,
        packs=context.packs,
        told=tuple(item.text for item in (*state.material, *state.earlier)),
        write=reply_writer(
            calls=context.calls(),
            prompts=load_prompts(context.workspace.prompts_overlay),
            institution=context.workspace.institution,
            persona=context.persona(state),
            as_of=context.today.isoformat(),
        ),
    )
    limits = [found.remark] if found.remark else []
    if found.dropped:
        limits.append(say("replies_dropped", count=found.dropped))
    text = say("replies_for", label=found.label, count=len(found.alternatives))
    shown, ways = found.alternatives, found.ways
    return told(context, Intent.REPLY, text, state, replies=shown, reply_ways=ways, limits=tuple(limits))


async def lock(context: TurnContext, request: Request, state: ThreadState, *, locked: bool) -> Told:
    """Lock or unlock one block of the note on the table."""
    intent = Intent.LOCK if locked else Intent.UNLOCK
    if not state.run:
        return told(context, intent, say("no_note_yet"), state)
    result = await context.standing(state.run)
    if result.note is None:
        return told(context, intent, say("no_note_yet"), state)
    block = block_named(result.note, request.block or request.text, request.span)
    if block is None:
        return told(context, intent, say("which_block"), state, result=result)
    mark = Lock(kind=block.kind, text=block.text)
    others = tuple(each for each in state.locked if each != mark)
    state = state.model_copy(update={"locked": (*others, mark) if locked else others})
    return told(context, intent, say("locked" if locked else "unlocked", text=block.text), state, result=result)


def unsure(context: TurnContext, request: Request, state: ThreadState) -> Told:
    """Ask what was meant, with answers to tap."""
    open_note = (Intent.CHANGE_SPAN,) if state.run else ()
    guesses = list(dict.fromkeys((*request.candidates[: MOST_OPTIONS - len(open_note)], *open_note, *GUESSES)))
    options = [(guess.value, _label(guess), _as(guess, request.text)) for guess in guesses[:MOST_OPTIONS]]
    pending = offer(say("ask_what_to_do"), options)
    return told(context, None, say("not_understood"), state, pending=pending)


def _label(intent: Intent) -> str:
    return say("option_change_note") if intent is Intent.CHANGE_SPAN else load_cues().label_of(intent)


def confirm(context: TurnContext, request: Request, state: ThreadState) -> Told:
    """Ask back before what a model took a line for is done, when it cannot be undone."""
    assert request.intent is not None
    label = load_cues().label_of(request.intent)
    options = (
        ("yes", label, request.model_copy(update={"sure": True})),
        ("no", say("option_not_now"), Request(intent=Intent.STATUS)),
    )
    pending: Pending = offer(say("ask_confirm", label=label), options)
    return told(context, request.intent, say("not_done_yet"), state, pending=pending)


def _as(intent: Intent, text: str) -> Request:
    cues = load_cues()
    quote = {Intent.MAY_I_SAY: cues.asked_about, Intent.REPLY: cues.replied_to}.get(intent, lambda _: "")(text)
    return Request(intent=intent, text=text, quote=quote, topic=cues.topic_of(text) if intent is Intent.DRAFT else "")


def _meant(cards: tuple[FindingCard, ...], request: Request) -> tuple[FindingCard, ...]:
    """Return the findings a request points at, all of them when it points at none."""
    named = tuple(card for card in cards if request.finding == card.id)
    named = named or tuple(card for card in cards if card.rule in request.text.upper())
    if not named and request.span is not None:
        span = request.span
        named = tuple(
            card
            for card in cards
            if card.field == span.field and card.start is not None and card.end is not None
            and card.start < span.end and card.end > span.start
        )  # fmt: skip
    return named or cards


def _explaining(card: FindingCard) -> Request:
    return Request(intent=Intent.EXPLAIN, finding=card.id)
