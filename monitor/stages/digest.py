"""What no digest has told yet, selected, grouped, ranked and bounded. Pure; the result is the one record of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from monitor.model import (
    Article,
    Claim,
    Counts,
    Decision,
    Digest,
    Dispute,
    FigureRow,
    FigureSighting,
    Filing,
    Folded,
    Item,
    LeftOut,
    Material,
    Perhaps,
    Section,
    StoredArticle,
    StoredDevelopment,
    Story,
    Trip,
    TripPart,
    Verdict,
    Watch,
)
from monitor.rules import compile_rule, find, read_document
from monitor.stages.days import local_day, stop_marks, timeline
from monitor.stages.figures import changes, disputes, patterns_with, show, subject_name
from monitor.stages.leaning import leans_on
from monitor.stages.selection import OTHER, Choice, choose
from monitor.stages.sourcelines import has_answered, source_lines, unasked
from monitor.stages.speakers import speaker
from monitor.stages.stories import by_article, carried
from monitor.text import one_line

# A trip that ended longer ago is spoken of as history.
LONG_OVER = timedelta(days=30)

Tell = Callable[[Sequence[StoredDevelopment]], tuple[Item, ...]]


@dataclass(frozen=True, slots=True)
class Span:
    """What a digest that tells several days again is about: `kind` "weekly" or "trip", local days inclusive."""

    kind: str
    first: date
    last: date


def make_digest(material: Material, watch: Watch, *, now: datetime, name: str, span: Span | None = None) -> Digest:
    """The digest of everything in `material`, for the watch's local day of `now`.

    `span`: it tells those days once more, as one; a whole trip's by day and not by topic.
    """
    day = now.astimezone(ZoneInfo(watch.timezone)).date()
    subject = compile_rule(watch.subject)
    choice = choose(
        material.developments,
        {topic.id for topic in watch.topics},
        watch.digest.limit,
        people={trip.id: trip.people for trip in watch.trips},
        subject=lambda text: find(subject, read_document({"text": text})) is not None,
        retold=frozenset(each.article.id for each in material.articles if each.verdict is Verdict.REWRITE),
        sure={each.article.id: _sureness(each.filing) for each in material.articles},
        over=frozenset(trip.id for trip in watch.trips if day - trip.last > LONG_OVER and not span),
    )
    stories = by_article(material.stories)
    parts = []
    for trip in (*watch.trips, *_forgotten(material, watch, day)):
        part = _part(trip, choice, material, watch, day, span, stories)
        if part.sections or part.more or part.figures:
            parts.append(part)
    parts.sort(key=lambda part: (-(part.day > 0), -sum(len(section.items) for section in part.sections)))
    left_out = tuple(_left_out(material.articles, {item.article.id for item in material.developments}))
    quiet = () if span else unasked(material, watch, now)
    counts = _counts(material, watch, parts, left_out)
    counts = replace(counts, answered=0) if quiet else counts
    perhaps = tuple(_perhaps(stored, watch) for stored in material.articles if _wants_a_person(stored))
    return Digest(
        name=name,
        story=watch.name,
        day=day,
        zone=watch.timezone,
        made_at=now,
        counts=counts,
        trips=tuple(parts),
        perhaps=perhaps,
        # A digest of many days counts what was left out; each article stands in the digest of its day.
        left_out=() if span else left_out,
        sources=quiet or tuple(source_lines(material.states, watch, now, material.told_at)),
        corrections=material.corrections,
        kind=span.kind if span else "daily",
        first=span.first if span else None,
        last=span.last if span else None,
    )


def _forgotten(material: Material, watch: Watch, day: date) -> Iterable[Trip]:
    """Trips that articles were filed under and the watch no longer has: what they told is told all the same."""
    known = {trip.id for trip in watch.trips}
    for trip_id in dict.fromkeys(each.development.trip for each in material.developments):
        if trip_id not in known:
            yield Trip(trip_id, 0, trip_id, day + timedelta(days=1), day + timedelta(days=1))


def _sureness(filing: Filing) -> float:
    """How far the best trip is ahead of the next: 0 side by side .. 1 alone. What inherited its trip counts as sure."""
    scores = [max(each.score, 0.0) for each in filing.scores[:2]]
    if not scores or not scores[0] or filing.scores[0].trip_id != filing.trip:
        return 1.0
    return 1 - (scores[1] / scores[0] if len(scores) > 1 else 0.0)


def has_news(digest: Digest) -> bool:
    """Whether there is anything to tell."""
    return bool(digest.trips or digest.perhaps or digest.corrections)


def _part(
    trip: Trip,
    choice: Choice,
    material: Material,
    watch: Watch,
    day: date,
    span: Span | None,
    stories: Mapping[str, Story],
) -> TripPart:
    inside = trip.first <= day <= trip.last
    above = [each for each in choice.above if each.development.trip == trip.id]
    whole = span is not None and span.kind == "trip"
    declared = any(each.id == trip.id for each in watch.trips)

    def told(developments: Sequence[StoredDevelopment]) -> tuple[Item, ...]:
        return _items(developments, choice, stories)

    return TripPart(
        trip_id=trip.id,
        name=trip.name,
        day=(day - trip.first).days + 1 if inside and not whole else 0,
        days=(trip.last - trip.first).days + 1,
        stops=stop_marks(trip, day),
        sections=_by_day(above, told, trip, watch) if whole else _by_topic(above, choice, told, watch),
        more=_by_article([each for each in choice.below if each.development.trip == trip.id], told),
        figures=_figures(trip.id, material, watch, span),
        disputes=_disputes(trip.id, material, watch),
        timeline=timeline(trip, material.volume, watch, day, span.first if span else None),
        first=trip.first if declared else None,
        last=trip.last if declared else None,
    )


def _by_topic(
    developments: Sequence[StoredDevelopment], choice: Choice, told: Tell, watch: Watch
) -> tuple[Section, ...]:
    names = [(topic.id, topic.name) for topic in watch.topics] + [(OTHER, "Also")]
    sections = []
    for topic_id, name in names:
        items = told([each for each in developments if choice.topics[each.id] == topic_id])
        if items:
            sections.append(Section(topic_id, name, items))
    return tuple(sections)


def _by_day(developments: Sequence[StoredDevelopment], told: Tell, trip: Trip, watch: Watch) -> tuple[Section, ...]:
    """The items of each local day in order, under the day and the stops reached on it."""
    zone = ZoneInfo(watch.timezone)
    days: dict[date | None, list[StoredDevelopment]] = {}
    for each in sorted(developments, key=lambda each: (each.article.published or each.article.fetched_at, each.id)):
        published = each.article.published
        days.setdefault(local_day(published, zone) if published else None, []).append(each)
    sections = []
    for when, every in days.items():
        places = " and ".join(stop.place for stop in trip.stops if stop.on and stop.on == when)
        name = f"{when:%A} {when.day} {when:%B}{': ' if places else ''}{places}" if when else "On a day not given"
        sections.append(Section("", name, told(every)))
    return tuple(sections)


def _by_article(developments: Sequence[StoredDevelopment], told: Tell) -> tuple[Section, ...]:
    """The rest as their articles tell it: each article's sentences together and in their order, the weightiest first.

    A sentence below the fold leans on the one before it, so topics would tear them apart.
    """
    articles: dict[str, list[StoredDevelopment]] = {}
    for each in developments:
        articles.setdefault(each.article.id, []).append(each)
    return tuple(
        Section("", one_line(every[0].article.title), told(sorted(every, key=_place))) for every in articles.values()
    )


def _place(stored: StoredDevelopment) -> tuple[int, int]:
    return stored.development.sentence, stored.id


def _items(developments: Sequence[StoredDevelopment], choice: Choice, stories: Mapping[str, Story]) -> tuple[Item, ...]:
    """The items of a section, each with what it leans on where that does not stand right before it."""
    items = []
    for article_id, run in groupby(developments, key=lambda each: each.article.id):
        told = list(run)
        after = leans_on(told[0].article.text, [(each.development.sentence, each.development.text) for each in told])
        for each in told:
            folded = choice.folded.get(each.id, ())
            items.append(_item(each, folded, stories.get(article_id), after.get(each.development.sentence, "")))
    return tuple(items)


def _item(stored: StoredDevelopment, folded: Sequence[StoredDevelopment], story: Story | None, after: str) -> Item:
    article = stored.article
    carriers = dict.fromkeys((*stored.also, *(outlet for each in folded for outlet in _outlets(each))))
    also = [outlet for outlet in carriers if outlet != article.outlet]
    return Item(
        development_id=stored.id,
        text=" ".join(stored.development.text.split()),
        outlet=article.outlet,
        url=article.url,
        title=one_line(article.title),
        when=article.published,
        also=tuple(also),
        why=stored.development.why,
        date_only=_date_only(article),
        folded=tuple(_folded(each) for each in folded),
        after=after,
        carried=carried(story, article.id) if story else None,
    )


def _outlets(stored: StoredDevelopment) -> tuple[str, ...]:
    return (stored.article.outlet, *stored.also)


def _folded(stored: StoredDevelopment) -> Folded:
    article, text = stored.article, " ".join(stored.development.text.split())
    return Folded(stored.id, text, article.outlet, article.url, article.published, _date_only(article))


def _date_only(article: Article) -> bool:
    return article.published is not None and article.published.time() == time(0)


def _figures(trip_id: str, material: Material, watch: Watch, span: Span | None) -> tuple[FigureRow, ...]:
    zone = ZoneInfo(watch.timezone)
    now = [each for each in material.figures if each.trip == trip_id]
    before = [each for each in material.earlier_figures if each.trip == trip_id]
    patterns = patterns_with(watch.figures)
    if span:
        # Over many days a figure moved from what its first day gave, where nothing was known before.
        known = {each.figure.subject for each in before}
        began: dict[str, date] = {}
        for each in sorted(now, key=lambda each: each.as_of):
            began.setdefault(each.figure.subject, local_day(each.as_of, zone))
        first = [
            each
            for each in now
            if each.figure.subject not in known and local_day(each.as_of, zone) == began[each.figure.subject]
        ]
        before, now = before + first, [each for each in now if each not in first]
    return tuple(
        FigureRow(
            what=subject_name(change.subject, patterns),
            was=show(change.was.figure),
            was_source=f"{change.was.outlet}, {change.was.as_of.astimezone(zone):%-d %b}",
            now=show(change.now.figure),
            now_source=f"{change.now.outlet}, {change.now.as_of.astimezone(zone):%-d %b}",
            now_url=change.now.url,
            was_url=change.was.url,
            was_by=_said_by(change.was),
            now_by=_said_by(change.now),
        )
        for change in changes(now, before, patterns)
    )


def _said_by(sighting: FigureSighting) -> str:
    """Whom a page names for a figure: as the table of figures calls them, else in the sentence's own words."""
    return sighting.figure.attribution or speaker(sighting.sentence)


