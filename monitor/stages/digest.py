"""What no digest has told yet, selected, grouped, ranked and bounded. Pure; the result is the one record of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.model import (
    Counts,
    Decision,
    Digest,
    FigureRow,
    Item,
    LeftOut,
    Material,
    Perhaps,
    Section,
    SourceLine,
    SourceState,
    StopMark,
    StoredArticle,
    StoredDevelopment,
    Trip,
    TripPart,
    Verdict,
    Watch,
)
from monitor.stages.figures import changes, patterns_with, show, subject_name
from monitor.stages.health import alert_due, describe, not_asked
from monitor.text import one_line

# So many above the fold: of one article, of one topic.
MOST_OF_ARTICLE = 3
MOST_OF_TOPIC = 4
MOST_OUTLETS = 6
OTHER = "other"
# So many sources that our own outage kept us from are told as one.
MANY = 3
NEEDS_A_LOOK = "needs a look"
CARRIED = 0.35
# Below this a development (background, mostly) is told below the fold, however few there are.
LEAST_WEIGHT = 0.9


def make_digest(material: Material, watch: Watch, *, now: datetime, name: str) -> Digest:
    """The digest of everything in `material`, for the watch's local day of `now`."""
    day = now.astimezone(ZoneInfo(watch.timezone)).date()
    topics = _main_topics(material.developments, {topic.id for topic in watch.topics})
    above, below = _choose(material.developments, topics, watch.digest.limit)
    parts = []
    for trip in (*watch.trips, *_forgotten(material, watch, day)):
        part = _part(trip, above, below, topics, material, watch, day)
        if part.sections or part.more or part.figures:
            parts.append(part)
    parts.sort(key=lambda part: (-(part.day > 0), -sum(len(section.items) for section in part.sections)))
    left_out = tuple(_left_out(material.articles, {item.article.id for item in material.developments}))
    perhaps = tuple(_perhaps(stored, watch) for stored in material.articles if _wants_a_person(stored))
    return Digest(
        name=name,
        story=watch.name,
        day=day,
        zone=watch.timezone,
        made_at=now,
        counts=_counts(material, watch, parts, left_out),
        trips=tuple(parts),
        perhaps=perhaps,
        left_out=left_out,
        sources=tuple(source_lines(material.states, watch, now, material.told_at)),
    )


def _forgotten(material: Material, watch: Watch, day: date) -> Iterable[Trip]:
    """Trips that articles were filed under and the watch no longer has: what they told is told all the same."""
    known = {trip.id for trip in watch.trips}
    for trip_id in dict.fromkeys(each.development.trip for each in material.developments):
        if trip_id not in known:
            yield Trip(trip_id, 0, trip_id, day + timedelta(days=1), day + timedelta(days=1))


def has_news(digest: Digest) -> bool:
    """Whether there is anything to tell."""
    return bool(digest.trips or digest.perhaps)


def _weight(stored: StoredDevelopment) -> float:
    return stored.development.rank + CARRIED * math.log1p(len(stored.also))


def _main_topics(developments: Sequence[StoredDevelopment], names: set[str]) -> dict[int, str]:
    """The topic each development is told under: of those it has the rarest, which says most about it.

    `names`: the topics of the watch; one that it no longer has does not count.
    """
    often = Counter((each.development.trip, topic) for each in developments for topic in each.development.topics)
    return {
        each.id: min(
            (topic for topic in each.development.topics if topic in names),
            key=lambda topic: often[each.development.trip, topic],
            default=OTHER,
        )
        for each in developments
    }


def _choose(
    developments: Sequence[StoredDevelopment], main: dict[int, str], limit: int
) -> tuple[list[StoredDevelopment], list[StoredDevelopment]]:
    """The most worth telling, no article and no topic taking all the room; and the rest."""
    above: list[StoredDevelopment] = []
    below: list[StoredDevelopment] = []
    articles: Counter[str] = Counter()
    topics: Counter[tuple[str, str]] = Counter()
    for stored in sorted(developments, key=lambda each: (-_weight(each), each.id)):
        topic = (stored.development.trip, main[stored.id])
        full = (
            len(above) >= limit
            or articles[stored.article.id] >= MOST_OF_ARTICLE
            or topics[topic] >= MOST_OF_TOPIC
            or not stored.development.topics
            or _weight(stored) < LEAST_WEIGHT
        )
        if full:
            below.append(stored)
            continue
        above.append(stored)
        articles[stored.article.id] += 1
        topics[topic] += 1
    return above, below


