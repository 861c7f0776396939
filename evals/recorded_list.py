"""Keep `tests/recorded/recorded.yaml`: which cases are recorded, and the settings a replay must repeat.

A replay asks exactly what was asked when it was recorded: both take model and structured mode from here and leave
everything else at its default.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from agent.settings import Settings
from evals import cassette_hygiene
from evals.cassette_hygiene import Recorded, load_recorded

__all__ = ["add_recorded", "is_recorded", "settings_as_recorded"]

ABOUT = "Exchanges of the cases below with the models below, recorded by `python -m evals record`."


def is_recorded() -> bool:
    """Tell whether anything is recorded."""
    return cassette_hygiene.LIST.is_file()


def settings_as_recorded() -> dict[str, Any]:
    """Return the settings of the recorded cases; nothing where nothing is recorded yet."""
    if not is_recorded():
        return {}
    recorded = load_recorded(cassette_hygiene.LIST)
    return {"author": "model", "model": recorded.models[0], "structured": recorded.structured}


def add_recorded(cases: Iterable[str], settings: Settings) -> None:
    """Add cases to the list, which begins with these settings when there is none."""
    path = cassette_hygiene.LIST
    held = load_recorded(path) if is_recorded() else None
    found = held or Recorded(about=ABOUT, models=(settings.model,), structured=settings.structured, cases=())
    listed = {**found.model_dump(mode="json"), "cases": sorted({*found.cases, *cases})}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(listed, allow_unicode=True, sort_keys=False, width=120), encoding="utf-8")