def _disputes(trip_id: str, material: Material, watch: Watch) -> tuple[Dispute, ...]:
    patterns = patterns_with(watch.figures)
    now = [each for each in material.figures if each.trip == trip_id]
    before = [each for each in material.earlier_figures if each.trip == trip_id]
    return tuple(
        Dispute(
            subject_name(sides[0].figure.subject, patterns),
            tuple(Claim(show(side.figure), _said_by(side), side.outlet, side.url, side.as_of) for side in sides),
        )
        for sides in disputes(now, before, patterns)
    )


def _wants_a_person(stored: StoredArticle) -> bool:
    return stored.filing.decision is Decision.UNCERTAIN and stored.verdict not in (Verdict.COPY, Verdict.REWRITE)


def _perhaps(stored: StoredArticle, watch: Watch) -> Perhaps:
    names = {trip.id: trip.name for trip in watch.trips}
    best = [names.get(score.trip_id, score.trip_id) for score in stored.filing.scores[:2] if score.score > 0]
    article = stored.article
    return Perhaps(
        one_line(article.title), article.outlet, article.url, article.published, tuple(best), stored.filing.reason
    )


def _left_out(articles: Iterable[StoredArticle], told: set[str]) -> Iterable[LeftOut]:
    for stored in articles:
        article = stored.article
        if article.id in told or _wants_a_person(stored):
            continue
        group, reason, original = why_left_out(stored)
        yield LeftOut(one_line(article.title), article.outlet, article.url, group, reason, one_line(original))


