"""Put answers together: a text, the note on the table with its open findings, and at most one question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from agent.catalogue import say
from agent.chat.cards import note_card, result_cards
from agent.chat.context import Told, TurnContext
from agent.chat.naming import is_command
from agent.chat.state import Pending, Request, ThreadState
from agent.chat.values import Answer, Intent, Option
from agent.results import DraftResult

__all__ = ["offer", "on_table", "told"]

SEVERITIES: tuple[Literal["block", "fix", "warn"], ...] = ("block", "fix", "warn")


def offer(
    text: str,
    options: Iterable[tuple[str, str, Request]] = (),
    *,
    free: Request | None = None,
    material: bool = False,
) -> Pending:
    """Return a question: each option is an id, a label and what it leads to; `free` is what typed words lead to."""
    return Pending(
        text=text,
        options=tuple((Option(id=name, label=label), request) for name, label, request in options),
        free=free,
        material=material,
    )


def told(
    context: TurnContext,
    intent: Intent | None,
    text: str,
    state: ThreadState,
    *,
    pending: Pending | None = None,
    result: DraftResult | None = None,
    **shown: Any,
) -> Told:
    """Return an answer with this text; the note is shown when a result is given."""
    if result is not None:
        shown.setdefault("note", note_card(result, locked=state.locked))
        shown.setdefault("findings", result_cards(result))
    limits = (line for line in shown.get("limits", ()) if not is_command(line))
    shown["limits"] = tuple(map(context.names.named, limits))
    answer = Answer(
        key=context.turn.key,
        intent=intent,
        text=context.names.named(text),
        run=state.run,
        question=pending.ask if pending else None,
        **shown,
    )
    return Told(answer=answer, state=state.model_copy(update={"pending": pending}))


def _counted(result: DraftResult) -> str:
    """Count what is open by how grave it is, the worst first."""
    found = [finding.severity for finding in (result.report.open() if result.report else result.refusal)]
    grades = [(grade, found.count(grade)) for grade in SEVERITIES]
    return "、".join(say(f"count_{grade}", count=count) for grade, count in grades if count)


def on_table(
    context: TurnContext,
    intent: Intent | None,
    result: DraftResult,
    state: ThreadState,
    *,
    changes: Sequence[str] = (),
    assumptions: Sequence[str] = (),
    limits: Sequence[str] = (),
    pending: Pending | None = None,
) -> Told:
    """Return the note as it stands after a run or an edit, with how it ended."""
    count = len(result.report.open()) if result.report else len(result.refusal)
    how = "needs_look" if result.outcome == "needs_human" and not count else result.outcome
    text = say(f"outcome_{how}", what=_counted(result))
    if result.note is None and result.reason:
        text = f"{text}\n{result.reason}"
    looks = [say("look_asked", reason=reason) for reason in result.needs_look]
    return told(
        context,
        intent,
        text,
        state,
        pending=pending,
        result=result,
        changes=tuple(map(context.names.named, changes)),
        assumptions=tuple(assumptions),
        limits=(*limits, *looks),
    )
