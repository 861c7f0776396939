"""Find the data folders: inside the wheel, or in the checkout of an editable install."""

from __future__ import annotations

from pathlib import Path

__all__ = ["data_root", "package_data"]

_PACKAGE = Path(__file__).resolve().parent


def data_root() -> Path:
    """Return the folder that holds `prompts/` and `guardrails/`: `agent/_data` if present, else the checkout.

    An editable install must read the checkout: the build hook (`hatch_build.py`) puts `_data` into wheels only.
    """
    shipped = _PACKAGE / "_data"
    return shipped if shipped.is_dir() else _PACKAGE.parent


def package_data(*parts: str) -> Path:
    """Return a path under `agent/data`: demo workspace, phrase banks, tone thresholds, messages."""
    return _PACKAGE.joinpath("data", *parts)
