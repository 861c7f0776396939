"""The journal of model replies: what has been answered once is never asked again, also after a kill."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, and_, insert, select
from sqlalchemy.exc import IntegrityError

from agent.llm.protocol import CallKey, Completion, Entry
from agent.record.database import Database
from agent.record.engine import writing
from agent.record.erasure import demand_kept
from agent.record.tables import replies

__all__ = ["ReplyJournal"]


class ReplyJournal:
    """Keep replies in the record's database; see `agent.llm.Journal`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def recall(self, key: CallKey) -> Completion | None:
        """Return the reply kept under this key, if any."""
        with self._database.reading() as connection:
            return _kept(connection, key)

    def alike(self, digest: str) -> Completion | None:
        """Return the reply any run has had to this question, if any; the first one kept."""
        query = select(replies.c.completion_json).where(replies.c.digest == digest).order_by(replies.c.id).limit(1)
        with self._database.reading() as connection:
            content = connection.execute(query).scalar_one_or_none()
        return None if content is None else Completion.model_validate_json(content)

    def keep(self, entry: Entry) -> None:
        """Keep a reply before it is used; when another writer kept one first, that one stays."""
        row = {
            "run_id": entry.key.run,
            "node": entry.key.node,
            "round": entry.key.round,
            "digest": entry.key.digest,
            "prompt": entry.prompt,
            "completion_json": entry.completion.model_dump_json(),
        }
        with self._database.explained():
            try:
                with writing(self._database.engine).begin() as connection:
                    demand_kept(connection, entry.key.run)
                    if _kept(connection, entry.key) is None:
                        connection.execute(insert(replies).values(row))
            except IntegrityError:
                if self.recall(entry.key) is None:
                    raise

    def entries(self, run: str) -> tuple[Entry, ...]:
        """Return the replies of a run in the order they were kept."""
        query = select(replies).where(replies.c.run_id == run).order_by(replies.c.id)
        with self._database.reading() as connection:
            return tuple(
                Entry(
                    key=CallKey(run=row["run_id"], node=row["node"], round=row["round"], digest=row["digest"]),
                    prompt=row["prompt"],
                    completion=Completion.model_validate_json(row["completion_json"]),
                )
                for row in connection.execute(query).mappings()
            )


def _kept(connection: Connection, key: CallKey) -> Completion | None:
    content = connection.execute(select(replies.c.completion_json).where(_same(key))).scalar_one_or_none()
    return None if content is None else Completion.model_validate_json(content)


def _same(key: CallKey) -> ColumnElement[bool]:
    return and_(
        replies.c.run_id == key.run,
        replies.c.node == key.node,
        replies.c.round == key.round,
        replies.c.digest == key.digest,
    )
