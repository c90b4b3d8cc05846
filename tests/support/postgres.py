"""A PostgreSQL server of our own for tests, where its programs and driver are installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, text

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
    numbers: Iterator[int] = field(default_factory=count)

    def address(self, name: str) -> str:
        """The address of a database."""
        return f"{DRIVER}://monitor@127.0.0.1:{self.port}/{name}"

    def run(self, statement: str) -> None:
        """One statement outside of any transaction."""
        engine = create_engine(self.address("postgres"), isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                connection.execute(text(statement))
        finally:
            engine.dispose()

    def fresh(self) -> str:
        """The address of an empty database of its own, copied from one that was migrated once."""
        number = next(self.numbers)
        if not number:
            self.run("CREATE DATABASE model")
            SqlStore.open(self.address("model"), NOW).close()
        self.run(f"CREATE DATABASE test{number} TEMPLATE model")
        return self.address(f"test{number}")


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
