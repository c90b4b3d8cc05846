"""What is asked of the store costs the same however much is in it: counted in steps of SQLite's machine."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest
from support.builders import NOW

from monitor.edges.store import SqlStore
from monitor.edges.store_known import SEED_PART, part_of

pytest_plugins = ("support.quick_store",)
COMMON, RARE = 16, 32


def put(store: SqlStore, table: str, columns: str, rows: list[tuple[object, ...]]) -> None:
    with store.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.executemany(f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * len(rows[0]))})", rows)
        raw.execute("PRAGMA foreign_keys = ON")


def steps(store: SqlStore, work: Callable[[], object]) -> int:
    ticks = count()
    with store.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_progress_handler(lambda: next(ticks) and None, 10)
    work()
    return 10 * next(ticks)


def holders(number: int, first: int, part: int) -> list[tuple[object, ...]]:
    return [(part, COMMON, first + at) for at in range(number)]


@pytest.mark.parametrize("part", [SEED_PART, part_of(NOW)])
def test_of_a_hash_that_everybody_has_only_a_few_rows_are_read(quick_store: SqlStore, part: int) -> None:
    def ask() -> None:
        assert quick_store.candidates((COMMON, RARE), NOW).ids == ()

    ask()  # statements are compiled once
    put(quick_store, "fingerprint", "part, hash, seq", holders(2_000, 0, part))
    few = steps(quick_store, ask)
    put(quick_store, "fingerprint", "part, hash, seq", holders(20_000, 2_000, part))
    assert few > 0
    assert steps(quick_store, ask) <= few * 1.2


def test_seeds_are_found_without_a_look_at_the_articles(quick_store: SqlStore) -> None:
    columns = (
        "seq, id, canonical, url, source_id, outlet, title, text, author, language, fetched_at, content_hash, "
        'summary_only, seed, quiet, verdict, of_id, "match", decision, trip, filing'
    )
    quick_store.seed_versions()
    empty = steps(quick_store, quick_store.seed_versions)
    rows: list[tuple[object, ...]] = [
        (at, f"a{at}", f"c{at}", "", "", "", "", "", "", "", "2024-08-20 12:00:00", f"h{at}", 0, 0, 0, *[""] * 6)
        for at in range(2_000)
    ]
    put(quick_store, "article", columns, rows)
    assert steps(quick_store, quick_store.seed_versions) <= empty + 100
    assert quick_store.seed_versions() == {}


def test_what_a_site_has_said_is_found_without_a_look_at_the_rest(quick_store: SqlStore) -> None:
    def ask() -> None:
        assert len(quick_store.lines("gazette.example", range(1, 40))) == 39

    def rows(first: int, end: int) -> list[tuple[object, ...]]:
        return [("gazette.example", at, 2, "2024-03-01", "2024-03-20") for at in range(first, end)]

    put(quick_store, "line", "site, hash, n, first, last", rows(1, 200))
    ask()  # statements are compiled once
    few = steps(quick_store, ask)
    put(quick_store, "line", "site, hash, n, first, last", rows(200, 20_000))
    assert few > 0
    assert steps(quick_store, ask) <= few * 1.2


def test_what_is_untold_is_found_without_a_look_at_what_was_told(quick_store: SqlStore) -> None:
    def rows(first: int, end: int, digest: int | None) -> list[tuple[object, ...]]:
        return [
            (at, f"a{at}", f"c{at}", *[""] * 7, "2024-08-20 12:00:00", "", 0, 0, 0, "new", f"a{at + 1}",
             "", "none", "", '{"scores": []}', digest)
            for at in range(first, end)
        ]  # fmt: skip

    def ask() -> None:
        assert len(quick_store.untold_order()) == 50

    columns = (
        "seq, id, canonical, url, source_id, outlet, title, text, author, language, fetched_at, content_hash, "
        'summary_only, seed, quiet, verdict, of_id, "match", decision, trip, filing, digest_id'
    )
    put(quick_store, "digest", "id, name, slot, day, made_at, record", [(1, "", "", "2024-08-20", "2024-08-20", "")])
    put(quick_store, "article", columns, rows(0, 50, None))
    ask()  # statements are compiled once
    few = steps(quick_store, ask)
    put(quick_store, "article", columns, rows(50, 4_000, 1))
    assert few > 0
    assert steps(quick_store, ask) <= few * 1.2
