"""Draw one sample through the real graph, in one of four lanes: who writes, and where the replies come from.

`offline` writes without a model, `scripted` takes replies from a file, `live` asks the endpoint of the environment, and
`replay` answers from a cassette a case. Every sample has a record and checkpoints of its own, so that none sees
another's notes and no order shows. What the environment says is heard by `live` alone.
"""

from __future__ import annotations

import dataclasses
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from agent.briefs import Request, make_brief
from agent.drafting import Drafting, open_drafting
from agent.models import Brief, Material
from agent.prompting import load_prompts
from agent.results import DraftResult
from agent.roles import ModelCasting
from agent.settings import Settings, load_settings
from agent.testing import ScriptedModel, fixed_clock
from agent.text.clean import clean
from agent.workspace import Workspace
from evals.datasets import Planned
from evals.errors import EvalError
from evals.recorded_list import settings_as_recorded
from evals.values import Case, Lane, Sample

__all__ = ["DrawingLane", "brief_of", "lane_of", "recording_lane"]

ROUNDS = 3
EVERY_CASE = "*"
NOWHERE = "http://cassette.invalid/v1"
Dress = Callable[[Drafting, Case], Drafting]
Tape = Callable[[Case], AbstractContextManager[object]]


@dataclass(frozen=True)
class DrawingLane:
    """Draw samples in one lane; `clocked` lanes measure latency, `at_once` is how many samples may run together."""

    name: Lane
    settings: Callable[[Path], Settings]
    at_once: int = 1
    clocked: bool = False
    dress: Dress = lambda drafting, case: drafting
    tape: Tape = lambda case: nullcontext()
    cassette: Callable[[Case], str] = lambda case: ""

    async def draw(self, planned: Planned, bank: Workspace) -> Sample:
        """Run one sample through the graph; what stops the run is raised."""
        case = planned.case
        brief = brief_of(planned, bank)
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="kosnote-eval-") as home, self.tape(case):
            async with open_drafting(bank, self.settings(Path(home)), now=fixed_clock()) as drafting:
                result = await self.dress(drafting, case).draft(brief)
        latency = time.perf_counter() - began if self.clocked else None
        return _sample(planned, result, lane=self.name, latency=latency, cassette=self.cassette(case))

    def failed(self, planned: Planned, error: str) -> Sample:
        """Keep a sample that could not be drawn: an error is no score."""
        case = planned.case
        return Sample(
            case=case.id,
            theme=case.theme,
            split=case.split,
            repeat=planned.repeat,
            seed=planned.seed,
            lane=self.name,
            cassette=self.cassette(case),
            error=error,
        )


def lane_of(name: Lane, *, replies: Path | None = None) -> DrawingLane:
    """Return a lane; raise `EvalError` when it lacks what it draws from."""
    if name == "offline":
        return DrawingLane("offline", _offline)
    if name == "live":
        return DrawingLane("live", _live, at_once=_live(Path()).concurrency, clocked=True)
    if name == "replay":
        return _taped("replay", _replay)
    if replies is None:
        raise EvalError("lane_no_replies")
    return DrawingLane("scripted", _offline, dress=_scripted(_read_replies(replies)))


def recording_lane() -> DrawingLane:
    """Return the lane that asks the endpoint of the environment and keeps the exchange in each case's cassette."""
    return dataclasses.replace(_taped("record", _record), name="live", clocked=True)


def brief_of(planned: Planned, bank: Workspace) -> Brief:
    """Return the brief of a sample, made as the command line makes it, with the seed of its repeat."""
    case, asked = planned.case, planned.case.brief
    fields = {key: value for key, value in asked.model_dump().items() if key not in ("as_of", "seed")}
    request = Request(**fields, seed=planned.seed)
    brief, _ = make_brief(request, workspace=bank, as_of=asked.as_of, run_id=f"{case.id}-r{planned.repeat}")
    told = tuple(
        Material(id=f"m{number}", text=clean(item.text).text.strip(), kind=item.kind)
        for number, item in enumerate(case.material, 1)
    )
    return brief.model_copy(update={"material": told})


