"""The tables of a checked file -> Watch. Pure."""

from __future__ import annotations

from monitor.model import DigestPlan, Episode, Kind, Recipient, Signal, Source, Stop, Topic, Trip, Watch
from monitor.stages.slots import read_timing
from monitor.watch.schema import SourceTable, TripTable, WatchFile
from monitor.watch.values import duration


def build(form: WatchFile) -> Watch:
    """The watch that these tables declare."""
    watch, digest, main = form.watch, form.digest, form.watch.languages[0]
    told = watch.episode
    return Watch(
        name=watch.name,
        subject=watch.subject,
        timezone=watch.timezone,
        languages=tuple(watch.languages),
        episode=Episode(
            words=tuple(told.words),
            region=tuple(told.region),
            since=tuple(told.since),
            others=tuple(told.others),
            elsewhere=tuple(told.elsewhere),
            names=tuple((place, tuple(names)) for place, names in told.names.items()),
        ),
        trips=tuple(_trip(row) for row in form.trip),
        topics=tuple(Topic(row.id, row.name, row.rule, row.exclude) for row in form.topic),
        sources=tuple(_source(row, main) for row in form.source),
        digest=DigestPlan(
            at=tuple(read_timing(text) for text in digest.at),
            formats=tuple(digest.formats),
            to=tuple(digest.to),
            empty=digest.empty,
            limit=digest.limit,
            weekly=digest.weekly,
            recipients=tuple(
                Recipient(row.to, row.format, tuple(row.trips), tuple(row.topics)) for row in form.recipient
            ),
        ),
        weights=tuple(form.weights.items()),
        one_event=watch.one_event,
    )


def _source(row: SourceTable, language: str) -> Source:
    return Source(
        id=row.id,
        name=row.name,
        url=row.url,
        kind=Kind(row.kind),
        select=row.select,
        every=duration(row.every),
        language=row.language or language,
        pause=duration(row.pause),
        dedup=row.dedup,
        confirmed=row.confirmed,
    )


def _trip(row: TripTable) -> Trip:
    return Trip(
        id=row.id,
        ordinal=row.ordinal,
        name=row.name,
        first=row.dates[0],
        last=row.dates[1],
        stops=tuple(Stop(stop.place, stop.country, stop.on, tuple(stop.also)) for stop in row.stop),
        people=tuple(row.people),
        signals=tuple(Signal(signal.match, signal.weight) for signal in row.signals),
    )
