"""Other rules on everything stored: what is gained, lost and moved, the digest, and the store afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.builders import NOW, WATCH, make_article, make_digest

from monitor.edges.store import SqlStore
from monitor.model import Article, Decision, Page, Prepared, Topic, Watch
from monitor.pipeline.backtest import Backtest, backtest
from monitor.pipeline.filing import Filer
from monitor.stages import dedup

HALL = "The mediator opened the first round of talks on 19 March 2024 in the town hall. Three ships may leave tonight."
QUAY = "Crane drivers met the mediator on the quay on 19 March 2024. Owners of seven vessels want answers by Friday."
RULES = replace(
    WATCH, topics=(Topic("ships", "Ships", "ship*"),), trips=(replace(WATCH.trips[0], signals=()),), weights=()
)
OTHER = replace(
    RULES, subject="mediator NOT hall", topics=(Topic("ships", "Ships", "ship* OR vessel*"),),
)  # fmt: skip


def _article(name: str, text: str, minutes: int) -> Article:
    when = datetime(2024, 3, 19, 10, tzinfo=UTC) + timedelta(minutes=minutes)
    title = f"First round: {name}"
    return make_article(name, text, title=title, published=when, fetched_at=NOW + timedelta(minutes=minutes))


ARTICLES = (
    _article("hall", HALL, 0),
    _article("quay", QUAY, 10),
    _article("rain", "It rained on the harbour all day and the gulls sat on the roofs.", 20),
)


def _keep(filer: Filer, article: Article) -> None:
    page = Page(article.url, article.title, article.text)
    filer.keep(article, Prepared(page, dedup.fingerprint(article.text), article.content_hash), None)


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    """A store that holds three articles, filed by the first rules."""
    opened = SqlStore.open(f"sqlite:///{tmp_path / 'monitor.db'}", NOW)
    filer = Filer(RULES, opened)
    for article in ARTICLES:
        _keep(filer, article)
    return opened


def _try(store: SqlStore, watch: Watch, folder: Path) -> Backtest:
    scratch = SqlStore.open(f"sqlite:///{folder / 'scratch.db'}", NOW)
    return backtest(store.kept(), scratch, Filer(watch, scratch), watch, NOW)


def _trips(store: SqlStore) -> dict[str, str]:
    return {each.article.id: each.filing.trip for each in store.kept()}


def test_the_same_rules_change_nothing(store: SqlStore, tmp_path: Path) -> None:
    found = _try(store, RULES, tmp_path)
    assert (found.articles, found.changes) == (3, ())
    assert store.kept_count() == 3


def test_what_is_lost_and_what_has_other_topics_is_counted_and_nothing_is_written(
    store: SqlStore, tmp_path: Path
) -> None:
    before = list(store.kept())
    found = _try(store, OTHER, tmp_path)
    lost, topics = found.changes
    assert (lost.article_id, lost.kind, lost.was, lost.now) == ("hall", "lost", WATCH.trips[0].id, "none")
    assert (topics.article_id, topics.kind, topics.topics_gained) == ("quay", "topics", ("ships",))
    assert found.counts() == {"gained": 0, "lost": 1, "moved": 0, "unsure": 0, "topics": 1}
    assert list(store.kept()) == before


def test_the_digest_is_the_one_that_would_have_come_out(store: SqlStore, tmp_path: Path) -> None:
    (part,) = _try(store, OTHER, tmp_path).digest.trips
    told = " ".join(item.text for section in (*part.sections, *part.more) for item in section.items)
    assert "seven vessels" in told
    assert "hree ships" not in told


def test_applying_files_the_changed_articles_and_a_second_time_changes_nothing(store: SqlStore, tmp_path: Path) -> None:
    found = _try(store, OTHER, tmp_path)
    assert store.refile(found.filed, found.echoes) == 2
    kept = {each.article.id: each.filing for each in store.kept()}
    assert kept["hall"].decision is Decision.NONE
    assert [hit.topic_id for hit in kept["quay"].topics] == ["ships"]
    assert {one.development.article_id for one in store.material().developments} == {"quay"}
    (tmp_path / "again").mkdir()
    assert _try(store, OTHER, tmp_path / "again").changes == ()


def test_back_to_the_first_rules_gains_what_was_lost(store: SqlStore, tmp_path: Path) -> None:
    before = _trips(store)
    found = _try(store, OTHER, tmp_path)
    store.refile(found.filed, found.echoes)
    (tmp_path / "back").mkdir()
    back = _try(store, RULES, tmp_path / "back")
    assert back.counts()["gained"] == 1
    store.refile(back.filed, back.echoes)
    assert _trips(store) == before
    assert {one.development.article_id for one in store.material().developments} == {"hall", "quay"}


def test_what_was_told_stays_told(store: SqlStore, tmp_path: Path) -> None:
    store.save_digest("slot", make_digest(), ["hall", "quay"], [])
    found = _try(store, OTHER, tmp_path)
    store.refile(found.filed, found.echoes)
    assert [stored.article.id for stored in store.material().articles] == ["rain"]
    assert store.material().developments == ()
