"""How a source fares: rests, streaks, moves, silence, and what a person is told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import DAY, HOUR, NOW, WATCH, make_state

from monitor.model import Material, Source, SourceState
from monitor.stages.digest import make_digest
from monitor.stages.health import (
    ALERT_AFTER,
    GONE_REST,
    LEAST_FOR_OUTAGE,
    LONGEST_REST,
    MOVE_CHECK,
    OUTAGE_REST,
    Visit,
    address,
    alert_due,
    describe,
    has_moved,
    is_outage,
    may_be_ours,
    read_pages,
    read_words,
    spared,
    unwell,
    well,
)
from monitor.stages.sourcelines import alerts, source_lines

SOURCE = Source("gazette", "Quay Gazette", "https://gazette.example/feed")
HALF_HOUR = timedelta(minutes=30)
ZONE = ZoneInfo("Europe/Berlin")
NEW_HOME = "https://new.example/feed"


def fail(
    state: SourceState, now: datetime = NOW, *, status: int | None = None, wait: float | None = None
) -> SourceState:
    return unwell(state, SOURCE, now, "HTTP status 503", status=status, retry_after=wait)


def succeed(state: SourceState, now: datetime = NOW, **visit: object) -> SourceState:
    return well(state, SOURCE, replace(Visit(), **visit), now, 0.0)  # type: ignore[arg-type]


def failed_times(count: int, start: datetime = NOW) -> SourceState:
    """A source that failed so often in a row, each time when it was due."""
    state, now = SourceState("gazette"), start
    for _ in range(count):
        state = fail(state, now)
        assert state.due_at
        now = state.due_at
    return state


def told(state: SourceState, now: datetime = NOW, source: Source = SOURCE) -> tuple[str, ...]:
    return describe(state, source, now, ZONE)


class TestRests:
    def test_double_from_failure_to_failure_up_to_a_day_and_never_beyond(self) -> None:
        state, now, rests = SourceState("gazette"), NOW, []
        for _ in range(60):
            state = fail(state, now)
            assert state.due_at
            rests.append(state.due_at - now)
            now = state.due_at
        assert rests[:6] == [HALF_HOUR * 2**number for number in range(6)]
        assert rests[6:] == [LONGEST_REST] * 54
        assert state.failures == 60
        assert state.failing_since == NOW

    def test_a_source_that_is_asked_weekly_is_not_asked_more_often_for_failing(self) -> None:
        weekly = replace(SOURCE, every=7 * DAY)
        for failures in (0, 1, 50):
            state = unwell(make_state(failures=failures), weekly, NOW, "timeout", status=None, retry_after=None)
            assert state.due_at == NOW + 7 * DAY

    def test_a_success_resets_the_streak(self) -> None:
        state = succeed(failed_times(9), NOW + 9 * DAY)
        assert (state.failures, state.failing_since, state.reason) == (0, None, "")
        assert state.due_at == NOW + 9 * DAY + HALF_HOUR
        again = fail(state, NOW + 10 * DAY)
        assert again.due_at == NOW + 10 * DAY + HALF_HOUR
        assert again.failing_since == NOW + 10 * DAY

    def test_a_longer_wait_that_the_server_asks_for_is_kept(self) -> None:
        assert fail(make_state(), wait=7200.0).due_at == NOW + 2 * HOUR

    def test_a_shorter_one_does_not_shorten_ours(self) -> None:
        assert fail(make_state(failures=3), wait=60.0).due_at == NOW + 4 * HOUR

    def test_a_failure_keeps_the_validators_and_what_was_learnt(self) -> None:
        state = make_state(etag='"1"', last_modified="Wed", body_hash="00", gap=3.0, words=500.0, moved_to=NEW_HOME)
        assert replace(fail(state), tried_at=NOW, failing_since=None, failures=0, reason="", due_at=None) == state

    def test_gone_rests_a_month_and_is_said(self) -> None:
        state = fail(make_state(), status=410)
        assert state.due_at == NOW + GONE_REST
        (said,) = told(state)
        assert said == (
            "gone (410) since Wednesday 20 Mar, 10:00; looked at again Friday 19 Apr, 11:00; take it out or mend it"
        )

    def test_gone_that_comes_back_is_gone_no_more(self) -> None:
        state = fail(make_state(), status=410)
        assert not succeed(state, NOW + GONE_REST).gone
        worse = fail(state, NOW + GONE_REST, status=503)
        assert not worse.gone
        assert worse.due_at == NOW + GONE_REST + HOUR

    @given(
        every=st.timedeltas(timedelta(minutes=1), timedelta(days=31)),
        failures=st.integers(0, 10_000),
        status=st.sampled_from([None, 404, 410, 429, 503]),
        wait=st.none() | st.floats(60, 86_400),
    )
    def test_after_a_failure_the_next_try_is_ahead_and_within_bounds(
        self, every: timedelta, failures: int, status: int | None, wait: float | None
    ) -> None:
        source = replace(SOURCE, every=every)
        state = unwell(make_state(failures=failures), source, NOW, "x", status=status, retry_after=wait)
        assert state.due_at
        longest = GONE_REST if status == 410 else max(LONGEST_REST, every)
        assert NOW + min(every, longest) <= state.due_at <= NOW + longest
        assert state.failures == failures + 1

    @given(
        every=st.timedeltas(timedelta(minutes=1), timedelta(days=31)),
        fresh_for=st.floats(0, 86_400),
        jitter=st.floats(0, 1),
        failures=st.integers(0, 50),
    )
    def test_after_an_answer_the_next_visit_is_ahead_and_within_a_tenth(
        self, every: timedelta, fresh_for: float, jitter: float, failures: int
    ) -> None:
        source, visit = replace(SOURCE, every=every), Visit(fresh_for=fresh_for)
        state = well(make_state(failures=failures), source, visit, NOW, jitter)
        rest = max(every, timedelta(seconds=fresh_for))
        assert state.due_at
        assert NOW + rest <= state.due_at <= NOW + rest * 1.1 + timedelta(microseconds=1)

    @given(st.lists(st.sampled_from(["ok", "fail", "gone", "outage"]), max_size=40))
    def test_whatever_happens_the_source_is_asked_again_within_a_month(self, story: list[str]) -> None:
        state, now = SourceState("gazette"), NOW
        for what in story:
            if what == "ok":
                state = succeed(state, now)
            elif what == "outage":
                state = spared(state, now)
            else:
                state = fail(state, now, status=410 if what == "gone" else None)
            assert state.due_at
            assert now < state.due_at <= now + GONE_REST
            now = state.due_at


class TestMoves:
    def see(self, state: SourceState, now: datetime, target: str = NEW_HOME) -> SourceState:
        return succeed(state, now, moved_to=target)

    def test_are_believed_after_three_sightings_over_a_day(self) -> None:
        state = make_state()
        seen = []
        for hours in (0, 12, 24):
            state = self.see(state, NOW + hours * HOUR)
            seen.append(has_moved(state, NOW + hours * HOUR))
        assert seen == [False, False, True]
        (said,) = told(state, NOW + DAY)
        assert said == f"has moved to {NEW_HOME}, which is read instead; change its url in watch.toml"

    def test_are_not_believed_after_many_sightings_in_an_hour(self) -> None:
        state = make_state()
        for minutes in range(0, 60, 5):
            state = self.see(state, NOW + timedelta(minutes=minutes))
        assert not has_moved(state, NOW + HOUR)

    def test_are_not_believed_after_two_sightings_far_apart(self) -> None:
        state = self.see(self.see(make_state(), NOW), NOW + 30 * DAY)
        assert not has_moved(state, NOW + 30 * DAY)

    @pytest.mark.parametrize("other", ["https://third.example/feed", ""])
    def test_another_target_or_none_starts_the_count_again(self, other: str) -> None:
        state = self.see(self.see(make_state(), NOW), NOW + 12 * HOUR)
        state = self.see(state, NOW + 18 * HOUR, other)
        state = self.see(state, NOW + DAY)
        assert state.moved_seen == 1
        assert not has_moved(state, NOW + DAY)
        state = self.see(self.see(state, NOW + 36 * HOUR), NOW + 2 * DAY)
        assert has_moved(state, NOW + 2 * DAY)

    def test_a_failure_in_between_does_not_count_for_or_against(self) -> None:
        state = self.see(self.see(make_state(), NOW), NOW + 12 * HOUR)
        state = self.see(fail(state, NOW + 18 * HOUR), NOW + DAY)
        assert has_moved(state, NOW + DAY)

    def test_the_old_address_is_asked_until_then_and_the_new_one_from_then_on(self) -> None:
        state = make_state(moved_to=NEW_HOME, moved_since=NOW, moved_seen=3)
        assert address(state, SOURCE, NOW + 23 * HOUR) == SOURCE.url
        assert address(state, SOURCE, NOW + DAY) == NEW_HOME

    def test_the_old_address_is_asked_now_and_then_in_case_it_is_back(self) -> None:
        states = [make_state(moved_to=NEW_HOME, moved_since=NOW, moved_seen=seen) for seen in range(3, 3 + MOVE_CHECK)]
        assert [address(state, SOURCE, NOW + DAY) for state in states].count(SOURCE.url) == 1

    @pytest.mark.parametrize("seen", [MOVE_CHECK - 1, MOVE_CHECK])
    def test_when_one_of_the_two_addresses_fails_the_other_is_tried(self, seen: int) -> None:
        state = make_state(moved_to=NEW_HOME, moved_since=NOW, moved_seen=seen)
        first = address(state, SOURCE, NOW + DAY)
        second = address(fail(state, NOW + DAY), SOURCE, NOW + DAY)
        assert {first, second} == {SOURCE.url, NEW_HOME}


class TestSilence:
    def with_rhythm(self, gap: timedelta, visits: int = 12) -> SourceState:
        """A source that had something new that often, the last time NOW."""
        state = make_state()
        for number in reversed(range(visits)):
            state = succeed(state, NOW - gap * number, items=9, dated=9, fresh=1)
        return state

    def later(self, state: SourceState, span: timedelta) -> tuple[str, ...]:
        return told(succeed(state, NOW + span), NOW + span)

    def test_a_lively_source_is_missed_after_a_day(self) -> None:
        state = self.with_rhythm(HOUR)
        assert self.later(state, 23 * HOUR) == ()
        (said,) = self.later(state, 27 * HOUR)
        assert said == "answers, but has had nothing new for 27 hours; usually something comes every hour"

    def test_a_slow_source_is_given_its_time(self) -> None:
        state = self.with_rhythm(7 * DAY)
        assert self.later(state, 20 * DAY) == ()
        (said,) = self.later(state, 22 * DAY)
        assert said == "answers, but has had nothing new for 22 days; usually something comes every 7 days"

    def test_a_source_whose_rhythm_is_not_known_yet_is_not_judged(self) -> None:
        assert self.later(make_state(), 90 * DAY) == ()
        assert self.later(succeed(make_state(), NOW, items=9, dated=9, fresh=9), 90 * DAY) == ()

    def test_something_new_ends_the_silence(self) -> None:
        state = succeed(self.with_rhythm(HOUR), NOW + 3 * DAY, items=1, dated=1, fresh=1)
        assert told(state, NOW + 3 * DAY) == ()

    def test_a_source_that_fails_is_failing_and_not_quiet(self) -> None:
        said = told(fail(self.with_rhythm(HOUR), NOW + 3 * DAY), NOW + 3 * DAY)
        assert len(said) == 1
        assert "nothing new" not in said[0]

    def test_nobody_is_quiet_while_we_are_off_or_offline(self) -> None:
        state = self.with_rhythm(HOUR)
        assert told(state, NOW + 9 * DAY) == ()
        assert told(spared(state, NOW + 9 * DAY), NOW + 9 * DAY) == (
            "could not be asked Friday 29 Mar, 10:00: our own network was out",
        )

    @given(st.integers(10, 60 * 24 * 30))
    def test_no_source_that_keeps_its_rhythm_is_ever_called_quiet(self, minutes: int) -> None:
        gap = timedelta(minutes=minutes)
        assert self.later(self.with_rhythm(gap), min(2 * gap, 30 * DAY)) == ()


class TestItemsAndArticles:
    def test_a_source_without_dates_is_named(self) -> None:
        state = make_state()
        for number in range(3):
            state = succeed(state, NOW + number * HOUR, items=20, dated=0, fresh=2)
        assert told(state, NOW + 2 * HOUR) == ("none of its items is dated",)

    def test_a_source_with_some_dates_is_not(self) -> None:
        state = succeed(make_state(), items=20, dated=2, fresh=20)
        assert told(state) == ()

    def test_a_source_that_begins_to_date_its_items_is_forgiven(self) -> None:
        state = succeed(make_state(), items=20, dated=0, fresh=20)
        assert told(succeed(state, NOW + HOUR, items=20, dated=20)) == ()

    def test_articles_that_shrink_are_named_and_stay_so_for_days(self) -> None:
        state = read_words(make_state(), [780, 820, 800] * 20)
        assert told(state) == ()
        after = []
        for _ in range(30):
            state = read_words(state, [90])
            after.append(bool(told(state)))
        assert after.index(True) <= 4
        assert all(after[5:])
        assert "its articles have shrunk to about 90 words from" in told(state)[0]
        assert told(state)[0].endswith(": a paywall, perhaps")

    def test_one_short_article_is_nothing_to_speak_of(self) -> None:
        assert told(read_words(make_state(), [800] * 20 + [60])) == ()

    def test_a_source_of_short_items_has_nothing_to_shrink(self) -> None:
        assert told(read_words(make_state(), [100] * 20 + [20] * 5)) == ()

    def test_one_long_read_at_first_contact_does_not_set_the_measure(self) -> None:
        assert told(read_words(make_state(), [6000, 500, 520, 480, 510])) == ()

    def test_no_article_teaches_nothing(self) -> None:
        assert read_words(make_state(), []) == make_state()


class TestPagesWithoutText:
    def test_are_named_with_the_reason_when_they_are_most(self) -> None:
        state = read_pages(make_state(), [""] * 20 + ["a consent page"] * 3)
        assert told(state) == ()
        assert told(read_pages(state, ["a consent page"] * 3)) == (
            "its pages give no text, so the feed's summaries are read; the last one: a consent page",
        )

    def test_are_forgiven_when_they_have_text_again(self) -> None:
        state = read_pages(make_state(), ["HTTP status 403"] * 20)
        assert told(state) != ()
        assert told(read_pages(state, [""] * 3)) == ()


class TestAlerts:
    def test_come_at_once_for_a_source_that_says_it_is_gone_and_so_does_its_recovery(self) -> None:
        state = fail(make_state(), status=410)
        assert alert_due(state, None, NOW)
        assert not alert_due(replace(state, alerted_at=NOW), NOW, NOW + DAY)
        assert succeed(state, NOW + GONE_REST).recovered_at == NOW + GONE_REST

    def test_come_with_the_third_failure_in_a_row(self) -> None:
        states = [failed_times(count) for count in range(5)]
        assert [alert_due(state, None, NOW) for state in states] == [False, False, False, True, True]

    def test_are_not_repeated_within_the_week_and_come_back_after_it(self) -> None:
        state = failed_times(ALERT_AFTER)
        assert not alert_due(state, NOW + DAY, NOW + 2 * DAY)
        assert alert_due(state, NOW + DAY, NOW + 8 * DAY)

    def test_a_new_streak_is_pointed_out_though_the_last_was_just_before(self) -> None:
        state = succeed(replace(failed_times(4), alerted_at=NOW + 2 * HOUR), NOW + DAY)
        for hours in (30, 31, 33):
            state = fail(state, NOW + hours * HOUR)
        assert alert_due(state, state.alerted_at, NOW + 2 * DAY)

    @settings(max_examples=15)
    @given(seed=st.integers(0, 2**32))
    def test_of_a_source_that_fails_for_a_year_come_each_week(self, seed: int) -> None:
        lateness = Random(seed).choices(range(3601), k=366)
        state, alerted = failed_times(ALERT_AFTER), list[datetime]()
        watch = replace(WATCH, sources=(SOURCE,))
        for day, late in enumerate(lateness):
            # The digest is made daily at seven in Berlin, more or less on time, through both changes of the clocks.
            local = datetime(2024, 3, 21, 7, tzinfo=ZONE) + day * DAY
            now = local.astimezone(UTC) + timedelta(seconds=late)
            while state.due_at and state.due_at <= now:
                state = fail(state, state.due_at)
            if alerts([state], watch, now):
                state = replace(state, alerted_at=now)
                alerted.append(local)
        assert alerted[0].day == 21
        assert {later - earlier for earlier, later in pairwise(alerted)} == {7 * DAY}
        assert len(alerted) == 53

    def test_name_the_source_first_in_the_digest_and_say_that_it_needs_a_look(self) -> None:
        courier = replace(fail(failed_times(2)), source_id="courier")
        gazette = make_state("gazette", note="two items had no link")
        lines = list(source_lines([gazette, courier], WATCH, NOW))
        assert [line.name for line in lines] == ["Tide Courier", "Quay Gazette"]
        assert lines[0].reason.startswith("needs a look: HTTP status 503; failing since")
        assert lines[1].reason == "answers, but: two items had no link"

    def test_recovery_is_told_once_with_the_next_digest(self) -> None:
        state = succeed(failed_times(ALERT_AFTER), NOW + DAY)

        def reasons(now: datetime, last: datetime | None) -> list[str]:
            lines = source_lines([state], replace(WATCH, sources=(SOURCE,)), now, last)
            return [line.reason for line in lines]

        assert reasons(NOW + 26 * HOUR, NOW + 2 * HOUR) == ["answers again"]
        assert reasons(NOW + 50 * HOUR, NOW + 26 * HOUR) == []

    def test_a_short_trouble_is_no_recovery(self) -> None:
        assert succeed(failed_times(ALERT_AFTER - 1), NOW + DAY).recovered_at is None


class TestOutage:
    @pytest.mark.parametrize("reasons", [["connect"] * 3, ["timeout"] * 5, ["connect", "timeout", "dns"]])
    def test_is_ours_when_nobody_can_be_reached(self, reasons: list[str]) -> None:
        assert may_be_ours(reasons, 0)
        assert is_outage(LEAST_FOR_OUTAGE, None)

    @pytest.mark.parametrize("other", ["status", "", "robots", "protocol", "wait"])
    def test_is_not_ours_when_somebody_answered_in_any_way(self, other: str) -> None:
        assert not may_be_ours(["connect"] * 9 + [other], 0)
        assert not may_be_ours(["connect"] * 9, 1)

    def test_says_nothing_of_addresses_that_we_refused(self) -> None:
        assert may_be_ours(["connect", "address", "url"], 0)
        assert not may_be_ours(["address", "url"], 0)
        assert not may_be_ours([], 0)

    @pytest.mark.parametrize("hosts", range(1, LEAST_FOR_OUTAGE + 2))
    def test_is_what_our_own_look_says_and_guessed_only_without_one_and_from_many(self, hosts: int) -> None:
        assert is_outage(hosts, False)
        assert not is_outage(hosts, True)
        assert is_outage(hosts, None) == (hosts >= LEAST_FOR_OUTAGE)

    def test_is_said_until_the_source_answers(self) -> None:
        state = spared(make_state(ok_at=NOW - DAY), NOW)
        assert told(state) == ("could not be asked Wednesday 20 Mar, 10:00: our own network was out",)
        assert told(succeed(state, NOW + HOUR)) == ()

    def test_of_many_sources_is_one_line_of_the_digest_and_none_of_them_counts_as_answered(self) -> None:
        sources = tuple(Source(name, name, f"https://{name}.example/feed") for name in "abcd")
        states = [spared(make_state(source.id, ok_at=NOW - DAY), NOW) for source in sources]
        watch = replace(WATCH, sources=sources)
        (line,) = source_lines(states, watch, NOW)
        assert (line.name, line.reason.split(";")[0]) == (
            "4 sources",
            "could not be asked Wednesday 20 Mar, 10:00: our own network was out",
        )
        digest = make_digest(Material(states=tuple(states)), watch, now=NOW, name="today")
        assert (digest.counts.answered, digest.counts.sources) == (0, 4)

    @given(failures=st.integers(0, 20))
    def test_changes_nothing_but_the_time_of_the_next_try(self, failures: int) -> None:
        state = replace(failed_times(failures), tried_at=NOW, due_at=NOW)
        later = NOW + DAY
        assert spared(state, later) == replace(state, tried_at=later, due_at=later + OUTAGE_REST)


class TestWords:
    def test_a_healthy_source_needs_none(self) -> None:
        assert told(succeed(make_state(), items=12, dated=12, fresh=3)) == ()

    def test_one_failure_reads_well(self) -> None:
        state = fail(make_state(ok_at=NOW - HALF_HOUR))
        assert told(state) == (
            "HTTP status 503; failing since Wednesday 20 Mar, 10:00, once, last answer Wednesday 20 Mar, 09:30; "
            "next try Wednesday 20 Mar, 10:30",
        )

    def test_a_streak_reads_well_for_a_source_that_never_answered(self) -> None:
        assert told(failed_times(4)) == (
            "HTTP status 503; failing since Wednesday 20 Mar, 10:00, 4 times in a row, never answered yet; "
            "next try Wednesday 20 Mar, 17:30",
        )

    def test_the_worst_comes_first(self) -> None:
        state = fail(
            make_state(moved_to=NEW_HOME, moved_since=NOW - DAY, moved_seen=3, note="odd", undated=1.0, new_at=NOW)
        )
        starts = [said.split()[0] for said in told(state)]
        assert starts == ["HTTP", "has", "none", "answers,"]
