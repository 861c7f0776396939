"""The nodes: `(state, runtime) -> partial update`, no side effect, no clock, no environment.

Findings are data here; a reader that raises ends the run as an error, it never counts as a pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agent.aside import aside
from agent.catalogue import say
from agent.errors import BudgetError, GuardError, ReplyError
from agent.graph import assembly, gatekeeping
from agent.graph.context import DraftContext
from agent.graph.refusal import reasons_to_refuse
from agent.graph.routing import best_version, judge_round
from agent.graph.state import DraftState, Review, Route, SavedVersion
from agent.graph.submission import check_note, cited_sources
from agent.models import Note, Outcome, Report, Round
from agent.text.simplified import is_traditional

__all__ = ["assemble", "comply", "critique", "decide", "finish", "gate", "plan", "review", "revise", "write"]

LANGUAGES_WITH_PACKS = frozenset({"zh-CN"})
_Update = dict[str, Any]
_Runtime = Runtime[DraftContext]


async def gate(state: DraftState, runtime: _Runtime) -> _Update:
    """Ask whether this account may say this today, before a word is written."""
    context = runtime.context
    sources = context.resolve(state["brief"])
    return {"refusal": list(gatekeeping.refusals(sources, check=context.check))}


async def plan(state: DraftState, runtime: _Runtime) -> _Update:
    """Choose angle and ingredients, or say what is missing."""
    context = runtime.context
    return {"chosen_plan": await context.author.plan(context.resolve(state["brief"]))}


async def write(state: DraftState, runtime: _Runtime) -> _Update:
    """Write the first text: round 1."""
    context = runtime.context
    note = await context.author.write(state["chosen_plan"], context.resolve(state["brief"]))
    return {"note": note, "round": 1, "revision": state.get("revision", 0) + 1, "changes": []}


async def assemble(state: DraftState, runtime: _Runtime) -> _Update:
    """Add what is mandatory: conditions, disclosures, role, labels; keep the platform's limits."""
    note = _complete(state["note"], state, runtime.context)
    if note == state["note"]:
        return {}
    return {"note": note, "revision": state["revision"] + 1}


async def comply(state: DraftState, runtime: _Runtime) -> _Update:
    """Check the text against the rules, then let a judge add to what they found."""
    context, brief = runtime.context, state["brief"]
    report = _check(state["note"], state, context)
    if looks := tuple(_looks(state)):
        report = report.model_copy(update={"needs_look": looks})
    if context.judge is not None:
        sources = context.resolve(brief)
        report = await context.judge(state["note"], report, sources=sources, round_number=_first_read(state))
    return {"last_report": report}


async def critique(state: DraftState, runtime: _Runtime) -> _Update:
    """Score the tone of the same text."""
    context = runtime.context
    sources = cited_sources(state["note"], context.resolve(state["brief"]))
    verdict = await context.critique(
        state["note"],
        brief=state["brief"],
        facts=sources.facts,
        products=sources.products,
        account=sources.account,
        persona=sources.persona,
        earlier=sources.earlier,
        round_number=_first_read(state),
    )
    return {"last_critique": verdict}


async def decide(state: DraftState, runtime: _Runtime) -> _Update:
    """Keep this version, and settle whether it passed, goes on, or goes to a person as it stands."""
    prompts, usage = await aside(runtime.context.trace, state["round"])
    round_ = Round(
        number=state["round"],
        note=state["note"],
        report=state["last_report"],
        critique=state["last_critique"],
        changes=tuple(state.get("changes", ())),
        prompts=prompts,
        usage=usage,
    )
    versions = [*state.get("versions", []), SavedVersion(revision=state["revision"], round=round_)]
    route = _route(state, versions)
    update: _Update = {"versions": versions[-1:], "route": route, "best": state["revision"]}
    if route == "passed":
        return {**update, "outcome": "in_review" if state["review_on"] else "ready"}
    if route == "spent":
        best = versions[-1] if state.get("human_text") else best_version(versions)
        return {
            **update,
            "outcome": "needs_human",
            "best": best.revision,
            "note": best.round.note,
            "last_report": best.round.report,
            "last_critique": best.round.critique,
        }
    return update


