"""Pages that changed after they were filed: read again, kept as revisions, told once, corrected once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from support.builders import HOUR, NOW, WATCH, make_digest, make_state
from support.fakes import FakeFetcher, InlinePool, SetClock, net_error

from monitor.edges.store import SqlStore
from monitor.model import Filed, Lead, Signal, Source, Watch
from monitor.pipeline import Filer, Room
from monitor.pipeline.filing import Outcome
from monitor.pipeline.ordering import restore_order
from monitor.pipeline.pages import read_all
from monitor.pipeline.revising import read_again
from monitor.pipeline.telling import tell

pytest_plugins = ("support.quick_store",)

URL = "https://gazette.example/berths"
FIRST = (
    "The mediator asked the dockers in Northquay to reopen two grain berths before the weekend.",
    "The port authority said 14 ships were waiting outside the breakwater on Tuesday.",
    "A spokesman for the crane drivers called the offer a first step and wanted it in writing.",
    "Bakers along the coast have bought flour from the inland mills since the strike began.",
)
SHIPS, SHIPS_NOW = FIRST[1], FIRST[1].replace("14", "19")
MORE = "A judge in Millpoint ordered the tugboat owners to hand over their pay slips by Friday."


def page(*sentences: str) -> str:
    said = "".join(f"<p>{each}</p>" for each in sentences)
    return f"<html><head><title>Berths</title></head><body><article><h1>Berths</h1>{said}</article></body></html>"


class Desk:
    """One page of one source, which changes; `offer` is a visit to the source, `run` reads what is due."""

    def __init__(self, store: SqlStore) -> None:
        self.store, self.web, self.clock = store, FakeFetcher(), SetClock(NOW)
        trip = replace(WATCH.trips[0], signals=(Signal("dockers", 5.0),))
        source = Source("gazette", "Quay Gazette", "https://gazette.example/feed")
        self.watch: Watch = replace(WATCH, sources=(source,), trips=(trip,))
        self.room = Room(self.watch, store, self.web, InlinePool(), self.clock)
        self.filer = Filer(self.watch, store)

    def offer(self, title: str = "Berths", url: str = URL, **changes: object) -> int:
        lead = replace(Lead("gazette", url, url, title=title, published=NOW - HOUR), **changes)  # type: ignore[arg-type]
        with self.store.batch():
            self.store.add_leads([lead])
            self.store.save_state(make_state())
            return self.store.changed_leads([lead], self.clock.now())

    def run(self) -> int:
        async def both() -> int:
            await read_all(self.room, self.filer)
            return await read_again(self.room, self.filer)

        return asyncio.run(both())

    def first(self) -> None:
        """The page is filed."""
        self.web.answers(URL, page(*FIRST), etag='"1"')
        self.offer()
        self.run()

    def edited(self, *sentences: str) -> int:
        """The page is offered as changed, and read."""
        self.clock.pass_(HOUR)
        self.web.script.pop(URL)
        self.web.answers(URL, page(*sentences), etag='"2"')
        assert self.offer(updated=self.clock.now() - timedelta(minutes=1)) == 1
        return self.run()

    def tell(self) -> list[str]:
        """What the next digest tells as new; [] where there is none."""
        told = tell(self.watch, self.store, self.clock.now())
        self.corrections = told.digest.corrections if told else ()
        parts = told.digest.trips if told else ()
        return [item.text for part in parts for section in (*part.sections, *part.more) for item in section.items]

    def article_id(self) -> str:
        return self.store.known_url(URL)


@pytest.fixture
def desk(quick_store: SqlStore) -> Desk:
    desk = Desk(quick_store)
    desk.first()
    return desk


class TestWhatIsReadAgain:
    def test_a_page_with_another_title_or_a_later_update(self, desk: Desk) -> None:
        desk.clock.pass_(HOUR)
        assert desk.offer() == 0
        assert desk.offer("Berths: what we know") == 1
        desk.run()
        assert desk.offer("Berths: what we know") == 0
        assert desk.offer("Berths: what we know", updated=NOW - HOUR) == 0
        desk.clock.pass_(HOUR)
        assert desk.offer("Berths: what we know", updated=desk.clock.now()) == 1

    def test_on_condition_that_it_changed(self, desk: Desk) -> None:
        desk.web.answers(URL, status=304)
        desk.offer("Another title")
        assert desk.run() == 0
        assert desk.web.asked[-1].etag == '"1"'

    def test_three_times_at_most_and_within_three_days(self, desk: Desk) -> None:
        for number in range(5):
            desk.offer(f"Title {number}")
            desk.run()
        assert [request.url for request in desk.web.asked] == [URL] * 4

    def test_not_after_three_days(self, desk: Desk) -> None:
        desk.clock.pass_(timedelta(hours=73))
        assert desk.offer("Another title") == 0

    def test_later_where_it_could_not_be_read(self, desk: Desk) -> None:
        desk.web.script.pop(URL)
        desk.web.fails(URL, net_error("timeout"))
        desk.offer("Another title")
        assert desk.run() == desk.run() == 0
        assert len(desk.web.asked) == 2
        desk.web.script.pop(URL)
        desk.web.answers(URL, page(*FIRST, MORE))
        desk.clock.pass_(HOUR)
        assert desk.run() == 1

    def test_never_believed_where_a_wall_stands_in_its_place(self, desk: Desk) -> None:
        assert desk.edited("Please log in to read on.") == 0
        assert desk.store.revisions(desk.article_id()) == ()


class TestUntold:
    def test_the_newest_text_is_told_as_if_it_had_been_there_at_first(self, desk: Desk) -> None:
        assert desk.edited(FIRST[0], SHIPS_NOW, *FIRST[2:], MORE) == 1
        told = desk.tell()
        assert SHIPS_NOW in told
        assert MORE in told
        assert SHIPS not in told
        assert desk.corrections == ()
        assert len(desk.store.material().articles) == 0

    def test_filing_in_order_again_keeps_it(self, desk: Desk) -> None:
        desk.edited(FIRST[0], SHIPS_NOW, *FIRST[2:], MORE)
        early = "https://gazette.example/early"
        desk.web.answers(
            early,
            page(
                MORE,
                "The dockers and the mediator met in Northquay before noon.",
                "The tide tables of the harbour were printed anew for the pilots.",
            ),
        )
        desk.offer("Early", early, published=NOW - 2 * HOUR)
        desk.run()
        heard: list[Outcome] = []
        assert restore_order(desk.watch, desk.store, desk.filer, note=heard.append) == 2
        assert {each.article_id for each in heard} >= {desk.article_id()}
        assert len(heard) == 2
        assert desk.tell().count(MORE) == 1
        assert [each.title for each in desk.store.revisions(desk.article_id())] == ["Berths"]

    def test_a_revision_is_kept_with_what_went_and_what_came(self, desk: Desk) -> None:
        desk.edited(FIRST[0], SHIPS_NOW, *FIRST[2:])
        (revision,) = desk.store.revisions(desk.article_id())
        assert (revision.number, revision.removed, revision.added) == (1, (SHIPS,), (SHIPS_NOW,))


class TestTold:
    def test_what_was_added_is_told_by_the_next_digest_once(self, desk: Desk) -> None:
        assert MORE not in desk.tell()
        desk.edited(*FIRST, MORE)
        assert desk.tell() == [MORE]
        assert desk.corrections == ()
        assert desk.tell() == []

    def test_what_does_not_hold_any_more_is_corrected_once(self, desk: Desk) -> None:
        assert SHIPS in desk.tell()
        desk.edited(FIRST[0], SHIPS_NOW, *FIRST[2:])
        assert desk.tell() == []
        (correction,) = desk.corrections
        assert (correction.removed, correction.added) == ((SHIPS,), (SHIPS_NOW,))
        assert desk.tell() == []
        assert desk.corrections == ()

    def test_what_is_taken_back_before_it_was_told_is_never_told(self, desk: Desk) -> None:
        desk.tell()
        desk.edited(*FIRST, MORE)
        desk.edited(*FIRST)
        assert desk.tell() == []
        assert desk.corrections == ()

    def test_the_newest_text_is_the_one_that_is_known(self, desk: Desk) -> None:
        desk.tell()
        desk.edited(*FIRST, MORE)
        stored = desk.store.article(desk.article_id())
        assert stored is not None
        assert MORE in stored.article.text
        copy = "https://gazette.example/copy"
        desk.web.answers(copy, page(*FIRST, MORE))
        desk.offer("Copy", copy)
        desk.run()
        assert desk.tell() == [MORE]

    def test_filing_all_anew_by_other_rules_loses_nothing_that_waits(self, desk: Desk) -> None:
        desk.tell()
        desk.edited(*FIRST, MORE)
        kept = desk.store.kept_article(desk.article_id())
        assert kept is not None
        desk.filer.forget(kept.filing.trip, kept.article.id)
        stored = desk.store.article(kept.article.id)
        assert stored is not None
        sentences = desk.filer.sentences(kept.article, kept.filing)
        read = desk.filer.read(sentences, stored.match, kept.filing)
        developments = desk.filer.developments(kept.article, kept.filing, read)
        desk.store.refile([Filed(kept.article, stored.match, kept.filing, read, developments)], {})
        assert desk.tell() == [MORE]

    def test_a_digest_made_meanwhile_by_another_run_tells_it_alone(self, desk: Desk) -> None:
        desk.tell()
        desk.edited(*FIRST, MORE)
        material = desk.store.material()
        assert len(material.revisions) == 1
        assert desk.tell() == [MORE]
        assert desk.store.save_digest("late", make_digest("late"), [], [], material.revisions) is None


def test_a_page_that_was_on_no_trip_and_is_now_is_told_as_a_whole(quick_store: SqlStore) -> None:
    desk = Desk(quick_store)
    desk.web.answers(URL, page(*FIRST[1:]))
    desk.offer()
    desk.run()
    assert desk.tell() == []
    assert desk.edited(*FIRST) == 1
    told = desk.tell()
    assert FIRST[0] in told
    assert SHIPS in told
    assert desk.corrections == ()


def test_a_run_that_is_ended_before_it_keeps_the_change_reads_it_again(
    quick_store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(quick_store)
    desk.first()
    desk.tell()
    with monkeypatch.context() as patch:
        patch.setattr(SqlStore, "revise", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            desk.edited(*FIRST, MORE)
    assert desk.store.revisions(desk.article_id()) == ()
    assert desk.run() == 1
    assert desk.tell() == [MORE]
