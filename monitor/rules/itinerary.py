"""Signals from names: the stops as a set, their order, the weekday of a stop, the people met. Pure."""

from __future__ import annotations

import math

from monitor.model import Span
from monitor.rules.dates import WEEKDAYS
from monitor.rules.reading import Found, Passage
from monitor.rules.scene import Scene, Sheet
from monitor.rules.weights import Story

_WHERE = frozenset("in to from at into via through near visit visits visited left leave leaves leaving".split())
# A country beside one of these is who talks, not where somebody is ("the ministers of two countries").
_ROLES = frozenset("ministers counterparts diplomats officials leaders envoys mediators delegations delegates".split())


def _who(found: Found, scene: Scene) -> bool:
    """Whether a country is named as somebody who acts: an owner, or in a sentence about people of several countries."""
    if not found.label.startswith("land:"):
        return False
    if found.passage.said(found.span).endswith(("'s", "\u2019s")):
        return True
    first, last = found.passage.sentence(found.sentence)
    before = found.passage.words[found.first - 1] if found.first > first else ""
    beside = {
        other.label
        for other in scene.places
        if other.passage is found.passage and other.sentence == found.sentence and other.label.startswith("land:")
    }
    return len(beside) > 1 and before not in _WHERE and not _ROLES.isdisjoint(found.passage.words[first:last])


def note_places(story: Story, scene: Scene, sheet: Sheet) -> None:
    """The places named near the subject against each trip's stops, as sets and in their order."""
    stops = story.names.stops
    seen: dict[str, Found] = {}
    for found in scene.places:
        if found.label in seen:
            continue
        if scene.in_view(found.passage, found.sentence) and not scene.looks_back(
            found.passage, found.sentence, found.span
        ):
            seen[found.label] = found
            if found.label in stops.land_of:
                seen.setdefault(stops.land_of[found.label], found)
    who = {label for label, found in seen.items() if _who(found, scene)}
    listed = [label for label in seen if label.startswith("land:") and label not in who]
    told = [(label, found.passage, found.span, stops.rarity.get(label, 0.0)) for label, found in seen.items()]
    for trip in story.trips:
        own = stops.own[trip.id]
        for label, passage, span, rarity in told:
            name = "place" if label in own else "place off"
            if name == "place off" and label in who:
                continue
            sheet.add(trip.id, name, passage, span, story.weights[name] * rarity)
        if len(listed) >= 4:
            for label in dict.fromkeys(stops.lands[trip.id]):
                if label not in seen:
                    last = seen[listed[-1]]
                    weight = story.weights["place missing"] * stops.rarity.get(label, 0.0)
                    sheet.add(trip.id, "place missing", last.passage, last.span, weight)
    _note_order(story, scene, sheet)
    sheet.limit(frozenset({"place", "place off", "place missing", "stop order"}), 3.8, -2.5)


def _note_order(story: Story, scene: Scene, sheet: Sheet) -> None:
    stops = story.names.stops
    lists: dict[tuple[str, int], list[Found]] = {}
    for found in scene.places:
        lists.setdefault((found.passage.field, found.sentence), []).append(found)
    seen: dict[str, Found] = {}
    for found in scene.places:
        seen.setdefault(stops.land_of.get(found.label, found.label), found)
    # The order in which a whole article comes to the countries counts when it names many.
    whole = [list(seen.values())] if len(seen) >= 4 and len({f.passage.field for f in seen.values()}) == 1 else []
    for listed in [*lists.values(), *whole]:
        lands = list(dict.fromkeys(stops.land_of.get(found.label, found.label) for found in listed))
        if len(lands) < 3:
            continue
        for trip in story.trips:
            ahead = iter(stops.lands[trip.id])
            if all(land in ahead for land in lands):
                first, last = listed[0], listed[-1]
                sheet.add(
                    trip.id,
                    "stop order",
                    first.passage,
                    Span(first.span.start, last.span.end),
                    story.weights["stop order"],
                )


def note_stop_days(story: Story, scene: Scene, sheet: Sheet) -> None:
    """A stop named with the weekday on which the trip was there ("in Ghent on Sunday")."""
    stops = story.names.stops
    first_day = _weekdays(scene.reading.text, 0)
    for found in scene.places:
        if found.label not in stops.days or not scene.in_view(found.passage, found.sentence):
            continue
        days = _weekdays(found.passage, found.sentence)
        # A report names its day once, at the beginning.
        share = 1.0 if days else 0.6
        days = days or first_day
        if len(days) != 1:
            continue
        for trip, on in stops.days[found.label].items():
            if on & days:
                rarity = 0.4 + stops.rarity.get(found.label, 0.0)
                sheet.add(trip, "stop day", found.passage, found.span, story.weights["stop day"] * share * rarity / 2)
    sheet.limit(frozenset({"stop day"}), 1.6)


def _weekdays(passage: Passage, sentence: int) -> set[int]:
    first, last = passage.sentence(sentence)
    return {WEEKDAYS[word] for word in passage.words[first:last] if word in WEEKDAYS}


def note_people(story: Story, scene: Scene, sheet: Sheet) -> None:
    """People met on few of the trips."""
    seen: dict[str, Found] = {}
    for found in scene.people:
        seen.setdefault(found.label, found)
    for label, found in seen.items():
        met = story.fame[label]
        weight = story.weights["person"] * math.log(max(len(story.trips), 2) / len(met))
        for trip in met:
            sheet.add(trip, "person", found.passage, found.span, weight)
    sheet.limit(frozenset({"person"}), 1.6)
