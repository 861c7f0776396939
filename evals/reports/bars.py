"""Draw intervals as inline SVG: presentation attributes only, colours by class, and a text that says the same."""

from __future__ import annotations

from markupsafe import Markup

from evals.reports.standing import Row
from evals.reports.visible import visible
from evals.reports.wording import number, signed, span

__all__ = ["change_bar", "level_bar"]

_WIDTH = 200.0
_HEIGHT = 18
_SVG = '<svg class="bar" viewBox="0 0 200 18" role="img" aria-label="{}" preserveAspectRatio="none">{}</svg>'


def level_bar(row: Row) -> Markup:
    """Draw the level of this run with its interval, and the baseline as a tick."""
    value, estimate = row.value, row.estimate
    if value is None:
        return Markup("")
    low = estimate.low if estimate and estimate.low is not None else value
    high = estimate.high if estimate and estimate.high is not None else value
    base = row.change.base if row.change else None
    bottom, top = _scale(row.kind, value, low, high, base)
    parts = [_line(0, 200, "axis"), _band(_at(low, bottom, top), _at(high, bottom, top), "band")]
    if base is not None:
        parts.append(_tick(_at(base, bottom, top), "base"))
    parts.append(_dot(_at(value, bottom, top)))
    told = f"{row.title}：{number(value, row.kind)} {span(low, high, row.kind)}"
    told += f"，基线 {number(base, row.kind)}" if base is not None else ""
    return Markup(_SVG).format(visible(told), Markup("").join(parts))


def change_bar(row: Row) -> Markup:
    """Draw the change with its interval around zero; the dashed ticks are the margin on both sides."""
    change = row.change
    if change is None or change.delta is None:
        return Markup("")
    low = change.delta if change.low is None else change.low
    high = change.delta if change.high is None else change.high
    reach = max(abs(low), abs(high), change.margin * 1.5, 1e-9) * 1.1
    parts = [_line(0, 200, "axis"), _tick(100, "zero")]
    parts += [_tick(_at(edge, -reach, reach), "margin") for edge in (-change.margin, change.margin) if edge]
    parts += [_band(_at(low, -reach, reach), _at(high, -reach, reach), f"band {change.verdict.lower()}")]
    parts.append(_dot(_at(change.delta, -reach, reach)))
    told = f"变化 {signed(change.delta, row.kind)} [{signed(low, row.kind)}, {signed(high, row.kind)}]"
    return Markup(_SVG).format(visible(told), Markup("").join(parts))


def _scale(kind: str, *values: float | None) -> tuple[float, float]:
    if kind in ("binary", "share"):
        return 0.0, 1.0
    known = [value for value in values if value is not None]
    return min(0.0, *known), max(known) * 1.15 or 1.0


def _at(value: float, bottom: float, top: float) -> float:
    """Place a value on the axis, within six units of the edges."""
    share = (value - bottom) / (top - bottom) if top > bottom else 0.0
    return round(6 + (_WIDTH - 12) * min(max(share, 0.0), 1.0), 1)


def _line(start: float, end: float, kind: str) -> Markup:
    return Markup('<line class="{}" x1="{}" x2="{}" y1="9" y2="9"/>').format(kind, start, end)


def _band(start: float, end: float, kind: str) -> Markup:
    return Markup('<rect class="{}" x="{}" y="5" width="{}" height="8" rx="2"/>').format(
        kind, start, round(max(end - start, 1.0), 1)
    )


def _tick(at: float, kind: str) -> Markup:
    return Markup('<line class="{}" x1="{}" x2="{}" y1="1" y2="17"/>').format(kind, at, at)


def _dot(at: float) -> Markup:
    return Markup('<circle class="dot" cx="{}" cy="9" r="3.5"/>').format(at)
