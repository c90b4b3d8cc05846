"""A PostgreSQL server of our own for tests, where its programs and driver are installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from monitor.edges.store import SqlStore

from .builders import NOW

DRIVER = "postgresql+psycopg"
# The disk need not be waited for, and nothing outside this machine is listened to.
OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses=127.0.0.1"


class NoServerError(Exception):
    """What is missing, in words."""


def programs() -> Path:
    """The folder of initdb and pg_ctl. Raises NoServerError."""
    beside = shutil.which("pg_ctl")
    found = [Path(beside).parent] if beside else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if not found:
        raise NoServerError("no PostgreSQL server is installed (pg_ctl)")
    return found[0]


@dataclass
class Server:
    """A running server. `fresh` makes an empty database with our tables."""

    port: int
    number: int = 0
    shape: list[Any] = field(default_factory=list)

    def address(self, name: str) -> str:
        """The address of a database."""
        return f"{DRIVER}://monitor@127.0.0.1:{self.port}/{name}"

    def ask(self, statement: str, name: str = "postgres") -> list[Any]:
        """The rows of one or more statements, each outside of any transaction."""
        engine = create_engine(self.address(name), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                answer = connection.execute(text(statement))
                return list(answer) if answer.returns_rows else []
        finally:
            engine.dispose()

    def fresh(self) -> str:
        """The address of an empty database: the last one emptied where it is as it was made, which is quick, else a
        new one, copied from one that was migrated once."""
        name = f"test{self.number}"
        if self.number and self._shape(name, _HANG_UP) == self.shape:
            self.ask(_EMPTY, name)
            return self.address(name)
        if not self.number:
            self.ask("CREATE DATABASE model")
            SqlStore.open(self.address("model"), NOW).close()
            self.shape = self._shape("model")
        self.number += 1
        self.ask(f"CREATE DATABASE test{self.number} TEMPLATE model")
        return self.address(f"test{self.number}")

    def _shape(self, name: str, first: str = "") -> list[Any]:
        """What tables, indexes and version a database has, [] for one that cannot be asked."""
        try:
            if first:
                self.ask(first, name)
            return self.ask(_SHAPE, name)
        except DBAPIError:
            return []


# Whoever a test left connected would hold locks.
_HANG_UP = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_SHAPE = """SELECT 'column', table_name, column_name, data_type, is_nullable FROM information_schema.columns
    WHERE table_schema = 'public'
    UNION ALL SELECT 'index', tablename, indexdef, '', '' FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'version', version_num, '', '', '' FROM alembic_version ORDER BY 1, 2, 3"""
# Deleting rows takes a fraction of what TRUNCATE or a new database does. Foreign keys are not looked at meanwhile.
_EMPTY = """DO $$ DECLARE each text; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP EXECUTE format('DELETE FROM %I', each); END LOOP;
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences
    WHERE schemaname = 'public';
    END $$"""


@contextmanager
def server() -> Iterator[Server]:
    """Start one and stop it; raises NoServerError where that cannot be."""
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise NoServerError("psycopg is not installed (the extra postgres)") from error
    tools = programs()
    with TemporaryDirectory(prefix="monitor-pg-") as folder:
        home = Path(folder)
        # The server refuses to run as root.
        user = "postgres" if os.geteuid() == 0 else None
        if user:
            try:
                shutil.chown(home, user)
            except LookupError as error:
                raise NoServerError("PostgreSQL does not run as root, and there is no user postgres") from error
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        data = str(home / "data")
        start = [str(tools / "pg_ctl"), "-D", data, "-w", "-l", str(home / "log")]
        init = [str(tools / "initdb"), "-D", data, "-U", "monitor", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
        for command in (init, [*start, "-o", f"{OPTIONS} -p {port} -k {folder}", "start"]):
            done = subprocess.run(
                command, cwd=folder, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
            )  # fmt: skip
            if done.returncode:
                raise NoServerError(f"{Path(command[0]).name}: {done.stderr.decode(errors='replace').strip()[:200]}")
        try:
            yield Server(port)
        finally:
            subprocess.run([*start, "-m", "immediate", "stop"], cwd=folder, user=user, check=False, capture_output=True)
