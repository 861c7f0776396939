"""`agent golden`: what reviewers decided with a reason, as candidates for rule cases, one JSON object a line."""

from __future__ import annotations

import json
from typing import Any

import typer

from agent.cli.session import WorkspaceOption, load, talk

__all__ = ["golden"]


def golden(workspace: WorkspaceOption = None) -> None:
    """Print each reasoned decision with the note it was about, what was expected, and who or what wrote it."""
    import asyncio

    from agent.cli.queueing import decided_cases
    from agent.drafting import open_drafting

    settings, bank = load(workspace)

    async def go() -> list[dict[str, Any]]:
        async with open_drafting(bank, settings) as drafting:
            return list(decided_cases(drafting))

    found = asyncio.run(go())
    for case in found:
        typer.echo(json.dumps(case, ensure_ascii=False))
    talk(f"{len(found)} 条带理由的决定。人名已去掉，正文里仍有员工讲的事：用完请删，agent forget 删不到导出的文件。")
    if found:
        talk("看现行规则怎么判：agent golden | jq -c .note | agent check - --format jsonl；收作用例时抄进规则的 cases")
