"""What `agent rules test --evasions` prints: the matrix for people, the misses for authors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from agent.guardrails.evasion_matrix import Matrix
    from agent.guardrails.evasions import Catalogue

__all__ = ["matrix_lines", "matrix_total"]

_WORST: Final = 4
_SHOWN: Final = 2


def matrix_lines(matrix: Matrix, given: Catalogue) -> Iterator[str]:
    """Yield a line per class (caught, total, share, bar, the rules that miss most) and examples of what was missed."""
    low = set(matrix.below(given))
    for name, kind in given.classes.items():
        caught, total = matrix.share(name)
        if total:
            worst = "、".join(f"{rule} {seen}/{n}" for rule, seen, n in matrix.by_rule(name)[:_WORST])
            yield _line(name, kind.title, caught, total, kind.bar, low) + (f"  漏:{worst}" if worst else "")
    for name, (caught, total) in matrix.handmade.items():
        if total:
            yield _line(name, "手写", caught, total, given.handmade_bars.get(name, 0), low)
    for name in sorted(low):
        missed = [miss for miss in matrix.misses if miss.name == name][:_SHOWN]
        yield from (f"{name} {miss.rule} 没认出“{miss.hidden or miss.text}”:{miss.text!r}" for miss in missed)


def matrix_total(matrix: Matrix, given: Catalogue) -> str:
    """Return the last line: generated and handmade apart, and the classes below their bar."""
    caught, total = sum(matrix.caught.values()), sum(matrix.total.values())
    seen = sum(c for c, _ in matrix.handmade.values())
    written = sum(n for _, n in matrix.handmade.values())
    low = "、".join(matrix.below(given)) or "无"
    return f"生成 {caught}/{total} 识破({_percent(caught, total)}),手写 {seen}/{written},低于标准的类别:{low}"


def _line(name: str, title: str, caught: int, total: int, bar: int, low: set[str]) -> str:
    mark = "低于" if name in low else "标准"
    return f"{name} {title}  {caught}/{total}  {_percent(caught, total)}  {mark} {bar}%"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}%" if whole else "—"
