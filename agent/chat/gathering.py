"""Keep what the employee tells, and draft from it.

What happened to them only they can tell, so it is asked for before a note is written without it. Everything else that
was not said is assumed, and the answer says what was assumed.
"""

from __future__ import annotations

from collections.abc import Iterable

from agent.aside import aside
from agent.authors.phrasebank import load_scenes
from agent.briefs import MAX_TOPIC, account_of, make_brief, new_run_id
from agent.briefs import Request as BriefRequest
from agent.catalogue import say
from agent.chat.context import Told, TurnContext
from agent.chat.cues import load_cues
from agent.chat.presenting import offer, on_table, told
from agent.chat.saying import products_named
from agent.chat.slots import is_answered, open_slots
from agent.chat.state import Pending, Request, ThreadState, Work
from agent.chat.values import Intent, Saved, Turn
from agent.errors import UsageError
from agent.graph.state import Review
from agent.guardrails.wording import label_of
from agent.models import Brief, Material
from agent.results import DraftResult
from agent.text.sentences import clauses
from agent.text.shingles import shingles
from agent.workspace import material_from_text

__all__ = ["capture", "perform_draft", "prepare_draft", "with_speaker"]

MOST_MATERIAL = 60
TOPIC_FROM_MATERIAL = 20
SUGGESTIONS = 4
MOST_QUESTIONS = 2
ABOUT = 0.3  # of the two-character pieces of a topic


def with_speaker(turn: Turn, state: ThreadState, context: TurnContext) -> ThreadState:
    """Return the state with who speaks from this turn on; an unknown name raises `UsageError`."""
    workspace = context.workspace
    if turn.persona:
        persona = workspace.persona(turn.persona).id
        state = state.model_copy(update={"persona": persona, "account": account_of(persona, workspace)})
    if turn.account:
        account = workspace.account(turn.account)
        state = state.model_copy(update={"account": account.id, "persona": account.persona or state.persona})
    return state


def capture(context: TurnContext, request: Request, state: ThreadState) -> Told:
    """Save what was told, item by item, and count the questions that would make it stand more firmly."""
    fresh, state = _added(context, request.text, state)
    if not fresh:
        return told(context, Intent.CAPTURE, say("nothing_told"), state)
    questions = _open_questions(state)
    saved = Saved(items=fresh, total=len(state.material), open_questions=questions)
    return told(
        context, Intent.CAPTURE, say("material_saved", count=len(fresh), left=len(questions)), state, saved=saved
    )


def prepare_draft(context: TurnContext, request: Request, state: ThreadState) -> Work | Told:
    """Settle the brief, or ask the one thing that is missing."""
    if request.told:
        _, state = _added(context, request.text, state)
    before, (topic, state) = state, _topic(request, state)
    named = products_named(f"{request.text} {topic}", context)
    products = tuple(context.workspace.product(name).id for name in request.products)
    products = products or tuple(product.id for product in named)
    kind = request.note_type or ("benefit" if products else state.note_type)
    state = state.model_copy(update={"products": products or state.products, "note_type": kind})
    material = state.material
    if not topic and not material:
        return told(context, Intent.DRAFT, say("what_about"), state, pending=_ask_topic(context, state))
    topic = topic or _topic_of(material)
    state = state.model_copy(update={"topic": topic})
    if not material and not request.bare:
        pending = _ask_material(topic, state)
        return told(context, Intent.DRAFT, say("before_drafting", topic=topic), state, pending=pending)
    brief = _brief(context, topic, material, state)
    assumptions = (*_told_before(before, state), *_assumptions(context, request, state, brief))
    replaces = state.run if state.run and _may_replace(context, state) else ""
    state = state.model_copy(
        update={"run": brief.id, "used": len(state.material), "seed": state.seed + 1, "locked": (), "edits": ()}
    )
    return Work(request=request, state=state, run=brief.id, brief=brief, replaces=replaces, assumptions=assumptions)


