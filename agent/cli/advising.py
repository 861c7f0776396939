"""Have the configured model write to the authors of notes with open findings, all at once, within the budgets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from agent.catalogue import say
from agent.cli.session import load
from agent.errors import ConfigurationError, ProviderError
from agent.guardrails import Packs
from agent.guardrails.lettertext import advised_lines
from agent.llm import MemoryJournal
from agent.models import NoteInput, Report
from agent.readers import Advised, ModelAdviser
from agent.roles import ModelCasting, open_casting

__all__ = ["written_letters"]

Letters = dict[int, tuple[str, ...]]
Check = Callable[[NoteInput], Report]


def written_letters(
    notes: Sequence[NoteInput],
    reports: Sequence[Report],
    *,
    check: Check,
    packs: Packs,
    as_of: date,
    workspace: Path | None,
) -> tuple[Letters, list[str]]:
    """Return the letters by the places of their notes, and why others have none.

    check: how a note that reads like one of another product is checked again. Raises `ConfigurationError` where no
    model is configured.
    """
    return asyncio.run(_write(notes, reports, check=check, packs=packs, as_of=as_of, workspace=workspace))


async def _write(
    notes: Sequence[NoteInput],
    reports: Sequence[Report],
    *,
    check: Check,
    packs: Packs,
    as_of: date,
    workspace: Path | None,
) -> tuple[Letters, list[str]]:
    settings, bank = load(workspace)
    places = [place for place, report in enumerate(reports) if report.open()]
    async with open_casting(settings, bank, MemoryJournal()) as casting:
        if not isinstance(casting, ModelCasting):
            raise ConfigurationError("advise_no_model")

        async def read(place: int) -> Advised:
            adviser = ModelAdviser(casting.calls(f"check-{place}"), casting.prompts, packs=packs, as_of=as_of)
            try:
                return await adviser(notes[place], reports[place], check=check)
            except ProviderError as error:
                return Advised(None, error.message)

        told = dict(zip(places, await asyncio.gather(*map(read, places)), strict=True))
    letters = {
        place: tuple(advised_lines(notes[place], one.report or reports[place], one.advice, before=reports[place]))
        for place, one in told.items()
        if one.advice
    }
    reasons = [
        say("advise_unused", name=reports[place].id or place + 1, reason=one.reason)
        for place, one in told.items()
        if one.advice is None
    ]
    return letters, reasons
