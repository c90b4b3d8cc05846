"""The ledger: which sightings count as a change, and how figures are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Figure, FigureSighting, Span
from monitor.stages.figures import changes, show, subject_name

START = datetime(2024, 8, 18, 12, tzinfo=UTC)


def seen(
    low: float,
    qualifier: str = "",
    *,
    subject: str = "deaths-gaza",
    high: float | None = None,
    period: str = "total",
    attribution: str = "health ministry",
    outlet: str = "A",
    day: int = 0,
    article: str = "",
    group: str = "",
) -> FigureSighting:
    """A sighting, `day` days after the start."""
    top = low if high is None else high
    figure = Figure(subject, low, top, qualifier, "people", period, attribution, 0, Span(0, 1), group)
    return FigureSighting(figure, article or f"{outlet}{day}", outlet, "", "blinken-09", START + timedelta(days=day))


def moved(now: list[FigureSighting], before: list[FigureSighting]) -> list[tuple[float, float]]:
    return [(change.was.figure.low, change.now.figure.low) for change in changes(now, before)]


def test_an_exact_counter_that_grows_by_a_little_is_a_change() -> None:
    assert moved([seen(40139, day=1)], [seen(40099)]) == [(40099, 40139)]


def test_a_round_figure_after_the_exact_one_is_no_change() -> None:
    assert moved([seen(40000, "more than", day=1)], [seen(40139)]) == []


def test_a_rounded_figure_beyond_the_known_value_is_a_change() -> None:
    assert moved([seen(41000, "more than", day=9)], [seen(40139)]) == [(40139, 41000)]


def test_an_exact_figure_that_only_spells_out_a_round_one_is_no_change() -> None:
    assert moved([seen(40139, day=1)], [seen(40000, "more than")]) == []


@pytest.mark.parametrize("subject", ["deaths-gaza", "hostages-held", "aid-trucks"])
@pytest.mark.parametrize(
    ("was", "now"),
    [
        (seen(100, "more than"), 105),
        (seen(100, "more than"), 115),
        (seen(12, "at least"), 13),
        (seen(40_000, "about"), 40_173),
        (seen(150, "about"), 144),
        (seen(100, "nearly"), 97),
        (seen(100, "fewer than"), 90),
        (seen(100, "up to"), 88),
        (seen(30, high=40), 38),
        (seen(50, "about, revised"), 52),
    ],
)
def test_a_loose_figure_that_an_exact_one_only_makes_precise_is_no_change(
    subject: str, was: FigureSighting, now: int
) -> None:
    before = [replace(was, figure=replace(was.figure, subject=subject))]
    assert moved([seen(now, subject=subject, day=1)], before) == []


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (seen(100, "more than"), 116),
        (seen(100, "more than"), 98),
        (seen(12, "at least"), 15),
        (seen(40_000, "about"), 42_500),
        (seen(100, "nearly"), 104),
        (seen(100, "fewer than"), 80),
        (seen(100, "up to"), 101),
        (seen(30, high=40), 44),
        (seen(100), 105),
    ],
)
def test_an_exact_figure_that_a_loose_one_does_not_cover_is_a_change(was: FigureSighting, now: int) -> None:
    subject = "hostages-held"
    before = [replace(was, figure=replace(was.figure, subject=subject))]
    assert moved([seen(now, subject=subject, day=1)], before) == [(was.figure.low, now)]


def test_a_loose_figure_after_a_loose_one_is_compared_as_before() -> None:
    before = [seen(100, "more than", subject="hostages-held")]
    assert moved([seen(110, "about", subject="hostages-held", day=1)], before) == [(100, 110)]


def test_a_monotone_counter_does_not_fall() -> None:
    assert moved([seen(39000, day=1)], [seen(40139)]) == []


def test_a_monotone_counter_falls_when_the_text_says_revised() -> None:
    before = [seen(1400, "more than", subject="deaths-israel-oct7")]
    now = [seen(1200, "about, revised", subject="deaths-israel-oct7", day=4)]
    assert moved(now, before) == [(1400, 1200)]


def test_a_jump_waits_for_a_second_outlet() -> None:
    before = [seen(100, subject="hostages-held")]
    alone = seen(30, "about", subject="hostages-held", day=1)
    assert moved([alone], before) == []
    assert moved([alone, seen(30, subject="hostages-held", outlet="A", day=2)], before) == []
    assert moved([alone, seen(31, subject="hostages-held", outlet="B", day=2)], before) == [(100, 31)]


def test_a_jump_heard_before_is_confirmed_by_a_later_call() -> None:
    before = [seen(100, subject="hostages-held"), seen(30, subject="hostages-held", day=1)]
    assert moved([seen(30, subject="hostages-held", outlet="B", day=2)], before) == [(100, 30)]


def test_a_text_that_tells_both_ends_needs_no_second_outlet() -> None:
    now = [
        seen(100, "earlier", subject="aid-trucks", period="daily", article="x"),
        seen(30, "about", subject="aid-trucks", period="daily", article="x"),
    ]
    assert moved(now, []) == [(100, 30)]
    assert moved(now, [seen(100, subject="aid-trucks", period="daily", day=-2)]) == [(100, 30)]


def test_small_counts_change_by_one() -> None:
    assert moved([seen(101, subject="hostages-held", day=1)], [seen(103, subject="hostages-held")]) == [(103, 101)]


def test_a_large_count_that_is_not_monotone_needs_two_percent() -> None:
    before = [seen(1_900_000, subject="displaced")]
    assert moved([seen(1_910_000, subject="displaced", day=1)], before) == []
    assert moved([seen(2_000_000, subject="displaced", day=1)], before) == [(1_900_000, 2_000_000)]


def test_vague_figures_change_nothing() -> None:
    vague = seen(20_000, "tens of thousands", high=99_999, day=1)
    assert moved([vague], [seen(9_770)]) == []


def test_an_exact_figure_outside_a_vague_one_is_a_change() -> None:
    vague = seen(2_000, "thousands", high=9_999)
    assert moved([seen(12_000, day=1)], [vague]) == [(2_000, 12_000)]
    assert moved([seen(9_770, day=1)], [vague]) == []


def test_events_are_not_compared() -> None:
    assert moved([seen(30, period="event", day=1)], [seen(21, period="event")]) == []


def test_a_first_sighting_is_no_change() -> None:
    assert moved([seen(40139)], []) == []


def test_there_is_one_change_a_subject_from_the_value_before_to_the_last() -> None:
    now = [seen(40173, day=2), seen(40139, day=1), seen(40139, day=1, outlet="B")]
    assert moved(now, [seen(40099)]) == [(40099, 40173)]


def test_groups_and_totals_are_not_compared_with_each_other() -> None:
    assert moved([seen(16_000, group="children", day=1)], [seen(15_000)]) == []


def test_everyone_comes_before_a_group() -> None:
    before = [seen(15_000, group="children"), seen(40_099)]
    now = [seen(16_000, group="children", day=1), seen(40_139, day=1)]
    assert moved(now, before) == [(40_099, 40_139)]


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (seen(30, "about").figure, "about 30"),
        (seen(1400, "more than").figure, "more than 1,400"),
        (seen(40139).figure, "40,139"),
        (seen(30, high=40, period="daily").figure, "30 to 40 a day"),
        (seen(1_500_000).figure, "1.5 million"),
        (seen(20_000, "tens of thousands", high=99_999).figure, "tens of thousands"),
        (seen(1200, "about, revised").figure, "about 1,200 (revised)"),
        (seen(100, "earlier", period="daily").figure, "100 a day"),
        (Figure("aid-dollars", 135e6, 135e6, "", "USD", "event", "", 0, Span(0, 1)), "$135 million"),
        (Figure("aid-dollars", 75e6, 75e6, "", "EUR", "event", "", 0, Span(0, 1)), "€75 million"),
        (Figure("truce-days", 4, 4, "", "days", "event", "", 0, Span(0, 1)), "4 days"),
    ],
)
def test_figures_are_shown_as_a_person_would_write_them(figure: Figure, text: str) -> None:
    assert show(figure) == text


def test_subjects_have_names() -> None:
    assert subject_name("deaths-gaza") == "Deaths in Gaza"
    assert subject_name("some-thing") == "Some thing"
