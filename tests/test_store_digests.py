"""Digests in the store: what is untold, one transaction a digest, the outbox, the slots."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from support.builders import (
    DAY,
    HOUR,
    NOW,
    TEXT,
    TRIP,
    make_article,
    make_digest,
    make_figure,
    make_filed,
    make_filing,
    make_state,
    make_told,
)
from support.stores import MakeStore, visit

from monitor.edges.store import SqlStore
from monitor.model import Delivery, Item, Material, NewDelivery, Section, TripPart, Verdict, Volume

pytest_plugins = ("support.store_fixtures",)

LONG_AGO = (NOW - 9 * DAY, NOW - 8 * DAY)
FILE = NewDelivery("file", "2024-03-20.md", b"# talks\n")
MAIL = NewDelivery("mail", "desk@example.org", b"Subject: talks\r\n\r\n", "<1@example.org>")


def told_ids(material: Material) -> list[str]:
    return [each.article.id for each in material.articles]


def state_of(store: SqlStore) -> tuple[object, ...]:
    return (
        store.material(),
        store.outbox(NOW + 9 * DAY),
        store.digest(""),
        store.digest_names(date(2024, 3, 20)),
        store.fresh(),
    )


class TestMaterial:
    def test_of_an_empty_store_is_nothing(self, store: SqlStore) -> None:
        assert store.material() == Material()

    def test_is_everything_filed_in_order_with_its_developments(self, store: SqlStore) -> None:
        store.file(None, make_filed(make_article("b"), new=(0, 1)))
        store.file(None, make_filed(make_article("a"), new=(2,)))
        store.file(None, make_filed(make_article("c"), new=(), filing=make_filing("")))
        material = store.material()
        assert told_ids(material) == ["b", "a", "c"]
        found = [(each.article.id, each.development.sentence) for each in material.developments]
        assert found == [("b", 0), ("b", 1), ("a", 2)]
        assert material.articles[0].verdict is Verdict.NEW
        assert material.articles[2].filing == make_filing("")

    def test_leaves_out_what_a_digest_has_told(self, store: SqlStore) -> None:
        store.file(None, make_filed(make_article("a"), figures=(make_figure(9),)))
        store.save_digest("s1", make_digest(), ["a"], [])
        store.file(None, make_filed(make_article("b"), figures=(make_figure(14),)))
        material = store.material()
        assert told_ids(material) == ["b"]
        assert [each.article.id for each in material.developments] == ["b"]
        assert [each.figure.high for each in material.figures] == [14]
        assert [each.figure.high for each in material.earlier_figures] == [9]

    def test_counts_the_reports_of_each_day_told_or_not(self, store: SqlStore) -> None:
        published = {"a": NOW, "b": NOW, "c": NOW - DAY, "d": None}
        for name, when in published.items():
            store.file(None, make_filed(make_article(name, published=when), new=(0,) if name != "b" else ()))
        store.save_digest("s1", make_digest(), ["a"], [])
        assert store.material().volume == (
            Volume(TRIP, NOW - DAY, 1, (("cargo",),)),
            Volume(TRIP, NOW, 2, (("cargo",),)),
        )

    def test_of_some_days_is_what_their_digests_told_and_of_a_trip_all_of_it(self, store: SqlStore) -> None:
        for name in ("a", "b", "c", "d"):
            store.file(None, make_filed(make_article(name, text=f"{name} {TEXT}"), quiet=name == "d"))
        store.save_digest("s1", make_digest("one", day=date(2024, 3, 19)), ["a"], [])
        store.save_digest("s2", make_digest("two", day=date(2024, 3, 20)), ["b"], [])
        store.save_digest("again:week:2024-03-20", make_digest("three", day=date(2024, 3, 20)), [], [])
        assert told_ids(store.told_material(date(2024, 3, 20), date(2024, 3, 20))) == ["b"]
        assert told_ids(store.told_material(date(2024, 3, 13), date(2024, 3, 20))) == ["a", "b"]
        assert told_ids(store.told_material(date(2024, 3, 1), date(2024, 3, 9))) == []
        assert told_ids(store.trip_material(TRIP)) == ["a", "b", "c"]
        assert [row.digest.name for row in store.recent_digests(2)] == ["three", "two"]

    def test_earlier_figures_of_told_days_are_those_told_before_them(self, store: SqlStore) -> None:
        for number, name in enumerate(("a", "b", "c")):
            article = make_article(name, text=f"{name} {TEXT}")
            store.file(None, make_filed(article, figures=(make_figure(10 + number),)))
            store.save_digest(name, make_digest(name, day=date(2024, 3, 18 + number)), [name], [])
        material = store.told_material(date(2024, 3, 19), date(2024, 3, 19))
        assert [each.figure.high for each in material.figures] == [11]
        assert [each.figure.high for each in material.earlier_figures] == [10]

    def test_brings_the_state_of_every_source(self, store: SqlStore) -> None:
        visit(store, make_state("gazette", failures=2), [])
        visit(store, make_state("courier"), [])
        assert {each.source_id: each.failures for each in store.material().states} == {"gazette": 2, "courier": 0}


class TestSaveDigest:
    def test_the_record_its_marks_and_its_outbox_appear_together(self, make_store: MakeStore) -> None:
        store = make_store()
        store.file(None, make_filed())
        told = make_told(1)
        item = Item(1, told.development.text, "Quay Gazette", told.article.url, "T", NOW, ("Tide Courier",), "new")
        part = TripPart(TRIP, "First round", 3, 5, (), (Section("cargo", "Cargo", (item,)),), (), ())
        digest = make_digest(trips=(part,))
        made = store.save_digest("daily:2024-03-20T07:00", digest, ["a1"], [FILE, MAIL])
        assert made is not None
        again = make_store()
        row = again.digest("")
        assert row is not None
        assert (row.id, row.slot, row.digest) == (made, "daily:2024-03-20T07:00", digest)
        assert again.material().articles == ()
        article = again.article("a1")
        assert article is not None
        assert article.digest_id == made
        assert again.outbox(NOW) == (
            Delivery(1, made, "file", "2024-03-20.md", b"# talks\n"),
            Delivery(2, made, "mail", "desk@example.org", MAIL.payload, 0, "<1@example.org>"),
        )

    def test_a_taken_slot_changes_nothing(self, store: SqlStore) -> None:
        store.file(None, make_filed(make_article("a1")))
        store.save_digest("s1", make_digest("one"), ["a1"], [FILE])
        store.file(None, make_filed(make_article("a2")))
        before = state_of(store)
        assert store.save_digest("s1", make_digest("two"), ["a2"], [MAIL]) is None
        assert state_of(store) == before

    def test_a_taken_name_changes_nothing(self, store: SqlStore) -> None:
        store.save_digest("s1", make_digest("one"), [], [FILE])
        before = state_of(store)
        assert store.save_digest("s2", make_digest("one"), [], [MAIL]) is None
        assert state_of(store) == before

    def test_an_article_told_meanwhile_changes_nothing(self, store: SqlStore) -> None:
        for name in ("a1", "a2"):
            store.file(None, make_filed(make_article(name)))
        store.save_digest("s1", make_digest("one"), ["a2"], [])
        before = state_of(store)
        assert store.save_digest("s2", make_digest("two"), ["a1", "a2"], [FILE]) is None
        assert state_of(store) == before
        assert not store.slot_taken("s2", LONG_AGO)

    def test_an_error_in_the_outbox_takes_digest_and_marks_back(self, store: SqlStore) -> None:
        store.file(None, make_filed())
        before = state_of(store)
        with pytest.raises(IntegrityError):
            store.save_digest("s1", make_digest(), ["a1"], [FILE, FILE])
        assert state_of(store) == before

    def test_more_articles_than_one_statement_holds_are_marked(self, store: SqlStore) -> None:
        names = [f"a{number}" for number in range(1001)]
        for name in names:
            store.file(None, make_filed(make_article(name, "Short."), new=(), sentences=(), sketch=()))
        assert store.save_digest("s1", make_digest(), names, []) is not None
        assert store.material().articles == ()


class TestDigests:
    def test_are_found_by_name_and_the_newest_without(self, store: SqlStore) -> None:
        assert store.digest("") is None
        for name in ("2024-03-20", "2024-03-20-2"):
            store.save_digest(name, make_digest(name), [], [])
        store.save_digest("later", make_digest("2024-03-21", day=date(2024, 3, 21)), [], [])
        newest, named = store.digest(""), store.digest("2024-03-20")
        assert newest is not None
        assert newest.digest.name == "2024-03-21"
        assert named is not None
        assert named.digest == make_digest("2024-03-20")
        assert store.digest("2024-03-22") is None
        assert store.digest_names(date(2024, 3, 20)) == ("2024-03-20", "2024-03-20-2")

    def test_a_slot_is_taken_by_a_digest_or_by_having_nothing_to_tell(self, store: SqlStore) -> None:
        assert store.fresh()
        assert not store.slot_taken("s1", LONG_AGO)
        store.skip_slot("s1", NOW)
        store.skip_slot("s1", NOW)
        assert store.slot_taken("s1", LONG_AGO)
        assert not store.fresh()
        store.save_digest("s2", make_digest(), [], [])
        assert store.slot_taken("s2", LONG_AGO)
        assert not store.slot_taken("s3", LONG_AGO)

    def test_a_first_digest_ends_freshness(self, store: SqlStore) -> None:
        store.save_digest("s1", make_digest(), [], [])
        assert not store.fresh()


class TestOutbox:
    @pytest.fixture
    def queued(self, store: SqlStore) -> SqlStore:
        store.save_digest("s1", make_digest(), [], [FILE, MAIL])
        return store

    def recipients(self, store: SqlStore, later: timedelta = timedelta(0)) -> list[str]:
        return [each.to for each in store.outbox(NOW + later)]

    def test_comes_oldest_first(self, queued: SqlStore) -> None:
        queued.save_digest("s2", make_digest("two"), [], [replace(FILE, to="two.md")])
        assert self.recipients(queued) == ["2024-03-20.md", "desk@example.org", "two.md"]

    def test_what_was_delivered_is_never_handed_out_again(self, queued: SqlStore) -> None:
        first = queued.outbox(NOW)[0]
        queued.delivered(first.id, NOW)
        queued.delivered(first.id, NOW)
        queued.delivery_failed(first.id, "a late error", NOW)
        assert self.recipients(queued, 9 * DAY) == ["desk@example.org"]

    def test_what_failed_rests_and_counts(self, queued: SqlStore) -> None:
        mail = queued.outbox(NOW)[1]
        queued.delivery_failed(mail.id, "451 try later", NOW + HOUR)
        assert self.recipients(queued) == ["2024-03-20.md"]
        assert [each.attempts for each in queued.outbox(NOW + HOUR)] == [0, 1]
        assert queued.undelivered() == 2

    def test_what_failed_for_good_is_not_handed_out(self, queued: SqlStore) -> None:
        mail = queued.outbox(NOW)[1]
        queued.delivery_failed(mail.id, "550 no such user", None)
        assert self.recipients(queued, 9 * DAY) == ["2024-03-20.md"]
        assert queued.undelivered() == 1

    def test_a_digest_can_be_sent_again_with_the_same_bytes(self, queued: SqlStore) -> None:
        before = queued.outbox(NOW)
        queued.delivered(before[0].id, NOW)
        queued.delivery_failed(before[1].id, "550 no such user", None)
        assert queued.send_again(before[0].digest_id, []) == 2
        assert queued.outbox(NOW) == before

    def test_a_digest_can_be_sent_to_somebody_who_never_had_it(self, queued: SqlStore) -> None:
        before = queued.outbox(NOW)
        late = NewDelivery("mail", "night@example.org", b"late", "<2@example.org>")
        changed = replace(MAIL, payload=b"other bytes")
        assert queued.send_again(before[0].digest_id, [changed, late]) == 3
        assert queued.outbox(NOW)[:2] == before
        assert queued.outbox(NOW)[2].payload == b"late"

    def test_payloads_keep_every_byte(self, store: SqlStore) -> None:
        payload = bytes(range(256)) * 3
        store.save_digest("s1", make_digest(), [], [replace(MAIL, payload=payload)])
        assert store.outbox(NOW)[0].payload == payload
