"""What speaks against every trip: another traveller, another part of the world, a trip called off. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from monitor.model import Span
from monitor.rules.dates import find_dates
from monitor.rules.places import LEAD, Found, Passage
from monitor.rules.scene import Scene, Sheet

_DATELINE = 6
_LEAD = 3
_BODY = 6
_CALLED_OFF = re.compile(
    r"\b(?:postpon\w+|called off|calls off|cancel(?:s|led|ed)\b|scrap(?:s|ped)\b|delay(?:s|ed) (?:his|her|the|a)\b"
    r"|put(?:s|ting)? off|won['\u2019]t (?:travel|visit|go|come)"
    r"|(?:will|would|does|is|was) (?:not|no longer) (?:be )?(?:travel|visit|go|com)\w*)",
    re.I,
)
_JOURNEY = re.compile(
    r"\b(?:arriv|land(?:s|ed|ing)\b|fl(?:y|ies|ew|ying|ight)\b|travel|visit|head(?:s|ed|ing)\b|depart|return|leav(?:es|ing)\b"
    r"|stop(?:s|ped|over)?\b|reach(?:es|ed)\b|touch(?:es|ed) down|wheels|tour"
    r"|came to|comes to|back in|due in|on the road|met\b|meets\b|meeting|receiv|host(?:s|ed|ing)\b"
    r"|incontr|reun|trifft|traf\b"
    r"|reis|vol[ao]\b|viaj|viag|voyag|ankunft|lleg|cheg|arriva)",
    re.I,
)
_INTO = frozenset("in to from for left leaving leaves at via near en em nach aus au a i".split())
_PHONE = re.compile(r"\b(?:by (?:tele)?phone|(?:tele)?phone(?:d| calls?)|over the phone|in a call|held a call)\b", re.I)
_YEARS_AWAY = timedelta(days=120)


def closed(scene: Scene) -> str:
    """Why no trip is considered at all, in words; "" when the article may belong to one."""
    if scene.subject:
        return ""
    if scene.others:
        return f"another traveller stands in the subject's place: {_said(scene.others[0])}"
    return "the subject is not named"


def unplaced(scene: Scene, sheet: Sheet) -> bool:
    """Whether the article names the subject, but no trip, region, stop or anything else of a trip."""
    if scene.region or scene.places or scene.words:
        return False
    return all(item.field in {"published", "url"} for noted in sheet.trips.values() for item in noted)


def note_against(scene: Scene, sheet: Sheet, weights: Mapping[str, float], span: tuple[date, date]) -> None:
    """Evidence against all trips alike. `span`: the first day of the first trip and the last of the last."""
    _note_others(scene, sheet, weights)
    _note_elsewhere(scene, sheet, weights)
    first = scene.subject[0]
    if first.passage.field != "title" and first.sentence >= _LEAD:
        sheet.add_to_all("passing", first.passage, first.span, weights["passing"])
    _note_not_there(scene, sheet, weights)
    if not _journey(scene):
        # On the very days of a trip the subject is away, whether the text says so or not.
        there = {trip for trip, noted in sheet.trips.items() if any(item.signal == "page on trip" for item in noted)}
        for trip in sheet.trips:
            name = "no journey told" if trip in there else "no journey"
            sheet.add(trip, name, first.passage, first.span, weights[name])
    mentions = [
        mention
        for mention in find_dates(scene.reading.text)
        if mention.year and (mention.sentence < _LEAD or not mention.whole)
    ]
    days = [found for mention in mentions if (found := mention.days(None))]
    if days and all(day[1] < span[0] - _YEARS_AWAY or day[0] > span[1] + _YEARS_AWAY for day in days):
        sheet.add_to_all("other years", scene.reading.text, mentions[0].span, weights["other years"])


def _note_others(scene: Scene, sheet: Sheet, weights: Mapping[str, float]) -> None:
    title = [found for found in scene.others if found.passage.field == "title"]
    own_title = any(found.passage.field == "title" for found in scene.subject)
    if title and not own_title:
        # A name in a headline that tells of no journey ("… answers so-and-so's charge") is no traveller's.
        whole = scene.reading.title.text
        travels = _JOURNEY.search(whole) or any(
            found.passage.field == "title" for found in (*scene.words, *scene.region, *scene.places)
        )
        name = "other traveller" if title[0].first <= 4 and travels else "other in headline"
        # Whose something is ("so-and-so's charge") is not who the headline is about.
        owners = all(_said(found).endswith(("'s", "\u2019s")) for found in title)
        if travels or not owners:
            sheet.add_to_all(name, title[0].passage, title[0].span, weights[name])
        return
    counts = Counter(found.label for found in scene.others)
    if not counts or own_title:
        return
    label, most = counts.most_common(1)[0]
    lead = next(found for found in scene.others if found.label == label)
    if most >= 2 * len(scene.subject) and lead.span.start < scene.subject[0].span.start:
        sheet.add_to_all("other leads", lead.passage, lead.span, weights["other leads"])


def _note_elsewhere(scene: Scene, sheet: Sheet, weights: Mapping[str, float]) -> None:
    here = [*scene.places, *scene.region]
    away = [found for found in scene.elsewhere if not _covered(found, here)]
    if not away or any(found.passage.field == "title" for found in here):
        return
    headline = next((found for found in away if found.passage.field == "title"), None)
    dateline = next((found for found in away if _is_dateline(found)), None)
    if found := headline or dateline:
        sheet.add_to_all("elsewhere", found.passage, found.span, weights["elsewhere"])
        return
    early_away = {found.label for found in away if found.sentence < _BODY}
    early_here = {found.label for found in here if found.sentence < _BODY}
    ahead = not here or away[0].span.start < min(found.span.start for found in here)
    if len(early_away) > len(early_here) or (ahead and len(early_away) == len(early_here) > 0):
        sheet.add_to_all("elsewhere body", away[0].passage, away[0].span, weights["elsewhere body"])


def _journey(scene: Scene) -> bool:
    """Whether anything early says that somebody goes somewhere: a word for it, or a stop after "in", "to", "from"."""
    if any(found.early for found in scene.words):
        return True
    for found in scene.places:
        before = found.passage.tokens[found.first - 1].word if found.first else ""
        if found.early and (before in _INTO or (found.passage.field == "text" and found.first == 0)):
            return True
    early = scene.reading.text.sentences[:LEAD]
    return any(
        _JOURNEY.search(passage.text, span.start, span.end)
        for passage, spans in ((scene.reading.title, scene.reading.title.sentences), (scene.reading.text, early))
        for span in spans
    )


def _note_not_there(scene: Scene, sheet: Sheet, weights: Mapping[str, float]) -> None:
    """A trip called off, or a talk by telephone: in the title, or early and together with the subject."""
    for name, pattern in (("called off", _CALLED_OFF), ("by phone", _PHONE)):
        for passage, number in [
            (scene.reading.title, 0),
            *((scene.reading.text, number) for number in range(_LEAD - 1)),
        ]:
            if number >= len(passage.sentences):
                continue
            whole = passage.sentences[number]
            found = pattern.search(passage.text, whole.start, whole.end)
            if found and _together(scene, passage, number, placed=name == "called off"):
                shown = f"{name} in headline" if passage.field == "title" and name == "called off" else name
                sheet.add_to_all(shown, passage, Span(found.start(), found.end()), weights[shown])
                break


def _together(scene: Scene, passage: Passage, number: int, *, placed: bool) -> bool:
    def named(found: Found) -> bool:
        return found.passage is passage and found.sentence == number

    return (
        any(map(named, scene.subject))
        and (not placed or any(map(named, [*scene.words, *scene.region, *scene.places])))
        and not any(map(named, scene.others))
    )


def _is_dateline(found: Found) -> bool:
    """A place at the very beginning, in capitals or before a dash, bracket or colon."""
    if found.passage.field != "text" or found.first > _DATELINE:
        return False
    span, text = found.span, found.passage.text
    after = text[span.end : span.end + 30]
    capitals = text[span.start : span.end].isupper()
    return capitals or (found.first == 0 and re.match(r"\s*(?:,[^.]{0,20})?\s*[-\u2013\u2014(:]", after) is not None)


def _covered(found: Found, here: list[Found]) -> bool:
    return any(item.passage is found.passage and item.first <= found.first < item.last for item in here)


def _said(found: Found) -> str:
    return found.passage.said(found.span)
