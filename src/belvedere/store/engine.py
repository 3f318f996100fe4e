"""The SQL database behind the records shelf and the register: SQLite embedded, PostgreSQL in service.

One place decides how transactions begin, how deleted bytes are wiped, and how long a writer waits for another.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text

from belvedere.errors import ConflictError

BUSY_SECONDS = 60


def connect(url: str) -> Engine:
    """An engine for the URL, with the settings that keep what is committed and wipe what is deleted."""
    engine = create_engine(url, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def sqlite_url(path: Path) -> str:
    """The SQLAlchemy URL of a SQLite file."""
    return f"sqlite:///{path}"


def _prepare_sqlite(connection, _record) -> None:
    # sqlite3 would open transactions on its own terms; we begin them ourselves (see _begin_sqlite).
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that will write takes the write lock first, so that two writers queue instead of failing halfway.
    options = connection.get_execution_options()
    if options.get("belvedere_bare"):
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("belvedere_write") else "BEGIN DEFERRED")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes; committed at the end, rolled back on any error."""
    with engine.connect().execution_options(belvedere_write=True) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads, from one consistent state of the database."""
    with engine.connect() as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        yield connection


def wipe_deleted(engine: Engine) -> None:
    """Rewrites the database files so that nothing of deleted rows is left in them, write-ahead log included.

    Raises ConflictError while another process reads an older state, which keeps the log from being emptied.
    """
    if engine.dialect.name != "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM FULL")
            connection.exec_driver_sql("CHECKPOINT")
        return
    with engine.connect().execution_options(belvedere_bare=True) as connection:  # VACUUM refuses to run in a transaction
        connection.exec_driver_sql("VACUUM")
        busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
    if busy:
        raise ConflictError(
            "What was erased can be read by nobody any more, but its bytes still lie in the database's log: another process "
            f"has been reading for over {BUSY_SECONDS} s. Opening the workspace again finishes the erasure."
        )
