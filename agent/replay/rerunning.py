"""Run the whole graph again from a pack: the writer without a model as ever, a model only as far as it replied then."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from langgraph.checkpoint.memory import InMemorySaver
from pydantic import BaseModel

from agent import guardrails
from agent.catalogue import say
from agent.errors import KosnoteError, ReplyError
from agent.graph.build import build_graph
from agent.graph.checkpoints import serializer
from agent.graph.context import DraftContext
from agent.graph.state import DraftState, SavedVersion
from agent.llm import CallKey, Completion, Entry, OnText
from agent.models import Message
from agent.prompting import load_prompts
from agent.record import Grounds, VersionRecord
from agent.replay.checking import Comparison, differences_of_reports, packs_of
from agent.replay.pack import Pack
from agent.roles import Casting, ModelCasting, OfflineCasting
from agent.settings import Settings

__all__ = ["rerun"]

REWRITES = frozenset({"edit", "comment"})


async def rerun(pack: Pack) -> tuple[Comparison, ...] | None:
    """Write the run again up to where a person decided, and compare by revision; None when nobody here can write so.

    What a person changed afterwards is no writer's, and left to `recheck`. A comparison of revision 0 is about the
    run as a whole.
    """
    casting = _casting(pack)
    if casting is None or not pack.grounds:
        return None
    try:
        versions, outcome = await _write_again(pack, casting)
    except KosnoteError as error:
        return (Comparison(revision=0, differences=(say("replay_stopped", reason=error.message),)),)
    return (*_compared(pack, versions), *_outcome(pack, outcome))


def _casting(pack: Pack) -> Casting | None:
    author = pack.manifest.author
    if author.startswith("offline@"):
        return OfflineCasting()
    models = _first(pack).models
    if not author.startswith("model:") or not {"writer", "critic"} <= models.keys():
        return None
    return ModelCasting(
        models={role: _Silent(name=model.name, mode=model.mode) for role, model in models.items()},
        journal=_Kept({entry.key: entry for entry in pack.replies}),
        prompts=load_prompts(pack.prompts_overlay),
        settings=Settings.model_construct(judge="judge" in models),  # defaults alone: no budget of today's
    )


async def _write_again(pack: Pack, casting: Casting) -> tuple[list[SavedVersion], str]:
    grounds, packs = _first(pack), packs_of(pack)
    roles = casting.roles(pack.brief.id, packs=packs, waivers=grounds.waivers)
    context = DraftContext(
        author=roles.author,
        check=functools.partial(guardrails.check, packs=packs),
        critique=roles.critique,
        judge=roles.judge,
        trace=roles.trace,
        resolve=lambda _: grounds.sources,
        waivers=grounds.waivers,
    )
    begin: DraftState = {"brief": pack.brief, "max_rounds": grounds.max_rounds, "review_on": grounds.review}
    graph = build_graph(InMemorySaver(serde=serializer()))
    ended = await graph.ainvoke(begin, {"configurable": {"thread_id": pack.brief.id}}, context=context)
    return ended.get("versions", []), ended["outcome"]


def _compared(pack: Pack, versions: Sequence[SavedVersion]) -> Iterator[Comparison]:
    recorded = {version.revision: version for version in pack.versions}
    written = {version.revision: version for version in versions}  # a text that stands still is saved over itself
    for version in written.values():
        then = recorded.pop(version.revision, None)
        yield Comparison(revision=version.revision, differences=tuple(_differences(then, version)))
    if not any(decision.decision in REWRITES for decision in pack.decisions):
        for revision in recorded:
            yield Comparison(revision=revision, differences=(say("replay_version_gone"),))


def _differences(then: VersionRecord | None, now: SavedVersion) -> Iterator[str]:
    if then is None:
        yield say("replay_version_new")
        return
    if then.text_hash != now.round.note.text_hash:
        yield say("replay_text")
        return
    yield from differences_of_reports(then.round.report, now.round.report)
    if then.round.critique.passed != now.round.critique.passed:
        yield say("replay_critique")


def _outcome(pack: Pack, outcome: str) -> Iterator[Comparison]:
    """Compare how the run ended, unless a person ended it."""
    if not pack.decisions and pack.manifest.outcome != outcome:
        told = say("replay_outcome", then=pack.manifest.outcome or "—", now=outcome)
        yield Comparison(revision=0, differences=(told,))


def _first(pack: Pack) -> Grounds:
    return next(iter(pack.grounds.values()))


@dataclass(frozen=True)
class _Silent:
    """Stand for a model that is not asked again."""

    name: str
    mode: str

    async def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, on_text: OnText | None = None
    ) -> Completion:
        raise ReplyError("replay_reply_missing", shape=schema.__name__ if schema else "—")


@dataclass(frozen=True)
class _Kept:
    """Recall the replies of a pack."""

    replies: dict[CallKey, Entry]

    def recall(self, key: CallKey) -> Completion | None:
        entry = self.replies.get(key)
        return entry.completion if entry else None

    def alike(self, digest: str) -> Completion | None:
        return None

    def keep(self, entry: Entry) -> None:
        raise AssertionError("a silent model gives no reply to keep")

    def entries(self, run: str) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.replies.values() if entry.key.run == run)
