"""Check the fact ledger: what cannot be used as it stands, and what will soon be out of date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from agent.catalogue import advise, say
from agent.models import Fact
from agent.text.numbers import find_numbers
from agent.workspace.bank import Workspace

__all__ = ["FactProblem", "check_facts"]

SOON = timedelta(days=14)


@dataclass(frozen=True)
class FactProblem:
    """Name one fact, what is wrong with it, and what to do."""

    fact: str
    code: str
    message: str
    hint: str

    def __str__(self) -> str:
        """Render as one line."""
        return f"{self.fact}：{self.message}。{self.hint}"


def check_facts(bank: Workspace, as_of: date) -> tuple[FactProblem, ...]:
    """Return every problem of every fact on this day, in ledger order."""
    return tuple(problem for fact in bank.facts for problem in _problems(fact, as_of))


def _problems(fact: Fact, as_of: date) -> Iterator[FactProblem]:
    if as_of < fact.valid_from:
        yield _problem(fact, "fact_future", since=fact.valid_from)
    elif fact.valid_to is not None and fact.valid_to < as_of:
        yield _problem(fact, "fact_expired", until=fact.valid_to)
    elif fact.valid_to is not None and fact.valid_to - as_of <= SOON:
        yield _problem(fact, "fact_expires_soon", until=fact.valid_to)
    if fact.valid_to is not None and fact.valid_to < fact.valid_from:
        yield _problem(fact, "fact_dates_swapped", since=fact.valid_from, until=fact.valid_to)
    for phrase in fact.must_keep:
        if phrase not in fact.claim:
            yield _problem(fact, "fact_phrase_missing", phrase=phrase)
    told = {_plain(claim.text) for claim in find_numbers(fact.claim)}
    for number in fact.numbers:
        if not _states(fact.claim, number.value) and _plain(number.value + number.unit) not in told:
            yield _problem(fact, "fact_number_missing", number=f"{number.value}{number.unit}")
    if not fact.source.strip():
        yield _problem(fact, "fact_source_missing")


def _problem(fact: Fact, code: str, **parameters: object) -> FactProblem:
    return FactProblem(fact.id, code, say(code, **parameters), advise(code, **parameters))


def _states(claim: str, value: str) -> bool:
    """Tell whether the digits stand in the claim on their own: 20 is not in 120, nor 3.6 in 3.60."""
    return re.search(rf"(?<![\d.]){re.escape(value)}(?!\.?\d)", claim) is not None


def _plain(text: str) -> str:
    return text.replace(",", "").replace(" ", "")
