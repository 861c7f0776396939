"""How far a screening is: a bar with rate and time left on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from agent.cli.session import talk

if TYPE_CHECKING:
    from agent.screening.progress import Progress

__all__ = ["Watch", "open_watcher", "summary"]

EVERY_SECONDS = 5.0


class Watch:
    """Follow a run; `rows` and `seconds` tell what this process has done itself."""

    def __init__(self, total: int, begun: Progress | None) -> None:
        self.total, self.rows = total, 0
        self._before = begun.rows if begun else 0
        self._first: tuple[int, float] | None = None
        self._start = self._said = time.monotonic()

    @property
    def seconds(self) -> float:
        """Return how long this process has been at it."""
        return time.monotonic() - self._start

    @property
    def rate(self) -> float:
        """Return rows a second."""
        return self.rows / max(self.seconds, 1e-6)

    def __call__(self, progress: Progress, at: int) -> None:
        """Hear of one more batch; `at` says how far into the source it ends."""
        self.rows = progress.rows - self._before
        self._first = self._first or (at, time.monotonic())
        self.show(progress, at)

    def show(self, progress: Progress, at: int) -> None:
        """Say a line when it is time for one."""
        if time.monotonic() - self._said >= EVERY_SECONDS:
            self._said = time.monotonic()
            talk(f"{_percent(at, self.total)} · {progress.rows} 行 · {self.rate:.0f} 行/秒 · 还要 {self.left(at)}")

    def left(self, at: int) -> str:
        """Return the time left, judged by what came after the first batch."""
        if self._first is None or at <= self._first[0]:
            return "…"
        began, since = self._first
        return _clock((self.total - at) / (at - began) * (time.monotonic() - since))


@contextmanager
def open_watcher(total: int, begun: Progress | None) -> Iterator[Watch]:
    """Watch a run on stderr."""
    if not sys.stderr.isatty():
        yield Watch(total, begun)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rows]} 行 · {task.fields[rate]:.0f} 行/秒 · 还要"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=max(total, 1), rows=0, rate=0.0)

        class Bar(Watch):
            def show(self, progress: object, at: int) -> None:
                bar.update(task, completed=at, rows=self._before + self.rows, rate=self.rate)

        yield Bar(total, begun)


def summary(progress: Progress, out: Path, *, seconds: float, rows: int) -> Iterator[str]:
    """Yield the lines that tell what came out."""
    tally = progress.tally
    found = tally.verdicts
    speed = f"，{rows / seconds:.0f} 行/秒" if rows else "，早已做完，这次没有重做"
    yield f"笔记 {tally.notes} 篇：禁止 {found['block']} · 须改 {found['revise']} · 通过 {found['pass']}{speed}"
    for rule, count in sorted(tally.findings.items(), key=lambda entry: (-entry[1], entry[0])):
        yield f"  {rule} {count} 处"
    if tally.rejected:
        failed = f"，其中 {tally.failed} 行是规则未能执行" if tally.failed else ""
        yield f"退回 {tally.rejected} 行{failed}：{out.with_suffix('.rejected.jsonl')}"
    yield f"结果：{out}"


def _percent(at: int, total: int) -> str:
    return f"{100 * at / max(total, 1):.0f}%"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
