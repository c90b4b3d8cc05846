"""A digest: the one record that every format is rendered from, and what it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from monitor.model.filed import FigureSighting
from monitor.model.reported import SourceState, StoredArticle, StoredDevelopment
from monitor.model.stories import Story


@dataclass(frozen=True, slots=True)
class Folded:
    """A development that says nearly the same as another one and is told with it. `when` is UTC."""

    development_id: int
    text: str
    outlet: str
    url: str
    when: datetime | None
    date_only: bool = False


@dataclass(frozen=True, slots=True)
class Carried:
    """Who has a report: `outlets` in order of publication; `first`: the first that tells it in full.

    `agency`: that the report names as where it is from, "" for none; `part`: of some of it only; `others`: how many
    other outlets have reports of their own in the same story.
    """

    outlets: tuple[str, ...]
    first: str
    agency: str = ""
    part: bool = False
    others: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """A development as told in a digest. `when` is UTC; `date_only`: the page gave a day without a time.

    `also`: outlets that carry the same sentence; `folded`: developments of other pages that say nearly the same;
    `after`: the sentence that it leans on, where that is not told right before it, "" else; `carried`: who has the
    page's report, in these words or others.
    """

    development_id: int
    text: str
    outlet: str
    url: str
    title: str
    when: datetime | None
    also: tuple[str, ...]
    why: str
    date_only: bool = False
    folded: tuple[Folded, ...] = ()
    after: str = ""
    carried: Carried | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """The items of one topic; below the fold, of one article (`name` is its title and `topic_id` is empty)."""

    topic_id: str
    name: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row of "figures that changed". Values are as the articles wrote them.

    `was_by`, `now_by`: whom the articles name for it ("health ministry"), "" where nobody.
    """

    what: str
    was: str
    was_source: str
    now: str
    now_source: str
    now_url: str
    was_url: str = ""
    was_by: str = ""
    now_by: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one side says of a figure. `by`: whom the article names for it; `when` is UTC."""

    value: str
    by: str
    outlet: str
    url: str
    when: datetime


@dataclass(frozen=True, slots=True)
class Dispute:
    """A figure of which outlets or their sources say different things, highest first."""

    what: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class StopMark:
    """A stop with its state on the digest's day: "done", "now", "today" (one of several that day) or "next".

    `on`: local day of arrival, where known.
    """

    place: str
    state: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class DayMark:
    """One day of a trip's timeline: stops reached, reports published, developments in them, and those by topic.

    `topics` holds (topic id, name, developments); a development with several topics counts under each.
    """

    day: date
    stops: tuple[str, ...] = ()
    reports: int = 0
    developments: int = 0
    topics: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class TripPart:
    """What is new on one trip. `day`: day N of the trip, 0 before or after it.

    `sections` stand above the fold, `more` below it; `timeline`: the trip so far, a mark for each day without gaps;
    `first`, `last`: its days as the watch has them, None where it has none.
    """

    trip_id: str
    name: str
    day: int
    days: int
    stops: tuple[StopMark, ...]
    sections: tuple[Section, ...]
    more: tuple[Section, ...]
    figures: tuple[FigureRow, ...]
    disputes: tuple[Dispute, ...] = ()
    timeline: tuple[DayMark, ...] = ()
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """A page that an earlier digest told from and that reads differently now.

    `told`: local day of that digest; `seen`: when the change was noticed, UTC; `removed`, `added`: the sentences that
    went and came, in the page's order.
    """

    article_id: str
    trip_id: str
    title: str
    outlet: str
    url: str
    told: date
    seen: datetime
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


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
    """The headline's numbers. `known`, `unrelated`, `nothing`: how many articles are left out, by `LeftOut.group`."""

    developments: int
    trips: int
    read: int
    known: int
    unrelated: int
    sources: int
    answered: int
    nothing: int = 0


@dataclass(frozen=True, slots=True)
class Digest:
    """The one record that every format is rendered from; as JSON it is read and written by `monitor.record`.

    `day`: local day, `zone`: IANA name; `kind`: "daily", "weekly" (days `first` to `last` told again in one) or
    "trip" (a whole trip).
    """

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
    version: int = 2
    corrections: tuple[Correction, ...] = ()
    kind: str = "daily"
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class DigestRow:
    """A stored digest and the ids it tells."""

    id: int
    slot: str
    digest: Digest


@dataclass(frozen=True, slots=True)
class Volume:
    """How much was filed under a trip at one moment of publication (UTC): reports, and developments by topic ids."""

    trip: str
    at: datetime
    reports: int = 0
    developments: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """What a digest is made of, as the store gives it to `stages.digest`: everything untold, or what was asked for.

    `earlier_figures`: the ledger before; `volume`: all of the trips concerned, told or not, of the last weeks;
    `told_at`: when the last digest was made; `corrections`: changes of told pages that no digest has told;
    `revisions`: rows of the revisions that all this comes from, to be marked with the digest; `stories`: those of the
    articles that the developments are from.
    """

    articles: tuple[StoredArticle, ...] = ()
    developments: tuple[StoredDevelopment, ...] = ()
    figures: tuple[FigureSighting, ...] = ()
    earlier_figures: tuple[FigureSighting, ...] = ()
    states: tuple[SourceState, ...] = ()
    volume: tuple[Volume, ...] = ()
    told_at: datetime | None = None
    corrections: tuple[Correction, ...] = ()
    revisions: tuple[int, ...] = ()
    stories: tuple[Story, ...] = ()
