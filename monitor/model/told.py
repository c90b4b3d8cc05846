"""A digest: the one record that every format is rendered from, and what it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from monitor.model.filed import FigureSighting
from monitor.model.reported import SourceState, StoredArticle, StoredDevelopment


@dataclass(frozen=True, slots=True)
class Item:
    """A development as told in a digest. `when` is UTC; `date_only`: the page gave a day without a time."""

    development_id: int
    text: str
    outlet: str
    url: str
    title: str
    when: datetime | None
    also: tuple[str, ...]
    why: str
    date_only: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """The items of one topic; below the fold, of one article (`name` is its title and `topic_id` is empty)."""

    topic_id: str
    name: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row of "figures that changed". Values are as the articles wrote them."""

    what: str
    was: str
    was_source: str
    now: str
    now_source: str
    now_url: str


@dataclass(frozen=True, slots=True)
class StopMark:
    """A stop with its state on the digest's day: "done", "now" or "next"."""

    place: str
    state: str


@dataclass(frozen=True, slots=True)
class TripPart:
    """What is new on one trip. `day`: day N of the trip, 0 before or after it; `reports`: a day's counts."""

    trip_id: str
    name: str
    day: int
    days: int
    stops: tuple[StopMark, ...]
    sections: tuple[Section, ...]
    more: tuple[Section, ...]
    figures: tuple[FigureRow, ...]
    reports: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Perhaps:
    """An article that needs a person's eye: its best candidates, best first."""

    title: str
    outlet: str
    url: str
    when: datetime | None
    between: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An article that is not told, and why. `group`: "known", "unrelated" or "nothing new"."""

    title: str
    outlet: str
    url: str
    group: str
    reason: str
    original: str = ""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source that needs a word. `reason` is a sentence for a person."""

    source_id: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Counts:
    """The headline's numbers."""

    developments: int
    trips: int
    read: int
    known: int
    unrelated: int
    sources: int
    answered: int


@dataclass(frozen=True, slots=True)
class Digest:
    """The one record that every format is rendered from. `day`: local day, `zone`: IANA name."""

    name: str
    story: str
    day: date
    zone: str
    made_at: datetime
    counts: Counts
    trips: tuple[TripPart, ...]
    perhaps: tuple[Perhaps, ...]
    left_out: tuple[LeftOut, ...]
    sources: tuple[SourceLine, ...]
    version: int = 1


@dataclass(frozen=True, slots=True)
class DigestRow:
    """A stored digest and the ids it tells."""

    id: int
    slot: str
    digest: Digest


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that no digest has told yet, as the store gives it to `stages.digest`.

    `earlier_figures`: the ledger before; `told_at`: when the last digest was made.
    """

    articles: tuple[StoredArticle, ...] = ()
    developments: tuple[StoredDevelopment, ...] = ()
    figures: tuple[FigureSighting, ...] = ()
    earlier_figures: tuple[FigureSighting, ...] = ()
    states: tuple[SourceState, ...] = ()
    reports: tuple[tuple[str, date, int], ...] = ()
    told_at: datetime | None = None
