"""One opened note: what the page shows of it, and the way on to the next."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field

from agent.desk.values import CaseFile, QueueFilter
from agent.web.pages.desk.filters import Place, address, case_address
from agent.web.pages.desk.results import DONE
from agent.web.pages.frame import View
from agent.web.words import Words

__all__ = ["Opened"]

WROTE_ON_IT = "desk_wrote_on_it"
UNDECIDED = ("in_review", "needs_human")


@dataclass
class Opened:
    """Hold a case as it was opened: every decision names the text it shows, whatever has become of it since.

    `key` makes a decision sent twice count once; `suggestion` collects lines for the owner.
    """

    view: View
    case: CaseFile
    filters: QueueFilter
    place: Place
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    suggestion: list[str] = field(default_factory=list)

    @property
    def say(self) -> Words:
        """Return how the page says things."""
        return self.view.say

    @property
    def run(self) -> str:
        """Return the run the note comes from."""
        return self.case.item.run

    @property
    def undecided(self) -> bool:
        """Tell whether the note still waits for a decision."""
        return self.case.outcome in UNDECIDED

    @property
    def may_send_back(self) -> bool:
        """Tell whether this person may reject or suggest: whoever wrote on a note may, although not approve it."""
        permission = self.case.permission
        return permission.allowed or permission.code == WROTE_ON_IT

    def reload(self) -> None:
        """Show the note as it stands now."""
        self.view.go(case_address(self.run, self.filters))

    async def go_on(self, done: str = "") -> None:
        """Lead to the next note that this person may decide on, else back to the queue."""
        more = {DONE: done} if done else {}
        following = await self._following()
        self.view.go(case_address(following, self.filters, **more) if following else address(self.filters, **more))

    async def _following(self) -> str:
        desk, person = self.view.services.desk, self.view.identity.person
        queue = await asyncio.to_thread(desk.queue, person, self.filters, near=False)
        others = [item.run for item in queue if item.run != self.run and item.permission.allowed]
        return self.place.following if self.place.following in others else next(iter(others), "")