def why_left_out(stored: StoredArticle) -> tuple[str, str, str]:
    """The group and the reason for which an article is not told (see `LeftOut`), and its original's title or ""."""
    if _wants_a_person(stored):
        return "uncertain", stored.filing.reason, ""
    if stored.verdict in (Verdict.COPY, Verdict.REWRITE, Verdict.UPDATE):
        word = {Verdict.COPY: "a copy of", Verdict.REWRITE: "the same report as", Verdict.UPDATE: "an edition of"}
        reason = f"{word[stored.verdict]} what {stored.original_outlet or 'the seed corpus'} had"
        return "known", reason, stored.original_title
    if stored.filing.decision is Decision.NONE:
        return "unrelated", stored.filing.reason, ""
    return "nothing new", "nothing in it about the story was new", ""


def _counts(material: Material, watch: Watch, parts: Sequence[TripPart], left_out: Sequence[LeftOut]) -> Counts:
    states = {state.source_id: state for state in material.states}
    answered = [source for source in watch.sources if source.id in states and has_answered(states[source.id])]
    groups = Counter(each.group for each in left_out)
    return Counts(
        developments=len(material.developments),
        trips=sum(1 for part in parts if part.sections or part.more),
        read=len(material.articles),
        known=groups["known"],
        unrelated=groups["unrelated"],
        sources=len(watch.sources),
        answered=len(answered),
        nothing=groups["nothing new"],
    )
