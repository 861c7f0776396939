"""Write the files that are made from the rules and committed: `python -m agent.guardrails.generated`.

`guardrails/rule.schema.json` for editors, `guardrails/INDEX.md` for readers, and `agent/guardrails/data/patterns.json`,
the table of what each pattern cannot match without.
"""

from __future__ import annotations

import sys

from agent.guardrails.indexes import render_index
from agent.guardrails.literals import write_known
from agent.guardrails.loader import jurisdictions, load_packs
from agent.guardrails.pages import render_schema
from agent.paths import data_root


def main() -> int:
    """Write all three and name them."""
    folder = data_root() / "guardrails"
    table = write_known(p for name in jurisdictions() for p in load_packs(jurisdiction=name).vocabulary.patterns)
    for name, text in (("rule.schema.json", render_schema()), ("INDEX.md", render_index())):
        (folder / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{name}\n")
    sys.stdout.write(f"{table.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