async def revise(state: DraftState, runtime: _Runtime) -> _Update:
    """Edit flagged spans; keep the earlier text when the revision adds a block or touches a ledger number.

    A reply that cannot be used and a spent budget keep it too: the text then stands still and goes to a person.
    """
    context = runtime.context
    sources = context.resolve(state["brief"])
    round_number = state["round"] + 1
    try:
        revision = await context.author.revise(
            state["note"],
            plan=state["chosen_plan"],
            report=state["last_report"],
            critique=state["last_critique"],
            sources=sources,
            round_number=round_number,
        )
    except (ReplyError, BudgetError) as error:
        return {"round": round_number, "changes": [say("revision_unusable", reason=error.message)]}
    candidate = _complete(revision.note, state, context)
    report = _check(candidate, state, context)
    refused = reasons_to_refuse(state["note"], candidate, before=state["last_report"], after=report, sources=sources)
    if refused:
        return {"round": round_number, "changes": [say("revision_refused", reason=reason) for reason in refused]}
    changed = int(candidate != state["note"])
    return {
        "note": candidate,
        "round": round_number,
        "revision": state["revision"] + changed,
        "changes": list(revision.changes),
    }


async def review(state: DraftState, runtime: _Runtime) -> _Update:
    """Wait for a person. Resuming runs this node again from its first line, so nothing precedes the interrupt."""
    answer = interrupt(
        {"text_hash": state["note"].text_hash, "outcome": state["outcome"], "verdict": state["last_report"].verdict}
    )
    decision = Review.model_validate(answer)
    if decision.action in ("approve", "reject"):
        return {"reviews": [decision]}
    note = decision.note if decision.action == "edit" and decision.note is not None else state["note"]
    return {
        "reviews": [decision],
        "note": note,
        "human_text": decision.action == "edit" or state.get("human_text", False),
        "revision": state["revision"] + int(note != state["note"]),
        "changes": [f"{decision.reviewer}:{decision.reason}" if decision.reason else decision.reviewer],
    }


async def finish(state: DraftState, runtime: _Runtime) -> _Update:
    """Settle the outcome; approval demands that this very text was checked and holds no open block."""
    return {"outcome": _final_outcome(state)}


def _route(state: DraftState, versions: list[SavedVersion]) -> Route:
    route = judge_round(
        state["note"],
        state["last_report"],
        state["last_critique"],
        round_number=state["round"],
        max_rounds=state["max_rounds"],
    )
    if route == "open" and (state.get("human_text") or _stands_still(versions)):
        return "spent"
    return route


def _first_read(state: DraftState) -> int:
    """Return the round in which this very text was first read: a model is not asked twice about one text."""
    text_hash = state["note"].text_hash
    seen = (v.round.number for v in state.get("versions", []) if v.round.note.text_hash == text_hash)
    return next(seen, state["round"])


def _stands_still(versions: list[SavedVersion]) -> bool:
    return len(versions) > 1 and versions[-1].round.note.text_hash == versions[-2].round.note.text_hash


def _final_outcome(state: DraftState) -> Outcome:
    if state.get("refusal"):
        return "refused"
    if not state["chosen_plan"].writable:
        return "needs_material"
    if not state.get("reviews"):
        return state["outcome"]
    if state["reviews"][-1].action == "reject":
        return "rejected"
    _demand_checked(state)
    return "approved"


def _demand_checked(state: DraftState) -> None:
    text_hash = state["note"].text_hash
    if text_hash != state["last_report"].text_hash or state["reviews"][-1].text_hash != text_hash:
        raise GuardError("approval_of_other_text")
    if state["last_report"].open("block"):
        raise GuardError("approval_with_block")


def _looks(state: DraftState) -> Iterator[str]:
    """Say what no rule decides: a script or language without packs, and an education note that teaches nothing."""
    brief, plan, note = state["brief"], state["chosen_plan"], state["note"]
    if brief.language not in LANGUAGES_WITH_PACKS:
        yield say("look_language", language=brief.language)
    elif is_traditional(f"{note.title}{note.body}"):
        yield say("look_traditional")
    if brief.note_type == "education" and not (plan.points or plan.facts or state.get("human_text")):
        yield say("look_no_point")


def _complete(note: Note, state: DraftState, context: DraftContext) -> Note:
    """Assemble, and mark as 广告 what the rules say is one."""
    sources = context.resolve(state["brief"])
    cited, whole = cited_sources(note, sources), state.get("human_text", False)
    complete = assembly.assemble(note, cited, ledger=sources.facts, whole=whole)
    return assembly.marked_as_due(complete, _check(complete, state, context).label)


def _check(note: Note, state: DraftState, context: DraftContext) -> Report:
    return check_note(note, context.resolve(state["brief"]), check=context.check, waivers=context.waivers)
