"""What speaks against every trip: another traveller, another part of the world, a trip called off. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from monitor.model import Span
from monitor.rules.reading import LEAD, Found, Passage
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
# Signs that somebody goes somewhere or sits with somebody, in folded words, so that accents do not matter.
_JOURNEY = re.compile(
    r"\b(?:arriv|land(?:s|ed|ing)\b|fl(?:y|ies|ew|ying|ight)\b|travel|visit|head(?:s|ed|ing)\b|depart|return|leav(?:es|ing)\b"
    r"|stop(?:s|ped|over)?\b|reach(?:es|ed)\b|touch(?:es|ed) down|wheels|tour|came to|comes to|back in|due in"
    r"|on the road|met\b|meets?\b|meeting|receiv|host(?:s|ed|ing)?\b|beside\b|alongside|next to\b"
    r"|hours (?:with|of talks)|talks (?:in|with)\b|held talks|(?:press|news) conference|tarmac|airport|hotel"
    r"|incontr|reun|trifft|traf\b|gesprach|rencontr|entretien|recoit|recu\b|recib|receb|ricev|motte|ontmoet"
    r"|reis|besuch|besok|bezoek|vol[ao]\b|viaj|viag|voyag|ankunft|lleg|cheg|aterriz|ziyaret|gorus|geldi|gelecek)"
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
    """Whether the article names the subject, but no trip, region, stop or anything else of a trip.

    Where somebody meets somebody on the very days of a trip, nothing more need be named.
    """
    if scene.region or scene.places or scene.words:
        return False
    noted = [item for items in sheet.trips.values() for item in items]
    if any(item.signal == "page on trip" for item in noted) and _journey(scene):
        return False
    return all(item.field in {"published", "url"} for item in noted)


def note_against(scene: Scene, sheet: Sheet, weights: Mapping[str, float], span: tuple[date, date]) -> None:
    """Evidence against all trips alike. `span`: the first day of the first trip and the last of the last."""
    _note_others(scene, sheet, weights)
    _note_elsewhere(scene, sheet, weights)
    first = scene.subject[0]
    if first.passage.field != "title" and first.sentence >= _LEAD:
        # Named late, but somewhere as somebody who arrives: a report from beside the journey.
        stops = {(found.passage.field, found.sentence) for found in scene.places}
        arrives = any(
            (found.passage.field, found.sentence) in stops and _moves(found.passage, found.sentence)
            for found in scene.acting
        )
        name = "passing by" if arrives else "passing"
        sheet.add_to_all(name, first.passage, first.span, weights[name])
    _note_not_there(scene, sheet, weights)
    if not _journey(scene):
        # On the very days of a trip the subject is away, whether the text says so or not.
        there = {trip for trip, noted in sheet.trips.items() if any(item.signal == "page on trip" for item in noted)}
        for trip in sheet.trips:
            name = "no journey told" if trip in there else "no journey"
            sheet.add(trip, name, first.passage, first.span, weights[name])
    mentions = [
        mention for mention in scene.days["text"] if mention.year and (mention.sentence < _LEAD or not mention.whole)
    ]
    days = [found for mention in mentions if (found := mention.days(None))]
    if days and all(day[1] < span[0] - _YEARS_AWAY or day[0] > span[1] + _YEARS_AWAY for day in days):
        sheet.add_to_all("other years", scene.reading.text, mentions[0].span, weights["other years"])


def _note_others(scene: Scene, sheet: Sheet, weights: Mapping[str, float]) -> None:
    acting = scene.acting
    if any(found.passage.field == "title" for found in acting):
        return
    title = [found for found in scene.others if found.passage.field == "title"]
    if title:
        # A name in a headline that tells of no journey ("… answers so-and-so's charge") is no traveller's.
        travels = _moves(scene.reading.title) or any(
            found.passage.field == "title" for found in (*scene.words, *scene.region, *scene.places)
        )
        # Whose something is ("so-and-so's charge") is not who the headline is about.
        if not travels and all(_said(found).endswith(("'s", "\u2019s")) for found in title):
            return
        name = "other traveller" if title[0].first <= 4 and travels else "other in headline"
        if not travels and not _leads(scene, acting, title[0].label):
            name = "other named"
        sheet.add_to_all(name, title[0].passage, title[0].span, weights[name])
        return
    counts = Counter(found.label for found in scene.others)
    if not counts:
        return
    label, most = counts.most_common(1)[0]
    lead = next(found for found in scene.others if found.label == label)
    if most >= 2 * len(acting) and (not acting or lead.span.start < acting[0].span.start):
        sheet.add_to_all("other leads", lead.passage, lead.span, weights["other leads"])
    elif leader := _leader(scene, acting):
        sheet.add_to_all("other leads", leader.passage, leader.span, weights["other leads"])


def _leader(scene: Scene, acting: Sequence[Found]) -> Found | None:
    """Another traveller who stands before the subject in the text, early and on the way, and is named as often."""
    own = [found for found in acting if found.passage.field == "text"]
    others = [found for found in scene.others if found.passage.field == "text" and found.sentence < _LEAD - 1]
    if not others or (own and own[0].first < others[0].first) or not _moves(others[0].passage, others[0].sentence):
        return None
    first = others[0]
    return first if sum(found.label == first.label for found in scene.others) >= len(own) else None


def _leads(scene: Scene, acting: Sequence[Found], label: str) -> bool:
    leader = _leader(scene, acting)
    return leader is not None and leader.label == label


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
        before = found.passage.words[found.first - 1] if found.first else ""
        if found.early and (before in _INTO or (found.passage.field == "text" and found.first == 0)):
            return True
    text = scene.reading.text
    return _moves(scene.reading.title) or any(_moves(text, number) for number in range(min(LEAD, len(text.sentences))))


def _moves(passage: Passage, number: int = 0) -> bool:
    """Whether a sentence says that somebody goes somewhere or sits with somebody."""
    first, last = passage.sentence(number)
    return _JOURNEY.search(" ".join(passage.words[first:last])) is not None


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
