"""Turn what staff typed into a `Brief`: cleaned, bounded, and with every name resolved to an id.

Outside text is data: it is stripped of control and bidi characters and never read as an instruction.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args

from agent.catalogue import say
from agent.errors import UsageError
from agent.models import Brief, Language, Material, NoteType
from agent.text.clean import clean
from agent.workspace import Workspace, load_material, material_from_text

__all__ = ["MAX_TOPIC", "Request", "account_of", "make_brief", "new_run_id"]

MAX_TOPIC = 100
MAX_MATERIAL_ITEMS = 60


@dataclass(frozen=True, kw_only=True)
class Request:
    """Hold what staff asked for, as typed; names and ids are both accepted."""

    topic: str
    note_type: str = "lifestyle"
    persona: str = ""
    account: str = ""
    products: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    material_files: tuple[Path, ...] = ()
    material_texts: tuple[str, ...] = ()
    material_set: str = ""
    keyword: str = ""
    audience: str = ""
    language: str = "zh-CN"
    seed: int = 0


def make_brief(
    request: Request, *, workspace: Workspace, as_of: date, run_id: str = ""
) -> tuple[Brief, tuple[str, ...]]:
    """Return the brief and notices about what was cleaned; raise `UsageError` naming the value and the remedy."""
    topic, notices = _topic(request.topic)
    persona = workspace.persona(request.persona).id if request.persona else ""
    account = _account(request, workspace, persona)
    brief = Brief(
        id=run_id or new_run_id(as_of),
        topic=topic,
        note_type=_choice("--type", request.note_type, get_args(NoteType)),
        keyword=clean(request.keyword).text.strip(),
        audience=clean(request.audience).text.strip(),
        persona=persona or (workspace.account(account).persona if account else ""),
        account=account,
        products=tuple(workspace.product(product).id for product in request.products),
        facts=tuple(workspace.fact(fact).id for fact in request.facts),
        points=tuple(workspace.point(point).id for point in request.points),
        material=_material(request, workspace),
        language=_choice("--language", request.language, get_args(Language)),
        as_of=as_of,
        seed=request.seed,
    )
    return brief, notices


def account_of(persona: str, workspace: Workspace) -> str:
    """Return the account a persona (by id) posts from by default, its staff account first; empty when it has none."""
    owned = [account for account in workspace.accounts if persona and account.persona == persona]
    staff = [account for account in owned if account.type == "enterprise-staff"]
    return (staff or owned)[0].id if owned else ""


def new_run_id(as_of: date) -> str:
    """Return a fresh run id that sorts by day: `20261124-3fa91c`."""
    return f"{as_of:%Y%m%d}-{secrets.token_hex(3)}"


def _topic(raw: str) -> tuple[str, tuple[str, ...]]:
    cleaned = clean(raw)
    topic = " ".join(cleaned.text.split())
    if not topic:
        raise UsageError("topic_empty")
    if len(topic) > MAX_TOPIC:
        raise UsageError("topic_too_long", length=len(topic), limit=MAX_TOPIC)
    notices = (say("topic_cleaned", removed=len(cleaned.removed)),) if cleaned.removed else ()
    return topic, notices


def _choice(option: str, value: str, allowed: tuple[str, ...]) -> Any:
    if value not in allowed:
        raise UsageError("choice_unknown", option=option, value=value, allowed="、".join(allowed))
    return value


def _account(request: Request, workspace: Workspace, persona: str) -> str:
    if request.account:
        return workspace.account(request.account).id
    return account_of(persona, workspace)


def _material(request: Request, workspace: Workspace) -> tuple[Material, ...]:
    items: list[Material] = []
    if request.material_set:
        items += workspace.material_set(request.material_set).items
    for path in request.material_files:
        items += load_material(path)
    for text in request.material_texts:
        items += material_from_text(text)
    if len(items) > MAX_MATERIAL_ITEMS:
        raise UsageError("material_too_many", count=len(items), limit=MAX_MATERIAL_ITEMS)
    return tuple(item.model_copy(update={"id": f"m{number}"}) for number, item in enumerate(items, 1))
