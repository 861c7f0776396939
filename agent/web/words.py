"""What the pages say, in Simplified Chinese or English: one file a page under agent/data/web, both side by side."""

from __future__ import annotations

from functools import cache
from typing import Literal

from starlette.requests import HTTPConnection

from agent.paths import package_data
from agent.yamlsource import read_yaml

__all__ = ["TONGUES", "TONGUE_COOKIE", "Tongue", "Words", "tongue_of"]

Tongue = Literal["zh", "en"]
TONGUES: tuple[Tongue, ...] = ("zh", "en")
TONGUE_COOKIE = "kosnote_tongue"


class Words:
    """Say things in one tongue; a key nobody wrote is an error, not a blank."""

    def __init__(self, tongue: Tongue) -> None:
        self.tongue = tongue

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key with its values put in."""
        text = _catalogue()[key][self.tongue]
        return text.format(**values) if values else text


def tongue_of(connection: HTTPConnection) -> Tongue:
    """Return the tongue a browser chose; Chinese if it chose none."""
    chosen = connection.cookies.get(TONGUE_COOKIE)
    return next((tongue for tongue in TONGUES if tongue == chosen), "zh")


@cache
def _catalogue() -> dict[str, dict[Tongue, str]]:
    entries: dict[str, dict[Tongue, str]] = {}
    for file in sorted(package_data("web").glob("*.yaml")):
        found = read_yaml(file).value
        twice = entries.keys() & found.keys()
        assert not twice, f"said twice: {sorted(twice)}"
        entries.update(found)
    return entries
