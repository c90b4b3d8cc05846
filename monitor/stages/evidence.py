"""Decisions in words for a reader: why a sentence is told, and how much it is worth telling. Pure."""

from __future__ import annotations

import re
from datetime import date

from monitor.model import Filing, Novelty, Trip
from monitor.text import one_line

# What moves a development up or down within its topic; the score itself counts once.
RANK = {
    "topic": 0.6,
    "figure": 0.5,
    "first": 0.5,
    "early": 0.7,
    "other topics": 0.1,
    "long": -0.2,
    "quote only": -0.25,
    "background": -0.9,
}
LONG = 45
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = re.compile(
    r"\b(Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\b(?!-)"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
# A sentence this unlike everything known has no nearest worth showing.
FAR = 0.6


def rank_development(novelty: Novelty, topics: int, sentences: int, trip: Trip) -> float:
    """How much a development is worth telling; larger is more.

    On a topic, with a new figure, early in its article; what speaks of another year or month is background.
    """
    text = novelty.sentence.text
    rank = novelty.score
    if topics:
        rank += RANK["topic"] + RANK["other topics"] * (min(topics, 3) - 1)
    if "figure" in novelty.reason:
        rank += RANK["figure"]
    if novelty.sentence.index == 0:
        rank += RANK["first"]
    rank += RANK["early"] * (1 - novelty.sentence.index / max(sentences, 1)) ** 2
    if len(text.split()) > LONG:
        rank += RANK["long"]
    if text[:1] in "\"“'‘":
        rank += RANK["quote only"]
    if is_background(text, trip.first, trip.last):
        rank += RANK["background"]
    return round(rank, 4)


def is_background(text: str, first: date, last: date) -> bool:
    """Whether a sentence speaks of a year or month outside the trip's (a month's width either side of it)."""
    near = {(first.month - 2) % 12 + 1, first.month, last.month, last.month % 12 + 1}
    years = {int(year) for year in _YEAR.findall(text)}
    months = {_MONTHS.index(found[:3].lower()) + 1 for found in _MONTH.findall(text)}
    return bool(years - {first.year, last.year}) or bool(months and not months & near)


def explain_development(novelty: Novelty, filing: Filing, *, summary_only: bool = False) -> str:
    """One line: why it counts as new, the nearest thing known, and the evidence that filed it here."""
    parts = [f"new: {novelty.reason}"]
    if summary_only:
        parts.append("from the feed's summary, the page gave no text")
    nearest = novelty.nearest
    if nearest is not None and nearest.text and novelty.score < FAR:
        day = f", {nearest.published:%-d %b}" if nearest.published else ""
        parts.append(f"nearest known: “{one_line(nearest.text, 70)}” ({nearest.outlet}{day})")
    signs = filing_signs(filing)
    if signs:
        parts.append(f"filed by {signs}")
    return " · ".join(parts)


def filing_signs(filing: Filing, most: int = 3) -> str:
    """The strongest evidence for the article's trip: "“ninth trip” in the title, “Ghent”"."""
    signs: dict[str, str] = {}
    for score in filing.scores:
        if score.trip_id == filing.trip:
            for evidence in sorted(score.evidence, key=lambda each: -each.weight):
                if evidence.weight > 0:
                    place = {"title": " in the title", "published": " as its date", "url": " in the address"}
                    signs.setdefault(
                        evidence.term.casefold(), f"“{one_line(evidence.term, 40)}”{place.get(evidence.field, '')}"
                    )
    return ", ".join(list(signs.values())[:most])
