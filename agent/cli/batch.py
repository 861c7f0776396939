"""`agent draft --batch`: many briefs, a few at a time, resumable.

`results.jsonl` in the output folder is the memory: a row whose digest is there is not written again.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from agent.briefs import make_brief
from agent.cli.output import OUTCOMES, write_files
from agent.cli.session import talk
from agent.drafting import Drafting, open_drafting
from agent.errors import KosnoteError, StorageError, UsageError
from agent.plans import PlanRow, load_plan
from agent.settings import Settings
from agent.workspace import Workspace

__all__ = ["run_batch"]

AT_ONCE = 8
MEMORY = "results.jsonl"


def run_batch(plan: Path, *, bank: Workspace, settings: Settings, out: Path | None, as_of: date, quiet: bool) -> int:
    """Draft every row not yet done; return 0 when all rows ended well, else 1."""
    if out is None:
        raise UsageError("batch_needs_out")
    rows = load_plan(plan)
    done = _done(out / MEMORY)
    todo = [row for row in rows if row.digest not in done]
    talk(f"计划 {len(rows)} 行，已完成 {len(rows) - len(todo)} 行，本次 {len(todo)} 行")
    try:
        asyncio.run(_run_rows(todo, plan.parent, bank=bank, settings=settings, out=out, as_of=as_of, quiet=quiet))
    except KeyboardInterrupt:
        talk("已中断。原样再跑一次会从没写完的行继续。")
        return 130
    return _summary(rows, _done(out / MEMORY))


async def _run_rows(
    rows: list[PlanRow],
    folder: Path,
    *,
    bank: Workspace,
    settings: Settings,
    out: Path,
    as_of: date,
    quiet: bool,
) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    finished = 0
    async with open_drafting(bank, settings) as drafting:

        async def one(row: PlanRow) -> None:
            nonlocal finished
            async with gate:
                entry = await _draft_row(row, folder, drafting=drafting, out=out, as_of=as_of)
            _remember(out / MEMORY, entry)
            finished += 1
            if not quiet:
                talk(f"[{finished}/{len(rows)}] 第 {row.number} 行 {entry['topic']}：{entry['says']}")

        await asyncio.gather(*(one(row) for row in rows))


async def _draft_row(row: PlanRow, folder: Path, *, drafting: Drafting, out: Path, as_of: date) -> dict[str, Any]:
    entry: dict[str, Any] = {"row": row.number, "digest": row.digest, "topic": row.cells.get("topic", "")}
    try:
        request = row.request(seed=drafting.settings.seed, folder=folder)
        brief, _ = make_brief(request, workspace=drafting.workspace, as_of=as_of)
        result = await drafting.draft(brief)
    except StorageError:
        raise
    except KosnoteError as error:
        return {**entry, "outcome": "error", "exit_code": error.exit_code, "says": f"{error.message} {error.hint}"}
    paths = write_files(result, out, stem=f"{row.number:03d}-{result.run}")
    return {
        **entry,
        "run": result.run,
        "outcome": result.outcome,
        "exit_code": result.exit_code,
        "says": OUTCOMES[result.outcome],
        "files": [path.name for path in paths],
    }


def _done(memory: Path) -> dict[str, dict[str, Any]]:
    """Read finished rows by digest; a row that ended in an error, or a line cut off by a kill, is not finished."""
    if not memory.is_file():
        return {}
    entries: dict[str, dict[str, Any]] = {}
    for line in memory.read_text(encoding="utf-8").splitlines():
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            continue
        if entry["outcome"] != "error":
            entries[entry["digest"]] = entry
    return entries


def _remember(memory: Path, entry: dict[str, Any]) -> None:
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        cut_off = memory.is_file() and not memory.read_bytes().endswith(b"\n")
        with memory.open("a", encoding="utf-8") as file:
            file.write("\n" * cut_off + json.dumps(entry, ensure_ascii=False) + "\n")
    except OSError as error:
        raise StorageError("out_unwritable", path=memory.parent, reason=error.strerror or error) from error


def _summary(rows: tuple[PlanRow, ...], done: dict[str, dict[str, Any]]) -> int:
    outcomes = Counter(done[row.digest]["outcome"] if row.digest in done else "error" for row in rows)
    talk("汇总：" + "，".join(f"{OUTCOMES.get(name, '出错')} {count}" for name, count in outcomes.most_common()))
    good = all(row.digest in done and done[row.digest]["exit_code"] == 0 for row in rows)
    return 0 if good else 1
