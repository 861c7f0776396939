"""Open a database, bring its tables up to date, and say in plain words why one cannot be used.

Alembic is imported only when there is something to do. SQLite writers take their lock when a transaction begins, so
that two processes wait for each other instead of failing half-way.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from agent.errors import ConfigurationError, StorageError
from agent.postgres import CONNECT_SECONDS, refusal_of
from agent.sqlite import BUSY_TIMEOUT_MS, write_ahead

__all__ = ["HEAD", "explain", "open_engine", "writing"]

HEAD = "0007"
KNOWN = frozenset({"0001", "0002", "0003", "0004", "0005", "0006", HEAD})
UPGRADE_LOCK = 7_042_002  # any number, the same for every process of this program
MIGRATIONS = Path(__file__).with_name("migrations")

CODES = {
    "SQLITE_BUSY": "record_busy",
    "SQLITE_CORRUPT": "record_damaged",
    "SQLITE_FULL": "record_disk_full",
    "SQLITE_LOCKED": "record_busy",
    "SQLITE_NOTADB": "record_damaged",
    "SQLITE_READONLY": "record_read_only",
}


def open_engine(target: Path | str) -> tuple[Engine, str]:
    """Return an engine whose tables are at `HEAD`, and the name errors use for the database."""
    engine, where = _engine_of_url(target) if isinstance(target, str) and "://" in target else _engine_of_file(target)
    try:
        _upgrade(engine, where)
    except (DBAPIError, sqlite3.Error) as error:
        engine.dispose()
        raise explain(error, where) from error
    except StorageError:
        engine.dispose()
        raise
    return engine, where


def explain(error: DBAPIError | PoolTimeout | sqlite3.Error, where: str) -> StorageError:
    """Turn a database error into one that names the database and the remedy, and holds no text of a note."""
    if isinstance(error, PoolTimeout):
        return StorageError("record_crowded", path=where, reason=error.args[0])
    cause = error.orig if isinstance(error, DBAPIError) else error
    if type(cause).__module__.startswith("psycopg"):
        code, reason = refusal_of(cause)
        return StorageError(code, path=where, reason=reason)
    name = getattr(cause, "sqlite_errorname", "")
    code = next((code for prefix, code in CODES.items() if name.startswith(prefix)), "record_unusable")
    return StorageError(code, path=where, reason=cause)


def writing(engine: Engine) -> Engine:
    """Return the engine with transactions that lock for writing as they begin."""
    return engine.execution_options(writing=True)


def _engine_of_url(target: str) -> tuple[Engine, str]:
    try:
        url = make_url(target)
    except (ArgumentError, ValueError):  # what they say may quote the password
        raise ConfigurationError("database_address_wrong") from None
    backend = url.get_backend_name()
    if backend not in ("sqlite", "postgresql"):
        raise StorageError("record_url_unusable", reason=backend)
    options: dict[str, Any] = {}
    if backend == "postgresql":
        url = url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url
        timeout = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_SECONDS}
        options = {"pool_pre_ping": True, "connect_args": timeout}
    try:
        engine = create_engine(url, hide_parameters=True, **options)
    except NoSuchModuleError:
        raise StorageError("record_url_unusable", reason=url.drivername) from None
    except ImportError:
        raise ConfigurationError("postgres_not_installed") from None
    if backend == "sqlite":
        _listen(engine)
    return engine, f"{url.host or 'localhost'}/{url.database}" if backend == "postgresql" else str(url.database)


def _engine_of_file(target: Path | str) -> tuple[Engine, str]:
    path = Path(target)
    try:
        is_folder = path.is_dir()  # a folder that may not be entered says no more than this
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError("record_unusable", path=path, reason=error.strerror or error) from error
    if is_folder:
        raise StorageError("record_is_folder", path=path)
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)
    _listen(engine)
    return engine, str(path)


def _listen(engine: Engine) -> None:
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    write_ahead(connection, patience_ms=BUSY_TIMEOUT_MS)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _upgrade(engine: Engine, where: str) -> None:
    with engine.connect() as connection:
        revision = _revision_on(connection)
    if revision == HEAD:
        return
    if revision is not None and revision not in KNOWN:
        raise StorageError("record_newer", path=where, revision=revision, known=HEAD)
    from alembic import command
    from alembic.config import Config

    from agent.record.access_log import adopt_tokens
    from agent.record.vouching import adopt

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with writing(engine).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": UPGRADE_LOCK})
        config.attributes["connection"] = connection
        if _revision_on(connection) != HEAD:
            command.upgrade(config, "head")
            adopt(connection)
            adopt_tokens(connection)


def _revision_on(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found
