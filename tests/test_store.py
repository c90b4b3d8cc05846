"""Sources and leads in the store: what a visit leaves behind, and in which order leads are read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError
from support.builders import DAY, HOUR, NOW, make_article, make_filed, make_lead, make_state
from support.stores import MakeStore, visit

from monitor.edges.store import SqlStore
from monitor.model import Lead, PendingLead

pytest_plugins = ("support.store_fixtures",)


def titles(pending: tuple[PendingLead, ...]) -> list[str]:
    return [each.lead.title for each in pending]


def only(store: SqlStore) -> PendingLead:
    (pending,) = store.pending(NOW, 10)
    return pending


class TestVisits:
    def test_a_source_never_visited_has_no_state(self, store: SqlStore) -> None:
        assert store.source_states() == {}

    def test_the_state_and_the_leads_come_back_as_they_were_saved(self, make_store: MakeStore) -> None:
        state = make_state(
            etag='W/"abc-gzip"',
            last_modified="Wed, 20 Mar 2024 08:00:00 GMT",
            body_hash="00ff",
            failing_since=NOW - DAY,
            failures=3,
            reason="HTTP status 503",
            due_at=NOW + HOUR,
            note="two items had no link",
        )
        lead = make_lead(
            guid="tag:gazette.example,2024:1",
            summary="Two berths may open.",
            author="The harbour desk",
            published=NOW - HOUR,
            language="en",
        )
        assert visit(make_store(), state, [lead]) == 1
        again = make_store()
        assert again.source_states() == {"gazette": state}
        assert only(again) == PendingLead(1, lead, 0)

    def test_a_second_visit_replaces_the_state(self, store: SqlStore) -> None:
        visit(store, make_state(etag="one"), [])
        visit(store, make_state(etag="two", failures=1), [])
        assert store.source_states()["gazette"] == make_state(etag="two", failures=1)

    def test_a_visit_that_breaks_off_keeps_neither_validators_nor_leads(self, store: SqlStore) -> None:
        visit(store, make_state(etag="before"), [])

        def leads() -> Iterator[Lead]:
            yield make_lead("one")
            raise RuntimeError("the power failed")

        with pytest.raises(RuntimeError, match="power"):
            visit(store, make_state(etag="after"), leads())
        assert store.source_states()["gazette"].etag == "before"
        assert store.pending(NOW, 10) == ()

    def test_times_come_back_as_utc_whatever_their_zone_was(self, store: SqlStore) -> None:
        east = timezone(timedelta(hours=5, minutes=30))
        visit(store, make_state(tried_at=NOW.astimezone(east)), [make_lead(published=NOW.astimezone(east))])
        tried, published = store.source_states()["gazette"].tried_at, only(store).lead.published
        assert tried == NOW
        assert tried.tzinfo is UTC
        assert published == NOW

    def test_a_time_without_a_zone_is_refused(self, store: SqlStore) -> None:
        with pytest.raises(StatementError, match="naive datetime"):
            visit(store, make_state(tried_at=datetime(2024, 3, 20)), [])  # noqa: DTZ001 - the mistake


class TestKnownLeads:
    @pytest.fixture
    def visited(self, store: SqlStore) -> SqlStore:
        visit(store, make_state(), [make_lead("one", guid="g1", title="Berths open")])
        return store

    def test_by_the_same_address(self, visited: SqlStore) -> None:
        assert visit(visited, make_state(), [make_lead("one", title="A new headline")]) == 0

    def test_by_the_same_address_from_another_source(self, visited: SqlStore) -> None:
        assert visit(visited, make_state("courier"), [make_lead("one", source_id="courier")]) == 0

    def test_by_guid_and_title_under_another_address(self, visited: SqlStore) -> None:
        assert visit(visited, make_state(), [make_lead("moved", guid="g1", title="Berths open")]) == 0

    def test_not_by_the_guid_alone_because_some_feeds_give_all_items_the_same(self, visited: SqlStore) -> None:
        assert visit(visited, make_state(), [make_lead("two", guid="g1", title="Cranes stop")]) == 1

    def test_not_by_the_title_alone(self, visited: SqlStore) -> None:
        assert visit(visited, make_state(), [make_lead("two", guid="g2", title="Berths open")]) == 1

    def test_not_by_another_sources_guid(self, visited: SqlStore) -> None:
        lead = make_lead("two", guid="g1", title="Berths open", source_id="courier")
        assert visit(visited, make_state("courier"), [lead]) == 1

    def test_twice_in_one_visit_counts_once(self, store: SqlStore) -> None:
        assert visit(store, make_state(), [make_lead("one"), make_lead("one")]) == 1

    def test_by_an_article_that_was_filed_without_a_lead(self, store: SqlStore) -> None:
        store.file(None, make_filed(make_article("one")))
        assert visit(store, make_state(), [make_lead("one")]) == 0

    def test_even_after_they_ended(self, visited: SqlStore) -> None:
        visited.give_up(only(visited).id, "gone", NOW)
        assert visit(visited, make_state(), [make_lead("one")]) == 0
        assert visited.pending(NOW, 10) == ()


class TestPendingLeads:
    def test_come_oldest_first_then_undated_then_as_they_arrived(self, store: SqlStore) -> None:
        visit(
            store,
            make_state(),
            [
                make_lead("undated 1"),
                make_lead("new", published=NOW),
                make_lead("undated 2"),
                make_lead("old 1", published=NOW - DAY),
                make_lead("old 2", published=NOW - DAY),
            ],
        )
        order = ["old 1", "old 2", "new", "undated 1", "undated 2"]
        assert titles(store.pending(NOW, 10)) == [f"Report {name}" for name in order]
        assert titles(store.pending(NOW, 2)) == ["Report old 1", "Report old 2"]

    def test_a_postponed_lead_is_hidden_until_its_time_and_counts_its_tries(self, store: SqlStore) -> None:
        visit(store, make_state(), [make_lead()])
        lead_id = only(store).id
        store.postpone(lead_id, "timeout", NOW + HOUR)
        assert store.pending(NOW + HOUR - timedelta(seconds=1), 10) == ()
        assert [each.attempts for each in store.pending(NOW + HOUR, 10)] == [1]
        store.postpone(lead_id, "timeout", NOW + HOUR)
        assert [each.attempts for each in store.pending(NOW + HOUR, 10)] == [2]
        assert store.pending_count() == 1

    @pytest.mark.parametrize("end", ["give up", "drop", "file"])
    def test_a_lead_that_ended_stays_ended(self, store: SqlStore, end: str) -> None:
        visit(store, make_state(), [make_lead()])
        lead_id = only(store).id
        if end == "give up":
            store.give_up(lead_id, "HTTP status 404", NOW)
        elif end == "drop":
            store.file(None, make_filed(make_article("a1")))
            store.drop_lead(lead_id, "a1")
        else:
            store.file(lead_id, make_filed())
        assert store.pending(NOW, 10) == ()
        store.postpone(lead_id, "late answer", NOW)
        store.give_up(lead_id, "late answer", NOW)
        assert store.pending(NOW + DAY, 10) == ()
        assert store.pending_count() == 0

    def test_one_lead_that_ends_leaves_the_others(self, store: SqlStore) -> None:
        visit(store, make_state(), [make_lead("one"), make_lead("two")])
        first, second = store.pending(NOW, 10)
        store.give_up(first.id, "gone", NOW)
        assert store.pending(NOW, 10) == (replace(second, attempts=0),)