def _part(
    trip: Trip,
    above: Sequence[StoredDevelopment],
    below: Sequence[StoredDevelopment],
    main: dict[int, str],
    material: Material,
    watch: Watch,
    day: date,
) -> TripPart:
    inside = trip.first <= day <= trip.last
    return TripPart(
        trip_id=trip.id,
        name=trip.name,
        day=(day - trip.first).days + 1 if inside else 0,
        days=(trip.last - trip.first).days + 1,
        stops=_stops(trip, day),
        sections=_sections([each for each in above if each.development.trip == trip.id], main, watch),
        more=_by_article([each for each in below if each.development.trip == trip.id]),
        figures=_figures(trip.id, material, watch),
        reports=_reports(trip.id, material, day),
    )


def _sections(developments: Sequence[StoredDevelopment], main: dict[int, str], watch: Watch) -> tuple[Section, ...]:
    names = [(topic.id, topic.name) for topic in watch.topics] + [(OTHER, "Also")]
    sections = []
    for topic_id, name in names:
        items = [_item(each) for each in developments if main[each.id] == topic_id]
        if items:
            sections.append(Section(topic_id, name, tuple(items)))
    return tuple(sections)


def _by_article(developments: Sequence[StoredDevelopment]) -> tuple[Section, ...]:
    """The rest as their articles tell it: each article's sentences together and in their order, the weightiest first.

    A sentence below the fold leans on the one before it, so topics would tear them apart.
    """
    articles: dict[str, list[StoredDevelopment]] = {}
    for each in developments:
        articles.setdefault(each.article.id, []).append(each)
    return tuple(
        Section("", one_line(told[0].article.title), tuple(_item(each) for each in sorted(told, key=_place)))
        for told in articles.values()
    )


def _place(stored: StoredDevelopment) -> tuple[int, int]:
    return stored.development.sentence, stored.id


def _item(stored: StoredDevelopment) -> Item:
    article = stored.article
    also = [outlet for outlet in stored.also if outlet != article.outlet]
    return Item(
        development_id=stored.id,
        text=" ".join(stored.development.text.split()),
        outlet=article.outlet,
        url=article.url,
        title=one_line(article.title),
        when=article.published,
        also=tuple(also[:MOST_OUTLETS]),
        why=stored.development.why,
        date_only=article.published is not None and article.published.time() == time(0),
    )


def _stops(trip: Trip, day: date) -> tuple[StopMark, ...]:
    """Each stop as done, now or next; two stops on one day are both "now"."""
    reached = [stop.on for stop in trip.stops if stop.on and stop.on <= day]
    current = max(reached) if reached and trip.first <= day <= trip.last else None
    marks: list[StopMark] = []
    for stop in trip.stops:
        if day > trip.last:
            state = "done"
        elif stop.on is None:
            state = "next"
        elif stop.on == current:
            state = "now"
        else:
            state = "done" if stop.on < day else "next"
        if marks and marks[-1].place == stop.place:
            # Several days in one place are one mark.
            last = marks.pop()
            state = "now" if "now" in (last.state, state) else last.state if last.state == state else "now"
        marks.append(StopMark(stop.place, state))
    return tuple(marks)


def _figures(trip_id: str, material: Material, watch: Watch) -> tuple[FigureRow, ...]:
    now = [each for each in material.figures if each.trip == trip_id]
    before = [each for each in material.earlier_figures if each.trip == trip_id]
    zone, patterns = ZoneInfo(watch.timezone), patterns_with(watch.figures)
    return tuple(
        FigureRow(
            what=subject_name(change.subject, patterns),
            was=show(change.was.figure),
            was_source=f"{change.was.outlet}, {change.was.as_of.astimezone(zone):%-d %b}",
            now=show(change.now.figure),
            now_source=f"{change.now.outlet}, {change.now.as_of.astimezone(zone):%-d %b}",
            now_url=change.now.url,
        )
        for change in changes(now, before, patterns)
    )


