"""How well filings agree with labelled articles: precision, recall and F1 by trip and by topic. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.model import Decision, Filing

NONE = "none"


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a person says of an article. `accept`: other trips (or "none") that are not wrong either.

    `group`: a name shared by copies and rewrites of one report, "" for none; `line`: where it stands in its file, 0
    where it came from none.
    """

    id: str
    trip: str
    topics: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    group: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Predicted:
    """What the classifier says. `trip` is "none" where nothing was filed, uncertain included."""

    trip: str
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of one class: found and right, found and wrong, missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 1 when nothing was found."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Share of what there was that was found; 1 when there was nothing."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both, counted directly."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)


@dataclass(frozen=True, slots=True)
class Miss:
    """An article whose trip was predicted wrongly, or a topic too many or too few."""

    id: str
    expected: str
    predicted: str


@dataclass(frozen=True, slots=True)
class Report:
    """Scores of a labelled set. `trips` has no "none", which stands apart; macro: mean over what occurs."""

    rows: int
    trips: Mapping[str, Tally]
    none: Tally
    topics: Mapping[str, Tally]
    trip_misses: tuple[Miss, ...]
    topic_misses: tuple[Miss, ...]

    @property
    def trip_micro(self) -> float:
        """F1 over all trips together."""
        return sum(self.trips.values(), Tally()).f1

    @property
    def trip_macro(self) -> float:
        """Mean F1 over the trips that occur."""
        return _mean(self.trips.values())

    @property
    def topic_micro(self) -> float:
        """F1 over all topics together."""
        return sum(self.topics.values(), Tally()).f1

    @property
    def topic_macro(self) -> float:
        """Mean F1 over the topics that occur."""
        return _mean(self.topics.values())


def predicted(filing: Filing) -> Predicted:
    """A filing as a prediction."""
    trip = filing.trip if filing.decision is Decision.FILED else NONE
    return Predicted(trip, tuple(hit.topic_id for hit in filing.topics))


def score(rows: Sequence[Labelled], predictions: Sequence[Predicted]) -> Report:
    """Compare predictions with labels, in the same order; ValueError when they are not as many.

    A prediction in `accept` counts as if it were the label.
    """
    trips: dict[str, Tally] = {}
    topics: dict[str, Tally] = {}
    trip_misses: list[Miss] = []
    topic_misses: list[Miss] = []
    for row, found in zip(rows, predictions, strict=True):
        truth = found.trip if found.trip in row.accept else row.trip
        _count(trips, {truth}, {found.trip})
        if truth != found.trip:
            trip_misses.append(Miss(row.id, truth, found.trip))
        said, true = set(found.topics), set(row.topics)
        _count(topics, true, said)
        topic_misses.extend(Miss(row.id, topic, "") for topic in sorted(true - said))
        topic_misses.extend(Miss(row.id, "", topic) for topic in sorted(said - true))
    none = trips.pop(NONE, Tally())
    return Report(
        len(rows),
        dict(sorted(trips.items())),
        none,
        dict(sorted(topics.items())),
        tuple(trip_misses),
        tuple(topic_misses),
    )


def report_as_dict(report: Report) -> dict[str, object]:
    """The report as plain values for JSON, rounded to four places."""
    return {
        "rows": report.rows,
        "trips": {
            "micro_f1": round(report.trip_micro, 4),
            "macro_f1": round(report.trip_macro, 4),
            "none": _plain(report.none),
            "by_trip": {name: _plain(tally) for name, tally in report.trips.items()},
            "misses": [[miss.id, miss.expected, miss.predicted] for miss in report.trip_misses],
        },
        "topics": {
            "micro_f1": round(report.topic_micro, 4),
            "macro_f1": round(report.topic_macro, 4),
            "by_topic": {name: _plain(tally) for name, tally in report.topics.items()},
            "misses": [[miss.id, miss.expected, miss.predicted] for miss in report.topic_misses],
        },
    }


def _count(tallies: dict[str, Tally], true: set[str], said: set[str]) -> None:
    for name in true | said:
        gained = Tally(int(name in true and name in said), int(name not in true), int(name not in said))
        tallies[name] = tallies.get(name, Tally()) + gained


def _mean(tallies: Iterable[Tally]) -> float:
    scores = [tally.f1 for tally in tallies if tally.right or tally.wrong or tally.missed]
    return sum(scores) / len(scores) if scores else 1.0


def _plain(tally: Tally) -> dict[str, float]:
    return {
        "precision": round(tally.precision, 4),
        "recall": round(tally.recall, 4),
        "f1": round(tally.f1, 4),
        "articles": tally.right + tally.missed,
    }
