"""Stores on real databases: the suite holds for each kind. A pytest plugin; use `make_store` or `store`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.edges.store import SqlStore

from .builders import NOW
from .postgres import NoServerError, Server, server
from .stores import MakeStore

KINDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server | str]:
    """A server, or why there is none."""
    try:
        with server() as running:
            yield running
    except NoServerError as error:
        yield str(error)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of its own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/monitor.db"
    running = request.getfixturevalue("postgres")
    if isinstance(running, str):
        pytest.skip(running)
    return str(running.fresh())


@pytest.fixture
def make_store(database: str) -> Iterator[MakeStore]:
    """Opens the test's database; each call is one more program that works on it."""
    opened: list[SqlStore] = []

    def make() -> SqlStore:
        opened.append(SqlStore.open(database, NOW))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(make_store: MakeStore) -> SqlStore:
    """A store on an empty database."""
    return make_store()
