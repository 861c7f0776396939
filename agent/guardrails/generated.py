"""Write the files that are made from the rules and committed: `python -m agent.guardrails.generated`.

`guardrails/rule.schema.json` for editors, `guardrails/INDEX.md` for readers, and two tables in `agent/guardrails/data`:
`patterns.json`, what each pattern cannot match without, and `words.json`, which words patterns hold.
"""

from __future__ import annotations

import sys

from agent.guardrails.indexes import render_index
from agent.guardrails.literals import write_known
from agent.guardrails.loader import jurisdictions, load_packs
from agent.guardrails.pages import render_schema
from agent.guardrails.patternwords import write_words
from agent.paths import data_root


def main() -> int:
    """Write all four and name them."""
    folder = data_root() / "guardrails"
    every = [load_packs(jurisdiction=name) for name in jurisdictions()]
    tables = (
        write_known(pattern for packs in every for pattern in packs.vocabulary.patterns),
        write_words(rule for packs in every for rule in packs.rules),
    )
    for name, text in (("rule.schema.json", render_schema()), ("INDEX.md", render_index())):
        (folder / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{name}\n")
    for table in tables:
        sys.stdout.write(f"{table.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
