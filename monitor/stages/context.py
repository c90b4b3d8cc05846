"""What a template of a digest is given: one typed class, described in docs/templates.md and held to it by a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.model import Claim, Digest, Folded, Item, LeftOut, Perhaps, SourceLine, TripPart
from monitor.stages.digest import NEEDS_A_LOOK, has_news
from monitor.stages.escape import count, long_day, short_day
from monitor.stages.timeline import Chart, draw

GROUPS = (
    ("known", "Known already"),
    ("nothing new", "About the story, but nothing new"),
    ("unrelated", "Not about this story"),
)
# So many uncertain articles above the fold.
MOST_PERHAPS = 4


@dataclass(frozen=True, slots=True)
class Group:
    """The left-out articles with one kind of reason."""

    title: str
    rows: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class TripView:
    """One trip. `part`: its record; `place_in_time`: "day 4 of 4" or ""; `ahead`: what the next stop is, in words;
    `chart`: its timeline, or None; `retold`: its items that other pages tell in nearly the same words."""

    part: TripPart
    place_in_time: str
    ahead: str
    chart: Chart | None
    retold: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a template may use; another name is an error (Jinja's StrictUndefined).

    digest     the record, see `monitor.model.Digest`
    heading    what the digest is of: a day, days or a trip, in words
    headline   its numbers in words, the developments first
    news       whether there is anything new
    trips      the trips, each as a `TripView`
    perhaps    the uncertain articles above the fold; `unsure` those below it
    unsure     see `perhaps`
    needy      the sources that need a look
    groups     what was left out, by reason, each as a `Group`
    reasons    what was left out as counts in words
    cut        how many rows are missing because a mail has to stay small, 0 elsewhere
    when       a function: when an item, an uncertain article or a claim was published, local and short
    clock      a function: a moment as local date and time with its zone
    """

    digest: Digest
    heading: str
    headline: tuple[str, ...]
    news: bool
    trips: tuple[TripView, ...]
    perhaps: tuple[Perhaps, ...]
    unsure: tuple[Perhaps, ...]
    needy: tuple[SourceLine, ...]
    groups: tuple[Group, ...]
    reasons: str
    cut: int
    when: Callable[[Item | Folded | Perhaps | Claim], str]
    clock: Callable[[datetime], str]


def make_context(digest: Digest, cut: int = 0) -> Context:
    """The context of a digest. `cut`: rows that were taken out of it to make it fit."""
    zone = ZoneInfo(digest.zone)
    groups = [(title, tuple(row for row in digest.left_out if row.group == name)) for name, title in GROUPS]
    counts = digest.counts
    reasons = [
        f"{counts.known} known or without news" if counts.known else "",
        f"{counts.unrelated} not about this story" if counts.unrelated else "",
    ]
    return Context(
        digest=digest,
        heading=_heading(digest),
        headline=_headline(digest),
        news=has_news(digest),
        trips=tuple(_trip_view(part, digest) for part in digest.trips),
        perhaps=digest.perhaps[:MOST_PERHAPS],
        unsure=digest.perhaps[MOST_PERHAPS:],
        needy=tuple(line for line in digest.sources if line.reason.startswith(NEEDS_A_LOOK)),
        groups=tuple(Group(title, rows) for title, rows in groups if rows),
        reasons=", ".join(filter(None, reasons)),
        cut=cut,
        when=_when(zone, digest.day, digest.kind != "daily"),
        clock=lambda moment: f"{moment.astimezone(zone):%-d %b %Y, %H:%M %Z}",
    )


def _heading(digest: Digest) -> str:
    if digest.first is None or digest.last is None:
        return long_day(digest.day)
    days = f"{short_day(digest.first)} to {short_day(digest.last)} {digest.last.year}"
    return f"the week, {days}" if digest.kind == "weekly" else f"the whole trip, {days}"


def _headline(digest: Digest) -> tuple[str, ...]:
    counts = digest.counts
    new = count(counts.developments, "development") + (f" on {count(counts.trips, 'trip')}" if counts.trips else "")
    first = new if has_news(digest) else "Nothing new"
    return (
        first,
        f"{count(counts.read, 'article')} read, {counts.known} already known, {counts.unrelated} not about this story",
        f"{counts.answered} of {counts.sources} sources answered",
    )


def _trip_view(part: TripPart, digest: Digest) -> TripView:
    return TripView(
        part,
        f"day {part.day} of {part.days}" if part.day else "",
        _ahead(part),
        draw(part),
        tuple(item for section in (*part.sections, *part.more) for item in section.items if item.folded),
    )


def _ahead(part: TripPart) -> str:
    """What the next stop is: "Next: Northquay, 20 Aug"; at the end, that none is left."""
    stop = next((stop for stop in part.stops if stop.state == "next"), None)
    if stop is not None:
        return f"Next: {stop.place}" + (f", {short_day(stop.on)}" if stop.on else "")
    if part.stops and part.day:
        return f"Next: no further stop; {part.stops[-1].place} is the last"
    return "The trip is over" if part.stops and all(stop.state == "done" for stop in part.stops) else ""


def _when(zone: ZoneInfo, day: date, dated: bool) -> Callable[[Item | Folded | Perhaps | Claim], str]:
    """When an article was published: the time today, else the day, "undated" where unknown.

    `dated`: the digest is of several days, so a time alone would say too little.
    """

    def when(item: Item | Folded | Perhaps | Claim) -> str:
        if item.when is None:
            return "undated"
        local = item.when.astimezone(zone)
        if isinstance(item, Item | Folded) and item.date_only:
            return f"{item.when:%-d %b}" if item.when.year == day.year else f"{item.when:%-d %b %Y}"
        if local.date() == day and not dated:
            return f"{local:%H:%M}"
        return f"{local:%-d %b, %H:%M}" if local.year == day.year else f"{local:%-d %b %Y}"

    return when
