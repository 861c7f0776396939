"""Print a run as a table on the terminal, columns aligned whatever the width of a Chinese character."""

from __future__ import annotations

import io

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.reports.standing import Failure, Row, failures, flip_text, known_failures, other_flips, rows, standing
from evals.reports.visible import one_line
from evals.reports.wording import TIERS, VERDICTS, number, signed, span, spell
from evals.values import Comparison, Flip, Summary

__all__ = ["flip_line", "render_rows", "render_table"]

_WIDTH = 140
_MOST = 20
_COLUMNS = ("指标", "基线", "本次", "95% 区间", "变化", "90% 区间", "结论", "最小可测", "例数")
_WORDS = (0, 6)  # columns of words; the others hold numbers


def render_table(summary: Summary, comparison: Comparison | None = None) -> str:
    """Render standing, what was lost, metrics, other flips and the hard checks that fail as plain text."""
    state = standing(summary, comparison)
    lines = [f"{summary.suite}：{state.word}。{state.sentence}", spell(summary.signature)]
    if comparison is not None:
        lines += _listed("不论平均数都算失败", [one_line(f"✗ {text}", _WIDTH) for text in comparison.hard])
    lines += ["", render_rows(rows(summary, comparison))]
    if comparison is not None:
        lines += _listed(
            "其余变化" if comparison.hard else "逐例变化", [flip_line(flip) for flip in other_flips(comparison)]
        )
    lines += _failing(summary, comparison)
    lines += ["", f"运行 {summary.samples} 次，出错 {summary.errors} 次，每例 {summary.k} 次"]
    return "\n".join(line.rstrip() for line in "\n".join(lines).splitlines()) + "\n"


def render_rows(found: tuple[Row, ...], *, ids: bool = False) -> str:
    """Render base, value, interval, change, verdict and smallest detectable change, without columns that are empty."""
    cells = [(row.metric if ids else _name(row), *_cells(row)) for row in found]
    filled = [place for place in range(len(_COLUMNS)) if any(line[place] for line in cells)]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for place in filled:
        table.add_column(_COLUMNS[place], justify="left" if place in _WORDS else "right", no_wrap=True)
    for line in cells:
        table.add_row(*(Text(line[place]) for place in filled))
    sheet = io.StringIO()
    Console(file=sheet, width=_WIDTH + 40, color_system=None, force_terminal=False, legacy_windows=False).print(table)
    return "\n".join(line.rstrip() for line in sheet.getvalue().splitlines())


def flip_line(flip: Flip, limit: int = _WIDTH) -> str:
    """Tell one change of one case on one line, a lost one with a cross."""
    return one_line(f"{'✗' if flip.lost else '·'} {flip_text(flip)}", limit)


def _name(row: Row) -> str:
    return row.title if row.tier == "diagnostic" else f"{row.title}（{TIERS[row.tier]}）"


def _cells(row: Row) -> tuple[str, ...]:
    estimate, change = row.estimate, row.change
    return (
        number(change.base, row.kind) if change else "",
        number(row.value, row.kind),
        span(estimate.low, estimate.high, row.kind) if estimate else "",
        signed(change.delta, row.kind) if change else "",
        _delta_span(row),
        VERDICTS[change.verdict] if change else "",
        number(row.mde, row.kind) if row.mde is not None else "",
        str(estimate.n if estimate else change.n if change else ""),
    )


def _delta_span(row: Row) -> str:
    change = row.change
    if change is None or change.low is None or change.high is None:
        return ""
    return f"[{signed(change.low, row.kind)}, {signed(change.high, row.kind)}]"


def _failing(summary: Summary, comparison: Comparison | None) -> list[str]:
    """List the hard checks that fail; those that the baseline fails too stay a number where they are many."""
    if comparison is None:
        return _listed("硬性检查未过", [_failure(one) for one in failures(summary)])
    known = [_failure(one) for one in known_failures(summary, comparison)]
    return _listed("基线里就未过的硬性检查", known if len(known) <= _MOST else [], len(known))


def _failure(failure: Failure) -> str:
    return one_line(f"✗ {failure.case} {failure.title}：{failure.reason}", _WIDTH)


def _listed(heading: str, lines: list[str], count: int | None = None) -> list[str]:
    """List up to twenty lines under a heading, and count the rest; `count` is theirs where none is to be listed."""
    number = len(lines) if count is None else count
    if not number:
        return []
    rest = [f"  另有 {len(lines) - _MOST} 项"] if len(lines) > _MOST else []
    return ["", f"{heading} {number}", *(f"  {line}" for line in lines[:_MOST]), *rest]
