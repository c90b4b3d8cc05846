"""The signals that tell one trip from another, each as evidence with a weight. Pure.

Every function reads one kind of sign from a scene and notes on the sheet which trips it speaks for: the count a text
gives ("ninth trip"), days in the text, the page's day, and the watch's own signature rules; `itinerary` has the names.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta

from monitor.model import Span, Trip
from monitor.rules.dates import Mention, url_days
from monitor.rules.itinerary import note_people, note_places, note_stop_days
from monitor.rules.match import Hit
from monitor.rules.ordinals import Count, Counted, find_counts
from monitor.rules.reading import LEAD, Passage, plain
from monitor.rules.scene import Scene, Sheet
from monitor.rules.weights import Story

_AFTER, _REPOST, _LONG_AFTER, _SOON, _EARLY = (timedelta(days=days) for days in (3, 21, 45, 3, 12))
_LONG = timedelta(days=20)


def gather(story: Story, scene: Scene, signs: Sequence[Hit | None]) -> tuple[Sheet, frozenset[str]]:
    """All evidence for each trip, and the trips that the text only looks back to.

    `signs`: for each signature rule of the trips, in their order, its first hit; None where it does not match.
    """
    sheet = Sheet([trip.id for trip in story.trips])
    past: set[str] = set()
    note_counts(story, scene, sheet, past)
    note_dates(story, scene, sheet, past)
    note_page_day(story, scene, sheet)
    note_places(story, scene, sheet)
    note_stop_days(story, scene, sheet)
    note_people(story, scene, sheet)
    note_signatures(story, scene, signs, sheet, past)
    return sheet, frozenset(past)


def note_counts(story: Story, scene: Scene, sheet: Sheet, past: set[str]) -> None:
    """The trip whose ordinal the text counts; each trip's best count weighs, repeats do not."""
    best: dict[str, tuple[float, Count, str]] = {}
    names = {
        Counted.REGION: "ordinal",
        Counted.BARE: "ordinal bare",
        Counted.PLACE: "ordinal place",
        Counted.EARLIER: "earlier trips",
        Counted.TOTAL: "trips so far",
    }
    visits: dict[str, tuple[float, Count, str]] = {}
    page = scene.reading.published
    for passage in scene.reading.passages:
        for count in find_counts(passage, scene.around(passage)):
            if count.target and not scene.looks_back(passage, count.sentence, count.span, ahead=True):
                name = "visits so far since" if count.since else "visits so far"
                if visitor := story.names.stops.visitor(count.target, count.number):
                    visits.setdefault(visitor, (story.weights[name], count, name))
            trip = next((trip for trip in story.trips if trip.ordinal == count.number), None)
            if trip is None:
                continue
            if count.counted is not Counted.EARLIER and scene.looks_back(
                passage, count.sentence, count.span, ahead=True
            ):
                past.add(trip.id)
                continue
            # Weeks after a trip, how many there were so far is no news of the last of them, but what has become of all.
            if count.counted is Counted.TOTAL and page is not None and page - trip.last > _REPOST:
                past.add(trip.id)
                continue
            name = "ordinal place since" if count.counted is Counted.PLACE and count.since else names[count.counted]
            weight = story.weights[name] * (1.0 if _early(passage, count.sentence) else 0.8)
            if trip.id not in best or weight > best[trip.id][0]:
                best[trip.id] = (weight, count, name)
    for trip_id, found in visits.items():
        if trip_id not in best:
            best[trip_id] = found
    for trip_id, (weight, count, name) in best.items():
        sheet.add(trip_id, name, count.passage, count.span, weight)


def note_dates(story: Story, scene: Scene, sheet: Sheet, past: set[str]) -> None:
    """Days written in the text that fall on a trip or just beside it."""
    page = scene.reading.published
    for passage in scene.reading.passages:
        mentions = scene.days[passage.field]
        anchor = page or _written_year(mentions)
        for mention in mentions:
            for trip in story.trips:
                weight, name = _date_weight(story, trip, passage, mention, anchor)
                if not weight:
                    continue
                if scene.looks_back(passage, mention.sentence, mention.span):
                    past.add(trip.id)
                    continue
                if scene.caption(passage, mention.sentence):
                    weight *= 0.5
                sheet.add(trip.id, name, passage, mention.span, weight)
    sheet.limit(frozenset({"date early", "date", "date near", "month"}), story.weights["date early"] * 1.3)


def _written_year(mentions: Sequence[Mention]) -> date | None:
    return next((days[0] for mention in mentions if mention.year and (days := mention.days(None))), None)


def _date_weight(
    story: Story, trip: Trip, passage: Passage, mention: Mention, anchor: date | None
) -> tuple[float, str]:
    days = mention.days(anchor)
    if days is None:
        days = (trip.first, trip.last) if mention.fits(trip.first, trip.last) else None
    if days is None or (days[1] - days[0] > _LONG and not mention.whole):
        return 0.0, ""
    if mention.whole:
        return (story.weights["month"], "month") if days[0] <= trip.last and days[1] >= trip.first else (0.0, "")
    if days[0] <= trip.last and days[1] >= trip.first:
        name = "date early" if _early(passage, mention.sentence) else "date"
        return story.weights[name], name
    if trip.first - timedelta(days=2) <= days[1] < trip.first or trip.last < days[0] <= trip.last + timedelta(days=2):
        return story.weights["date near"], "date near"
    return 0.0, ""


def note_page_day(story: Story, scene: Scene, sheet: Sheet) -> None:
    """The page's day, and the day in its address where it differs, with a short window before and a long one after."""
    page = scene.reading.published
    address = url_days(scene.reading.url)
    for trip in story.trips:
        if page is not None:
            shown = plain("published", page.isoformat())
            name = _window(trip, page, page)
            sheet.add(trip.id, name, shown, Span(0, len(shown.text)), story.weights.get(name, 0.0))
        if address is not None and not (page is not None and address[0] <= page <= address[1]):
            first, last, span = address
            name = _window(trip, first, last)
            if first != last and name == "page repost":
                continue  # a month is too coarse for it
            share = story.weights["address"] * (1.0 if first == last else 0.6)
            sheet.add(trip.id, name, plain("url", scene.reading.url), span, story.weights.get(name, 0.0) * share)


def _window(trip: Trip, first: date, last: date) -> str:
    if first <= trip.last and last >= trip.first:
        return "page on trip"
    if trip.last < first:
        late = first - trip.last
        return (
            "page after"
            if late <= _AFTER
            else "page repost"
            if late <= _REPOST
            else "page long after"
            if late > _LONG_AFTER
            else "page later"
        )
    early = trip.first - last
    return "page before" if early <= _SOON else "page early" if early <= _EARLY else "page too early"


def note_signatures(story: Story, scene: Scene, signs: Sequence[Hit | None], sheet: Sheet, past: set[str]) -> None:
    """The watch's signature rules; each rule weighs once."""
    rules = [(trip_id, weight) for trip_id, rules in story.rules.items() for _, weight in rules]
    for (trip_id, weight), hit in zip(rules, signs, strict=True):
        if hit is None:
            continue
        passage = scene.reading.passage(hit.field)
        if passage.words:
            sentence = bisect_right(passage.sentences, hit.span.start, key=_end)
            if scene.looks_back(passage, min(sentence, len(passage.sentences) - 1), hit.span):
                past.add(trip_id)
                continue
        sheet.add(trip_id, "signature", passage, hit.span, weight)


def _end(span: Span) -> int:
    return span.end


def _early(passage: Passage, sentence: int) -> bool:
    return passage.field == "title" or sentence < LEAD