def _reports(trip_id: str, material: Material, day: date) -> tuple[tuple[str, int], ...]:
    """Reports a day over the last ten days up to the digest's, days without any included."""
    counts = {when: count for trip, when, count in material.reports if trip == trip_id and when <= day}
    if not counts:
        return ()
    first = max(min(counts), day - timedelta(days=9))
    days = [first + timedelta(days=step) for step in range((day - first).days + 1)]
    return tuple((when.isoformat(), counts.get(when, 0)) for when in days)


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
        original = ""
        if article.id in told or _wants_a_person(stored):
            continue
        if stored.verdict in (Verdict.COPY, Verdict.REWRITE, Verdict.UPDATE):
            word = {Verdict.COPY: "a copy of", Verdict.REWRITE: "the same report as", Verdict.UPDATE: "an edition of"}
            group = "known"
            reason = f"{word[stored.verdict]} what {stored.original_outlet or 'the seed corpus'} had"
            original = stored.original_title
        elif stored.filing.decision is Decision.NONE:
            group, reason = "unrelated", stored.filing.reason
        else:
            group, reason = "nothing new", "every sentence about the story was known"
        yield LeftOut(one_line(article.title), article.outlet, article.url, group, reason, one_line(original))


def _counts(material: Material, watch: Watch, parts: Sequence[TripPart], left_out: Sequence[LeftOut]) -> Counts:
    states = {state.source_id: state for state in material.states}
    answered = [source for source in watch.sources if source.id in states and _answered(states[source.id])]
    groups = Counter(each.group for each in left_out)
    return Counts(
        developments=len(material.developments),
        trips=sum(1 for part in parts if part.sections or part.more),
        read=len(material.articles),
        known=groups["known"] + groups["nothing new"],
        unrelated=groups["unrelated"],
        sources=len(watch.sources),
        answered=len(answered),
    )


def _answered(state: SourceState) -> bool:
    return state.ok_at is not None and not state.failures and not not_asked(state)


def source_lines(
    states: Iterable[SourceState], watch: Watch, now: datetime, told_at: datetime | None = None
) -> Iterable[SourceLine]:
    """What a person should know of the sources: one line for each thing; those that need a look come first.

    `told_at`: when the last digest was made; who recovered since then is named.
    """
    zone = ZoneInfo(watch.timezone)
    by_id = {state.source_id: state for state in states}
    lines: list[tuple[bool, SourceLine]] = []
    missed = [by_id[source.id] for source in watch.sources if source.id in by_id and not_asked(by_id[source.id])]
    if len(missed) >= MANY:
        # One outage of ours is one line, not one for each source.
        tried = max(state.tried_at for state in missed if state.tried_at).astimezone(zone)
        said = f"could not be asked {tried:%A %-d %b, %H:%M}: our own network was out; they are asked again soon"
        lines.append((True, SourceLine("", f"{len(missed)} sources", said)))
    for source in watch.sources:
        state = by_id.get(source.id)
        if state is None:
            lines.append((False, SourceLine(source.id, source.name, "not asked yet")))
            continue
        if len(missed) >= MANY and state in missed:
            state = replace(state, tried_at=state.ok_at)
        alert = alert_due(state, state.alerted_at, now)
        for said in describe(state, source, now, zone):
            lines.append((alert, SourceLine(source.id, source.name, f"{NEEDS_A_LOOK}: {said}" if alert else said)))
        if state.recovered_at and not state.failures and (told_at is None or state.recovered_at > told_at):
            lines.append((False, SourceLine(source.id, source.name, "answers again")))
    return (line for _, line in sorted(lines, key=lambda each: not each[0]))


def alerts(states: Iterable[SourceState], watch: Watch, now: datetime) -> tuple[str, ...]:
    """The ids of the watch's sources that a digest made now points out; those taken out of it bother nobody."""
    followed = {source.id for source in watch.sources}
    due = (state for state in states if alert_due(state, state.alerted_at, now))
    return tuple(state.source_id for state in due if state.source_id in followed)
