"""Before and after a decision: a text is handed in, published, taken back, or corrected in a run of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from agent.briefs import new_run_id
from agent.desk.permitting import demand_handler
from agent.desk.standing import Standing
from agent.drafting import Drafting
from agent.errors import UsageError
from agent.people import Person, reviewers
from agent.text.addresses import HOSTS, platform_address
from agent.text.clean import stated

__all__ = ["Afterwards"]


@dataclass(frozen=True)
class Afterwards:
    """Hand in, publish, retract and correct."""

    drafting: Drafting
    today: Callable[[], date]

    def hand_in(self, standing: Standing, *, text_hash: str, by: Person, urgent: bool) -> None:
        """Record that a text goes to the reviewers; one with an open block does not."""
        demand_handler(by, standing)
        _demand_text(standing, text_hash)
        if not standing.is_open:
            raise UsageError("run_not_in_review", run=standing.run.id, outcome=standing.run.outcome)
        blocks = standing.version.round.report.open("block")
        if blocks:
            rules = "、".join(sorted({finding.rule for finding in blocks}))
            raise UsageError("approve_with_block", run=standing.run.id, rules=rules)
        self.drafting.store.publishing.submit(
            standing.run.id,
            text_hash=text_hash,
            submitted_by=by.id,
            submitted_at=standing.now,
            urgent=urgent,
            tell_to=reviewers(self.drafting.workspace.people),
        )

    def publish(self, standing: Standing, *, text_hash: str, url: str, by: Person) -> None:
        """Record where a text was published, unless a rule of that stage speaks against it today."""
        demand_handler(by, standing)
        _demand_text(standing, text_hash)
        if not platform_address(url):
            raise UsageError("publication_foreign", hosts="、".join(HOSTS))
        if standing.run.outcome != "approved":
            raise UsageError("publication_unapproved", run=standing.run.id)
        against = standing.text.against_publication(by)
        if against:
            raise UsageError("publication_forbidden", reasons="；".join(against))
        self.drafting.store.publishing.publish(
            standing.run.id, text_hash=text_hash, url=url, published_by=by.id, published_at=standing.now
        )

    def retract(self, standing: Standing, *, url: str, reason: str, by: Person) -> None:
        """Record that a publication is taken back; its owner is told to delete it."""
        demand_handler(by, standing, reviewing=True)
        reason = _demanded(reason)
        self.drafting.store.desk.correct(
            standing.run.id, url=url, action="retract", reason=reason, by=by.id, asked_at=standing.now
        )

    async def correct(self, standing: Standing, *, url: str, reason: str, by: Person) -> str:
        """Open a run from the published text, or return the one that is open; one that was cut off is begun again."""
        demand_handler(by, standing, reviewing=True)
        reason = _demanded(reason)
        published = [item for item in self.drafting.store.publishing.publications(standing.run.id) if item.url == url]
        if not published:
            raise UsageError("publication_unknown", run=standing.run.id, url=url)
        new_run = self.drafting.store.desk.correct(
            standing.run.id,
            url=url,
            action="correct",
            reason=reason,
            by=by.id,
            asked_at=standing.now,
            new_run=new_run_id(self.today()),
        ).new_run
        if not self._has_begun(new_run):
            texts = {v.text_hash: v.round.note for v in self.drafting.store.versions(standing.run.id)}
            day = max(self.today(), standing.run.brief.as_of)
            brief = standing.run.brief.model_copy(update={"id": new_run, "as_of": day})
            await self.drafting.reopen(brief, texts[published[-1].text_hash], owner=standing.run.owner)
        return new_run

    def _has_begun(self, run: str) -> bool:
        """Tell whether a run has a text; one that was cut off before is begun again."""
        return bool(self.drafting.store.versions(run))


def _demand_text(standing: Standing, text_hash: str) -> None:
    current = standing.version.text_hash
    if text_hash != current:
        raise UsageError("review_of_other_text", run=standing.run.id, given=text_hash, current=current)


def _demanded(reason: str) -> str:
    if not (said := stated(reason)):
        raise UsageError("desk_reason_missing")
    return said
