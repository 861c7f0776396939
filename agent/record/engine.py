"""Open a database and bring its tables up to date; alembic is imported only when there is something to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError

from agent.errors import StorageError

__all__ = ["HEAD", "open_engine"]

HEAD = "0001"
KNOWN = frozenset({HEAD})
BUSY_TIMEOUT_MS = 30_000
MIGRATIONS = Path(__file__).with_name("migrations")


def open_engine(target: Path | str) -> tuple[Engine, str]:
    """Return an engine whose tables are at `HEAD`, and the name errors use for the database."""
    if isinstance(target, str) and "://" in target:
        engine = create_engine(target)
        where = engine.url.render_as_string(hide_password=True)
    else:
        path = Path(target)
        where = str(path)
        _make_folder(path)
        engine = create_engine(f"sqlite:///{path}")
        event.listen(engine, "connect", _prepare_sqlite)
    try:
        _upgrade(engine, where)
    except (DBAPIError, sqlite3.Error) as error:
        engine.dispose()
        raise StorageError("record_unusable", path=where, reason=getattr(error, "orig", error)) from error
    except StorageError:
        engine.dispose()
        raise
    return engine, where


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError("record_unusable", path=path, reason=error.strerror or error) from error


def _prepare_sqlite(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _upgrade(engine: Engine, where: str) -> None:
    revision = _revision(engine)
    if revision == HEAD:
        return
    if revision is not None and revision not in KNOWN:
        raise StorageError("record_newer", path=where, revision=revision, known=HEAD)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("BEGIN IMMEDIATE"))
        config.attributes["connection"] = connection
        if _revision_on(connection) != HEAD:
            command.upgrade(config, "head")
        connection.commit()


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return _revision_on(connection)


def _revision_on(connection: Any) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found
