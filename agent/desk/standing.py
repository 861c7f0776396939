"""Gather once what is asked about a run again and again: who wrote on it, who decides for whom, its lane, its hours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from agent.desk.policy import Policy
from agent.desk.values import LaneCall
from agent.drafting import Drafting
from agent.models import Fact, Product, Waiver
from agent.rechecking import Recheck
from agent.record import (
    DecisionRecord,
    DelegationRecord,
    RunRecord,
    RunWaiver,
    SubmissionRecord,
    VersionRecord,
    Waiting,
)

__all__ = ["Standing", "names"]


@dataclass(frozen=True)
class Standing:
    """Hold one run with its best text, at one moment of one day.

    `known` and `handed_over` are what was read of the run and of delegations for many at once; None reads them here.
    """

    drafting: Drafting
    policy: Policy
    text: Recheck
    submission: SubmissionRecord | None
    now: datetime
    known: Waiting | None = None
    handed_over: tuple[DelegationRecord, ...] | None = None

    @property
    def run(self) -> RunRecord:
        """Return the run."""
        return self.text.run

    @property
    def version(self) -> VersionRecord:
        """Return its best text."""
        return self.text.version

    @property
    def today(self) -> date:
        """Return the day it is looked at."""
        return self.text.today

    @property
    def is_open(self) -> bool:
        """Tell whether somebody is still to decide."""
        return self.run.outcome in ("in_review", "needs_human")

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Return the facts the text cites."""
        return self.text.facts

    @cached_property
    def decisions(self) -> tuple[DecisionRecord, ...]:
        """Return the decisions on the run, oldest first."""
        return self.known.decisions if self.known else self.drafting.store.decisions(self.run.id)

    @cached_property
    def waivers(self) -> tuple[RunWaiver, ...]:
        """Return what has been accepted in this run, whether it counts or not."""
        return self.known.waivers if self.known else self.drafting.store.desk.waivers(self.run.id)

    @property
    def filed_waivers(self) -> tuple[Waiver, ...]:
        """Return the waivers of the bank's folder that accepted a finding of the text when it was checked."""
        mine = {f"{self.run.id}#{waiver.id}" for waiver in self.waivers}
        return tuple(waiver for waiver in self.version.round.report.waivers if waiver.id not in mine)

    @cached_property
    def delegations(self) -> tuple[DelegationRecord, ...]:
        """Return the delegations that hold now."""
        given = self.drafting.store.desk.delegations() if self.handed_over is None else self.handed_over
        return tuple(item for item in given if item.is_active(self.now))

    @property
    def products(self) -> tuple[Product, ...]:
        """Return the products the brief names and those of cited facts."""
        bank = self.drafting.workspace
        wanted = {*self.run.brief.products, *(fact.product for fact in self.facts)}
        return tuple(product for product in bank.products if {product.id, product.name} & wanted)

    @cached_property
    def lane(self) -> LaneCall:
        """Return the lane, with the hours it may take when urgent."""
        report = self.version.round.report
        call = self.policy.call(
            self.drafting.settings,
            drawn=self.known.drawn if self.known else self.drafting.store.publishing.drawn(self.run.id),
            note_types={self.run.brief.note_type, report.note_type},
            products={*report.products, *(product.category for product in self.products)},
            waived=any(self.today <= item.expires_on for item in self.waivers)
            or any(finding.status == "waived" for finding in report.findings),
        )
        if not self.urgent:
            return call
        return call.model_copy(update={"hours": self.policy.urgent_hours(self.drafting.settings, call.lane)})

    @cached_property
    def urgent(self) -> bool:
        """Tell whether somebody said so, or a fact in the text ends within days."""
        if self.submission is not None and self.submission.urgent:
            return True
        soon = self.today + timedelta(days=self.policy.urgent_if_fact_ends_within_days)
        return any(fact.valid_to is not None and fact.valid_to <= soon for fact in self.facts)

    @property
    def since(self) -> datetime:
        """Return since when it waits."""
        return self.submission.submitted_at if self.submission else self.run.updated_at

    @property
    def due_at(self) -> datetime:
        """Return until when somebody should have decided."""
        return self.since + timedelta(hours=self.lane.hours)

    @property
    def writers(self) -> frozenset[str]:
        """Return who changed the text, and who handed it in."""
        edited = {decision.reviewer for decision in self.decisions if decision.decision == "edit"}
        handed = {self.submission.submitted_by} if self.submission else set()
        return frozenset(edited | handed)


def names(drafting: Drafting, people: Iterable[str]) -> dict[str, str]:
    """Return what people are called, by id; who is not in the workspace is called by the id."""
    known = {person.id: person.name for person in drafting.workspace.people}
    return {person: known.get(person, person) for person in people}