async def perform_draft(context: TurnContext, work: Work) -> Told:
    """Run the brief, or carry its run on: a turn that was cut off begins no second one."""
    assert work.brief is not None
    if work.replaces:
        await _withdraw(context, work.replaces)
    known = await aside(context.store.find, work.run)
    if known is not None:
        if known.brief != work.brief:
            raise UsageError("run_taken", run=work.run)
        result = await context.standing(work.run)
    else:
        result = await context.drafting.draft(work.brief, owner=context.user, on_event=context.on_event)
    pending = _next_question(result)
    return on_table(
        context, Intent.DRAFT, result, work.state, assumptions=work.assumptions, limits=work.limits, pending=pending
    )


def _added(context: TurnContext, text: str, state: ThreadState) -> tuple[tuple[Material, ...], ThreadState]:
    """Return the fresh items and the state that holds them; what opens the line (素材：) is no material."""
    bare = text.strip()
    for word in load_cues().opening:
        bare = bare.removeprefix(word).lstrip("：:，, ")
    fresh = [
        item.model_copy(
            update={
                "id": f"m{number}",
                "told_by": "" if state.persona else context.user,
                "told_at": context.today.isoformat(),
            }
        )
        for number, item in enumerate(material_from_text(bare), len(state.material) + 1)
    ]
    _demand_room(len(state.material) + len(fresh))
    return tuple(fresh), state.model_copy(update={"material": (*state.material, *fresh)})


def _topic(request: Request, state: ThreadState) -> tuple[str, ThreadState]:
    """Return the topic; a new one starts from what was told since the last note."""
    topic = request.topic[:MAX_TOPIC]
    if topic and topic != state.topic and state.run:
        before, since = state.material[: state.used], state.material[state.used :]
        fresh = {"used": 0, "run": "", "note_type": None, "products": ()}
        state = state.model_copy(update=fresh)
        return topic, state if _is_about(topic, before) else _put_aside(before, since, state)
    if request.reuse:
        _demand_room(len(state.earlier) + len(state.material))
        both = _numbered((*state.earlier, *state.material))
        state = state.model_copy(update={"material": both, "earlier": (), "earlier_topic": ""})
    return topic or state.topic, state


def _put_aside(before: tuple[Material, ...], since: tuple[Material, ...], state: ThreadState) -> ThreadState:
    """Begin with what came since; one story before is kept, the last: two of them are not to be mixed."""
    kept = {"earlier": before, "earlier_topic": state.topic} if before else {}
    return state.model_copy(update={"material": _numbered(since), **kept})


def _demand_room(count: int) -> None:
    if count > MOST_MATERIAL:
        raise UsageError("material_too_many", count=count, limit=MOST_MATERIAL)


def _told_before(before: ThreadState, state: ThreadState) -> tuple[str, ...]:
    """Say so when a new note takes up what was told for one before, of its own accord or by a tap."""
    if before.earlier and not state.earlier:
        return (say("assumed_reused", count=len(before.earlier), topic=before.earlier_topic),)
    taken = before.used if before.run and not state.run and len(state.material) == len(before.material) else 0
    return (say("assumed_told_before", count=taken),) if taken else ()


def _numbered(material: Iterable[Material]) -> tuple[Material, ...]:
    """Return material numbered as the note that rests on it will name it."""
    return tuple(item.model_copy(update={"id": f"m{number}"}) for number, item in enumerate(material, 1))


def _is_about(topic: str, material: Iterable[Material]) -> bool:
    """Tell whether a topic speaks of what was told: a good part of its words occurs there."""
    words = shingles(topic, size=2)
    told = frozenset[str]().union(*(shingles(item.text, size=2) for item in material))
    return bool(words) and len(words & told) >= ABOUT * len(words)


def _topic_of(material: tuple[Material, ...]) -> str:
    first = clauses(material[0].text)[0].text.strip(" ，,。；;：:！!？?\n")
    return first[:TOPIC_FROM_MATERIAL] or material[0].text[:TOPIC_FROM_MATERIAL]


