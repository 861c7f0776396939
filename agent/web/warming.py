"""Do once, before the server says that it is there, what the first person would otherwise wait for.

Rules, phrase banks, prompts and word lists are read and compiled when they are first needed: two seconds of work that
nobody should find in their first answer. A note is drafted without a model and kept nowhere.
"""

from __future__ import annotations

import asyncio
import functools
from datetime import date

from agent import guardrails
from agent.authors import OfflineAuthor
from agent.briefs import Request, make_brief
from agent.chat.cues import load_cues
from agent.chat.replydata import load_replies
from agent.graph.build import build_graph
from agent.graph.checking import CheckedOnce
from agent.graph.context import DraftContext
from agent.graph.state import DraftState
from agent.ingredients import gather
from agent.prompting import load_prompts
from agent.roles import measured
from agent.workspace import Workspace

__all__ = ["warm"]

TOLD = "周六上午十点，我和爸妈去公园，门票 10 块，银杏正黄，走累了坐着晒太阳。"
REQUEST = Request(topic="周末去公园", material_texts=(TOLD,))


def warm(workspace: Workspace, *, today: date) -> None:
    """Read and compile what turns need; raise what a turn would raise for rules or prompts that cannot be used."""
    overlay = workspace.rules_overlay
    packs = guardrails.load_packs(overlay=(overlay,) if overlay else (), examples=False)
    load_prompts(workspace.prompts_overlay)
    load_cues()
    load_replies()
    asyncio.run(_draft(workspace, packs, today))


async def _draft(workspace: Workspace, packs: guardrails.Packs, today: date) -> None:
    brief, _ = make_brief(REQUEST, workspace=workspace, as_of=today)
    sources = gather(workspace, brief)
    context = DraftContext(
        author=OfflineAuthor(),
        check=CheckedOnce(functools.partial(guardrails.check, packs=packs)),
        critique=measured,
        resolve=lambda _: sources,
    )
    begin: DraftState = {"brief": brief, "max_rounds": 1, "review_on": False}
    await build_graph().ainvoke(begin, context=context)
