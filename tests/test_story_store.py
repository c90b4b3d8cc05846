"""Stories in the store and through the pipeline: as articles come, are filed again, settled, pruned and migrated."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import DAY, HOUR, NOW, make_article, make_digest, make_filed, make_filing, make_seed
from support.edits import EDITS
from support.texts import FOLLOW_UP, REPORT, UNRELATED

from monitor.edges import database
from monitor.edges.store import SqlStore
from monitor.model import Article, Filed, Link, Origin, Story, Verdict
from monitor.pipeline.filing import Filer
from monitor.pipeline.gathering import gather_stories
from monitor.pipeline.ordering import prepare_kept, restore_order
from monitor.pipeline.seeding import sync_seeds
from monitor.stages.identity import content_hash
from monitor.stages.stories import carried
from monitor.watch import read_watch

pytest_plugins = ("support.quick_store", "support.store_fixtures")

COPY = Verdict.COPY
WATCH = read_watch(
    """
[watch]
name = "The harbour strike"
subject = "mediator OR drivers"
[weights]
"no journey" = 0
"no journey told" = 0
[[trip]]
id = "round-1"
ordinal = 1
name = "First round"
dates = [2024-03-18, 2024-03-22]
signals = [ { match = "mediator OR drivers", weight = 9 } ]
"""
)


def filed(name: str, *links: str, minutes: int = 0, trip: str = "round-01", **changes: object) -> Filed:
    """An article that is a copy of these."""
    article = make_article(name, outlet=f"Paper {name}", published=NOW - DAY + timedelta(minutes=minutes))
    made = make_filed(article, new=(), filing=make_filing(trip), words=300)
    return replace(made, links=tuple(Link(each, COPY) for each in links), **changes)  # type: ignore[arg-type]


def put(store: SqlStore, *every: Filed) -> None:
    for each in every:
        with store.batch():
            store.file(None, each)
            gather_stories(store, WATCH)


def sets(store: SqlStore, *ids: str) -> set[frozenset[str]]:
    stories = store.stories(ids)
    assert len({story.id for story in stories}) == len(stories)
    return {frozenset(each.article_id for each in story.members) for story in stories}


def alone(*ids: str) -> set[frozenset[str]]:
    return {frozenset({each}) for each in ids}


class TestTheStore:
    def test_an_article_without_links_is_a_story(self, store: SqlStore) -> None:
        store.file(None, filed("a"))
        assert sets(store, "a") == alone("a")
        assert store.stories(["nobody"]) == ()

    def test_a_link_joins_and_a_late_one_unites(self, store: SqlStore) -> None:
        put(store, filed("a"), filed("b", "a"), filed("c"), filed("d", "c"))
        assert sets(store, *"abcd") == {frozenset("ab"), frozenset("cd")}
        put(store, filed("e", "b", "d"))
        assert sets(store, *"abcde") == {frozenset("abcde")}

    def test_doing_it_again_changes_nothing(self, store: SqlStore) -> None:
        put(store, filed("a"), filed("b", "a"))
        before = store.stories(["a"])
        gather_stories(store, WATCH)
        store.file(None, filed("b", "a"))
        assert store.stories(["b"]) == before

    def test_a_story_knows_its_outlets_its_leader_and_the_agency(self, store: SqlStore) -> None:
        put(store, filed("b", minutes=5), filed("a", "b", minutes=1, origin=Origin("Reuters", part=True)))
        (story,) = store.stories(["b"])
        assert story.outlets == ("Paper a", "Paper b")
        assert story.leader.article_id == "a"
        assert story.origin == Origin("Reuters", part=True)

    def test_what_is_settled_on_another_trip_leaves(self, store: SqlStore) -> None:
        put(store, filed("a"), filed("b", "a"), filed("c", "b"))
        with store.batch():
            store.settle(filed("b", trip="round-02"), untold=False)
            gather_stories(store, WATCH)
        assert sets(store, *"abc") == alone(*"abc")
        with store.batch():
            store.settle(filed("b"), untold=False)
            gather_stories(store, WATCH)
        assert sets(store, *"abc") == {frozenset("abc")}

    def test_what_is_filed_anew_has_the_links_of_its_new_filing(self, store: SqlStore) -> None:
        put(store, filed("a"), filed("b", "a"), filed("c"))
        store.refile([filed("b", "c")], {})
        gather_stories(store, WATCH)
        assert sets(store, *"abc") == {frozenset("a"), frozenset("bc")}

    def test_a_pruned_text_keeps_its_story_and_its_length(self, store: SqlStore) -> None:
        put(store, filed("a"), filed("b", "a", minutes=3))
        store.save_digest("s1", make_digest(), ["a", "b"], [])
        before = store.stories(["a"])
        assert store.prune(NOW + DAY).articles == 2
        gather_stories(store, WATCH)
        assert store.stories(["a"]) == before

    def test_an_edited_seed_keeps_its_copies_and_one_that_goes_leaves_them(self, store: SqlStore) -> None:
        put(store, filed("b"))
        store.add_seed(make_seed("seed-1"), None)
        put(store, filed("a", "seed-1"), filed("c", "seed-1"))
        gather_stories(store, WATCH)
        assert sets(store, "a") == {frozenset({"seed-1", "a", "c"})}
        with store.batch():
            store.add_seed(make_seed("seed-1"), None)
            gather_stories(store, WATCH)
        assert sets(store, "a") == {frozenset({"seed-1", "a", "c"})}
        with store.batch():
            store.remove_seed("seed-1")
            gather_stories(store, WATCH)
        assert sets(store, *"abc") == alone(*"abc")

    def test_the_newest_come_first_by_trip(self, store: SqlStore) -> None:
        put(store, filed("a"), filed("b", trip="round-02"), filed("c", "a"), filed("d", trip=""))
        found = [{each.article_id for each in story.members} for story in store.newest_stories(None, 9)]
        assert found == [{"d"}, {"a", "c"}, {"b"}]
        assert [story.leader.article_id for story in store.newest_stories("", 9)] == ["d"]
        assert len(store.newest_stories(None, 1)) == 1


def article(number: int, text: str, hours: int) -> Article:
    name = f"p{number}"
    address = f"https://{name}.example/report"
    return make_article(
        name, text, url=address, canonical=address, outlet=f"Paper {number}", title="",
        published=NOW - DAY + hours * HOUR, content_hash=content_hash(text),
    )  # fmt: skip


def _edited(edit: str, text: str = REPORT) -> str:
    return EDITS[edit](text, random.Random(4))


PRESS = (
    article(0, f"NORTHQUAY (Reuters) - {REPORT}", 0),
    article(1, _edited("reordered"), 2),
    article(2, _edited("10 % of words changed"), 4),
    article(3, FOLLOW_UP, 20),
    article(4, _edited("30 % of paragraphs dropped", FOLLOW_UP), 22),
    article(5, UNRELATED, 3),
)


def feed(store: SqlStore, came: Sequence[Article]) -> tuple[Story, ...]:
    """The stories of what came in this order and was put in its places."""
    filer = Filer(WATCH, store)
    with store.batch():
        for each in came:
            filer.keep(each, prepare_kept(each), None)
            assert len(store.stories([each.id])) == 1
    restore_order(WATCH, store, filer)
    assert restore_order(WATCH, store, filer) == 0
    return store.stories([each.id for each in PRESS])


class Empty:
    """A new database for each order of articles."""

    def __init__(self, image: bytes, path: Path) -> None:
        self._image, self._path = image, path

    def fed(self, came: Sequence[Article]) -> set[tuple[str, Origin | None, tuple[str, ...]]]:
        """Leader, agency and articles of each story."""
        self._path.write_bytes(self._image)
        with closing(SqlStore(database.open_engine(f"sqlite:///{self._path}"))) as store:
            return {
                (story.leader.article_id, story.origin, tuple(each.article_id + each.report for each in story.members))
                for story in feed(store, came)
            }


@pytest.fixture(scope="module")
def empty(empty_database: bytes, tmp_path_factory: pytest.TempPathFactory) -> Empty:
    return Empty(empty_database, tmp_path_factory.mktemp("orders") / "any.db")


@pytest.fixture(scope="module")
def in_order(empty: Empty) -> set[tuple[str, Origin | None, tuple[str, ...]]]:
    return empty.fed(sorted(PRESS, key=lambda each: each.published or NOW))


class TestThePipeline:
    def test_copies_are_stories_with_their_leader_and_its_agency(
        self, in_order: set[tuple[str, Origin | None, tuple[str, ...]]]
    ) -> None:
        # The follow-up is a report of its own, on the same event.
        one, two = ("p0p0", "p1p0", "p2p0", "p3p3", "p4p3"), ("p5p5",)
        assert in_order == {("p0", Origin("Reuters"), one), ("p5", None, two)}

    @settings(max_examples=5, deadline=None)
    @given(order=st.permutations(range(len(PRESS))))
    def test_in_any_order_the_same_articles_are_one_story(
        self, order: list[int], empty: Empty, in_order: set[tuple[str, Origin | None, tuple[str, ...]]]
    ) -> None:
        assert empty.fed([PRESS[at] for at in order]) == in_order

    def test_a_digest_says_who_else_has_the_report(self, quick_store: SqlStore) -> None:
        feed(quick_store, PRESS)
        stories = {each.article_id: story for story in quick_store.material().stories for each in story.members}
        of = carried(stories["p0"], "p0")
        assert of is not None
        assert (of.outlets, of.others) == (("Paper 0", "Paper 1", "Paper 2"), 2)
        # Of the follow-up nobody else was the first.
        of = carried(stories["p3"], "p3")
        assert of is not None
        assert (of.outlets, of.first, of.others) == (("Paper 3", "Paper 4"), "Paper 3", 3)

    def test_what_is_filed_together_waits_for_its_stories_and_a_crash_loses_none(self, quick_store: SqlStore) -> None:
        filer = Filer(WATCH, quick_store)
        with filer.together():
            for each in PRESS:
                filer.keep(each, prepare_kept(each), None)
        assert {len(story.members) for story in quick_store.stories([each.id for each in PRESS])} == {1}
        assert quick_store.loose() == ("p0", "p1", "p2", "p3", "p4")
        restore_order(WATCH, quick_store, Filer(WATCH, quick_store))
        assert quick_store.loose() == ()
        together = quick_store.stories([each.id for each in PRESS])
        assert {tuple(one.article_id for one in story.members) for story in together} == {
            ("p0", "p1", "p2", "p3", "p4"), ("p5",)
        }  # fmt: skip

    def test_a_late_original_is_found_by_its_copies_that_were_told(self, quick_store: SqlStore) -> None:
        filer = Filer(WATCH, quick_store)
        for each in (PRESS[2], PRESS[1]):
            filer.keep(each, prepare_kept(each), None)
        quick_store.save_digest("s1", make_digest(), ["p1", "p2"], [])
        filer.keep(PRESS[0], prepare_kept(PRESS[0]), None)
        (story,) = quick_store.stories(["p0"])
        assert (story.leader.article_id, len(story.members)) == ("p0", 3)

    def test_a_text_that_changed_before_it_was_told_goes_to_the_story_that_it_tells_now(
        self, quick_store: SqlStore
    ) -> None:
        feed(quick_store, PRESS)
        stored = quick_store.article("p1")
        assert stored is not None
        with closing(sqlite3.connect(quick_store.engine.url.database or "")) as connection, connection:
            changed = (UNRELATED, content_hash(UNRELATED))
            connection.execute("UPDATE article SET text = ?, content_hash = ? WHERE id = 'p1'", changed)
        restore_order(WATCH, quick_store, Filer(WATCH, quick_store), frozenset({"p1"}))
        assert sets(quick_store, "p1") == {frozenset({"p1", "p5"})}

    def test_a_seed_is_in_the_story_of_its_copies_until_it_goes(self, quick_store: SqlStore) -> None:
        filer = Filer(WATCH, quick_store)
        assert sync_seeds([("known.txt", REPORT.encode())], quick_store, filer, NOW).added == ("seed-known",)
        filer.keep(PRESS[1], prepare_kept(PRESS[1]), None)
        assert sets(quick_store, "p1") == {frozenset({"seed-known", "p1"})}
        assert sync_seeds([], quick_store, filer, NOW).removed == ("seed-known",)
        assert sets(quick_store, "p1") == alone("p1")


class TestTheMigration:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "monitor.db"

    def test_makes_stories_of_what_is_there(self, path: Path) -> None:
        engine = database.open_engine(f"sqlite:///{path}")
        command.upgrade(database._config(engine), "0008")
        engine.dispose()
        rows = [
            # id, hours after the first, verdict, of, trip, words
            ("a", 0, "new", "", "t1", 300),
            ("b", 2, "copy", "a", "t1", 300),
            ("c", 3, "rewrite", "b", "t1", 900),
            ("d", 4, "copy", "a", "t2", 300),
            ("e", 200, "copy", "a", "t1", 300),
            ("f", 5, "new", "", "", 10),
            ("g", 6, "update", "gone", "", 10),
        ]
        columns = (
            "id, canonical, url, source_id, outlet, title, text, author, published, language, fetched_at, "
            'content_hash, summary_only, seed, quiet, verdict, of_id, "match", decision, trip, filing'
        )
        with closing(sqlite3.connect(path)) as connection, connection:
            for name, hours, verdict, of, trip, words in rows:
                at = f"{NOW - 20 * DAY + hours * HOUR:%Y-%m-%d %H:%M:%S}"
                connection.execute(
                    f"INSERT INTO article ({columns}) VALUES "
                    "(?, ?, '', '', ?, '', ?, '', ?, 'en', ?, ?, 0, 0, 0, ?, ?, '{}', 'none', ?, '{}')",
                    (name, f"c:{name}", f"Paper {name}", "words " * words, at, f"{NOW:%Y-%m-%d %H:%M:%S}", name,
                     verdict, of, trip),
                )  # fmt: skip
        with closing(SqlStore.open(f"sqlite:///{path}", NOW)) as store:
            expected = {frozenset("abc"), *alone(*"defg")}
            assert sets(store, *"abcdefg") == expected
            (story,) = store.stories(["a"])
            assert story.leader.article_id == "c"
            gather_stories(store, WATCH)
            assert sets(store, *"abcdefg") == expected
            # What comes from now on has numbers of its own.
            put(store, filed("new", trip=""))
            assert sets(store, *"abcdefg", "new") == expected | alone("new")

    def test_can_be_undone(self, path: Path) -> None:
        SqlStore.open(f"sqlite:///{path}", NOW).close()
        engine = database.open_engine(f"sqlite:///{path}")
        command.downgrade(database._config(engine), "0008")
        with engine.connect() as connection:
            assert not engine.dialect.has_table(connection, "story")
        engine.dispose()
