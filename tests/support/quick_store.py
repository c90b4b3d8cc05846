"""Empty stores without waiting for the migrations each time. A pytest plugin; use `quick_store`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from monitor.edges.database import open_engine
from monitor.edges.store import SqlStore

from .builders import NOW


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a database that was migrated once for all tests."""
    file = tmp_path_factory.mktemp("empty") / "monitor.db"
    store = SqlStore.open(f"sqlite:///{file}", NOW)
    store.close()
    return file.read_bytes()


@pytest.fixture
def quick_store(empty_database: bytes, tmp_path: Path) -> Iterator[SqlStore]:
    """An empty store on SQLite, for tests of what stands on a store."""
    file = tmp_path / "quick.db"
    file.write_bytes(empty_database)
    engine = open_engine(f"sqlite:///{file}")
    # No power fails here: the disk need not be waited for.
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    store = SqlStore(engine)
    yield store
    store.close()