def _sample(planned: Planned, result: DraftResult, *, lane: Lane, latency: float | None, cassette: str) -> Sample:
    case = planned.case
    return Sample(
        case=case.id,
        theme=case.theme,
        split=case.split,
        repeat=planned.repeat,
        seed=planned.seed,
        lane=lane,
        author=result.author,
        brief=result.brief,
        outcome=result.outcome,
        rounds=result.rounds,
        note=result.note,
        report=result.report,
        critique=result.critique,
        questions=result.questions,
        refusal=result.refusal,
        reason=result.reason,
        usage=result.usage,
        latency=latency,
        cassette=cassette,
    )


def _still(home: Path, **given: Any) -> Settings:
    """Return settings that hear nothing of the environment that could change a text."""
    return load_settings(
        **{
            "home": home,
            "workspace": None,
            "database": "",
            "rounds": ROUNDS,
            "review": True,
            "tracing": False,
            "stream": False,
            "temperature": None,
            "max_tokens": None,
            "budget_tokens": None,
            "budget_cost": None,
            "batch_tokens": None,
            "batch_cost": None,
            "critic_model": "",
            "judge_model": "",
            "judge": True,
            "prices": {},
            **given,
        }
    )


def _offline(home: Path) -> Settings:
    return _still(home, author="offline", model="")


def _live(home: Path) -> Settings:
    settings = load_settings(home=home, workspace=None, database="", review=True)
    if not settings.writes_with_model:
        raise EvalError("lane_no_endpoint")
    return settings


def _replay(home: Path) -> Settings:
    quiet = {"base_url": NOWHERE, "api_key": "none", "max_retries": 0, "requests_per_minute": 0}
    return _still(home, **settings_as_recorded(), **quiet, concurrency=1)


def _record(home: Path) -> Settings:
    """Ask the endpoint of the environment, and everything else as the replay will."""
    asked = _live(home)
    reached = {name: getattr(asked, name) for name in ("base_url", "api_key", "timeout", "max_retries")}
    first = {"author": "model", "model": asked.model, "structured": asked.structured}
    return _still(home, **{**first, **settings_as_recorded()}, **reached, concurrency=1)


def _taped(mode: Literal["replay", "record"], settings: Callable[[Path], Settings]) -> DrawingLane:
    from evals.cassettes import cassette_of, use_cassette

    @contextmanager
    def tape(case: Case) -> Iterator[None]:
        path = cassette_of(case.id)
        if mode == "record":
            path.unlink(missing_ok=True)
        try:
            with use_cassette(path, mode):
                yield
        except BaseException:
            if mode == "record":
                path.unlink(missing_ok=True)  # half an exchange replays as an error
            raise

    return DrawingLane("replay", settings, tape=tape, cassette=lambda case: cassette_of(case.id).name)


def _scripted(replies: Mapping[str, Mapping[str, list[str]]]) -> Dress:
    def dress(drafting: Drafting, case: Case) -> Drafting:
        model = ScriptedModel(dict(replies.get(case.id) or replies.get(EVERY_CASE) or {}))
        casting = ModelCasting(
            models={"writer": model, "critic": model, "judge": model},
            journal=drafting.store.journal,
            prompts=load_prompts(None),
            settings=drafting.settings,
        )
        return dataclasses.replace(drafting, casting=casting)

    return dress


def _read_replies(path: Path) -> dict[str, dict[str, list[str]]]:
    """Read `{case or "*": {shape: [reply, …]}}`; a reply may be text or the JSON it stands for."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        return {
            case: {shape: [_text(reply) for reply in (given if isinstance(given, list) else [given])]
                   for shape, given in shapes.items()}
            for case, shapes in read.items()
        }  # fmt: skip
    except (OSError, ValueError, AttributeError) as error:
        raise EvalError("lane_replies_wrong", path=path.name, detail=str(error)) from None


def _text(reply: Any) -> str:
    return reply if isinstance(reply, str) else json.dumps(reply, ensure_ascii=False)
