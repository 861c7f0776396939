"""Write again what the READMEs quote: real output of real commands, and the picture of the graph."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from agent.graph.build import graph

__all__ = ["RECORDED", "main", "record", "rewrite"]

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "README.zh-CN.md")
DRAFT = (
    "draft", "--topic", "下班绕路喝一杯手冲", "--type", "benefit", "--persona", "阿宁",
    "--material-set", "aning-coffee", "--as-of", "2026-11-24", "--quiet",
)  # fmt: skip
CHECK = ("check", "--text", "这款理财稳赚不赔，闭眼入就行", "--as-of", "2026-11-24")


def record(arguments: tuple[str, ...]) -> str:
    """Run a command in a home of its own and return the console block a reader would see: stdout only."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-c", "from agent.cli.main import run; run()", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "KOSNOTE_HOME": home},
        )
    typed = " ".join(f'"{word}"' if re.search(r"[^\w./:-]", word, re.ASCII) else word for word in arguments)
    return f"```console\n$ agent {typed}\n{done.stdout.rstrip()}\n```"


def picture() -> str:
    """Return the Mermaid picture of the graph as a fenced block."""
    drawing = graph().get_graph().draw_mermaid(with_styles=False)
    return f"```mermaid\n{drawing.strip()}\n```"


RECORDED: dict[str, Callable[[], str]] = {
    "draft": lambda: record(DRAFT),
    "check": lambda: record(CHECK),
    "graph": picture,
}


def rewrite(page: str) -> str:
    """Return a page with every recorded block written again."""
    return re.sub(
        r"(<!-- recorded: (\w+) -->\n).*?(<!-- /recorded -->)",
        lambda found: f"{found[1]}{RECORDED[found[2]]()}\n{found[3]}",
        page,
        flags=re.DOTALL,
    )


def main() -> None:
    """Rewrite both READMEs."""
    for name in PAGES:
        path = ROOT / name
        path.write_text(rewrite(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
