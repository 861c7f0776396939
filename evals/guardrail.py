"""Measure the rule engine on labelled texts: `python -m evals.guardrail [FAMILY…]`.

The texts (`data/guardrail/*.jsonl`) were written by somebody who knew the law and never saw a rule. Printed per family:
violations found under a named rule, found by any block or fix on the wording, and innocent texts wrongly hit, each with
its Wilson interval (95 %). Absences (a missing disclosure) count for violations only when they are what is labelled.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from agent.guardrails import Packs, check
from agent.guardrails.loader import load_packs
from agent.models import NoteInput
from evals.offline import read_jsonl

__all__ = ["Outcome", "main", "measure", "outcomes", "read_labelled", "wilson"]

DATA = Path(__file__).parent / "data" / "guardrail"
AS_OF = date(2026, 11, 24)
_Z = 1.96


@dataclass(frozen=True)
class Outcome:
    """Hold what the engine said about one labelled text."""

    sample: dict[str, Any]
    rules: frozenset[str]  # open block and fix findings, absences included
    wording: frozenset[str]  # those that point at words

    @property
    def is_violation(self) -> bool:
        """Tell whether the text is labelled as violating."""
        return bool(self.sample["label"] == "violation")

    @property
    def is_named(self) -> bool:
        """Tell whether a rule of the label was reported."""
        return bool(self.rules & set(self.sample["rules"]))

    @property
    def is_found(self) -> bool:
        """Tell whether a rule of the label, or any block or fix on the wording, was reported."""
        return self.is_named or bool(self.wording)


@dataclass
class Tally:
    """Count one family."""

    plain: list[Outcome] = field(default_factory=list)
    judgement: list[Outcome] = field(default_factory=list)
    innocent: list[Outcome] = field(default_factory=list)


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share; (0, 1) for nothing."""
    if not total:
        return 0.0, 1.0
    share, square = hits / total, _Z * _Z
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = _Z / (1 + square / total) * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    return max(0.0, middle - half), min(1.0, middle + half)


def read_labelled(folder: Path = DATA, families: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the labelled texts; raise `ValueError` when there are none."""
    paths = [path for path in sorted(folder.glob("*.jsonl")) if not families or path.stem in families]
    samples = [sample for path in paths for sample in read_jsonl(path)]
    if not samples:
        raise ValueError(f"no labelled texts in {folder}: nothing to measure")
    return samples


def outcomes(samples: Iterable[dict[str, Any]], packs: Packs | None = None) -> list[Outcome]:
    """Check every text as a human's, without metadata."""
    packs = packs or load_packs(examples=False)
    return [_outcome(sample, packs) for sample in samples]


def measure(found: Iterable[Outcome]) -> dict[str, Tally]:
    """Sort outcomes by family."""
    tallies: dict[str, Tally] = {}
    for outcome in found:
        tally = tallies.setdefault(outcome.sample["family"], Tally())
        if not outcome.is_violation:
            tally.innocent.append(outcome)
        elif outcome.sample.get("kind") == "judgement":
            tally.judgement.append(outcome)
        else:
            tally.plain.append(outcome)
    return tallies


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, the noisiest rules, and with --misses every text that was missed or wrongly hit."""
    parser = argparse.ArgumentParser(prog="python -m evals.guardrail")
    parser.add_argument("families", nargs="*")
    parser.add_argument("--misses", action="store_true", help="list what was missed and what was wrongly hit")
    options = parser.parse_args(arguments)
    found = outcomes(read_labelled(families=options.families))
    tallies = measure(found)
    tallies["all"] = Tally(
        *([o for t in list(tallies.values()) for o in getattr(t, name)] for name in ("plain", "judgement", "innocent"))
    )
    for family, tally in tallies.items():
        _say(f"{family:20} plain {_share(tally.plain)}  judgement {_share(tally.judgement)}  wrongly hit {_hit(tally)}")
    noisy = Counter(rule for o in found if not o.is_violation for rule in o.wording)
    _say("noisiest rules: " + (", ".join(f"{rule} {count}" for rule, count in noisy.most_common(10)) or "none"))
    for outcome in found if options.misses else ():
        if outcome.is_violation != outcome.is_found:
            name = "MISS" if outcome.is_violation else "HIT "
            told = ",".join(outcome.sample["rules"] if outcome.is_violation else sorted(outcome.wording))
            _say(f"{name} {outcome.sample['id']} [{told}] {outcome.sample['text']}")
    return 0


def _outcome(sample: dict[str, Any], packs: Packs) -> Outcome:
    note = NoteInput(body=sample["text"], title=sample.get("title", ""), products=tuple(sample.get("products", ())))
    findings = [f for f in check(note, as_of=AS_OF, packs=packs).open() if f.severity != "warn"]
    return Outcome(
        sample,
        frozenset(finding.rule for finding in findings),
        frozenset(finding.rule for finding in findings if finding.start is not None),
    )


def _share(found: Sequence[Outcome]) -> str:
    named, hit = sum(o.is_named for o in found), sum(o.is_found for o in found)
    low, high = wilson(hit, len(found))
    return f"{hit:3}/{len(found):<3} [{low:.2f}, {high:.2f}] named {named:3}"


def _hit(tally: Tally) -> str:
    hits = sum(bool(o.wording) for o in tally.innocent)
    low, high = wilson(hits, len(tally.innocent))
    return f"{hits:3}/{len(tally.innocent):<3} [{low:.2f}, {high:.2f}]"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
