"""Check many notes: one process, or a local pool that loads the packs once a worker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from agent.guardrails.engine import check
from agent.guardrails.loader import load_packs
from agent.models import NoteInput, Report, Stage

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

__all__ = ["check_many"]

_BATCH = 200


def check_many(
    notes: Iterable[NoteInput],
    *,
    overlay: Sequence[Path] = (),
    as_of: date | None = None,
    stage: Stage = "note",
    workers: int = 1,
) -> Iterator[Report]:
    """Yield one report a note, in input order; `overlay` names folders that add to the rule packs."""
    batches = _batches(notes)
    if workers <= 1:
        for batch in batches:
            yield from _check_batch(batch, tuple(overlay), as_of, stage)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(workers) as pool:
        yield from _in_order(pool, batches, tuple(overlay), as_of, stage, workers)


def _in_order(
    pool: ProcessPoolExecutor,
    batches: Iterator[list[NoteInput]],
    overlay: tuple[Path, ...],
    as_of: date | None,
    stage: Stage,
    workers: int,
) -> Iterator[Report]:
    """Keep a few batches in flight, so that an archive of any size is never held in memory."""
    waiting = [pool.submit(_check_batch, b, overlay, as_of, stage) for b in islice(batches, workers * 2)]
    while waiting:
        done = waiting.pop(0).result()
        waiting.extend(pool.submit(_check_batch, b, overlay, as_of, stage) for b in islice(batches, 1))
        yield from done


def _batches(notes: Iterable[NoteInput]) -> Iterator[list[NoteInput]]:
    iterator = iter(notes)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def _check_batch(
    notes: Sequence[NoteInput], overlay: tuple[Path, ...], as_of: date | None, stage: Stage
) -> list[Report]:
    packs = load_packs(overlay=overlay, examples=False)
    return [check(note, packs=packs, as_of=as_of, stage=stage) for note in notes]
