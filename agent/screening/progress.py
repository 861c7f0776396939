"""How far a run is: its job, the rows that are done, a chain over them, and what was counted.

Owns the values a resumed run must find again and the comparison with the job it is asked to do.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from agent.errors import UsageError
from agent.screening.checking import Checked, Outcome
from agent.screening.rows import Row

__all__ = ["Job", "Progress", "Tally", "chain_of", "demand_same_job"]

_WORDS = {"source": "来源", "size": "来源大小", "rules": "规则、工作区或程序", "options": "选项"}


@dataclass(frozen=True)
class Job:
    """Name what is screened with what, and how; a run resumes only the very same job."""

    source: str
    size: int
    rules: str
    options: dict[str, str]


@dataclass
class Tally:
    """Count notes by verdict, open findings by rule, and refused rows."""

    verdicts: dict[str, int] = field(default_factory=lambda: {"block": 0, "revise": 0, "pass": 0})
    findings: dict[str, int] = field(default_factory=dict)
    rejected: int = 0
    failed: int = 0

    @property
    def notes(self) -> int:
        """Return how many notes have a report."""
        return sum(self.verdicts.values())

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Count the outcomes of one batch."""
        found: Counter[str] = Counter(self.findings)
        for outcome in outcomes:
            if isinstance(outcome, Checked):
                self.verdicts[outcome.verdict] += 1
                found.update(outcome.rules)
            else:
                self.rejected += 1
                self.failed += outcome.failed
        self.findings = dict(sorted(found.items()))


@dataclass
class Progress:
    """Hold what has been written for good: rows of the source, their chain, the counts, and bytes of the files."""

    job: Job
    rows: int = 0
    chain: str = ""
    tally: Tally = field(default_factory=Tally)
    sizes: dict[str, int] = field(default_factory=dict)
    done: bool = False

    def to_json(self) -> str:
        """Return one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Progress:
        """Read what `to_json` wrote; raise ValueError, KeyError or TypeError for anything else."""
        value: dict[str, Any] = json.loads(text)
        return cls(**{**value, "job": Job(**value["job"]), "tally": Tally(**value["tally"])})


def demand_same_job(begun: Job, asked: Job) -> None:
    """Raise `UsageError` naming what has changed since a run was begun."""
    changed = [word for key, word in _WORDS.items() if getattr(begun, key) != getattr(asked, key)]
    if changed:
        raise UsageError("screen_job_changed", what="、".join(changed))


def chain_of(before: str, rows: Sequence[Row]) -> str:
    """Return the digest of all rows so far, from that of the rows before these."""
    digest = hashlib.sha256(before.encode())
    for row in rows:
        digest.update(f"\n{row.place} {len(row.text)} {row.problem}\n".encode())
        digest.update(row.text)
    return digest.hexdigest()