def _brief(context: TurnContext, topic: str, material: tuple[Material, ...], state: ThreadState) -> Brief:
    asked = BriefRequest(
        topic=topic,
        note_type=state.note_type or "lifestyle",
        persona=state.persona,
        account=state.account,
        products=state.products,
        seed=state.seed,
    )
    run = new_run_id(context.today)
    while context.knows(run):
        run = new_run_id(context.today)
    brief, _ = make_brief(asked, workspace=context.workspace, as_of=context.today, run_id=run)
    return brief.model_copy(update={"material": _numbered(material)})


def _assumptions(context: TurnContext, request: Request, state: ThreadState, brief: Brief) -> tuple[str, ...]:
    lines = []
    if request.topic == "":
        lines.append(say("assumed_topic", topic=brief.topic))
    if request.note_type is None:
        lines.append(say("assumed_type", kind=label_of("note_type", brief.note_type)))
    if not brief.material:
        lines.append(say("assumed_no_material"))
    if not brief.persona:
        lines.append(say("assumed_no_persona"))
    elif not brief.account:
        lines.append(say("assumed_no_account"))
    return tuple(lines)


def _may_replace(context: TurnContext, state: ThreadState) -> bool:
    """Tell whether a new version takes the place of the note on the table: nobody was handed that one yet."""
    run = context.store.run(state.run)
    if run.erased_at is not None or run.outcome not in ("in_review", "needs_human"):
        return False
    return not context.store.publishing.submissions(run.id)


async def _withdraw(context: TurnContext, run: str) -> None:
    result = await context.standing(run)
    if result.note is None or result.outcome not in ("in_review", "needs_human"):
        return
    review = Review(
        action="reject", reviewer=context.user, reason=say("reason_new_version"), text_hash=result.note.text_hash
    )
    await context.drafting.review(run, review)


def _ask_topic(context: TurnContext, state: ThreadState) -> Pending:
    persona = context.persona(state)
    ideas = persona.habits if persona else tuple(scene.label for scene in load_scenes())
    options = [
        (f"topic{n}", idea, Request(intent=Intent.DRAFT, topic=idea)) for n, idea in enumerate(ideas[:SUGGESTIONS])
    ]
    return offer(say("ask_topic"), options, free=Request(intent=Intent.DRAFT), material=True)


def _ask_material(topic: str, state: ThreadState) -> Pending:
    """Ask for what was lived; what was told for another note, named in the option, can be taken with a tap."""
    bare = Request(intent=Intent.DRAFT, topic=topic, bare=True)
    again = Request(intent=Intent.DRAFT, topic=topic, reuse=True)
    options = []
    if state.earlier and state.earlier_topic:
        named = say("option_reuse", count=len(state.earlier), topic=state.earlier_topic)
        options.append(("reuse", named, again))
    options.append(("bare", say("option_bare"), bare))
    return offer(
        say("ask_material", topic=topic), options, free=Request(intent=Intent.DRAFT, topic=topic), material=True
    )


def _next_question(result: DraftResult) -> Pending | None:
    """Ask the first thing the run wants to know and nobody has told: a product to tap, or what only they can tell."""
    told = tuple(item.text for item in result.brief.material)
    first = next((question for question in result.questions if not is_answered(question.text, told)), None)
    if first is None:
        return None
    topic = result.brief.topic
    options = [
        (f"o{n}", label, Request(intent=Intent.DRAFT, topic=topic, products=(label,), bare=True))
        for n, label in enumerate(first.options)
    ]
    free = None if options else Request(intent=Intent.DRAFT, topic=topic)
    return offer(first.text, options, free=free, material=not options)


def _open_questions(state: ThreadState) -> tuple[str, ...]:
    """Return what would make the story stand more firmly and nobody has told in this thread yet."""
    return open_slots(item.text for item in state.material)[:MOST_QUESTIONS]
