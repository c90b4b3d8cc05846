"""Opening the database: connections that are safe to kill, migrations with a backup, refusal of what is too new."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from monitor.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).with_name("migrations")


def open_engine(url: str) -> Engine:
    """An engine whose SQLite connections use WAL, full sync and immediate transactions.

    Raises StoreError for an address that SQLAlchemy does not understand.
    """
    try:
        parsed = make_url(url)
        engine = create_engine(parsed, future=True)
    except ModuleNotFoundError as error:
        raise StoreError(
            f"MONITOR_DATABASE: its driver is not installed ({error.name}); pip install 'monitor[postgres]'"
        ) from error
    except (SQLAlchemyError, ValueError) as error:
        raise StoreError(
            f"MONITOR_DATABASE: cannot use this address ({error}); write e.g. sqlite:////var/lib/monitor/monitor.db"
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _say_plainly)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver must not open transactions by itself: every one of ours begins IMMEDIATE.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 30000")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A deferred transaction that turns to writing fails as busy at once; one that begins IMMEDIATE waits its turn.
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _say_plainly(context: ExceptionContext) -> None:
    """What the database refuses becomes one line: which database, what, how to mend."""
    if isinstance(context.sqlalchemy_exception, OperationalError) and context.engine is not None:
        said = str(context.original_exception)
        mend = "free some space" if "full" in said else "see `monitor doctor`"
        context.chained_exception = StoreError(f"{_place(context.engine)}: the database refused: {said}; {mend}")


def _config(engine: Engine) -> Config:
    from alembic.config import Config  # noqa: PLC0415 - a third of a start, and hardly ever needed

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["engine"] = engine
    return config


def revisions(engine: Engine) -> tuple[str, str]:
    """The revision that the database has ("" when empty) and the newest that this program knows."""
    newest = max((path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py")), default="")
    with engine.connect() as connection:
        have = ""
        if inspect(connection).has_table("alembic_version"):
            have = connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""
    return have, newest


def migrate(engine: Engine, now: datetime) -> None:
    """Bring the schema to this program's newest revision; an existing SQLite file is backed up beside itself first.

    Raises StoreError for a newer schema, a damaged or unwritable file, or a server that does not answer.
    """
    try:
        have, head = revisions(engine)
        if have == head:
            return
        from alembic import command  # noqa: PLC0415 - as above
        from alembic.script import ScriptDirectory  # noqa: PLC0415

        known = {script.revision for script in ScriptDirectory.from_config(_config(engine)).walk_revisions()}
        if have and have not in known:
            raise StoreError(
                f"{_place(engine)}: made by a newer version of monitor (schema {have}); upgrade monitor, "
                "or point MONITOR_DATABASE at another file"
            )
        if have:
            _back_up(engine, now)
        command.upgrade(_config(engine), "head")
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        detail = str(getattr(error, "orig", None) or error)
        raise StoreError(
            f"{_place(engine)}: cannot open the database ({detail}); check the path and permissions"
        ) from error


class Room:
    """Connections for a part of the store. Inside `batch` all of them are one transaction.

    Not for use by several threads at once; each process and thread opens a store of its own.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(immediate=True)
        self._open: Connection | None = None

    @contextlib.contextmanager
    def batch(self) -> Iterator[None]:
        """One transaction around many writes: one wait for the disk. A batch inside a batch is a savepoint of it."""
        if self._open is not None:
            with self._open.begin_nested():
                yield
            return
        with self._writer.begin() as connection:
            self._open = connection
            try:
                yield
            finally:
                self._open = None

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees what this store has written, committed or not."""
        if self._open is not None:
            yield self._open
            return
        with self.engine.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction; inside a batch a part of it."""
        if self._open is not None:
            yield self._open
            return
        with self._writer.begin() as connection:
            yield connection


def _place(engine: Engine) -> str:
    return engine.url.database or engine.url.render_as_string(hide_password=True)


def _back_up(engine: Engine, now: datetime) -> None:
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return
    target = Path(f"{engine.url.database}.before-{now:%Y%m%d-%H%M%S}")
    if target.exists():
        # Another program came to the same database at the same second.
        return
    connection = sqlite3.connect(engine.url.database)
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    finally:
        connection.close()


def sound(engine: Engine) -> str:
    """ "ok", or what SQLite's quick check found; PostgreSQL only answers that it is there."""
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            connection.execute(text("SELECT 1"))
            return "ok"
        return str(connection.execute(text("PRAGMA quick_check")).scalar())
