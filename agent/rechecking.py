"""Check a run's text again on the day it is decided on or published: rules of that stage, facts of that day.

A draft is checked on the day of its brief. Between then and an approval a fact can expire, a rule take effect, an
authorisation lapse or a waiver run out.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from agent import guardrails
from agent.catalogue import say
from agent.drafting import Drafting
from agent.errors import UsageError
from agent.graph.gatekeeping import STALE_FACT, refusals
from agent.graph.nodes import LANGUAGES_WITH_PACKS
from agent.graph.submission import check_note
from agent.guardrails.wording import idle_words
from agent.ingredients import gather
from agent.models import Fact, Finding, Report, Sources
from agent.people import Person
from agent.record import DecisionRecord, RunRecord, VersionRecord

__all__ = ["Recheck", "recheck_of"]

LONGEST_CLAIM = 40


@dataclass(frozen=True)
class Recheck:
    """Hold one text of a run and the day it is looked at."""

    drafting: Drafting
    run: RunRecord
    version: VersionRecord
    today: date

    @property
    def packs(self) -> guardrails.Packs:
        """Return the rules in force, the bank's own included; compiled once a process."""
        overlay = self.drafting.workspace.rules_overlay
        return guardrails.load_packs(overlay=(overlay,) if overlay else (), examples=False)

    @cached_property
    def cited(self) -> frozenset[str]:
        """Return the ids the text cites."""
        return frozenset(source for segment in self.version.round.note.segments for source in segment.sources)

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """Return the facts the text cites: as the ledger has them, or as they were when the text was checked."""
        ledger = {fact.id: fact for fact in self.drafting.workspace.facts}
        told = self._told() if self.cited - ledger.keys() - self._supplied else {}
        return tuple(ledger.get(name) or told[name] for name in sorted(self.cited) if name in ledger or name in told)

    @property
    def _supplied(self) -> frozenset[str]:
        """Return the ids of what cannot be a fact: material of the brief, and points the bank has."""
        points = (point.id for point in self.drafting.workspace.points)
        return frozenset((*(material.id for material in self.run.brief.material), *points))

    def _told(self) -> dict[str, Fact]:
        """Return by id the facts as they were when the text was checked."""
        kept = self.drafting.store.grounds(self.run.id).get(self.version.grounds)
        return {fact.id: fact for fact in kept.sources.facts} if kept else {}

    def against_approval(self, reviewer: str, at: datetime) -> tuple[str, ...]:
        """Say, a sentence each, why the text may not be approved today; empty when it may."""
        if self.run.brief.language not in LANGUAGES_WITH_PACKS:
            return (say("recheck_no_packs", language=self.run.brief.language),)
        return self._against(self._reviewed(reviewer, at))

    def against_publication(self, publisher: Person) -> tuple[str, ...]:
        """Say why the text may not be published today by this person; empty when it may."""
        approved = [item for item in self.drafting.store.decisions(self.run.id) if item.decision == "approve"]
        posted = {"posted_by": publisher.id, "hosting": "manual", "operator": publisher.id}
        return self._against({**self._approved(approved), **posted, "owner": self._holder(publisher)})

    def _against(self, publication: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self._facts(), *self._rules(publication))))

    def _facts(self) -> Iterator[str]:
        """Name each cited fact that does not hold today, with its date."""
        ledger = {fact.id for fact in self.drafting.workspace.facts}
        for fact in self.facts:
            told = {"fact": fact.id, "claim": _short(fact.claim)}
            if fact.id not in ledger:
                yield say("recheck_fact_gone", **told)
            elif fact.valid_to is not None and fact.valid_to < self.today:
                yield say("recheck_fact_expired", **told, until=fact.valid_to, today=self.today)
            elif self.today < fact.valid_from:
                yield say("recheck_fact_future", **told, since=fact.valid_from, today=self.today)

    def _rules(self, publication: Mapping[str, Any]) -> Iterator[str]:
        brief = self.run.brief
        earlier = self.drafting.store.earlier(brief.account, before=brief.id) if brief.account else ()
        try:
            sources = gather(self.drafting.workspace, brief, earlier=earlier)
        except UsageError as error:  # the ledger lacks what the brief names
            yield error.message
            return
        sources = sources.model_copy(update={"brief": brief.model_copy(update={"as_of": self.today})})
        report = self._report(sources, publication)
        judged = (finding for finding in self.version.round.report.open("block") if finding.by == "judge")
        for finding in (*self._gate(sources), *report.open("block"), *judged):
            yield say("recheck_rule_against", rule=finding.rule, message=finding.message)
        blocking = {finding.rule for finding in report.open("block")}
        yield from (idle_words(entry) for entry in report.idle_waivers if entry.rule in blocking)

    def _gate(self, sources: Sources) -> Iterator[Finding]:
        """Return what the gate forbids today, but for facts that are over, which are named with their day."""
        gate = functools.partial(guardrails.check, packs=self.packs)
        stale = (f"{STALE_FACT}:{fact.id}" for fact in self.facts)  # said already, with the fact and the day
        told = frozenset(stale)
        yield from (finding for finding in refusals(sources, check=gate) if finding.fingerprint not in told)

    def _report(self, sources: Sources, publication: Mapping[str, Any]) -> Report:
        """Return what the rules say today; blocks of a judge they do not find again."""
        check = functools.partial(guardrails.check, packs=self.packs, publication=publication, stage="publish")
        waivers = self.drafting.waivers(self.run.brief, today=self.today)
        return check_note(self.version.round.note, sources, check=check, waivers=waivers)

    def _reviewed(self, reviewer: str, at: datetime) -> dict[str, str]:
        return {"reviewer": reviewer, "reviewed_at": at.isoformat(), "text_hash": self.version.text_hash}

    def _approved(self, approved: list[DecisionRecord]) -> dict[str, str]:
        if not approved:
            return {"reviewer": "", "reviewed_at": "", "text_hash": ""}
        last = approved[-1]
        return {**self._reviewed(last.reviewer, last.decided_at), "text_hash": last.text_hash}

    def _holder(self, publisher: Person) -> str:
        """Return whose the account is; the publisher when the bank's list of people does not say."""
        account, people = self.run.brief.account, self.drafting.workspace.people
        if not account or account in publisher.accounts or publisher.id not in {person.id for person in people}:
            return publisher.id
        holders = [person.id for person in people if account in person.accounts]
        return next(iter(holders), publisher.id)


def recheck_of(drafting: Drafting, run_id: str, *, today: date) -> Recheck:
    """Return the best text of a run as it is looked at today; raise `UsageError` when there is none."""
    run = drafting.store.run(run_id)
    if run.erased_at is not None:
        raise UsageError("run_erased", run=run.id)
    best = [version for version in drafting.store.versions(run.id) if version.revision == run.best_revision]
    if not best or run.outcome is None:
        raise UsageError("run_without_text", run=run.id)
    return Recheck(drafting=drafting, run=run, version=best[-1], today=today)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_CLAIM else text[:LONGEST_CLAIM] + "…"
