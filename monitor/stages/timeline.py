"""The picture of a trip: days across, reports, developments and topics down. Geometry and words, no markup. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model import DayMark, TripPart
from monitor.stages.escape import count, short_day
from monitor.text import one_line

BARS = "▁▂▃▄▅▆▇█"
# In units of the drawing, which is as wide as a phone: there one unit is a pixel.
WIDTH = 360
LABELS = 112
TALL, LOW = 44, 27
NUMBER = 11
HEAD = 34
# So many topics have a row; the others are named in the description.
MOST_TOPICS = 6
# A column narrower than this shows a stop by its number in the itinerary.
NARROW = 50


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of a row. `x`, `y`, `width`, `height`: the bar; `share`: of the row's highest, in percent."""

    count: int
    x: float
    y: float
    width: float
    height: float
    share: int
    bar: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row: reports, developments or a topic. `base`: where its bars stand; `spark`: the row as characters."""

    name: str
    kind: str
    base: float
    cells: tuple[Cell, ...]
    total: int
    spark: str


@dataclass(frozen=True, slots=True)
class Column:
    """One day. `middle`: the column's; `label`: "20" or "20 Aug"; `stops`: names, or numbers where it is narrow."""

    day: str
    middle: float
    label: str
    stops: tuple[str, ...]
    places: tuple[str, ...]
    today: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """The whole picture. `title` and `description` say all of it in words."""

    width: int
    height: float
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    title: str
    description: str


def draw(part: TripPart) -> Chart | None:
    """The timeline of a trip; None where there is only one day or none to show."""
    days = part.timeline
    if len(days) < 2:
        return None
    step = (WIDTH - LABELS) / len(days)
    topics: dict[str, str] = {}
    for mark in days:
        topics.update({id_: name for id_, name, _ in mark.topics})
    counted = {id_: [sum(n for each, _, n in mark.topics if each == id_) for mark in days] for id_ in topics}
    order = sorted(counted, key=lambda id_: -sum(counted[id_]))
    rows = []
    base = float(HEAD)
    series = [("Reports", "reports", [mark.reports for mark in days])]
    series.append(("New sentences", "developments", [mark.developments for mark in days]))
    series += [(topics[id_], "topic", counted[id_]) for id_ in order[:MOST_TOPICS]]
    for name, kind, counts in series:
        room = LOW if kind == "topic" else TALL
        base += room
        rows.append(_row(name, kind, counts, base, room - NUMBER - 3, step))
    numbers = {place: number for number, place in enumerate(dict.fromkeys(stop.place for stop in part.stops), 1)}
    columns = tuple(_column(mark, place, step, days, numbers) for place, mark in enumerate(days))
    words = "; ".join(_said(mark) for mark in days)
    return Chart(
        WIDTH,
        base + 6,
        columns,
        tuple(rows),
        f"{part.name}, {short_day(days[0].day)} to {short_day(days[-1].day)}, day by day",
        f"{words}. By topic: {', '.join(f'{topics[id_]} {sum(counted[id_])}' for id_ in order) or 'none'}.",
    )


def _row(name: str, kind: str, counts: Sequence[int], base: float, height: float, step: float) -> Row:
    most = max(counts) or 1
    width = min(step - 6, 34.0)
    cells = tuple(
        Cell(
            number,
            round(LABELS + step * (place + 0.5) - width / 2, 1),
            round(base - height * number / most, 1),
            round(width, 1),
            round(height * number / most, 1),
            round(100 * number / most),
            bar(number, most),
        )
        for place, number in enumerate(counts)
    )
    return Row(one_line(name, 60), kind, base, cells, sum(counts), spark(counts))


def _column(mark: DayMark, place: int, step: float, days: Sequence[DayMark], numbers: dict[str, int]) -> Column:
    new_month = place == 0 or mark.day.month != days[place - 1].day.month
    wide = step >= NARROW
    stops = mark.stops if wide else tuple(str(numbers[stop]) for stop in mark.stops if stop in numbers)
    return Column(
        short_day(mark.day),
        round(LABELS + step * (place + 0.5), 1),
        short_day(mark.day) if wide or new_month else str(mark.day.day),
        tuple(one_line(stop, max(3, int(step / 5))) for stop in stops[:2]),
        mark.stops,
        place == len(days) - 1,
    )


def _said(mark: DayMark) -> str:
    where = f" in {' and '.join(mark.stops)}" if mark.stops else ""
    return f"{short_day(mark.day)}{where}: {count(mark.reports, 'report')}, {mark.developments} new"


def bar(number: int, most: int) -> str:
    """A count as one of eight bars; nothing is a dot."""
    return BARS[max(0, round(number / most * len(BARS)) - 1)] if number else "·"


def spark(counts: Sequence[int]) -> str:
    """Counts as Unicode bars, one a day, to the scale of the highest."""
    most = max(counts, default=0) or 1
    return "".join(bar(number, most) for number in counts)
