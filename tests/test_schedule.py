"""Slots: which one is the newest, on ordinary days and on both nights when the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.model import DigestPlan
from monitor.stages.slots import newest_slot, read_timing

BERLIN = "Europe/Berlin"


def at(*times: str) -> DigestPlan:
    return DigestPlan(at=tuple(map(read_timing, times)))


def slot(plan: DigestPlan, now: str, zone: str = BERLIN) -> str:
    """The newest slot at this UTC time."""
    return newest_slot(plan, zone, datetime.fromisoformat(now).replace(tzinfo=UTC))[0]


class TestOrdinaryDays:
    @pytest.mark.parametrize(
        ("now", "name"),
        [
            ("2024-06-10T04:59:59", "daily:2024-06-09T07:00"),
            ("2024-06-10T05:00:00", "daily:2024-06-10T07:00"),
            ("2024-06-10T23:30:00", "daily:2024-06-10T07:00"),
            ("2024-01-01T05:59:59", "daily:2023-12-31T07:00"),
        ],
    )
    def test_the_newest_slot_is_the_last_at_or_before_now(self, now: str, name: str) -> None:
        assert slot(at("07:00"), now) == name

    @pytest.mark.parametrize(
        ("now", "name"),
        [
            ("2024-06-10T04:59", "daily:2024-06-09T18:30"),
            ("2024-06-10T05:00", "daily:2024-06-10T07:00"),
            ("2024-06-10T10:15", "daily:2024-06-10T12:15"),
            ("2024-06-10T16:29", "daily:2024-06-10T12:15"),
            ("2024-06-10T16:30", "daily:2024-06-10T18:30"),
        ],
    )
    def test_several_times_a_day_in_any_order(self, now: str, name: str) -> None:
        assert slot(at("18:30", "07:00", "12:15"), now) == name

    def test_the_day_is_the_watchs_local_day(self) -> None:
        assert slot(at("07:00"), "2024-06-10T22:30", "Pacific/Auckland") == "daily:2024-06-11T07:00"
        assert slot(at("22:00"), "2024-06-10T04:00", "America/New_York") == "daily:2024-06-09T22:00"

    def test_the_moment_comes_with_the_name(self) -> None:
        _, moment = newest_slot(at("07:00"), BERLIN, datetime(2024, 6, 10, 12, tzinfo=UTC))
        assert moment == datetime(2024, 6, 10, 5, tzinfo=UTC)
        assert moment.utcoffset() == timedelta(0)

    def test_now_may_be_given_in_any_zone(self) -> None:
        now = datetime(2024, 6, 10, 12, tzinfo=UTC)
        assert newest_slot(at("07:00"), BERLIN, now.astimezone(ZoneInfo("Asia/Tokyo"))) == newest_slot(
            at("07:00"), BERLIN, now
        )


def seen(plan: DigestPlan, start: datetime, ticks: int, step: timedelta) -> list[str]:
    """The names that a program which looks every `step` would take, each once."""
    names: list[str] = []
    for tick in range(ticks):
        name, moment = newest_slot(plan, BERLIN, start + tick * step)
        assert moment.timestamp() <= (start + tick * step).timestamp()
        if not names or names[-1] != name:
            names.append(name)
    return names


class TestNightsWhenTheClocksChange:
    MINUTE = timedelta(minutes=1)

    def test_in_spring_a_time_that_is_left_out_happens_once(self) -> None:
        names = seen(at("02:30"), datetime(2024, 3, 30, 12, tzinfo=UTC), 36 * 60, self.MINUTE)
        assert names == ["daily:2024-03-30T02:30", "daily:2024-03-31T02:30"]
        assert slot(at("02:30"), "2024-03-31T00:59:59") == "daily:2024-03-30T02:30"
        assert slot(at("02:30"), "2024-03-31T01:00:00") == "daily:2024-03-31T02:30", "when the clock leaves it out"

    def test_in_autumn_a_time_that_comes_twice_happens_once(self) -> None:
        names = seen(at("02:30"), datetime(2024, 10, 26, 12, tzinfo=UTC), 36 * 60, self.MINUTE)
        assert names == ["daily:2024-10-26T02:30", "daily:2024-10-27T02:30"]
        assert slot(at("02:30"), "2024-10-27T00:29") == "daily:2024-10-26T02:30"
        assert slot(at("02:30"), "2024-10-27T00:30") == "daily:2024-10-27T02:30"

    @pytest.mark.parametrize("start", [datetime(2024, 3, 30, 20, tzinfo=UTC), datetime(2024, 10, 26, 20, tzinfo=UTC)])
    def test_several_times_in_the_night_only_go_forward(self, start: datetime) -> None:
        names = seen(at("01:45", "02:15", "02:30", "03:15"), start, 12 * 60, self.MINUTE)
        assert names == sorted(set(names))
        assert names[-1].endswith("T03:15")


def test_over_a_year_names_are_unique_and_grow() -> None:
    plan = at("02:30", "07:00", "18:00")
    names = seen(plan, datetime(2024, 1, 1, 12, tzinfo=UTC), 366 * 24 * 2, timedelta(minutes=30))
    assert names == sorted(set(names))
    assert len(names) == 366 * 3 + 1


class TestTimings:
    @pytest.mark.parametrize(
        ("text", "now", "name"),
        [
            ("mon-fri 07:00", "2024-06-09T12:00", "daily:2024-06-07T07:00"),
            ("mon-fri 07:00", "2024-06-10T05:00", "daily:2024-06-10T07:00"),
            ("sat,sun 09:30", "2024-06-12T12:00", "daily:2024-06-09T09:30"),
            ("fri-mon 07:00", "2024-06-13T12:00", "daily:2024-06-10T07:00"),
            ("0 7 * * 1-5", "2024-06-09T12:00", "daily:2024-06-07T07:00"),
            ("30 6,18 * * *", "2024-06-10T17:00", "daily:2024-06-10T18:30"),
            ("*/20 8-9 * * *", "2024-06-10T06:45", "daily:2024-06-10T08:40"),
            ("0 7 1 * *", "2024-06-20T12:00", "daily:2024-06-01T07:00"),
            ("0 7 13 * fri", "2024-06-20T12:00", "daily:2024-06-14T07:00"),
            ("0 7 * * 7", "2024-06-11T12:00", "daily:2024-06-09T07:00"),
            ("0 7 29 feb *", "2023-06-11T12:00", "daily:2020-02-29T07:00"),
        ],
    )
    def test_weekdays_and_cron_lines_say_when(self, text: str, now: str, name: str) -> None:
        assert slot(at(text), now) == name

    @pytest.mark.parametrize(
        "text",
        ["", "7:00", "24:00", "mon", "moon 07:00", "mon-fri", "0 7 * *", "60 7 * * *", "0 7 31 2 *", "0 9-7 * * *",
         "0 7 * * 8", "*/0 7 * * *", "0 7 * * 1-5 x", "mon 07:00 fri", "0 ٧ * * *"],
    )  # fmt: skip
    def test_what_is_no_time_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"\S"):
            read_timing(text)
