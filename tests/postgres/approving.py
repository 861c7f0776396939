"""Approve one note again and again: what each of several processes of a test does."""

import asyncio
import json
import threading
from datetime import UTC, date, datetime
from pathlib import Path

from agent.desk import Desk
from agent.drafting import open_drafting
from agent.errors import UsageError
from agent.people import Person, Role
from agent.settings import Settings
from agent.workspace import load_workspace


def opened(url, home):
    settings = Settings(home=Path(home), author="offline", database=url)
    return open_drafting(load_workspace(None), settings, now=lambda: datetime(2026, 11, 24, 4, tzinfo=UTC))


def approve(url, home, run, text_hash, process, threads, each):
    """Approve from these threads, `each` times at once, and write what became of every attempt."""
    begin, outcomes = threading.Barrier(threads), []

    async def once(desk, number):
        person = Person(id=f"reviewer-{number}", name=f"审核{number}", roles=(Role.REVIEWER,))
        try:
            done = await desk.approve(run, text_hash=text_hash, by=person)
        except UsageError as error:
            return [person.id, error.code]
        return [person.id, "repeated" if done.repeated else "won"]

    async def many(thread):
        async with opened(url, home) as drafting:
            desk = Desk(drafting=drafting, today=lambda: date(2026, 11, 24))
            await asyncio.to_thread(begin.wait)
            first = (process * threads + thread) * each
            return await asyncio.gather(*(once(desk, first + number) for number in range(each)))

    def work(thread):
        outcomes.extend(asyncio.run(many(thread)))

    workers = [threading.Thread(target=work, args=(thread,)) for thread in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    Path(home, f"outcomes-{process}.json").write_text(json.dumps(outcomes))
