"""The state of one run, and the types a checkpoint may hold.

Everything a resumed run needs is here: limits chosen at the start travel with the run, the environment does
not. `revision` grows by one whenever the text changes and never goes back; `round` is incremented by `revise`.
"""

from __future__ import annotations

import operator
from typing import Annotated, Literal, TypedDict

from pydantic import field_validator

from agent import models
from agent.models import Brief, Critique, Finding, Frozen, Note, Outcome, Plan, Report, Round
from agent.text.clean import Stated, storable

__all__ = ["CHECKPOINT_TYPES", "DraftState", "Review", "Route", "SavedVersion"]

Route = Literal["passed", "open", "spent"]


class Review(Frozen):
    """Decide on a note in review; `text_hash` binds the decision to the text the reviewer saw.

    `recheck` decides nothing: the text is checked again, on the waivers as they are now. `key` identifies the decision:
    sent again, it is carried out once. What no database could keep of it is left out as it is made.
    """

    action: Literal["approve", "edit", "comment", "reject", "recheck"]
    reviewer: Stated
    reason: Stated = ""
    text_hash: str
    note: Note | None = None
    key: str = ""
    on_behalf_of: str = ""

    @field_validator("note")
    @classmethod
    def _can_be_kept(cls, note: Note | None) -> Note | None:
        if note is None or (kept := _kept_of(note)) == note:
            return note
        return kept


def _kept_of(note: Note) -> Note:
    segments = tuple(part.model_copy(update={"text": storable(part.text)}) for part in note.segments)
    return note.model_copy(
        update={
            "titles": tuple(map(storable, note.titles)),
            "title": storable(note.title),
            "cover": storable(note.cover),
            "segments": segments,
            "tags": tuple(map(storable, note.tags)),
        }
    )


class SavedVersion(Frozen):
    """Name one text of the run: its monotonic revision and the round that checked it."""

    revision: int
    round: Round


class DraftState(TypedDict, total=False):
    """What flows between nodes; each key is written by the nodes named in its comment."""

    brief: Brief  # input
    max_rounds: int  # input
    review_on: bool  # input
    refusal: list[Finding]  # gate
    chosen_plan: Plan  # plan
    note: Note  # write, assemble, revise, review
    revision: int  # write, assemble, revise, review
    round: int  # write sets 1, revise adds 1
    changes: list[str]  # revise, review
    human_text: bool  # review: a person wrote the current text, so no machine rewrites it
    last_report: Report  # comply (a node and a key may not share a name)
    last_critique: Critique  # critique
    versions: Annotated[list[SavedVersion], operator.add]  # decide
    route: Route  # decide
    best: int  # decide: revision of the best version
    outcome: Outcome  # decide, finish
    reviews: Annotated[list[Review], operator.add]  # review


CHECKPOINT_TYPES: tuple[tuple[str, str], ...] = tuple(
    sorted(
        {
            ("agent.graph.state", "Review"),
            ("agent.graph.state", "SavedVersion"),
            *(
                (module, name)
                for name, value in vars(models).items()
                if isinstance(value, type) and issubclass(value, Frozen)
                for module in (value.__module__, "agent.models")  # and as what was saved before names it
            ),
        }
    )
)
