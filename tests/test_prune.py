"""Old texts are dropped; what they are recognised by, and what was told, stays."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from end_to_end.command import monitor
from end_to_end.folder import lay
from support.builders import DAY, NOW, TEXT, TRIP, make_article, make_digest, make_filed, make_seed

from monitor.edges.store import SqlStore
from monitor.errors import StoreError

pytest_plugins = ("support.quick_store", "support.store_fixtures")

LONG_AGO = NOW - 400 * DAY
BEFORE = NOW - 365 * DAY


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    """An old told article, an old untold one, a young told one, and a seed."""
    other = TEXT.replace("grain", "coal")
    store.file(None, make_filed(make_article("old", fetched_at=LONG_AGO)))
    store.file(None, make_filed(make_article("untold", other, fetched_at=LONG_AGO)))
    store.file(None, make_filed(make_article("young", TEXT.replace("14", "15"))))
    store.add_seed(make_seed(text="A seed text that stays as it is."), None)
    store.save_digest("s1", make_digest(), ["old", "young"], [])
    return store


def text(store: SqlStore, article_id: str) -> str:
    stored = store.article(article_id)
    assert stored is not None
    return stored.article.text


def test_only_old_texts_that_were_told_are_dropped_and_it_is_said_before_how_much(filled: SqlStore) -> None:
    said = filled.prunable(BEFORE)
    assert (said.articles, said.sentences) == (1, 3)
    assert said.characters > len(TEXT)
    assert filled.prune(BEFORE) == said
    assert text(filled, "old") == ""
    assert all(text(filled, kept) for kept in ("untold", "young", "seed-1"))
    assert filled.prune(BEFORE).articles == 0


def test_what_it_is_recognised_by_and_what_was_told_stays(filled: SqlStore) -> None:
    filed = make_filed(make_article("old", fetched_at=LONG_AGO))
    before = filled.known_sentences(TRIP), filled.trip_material(TRIP).developments, filled.digest("")
    filled.prune(BEFORE)
    sentences, developments, digest = (
        filled.known_sentences(TRIP),
        filled.trip_material(TRIP).developments,
        filled.digest(""),
    )
    assert [each.words for each in sentences] == [each.words for each in before[0]]
    assert [each.development for each in developments] == [each.development for each in before[1]]
    assert digest == before[2]
    assert filled.known_hash(filed.article.content_hash) == "old"
    assert "old" in filled.candidates(filed.sketch, LONG_AGO).ids
    assert filled.known_url(filed.article.canonical) == "old"


def test_what_has_no_text_is_not_filed_again(filled: SqlStore) -> None:
    filled.prune(BEFORE)
    assert [each.article.id for each in filled.kept()] == ["untold", "young"]
    assert filled.kept_count() == 2
    assert filled.kept_article("old") is None


def test_what_became_known_quietly_is_dropped_once_a_digest_was_made_after_it(quick_store: SqlStore) -> None:
    quick_store.file(None, replace(make_filed(make_article("quiet", fetched_at=LONG_AGO), new=()), quiet=True))
    assert quick_store.prunable(BEFORE).articles == 0
    quick_store.save_digest("s1", make_digest(), [], [])
    assert quick_store.prune(BEFORE).articles == 1


def test_vacuum_gives_the_room_back(quick_store: SqlStore) -> None:
    for number in range(9):
        article = make_article(f"a{number}", f"{TEXT} {'Ships wait. ' * 900}{number}", fetched_at=LONG_AGO)
        quick_store.file(None, make_filed(article, sentences=(), developments=(), sketch=()))
    quick_store.save_digest("s1", make_digest(), [f"a{number}" for number in range(9)], [])
    quick_store.prune(BEFORE)
    assert quick_store.vacuum() > 100_000
    assert quick_store.known_url("https://gazette.example/a7") == "a7"


def test_a_server_is_not_vacuumed() -> None:
    class Server(SqlStore):
        def __init__(self) -> None:
            from types import SimpleNamespace

            self.engine = SimpleNamespace(url=None, dialect=SimpleNamespace(name="postgresql"))  # type: ignore[assignment]

    with pytest.raises(StoreError, match="PostgreSQL does so by itself"):
        Server().vacuum()


def test_the_command_says_what_it_would_drop_and_refuses_what_is_still_compared(tmp_path: Path) -> None:
    home = lay(tmp_path / "home", "http://127.0.0.1:9/feed")
    # Nothing here is about them, and reading them takes time.
    shutil.rmtree(home / "seeds")
    store = SqlStore.open(f"sqlite:///{home}/monitor.db", NOW)
    store.file(None, make_filed(make_article("old", fetched_at=NOW - timedelta(days=800))))
    store.save_digest("s1", make_digest(), ["old"], [])
    store.close()
    refused = monitor("prune", "--older", "30d", "--home", home)
    assert refused.code == 2
    assert "90" in refused.all
    assert (
        "would drop the texts of 1 article and 3 sentences"
        in monitor("prune", "--older", "90d", "--dry-run", "--home", home).out
    )
    dropped = monitor("prune", "--older", "90d", "--vacuum", "--json", "--home", home).json
    assert (dropped["articles"], dropped["dropped"]) == (1, True)
    assert "its text was pruned" in monitor("explain", "old", "--home", home).out
