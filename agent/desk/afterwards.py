"""After a publication: it is taken back, or corrected in a run of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from agent.aside import aside
from agent.briefs import new_run_id
from agent.desk.standing import Standing
from agent.drafting import Drafting
from agent.errors import UsageError
from agent.handing import demand_handler
from agent.models import Note
from agent.people import Person
from agent.text.clean import stated

__all__ = ["Afterwards"]


@dataclass(frozen=True)
class Afterwards:
    """Retract and correct."""

    drafting: Drafting
    today: Callable[[], date]

    def retract(self, standing: Standing, *, url: str, reason: str, by: Person) -> None:
        """Record that a publication is taken back; its owner is told to delete it."""
        demand_handler(by, standing.run, reviewing=True)
        reason = _demanded(reason)
        self.drafting.store.desk.correct(
            standing.run.id, url=url, action="retract", reason=reason, by=by.id, asked_at=standing.now
        )

    async def correct(self, standing: Standing, *, url: str, reason: str, by: Person) -> str:
        """Open a run from the published text, or return the one that is open; one that was cut off is begun again."""
        new_run, text = await aside(self._linked, standing, url=url, reason=reason, by=by)
        if text is not None:
            day = max(self.today(), standing.run.brief.as_of)
            brief = standing.run.brief.model_copy(update={"id": new_run, "as_of": day})
            await self.drafting.reopen(brief, text, owner=standing.run.owner)
        return new_run

    def _linked(self, standing: Standing, *, url: str, reason: str, by: Person) -> tuple[str, Note | None]:
        """Return the run that corrects a publication, and the text to begin it with unless it has begun."""
        demand_handler(by, standing.run, reviewing=True)
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
        if self._has_begun(new_run):
            return new_run, None
        texts = {v.text_hash: v.round.note for v in self.drafting.store.versions(standing.run.id)}
        return new_run, texts[published[-1].text_hash]

    def _has_begun(self, run: str) -> bool:
        """Tell whether a run has a text; one that was cut off before is begun again."""
        return bool(self.drafting.store.versions(run))


def _demanded(reason: str) -> str:
    if not (said := stated(reason)):
        raise UsageError("desk_reason_missing")
    return said
