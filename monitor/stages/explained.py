"""One article's decision laid out for a person: score sheets, why not the others, and the text with its marks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from monitor.model import Article, Decision, Evidence, Filing, Match, Trip, TripScore, Verdict
from monitor.rules.wording import meaning

# Where the words of a piece of evidence stand.
WHERE = MappingProxyType(
    {
        "title": "in the headline",
        "lead": "in the text",
        "text": "in the text",
        "published": "is its day",
        "url": "in its address",
        "outlet": "is its outlet",
        "language": "is its language",
        "record": "in its record",
    }
)
_TEXT = {
    Verdict.COPY: "a copy of",
    Verdict.UPDATE: "the text, with changes or something more, of",
    Verdict.REWRITE: "in other words, the same report as",
}
FOR, AGAINST, OTHER, TOPIC = "for", "against", "other", "topic"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text; `kinds`: what it is marked as ("" = not at all); `tip`: the signals that it is read from."""

    text: str
    kinds: str = ""
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A trip's score sheet. `verdict`: why it is this trip, or why not."""

    trip: str
    name: str
    score: float
    chosen: bool
    verdict: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """Everything that a page about one article shows. `silent`: trips for which nothing speaks."""

    title: tuple[Segment, ...]
    text: tuple[tuple[Segment, ...], ...]
    sheets: tuple[Sheet, ...]
    silent: tuple[str, ...]


def explain(article: Article, filing: Filing, trips: Sequence[Trip], weights: Mapping[str, float]) -> Explained:
    """Lay an article's filing out. `weights`: those that the decision was made by."""
    names = {trip.id: trip.name for trip in trips}
    sheets = tuple(
        Sheet(
            score.trip_id,
            names.get(score.trip_id, ""),
            score.score,
            score.trip_id == filing.trip,
            why(filing, score, weights),
            score.evidence,
        )
        for score in filing.scores
    )
    heard = {score.trip_id for score in filing.scores}
    marks = list(_marks(filing))
    lines = []
    start = 0
    for line in article.text.split("\n"):
        if line.strip():
            lines.append(_segments(article.text, start, start + len(line), [m for m in marks if m[0] == "text"]))
        start += len(line) + 1
    return Explained(
        _segments(article.title, 0, len(article.title), [m for m in marks if m[0] == "title"]),
        tuple(lines),
        sheets,
        tuple(names[trip.id] for trip in trips if trip.id not in heard) if filing.scores else (),
    )


def why(filing: Filing, score: TripScore, weights: Mapping[str, float]) -> str:
    """Why an article is on this trip, or not, in a sentence."""
    rival = max((each.score for each in filing.scores if each.trip_id != score.trip_id), default=0.0)
    enough, margin = weights["file"], weights["margin"]
    if score.trip_id == filing.trip:
        if filing.settled is not None:
            return "filed by hand"
        if score.score < enough or score.score - rival < margin:
            return "filed where the report that it copies or retells is filed"
        return (
            f"filed here: {score.score:.1f} points, {enough:.1f} are asked for; "
            f"{score.score - rival:.1f} ahead of the next trip, {margin:.1f} are asked for"
        )
    against = min(score.evidence, key=lambda item: item.weight, default=None)
    what = f"; against it: {meaning(against.signal)} (“{against.term}”)" if against and against.weight < 0 else ""
    best = max((each.score for each in filing.scores), default=0.0)
    if score.score < best:
        return f"not this one: {best - score.score:.1f} points behind the best{what}"
    if score.score < enough:
        return f"not filed: {score.score:.1f} points, {enough:.1f} are asked for{what}"
    if filing.decision is Decision.UNCERTAIN:
        return f"uncertain: only {score.score - rival:.1f} points ahead of the next trip, {margin:.1f} are asked for"
    return f"the most speaks for it{what}"


def said_of_trip(filing: Filing, trips: Sequence[Trip]) -> str:
    """Which trip an article is on, by name and id, or why on none."""
    if filing.decision is not Decision.FILED:
        doubt = "uncertain" if filing.decision is Decision.UNCERTAIN else "none"
        return f"{doubt} ({filing.reason})"
    name = next((trip.name for trip in trips if trip.id == filing.trip), "")
    hand = ", settled by hand" if filing.settled else ""
    return (f"{name} ({filing.trip})" if name else filing.trip or "none") + hand


def said_of_text(match: Match, original: str) -> str:
    """Whether a text as a whole is known, and of what. `original`: that one's title and outlet, "" where unknown."""
    if match.verdict is Verdict.NEW:
        return "new as a whole: no copy of a known text, and no known report in other words"
    shares = []
    if match.inside or match.covers:
        shares.append(f"{match.inside:.0%} of its words in a row stand there, {match.covers:.0%} of that one's here")
    if match.aligned:
        shares.append(f"{match.aligned:.0%} of its sentences are said there")
    return f"{_TEXT[match.verdict]} {original or match.of}" + (f"; {'; '.join(shares)}" if shares else "")


def _marks(filing: Filing) -> Iterable[tuple[str, int, int, str, str]]:
    """Field, first and last character, kind and tip of everything that a decision was read from."""
    best = filing.trip or (filing.scores[0].trip_id if filing.scores else "")
    for score in filing.scores:
        for item in score.evidence:
            kind = OTHER if score.trip_id != best else FOR if item.weight >= 0 else AGAINST
            tip = f"{score.trip_id} {item.weight:+.1f}: {meaning(item.signal)}"
            yield _field(item), item.span.start, item.span.end, kind, tip
    for hit in filing.topics:
        for item in hit.evidence:
            yield _field(item), item.span.start, item.span.end, TOPIC, hit.topic_id


def _field(item: Evidence) -> str:
    return "text" if item.field == "lead" else item.field


def _segments(text: str, start: int, end: int, marks: Sequence[tuple[str, int, int, str, str]]) -> tuple[Segment, ...]:
    """A part of a text, cut wherever a mark begins or ends."""
    here = [mark for mark in marks if mark[1] < end and mark[2] > start]
    cuts = sorted({start, end, *(min(max(place, start), end) for mark in here for place in mark[1:3])})
    found = []
    for first, last in pairwise(cuts):
        over = [mark for mark in here if mark[1] <= first and mark[2] >= last]
        kinds = [kind for kind in (FOR, AGAINST, TOPIC, OTHER) if any(mark[3] == kind for mark in over)]
        if FOR in kinds or AGAINST in kinds:
            over = [mark for mark in over if mark[3] != OTHER]
            kinds = [kind for kind in kinds if kind != OTHER]
        found.append(Segment(text[first:last], " ".join(kinds), ", ".join(dict.fromkeys(mark[4] for mark in over))))
    return tuple(found)
