"""What a template of a digest is given: one typed class, described in docs/templates.md and held to it by a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.model import Claim, Digest, Folded, Item, LeftOut, Perhaps, SourceLine, StopMark, TripPart
from monitor.stages.digest import LONG_OVER, has_news
from monitor.stages.escape import count, long_day, short_day
from monitor.stages.sourcelines import NEEDS_A_LOOK
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
    """One trip. `part`: its record; `place_in_time`: "day 4 of 4", the days of one that is long over, or "";
    `stops`: its itinerary, () when it is long over; `ahead`: what the next stop is, in words; `chart`: its timeline, or
    None; `below`: how much of it stands below the fold and where, in words, or ""; `leans`: whether a sentence there
    has what it leans on before it; `retold`: its items that other pages
    tell in nearly the same words."""

    part: TripPart
    place_in_time: str
    stops: tuple[StopMark, ...]
    ahead: str
    chart: Chart | None
    below: str
    leans: bool
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
        f"{counts.known} known already" if counts.known else "",
        f"{counts.nothing} with nothing new" if counts.nothing else "",
        f"{counts.unrelated} not about this story" if counts.unrelated else "",
    ]
    left_out = ", ".join(filter(None, reasons))
    if left_out:
        left_out += "; each is listed at the end" if digest.kind == "daily" else "; each is listed in its day's digest"
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
        reasons=left_out,
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
    # What came as a correction alone is no development, and is news all the same.
    changed = count(len(digest.corrections), "correction") if digest.corrections else ""
    new = ", ".join(filter(None, (new if counts.developments or not changed else "", changed)))
    first = new if has_news(digest) else "Nothing new"
    nothing = f"{counts.nothing} with nothing new, " if counts.nothing else ""
    return (
        first,
        f"{count(counts.read, 'article')} read, {counts.known} already known, {nothing}"
        f"{counts.unrelated} not about this story",
        f"{counts.answered} of {counts.sources} sources answered",
    )


def _trip_view(part: TripPart, digest: Digest) -> TripView:
    # Of a trip that ended long ago a reader wants to know when it was, and no more.
    over = digest.kind == "daily" and part.last is not None and digest.day - part.last > LONG_OVER
    return TripView(
        part,
        _days(part) if over else f"day {part.day} of {part.days}" if part.day else "",
        () if over else part.stops,
        _ahead(part),
        draw(part) if part.day or digest.kind != "daily" or _is_busy(part) else None,
        _below(part),
        any(item.after for section in part.more for item in section.items),
        tuple(item for section in (*part.sections, *part.more) for item in section.items if item.folded),
    )


def _days(part: TripPart) -> str:
    """ "2 to 6 Nov 2023": when a trip was."""
    first, last = part.first, part.last
    if first is None or last is None:
        return ""
    begun = str(first.day) if (first.year, first.month) == (last.year, last.month) else short_day(first)
    begun += f" {first.year}" if first.year != last.year else ""
    return f"{begun} to {short_day(last)} {last.year}" if first != last else f"{short_day(last)} {last.year}"


def _is_busy(part: TripPart) -> bool:
    """Whether a trip that is not under way had reports on half of its timeline's days: else the picture is empty."""
    return 2 * sum(mark.reports > 0 for mark in part.timeline) >= len(part.timeline)


def _below(part: TripPart) -> str:
    """How much of a trip stands below the fold, and under what heading."""
    items = [item for section in part.more for item in section.items]
    if not items:
        return ""
    articles = len({item.url for item in items})
    more = "more new sentence" if part.sections else "new sentence"
    return f"Below, under “More from {part.name}”: {count(len(items), more)} in {count(articles, 'article')}"


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
