"""Why a labelled article was filed otherwise: its evidence, and what one more hit would have done. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model import Filing, TripScore
from monitor.rules import find, read_document
from monitor.rules.near import near_misses
from monitor.stages.classify import Classifier
from monitor.stages.labelled import Given
from monitor.stages.score import NONE, Labelled, Predicted


@dataclass(frozen=True, slots=True)
class Missed:
    """One article that was filed otherwise than its label says.

    `trip`: "" when the trip is right, else what happened; `sheets`: the score sheets of the right and the wrong trip;
    `ways`: what one more hit, or one less, would have done.
    """

    id: str
    title: str
    trip: str
    topics: tuple[str, ...]
    sheets: tuple[TripScore, ...]
    ways: tuple[str, ...]


def explain_miss(
    classifier: Classifier, given: Given, label: Labelled, filing: Filing, said: Predicted
) -> Missed | None:
    """What went wrong with one article; None when nothing did."""
    wrong = said.trip not in (label.trip, *label.accept)
    lost = tuple(sorted(set(label.topics) - set(said.topics)))
    extra = tuple(sorted(set(said.topics) - set(label.topics)))
    if not wrong and not lost and not extra:
        return None
    sheets = {score.trip_id: score for score in filing.scores}
    ways = list(_trip_ways(classifier, label, filing, sheets)) if wrong else []
    document = read_document({"title": given.title, "text": given.text, "url": given.url}, given.day)
    for topic in classifier.topics:
        if topic.id in lost:
            ways += [f"{topic.id}: {way}" for way in near_misses(topic.rule, document)]
            if find(topic.rule, document) is not None:
                what = "its `not` takes back" if topic.exclude is not None else "only background has"
                ways.append(f"{topic.id}: {what} what its rule finds")
    for hit in filing.topics:
        if hit.topic_id in extra:
            seen = ", ".join(dict.fromkeys(f"“{each.term}”" for each in hit.evidence))
            ways.append(f"{hit.topic_id}: not labelled, but {seen} stands in the {hit.evidence[0].field}"
                        if hit.evidence else f"{hit.topic_id}: not labelled")  # fmt: skip
    names = [*(f"-{topic}" for topic in lost), *(f"+{topic}" for topic in extra)]
    shown = [name for name in (label.trip, said.trip) if name in sheets] if wrong else []
    trip = f"{label.trip} was filed as {said.trip}" if wrong else ""
    return Missed(label.id, given.title, trip, tuple(names), tuple(sheets[name] for name in shown), tuple(ways))


def _trip_ways(classifier: Classifier, label: Labelled, filing: Filing, sheets: dict[str, TripScore]) -> list[str]:
    """What would have turned the decision: for a missed trip what is lacking, for a wrong one what is too much."""
    weights = classifier.story.weights
    if not filing.scores:
        return [filing.reason]
    best = filing.scores[0]
    if label.trip == NONE:
        over = best.score - weights["file"]
        return [f"{best.trip_id} has {best.score:.1f}; {over:.1f} less and it would not have been filed"]
    own = sheets[label.trip].score if label.trip in sheets else 0.0
    rival = max((score.score for score in filing.scores if score.trip_id != label.trip), default=float("-inf"))
    lacking = max(weights["file"], rival + weights["margin"]) - own
    ways = [f"{label.trip} has {own:.1f}; one more sign of weight {lacking:.1f} would have filed it"]
    enough = sorted({name for name, weight in weights.items() if weight >= lacking and name in _SIGNS})
    if enough:
        ways.append(f"that is one of: {', '.join(enough)}")
    against = [item for item in (sheets[label.trip].evidence if label.trip in sheets else ()) if item.weight < 0]
    for item in against:
        if -item.weight >= lacking:
            ways.append(f"without {item.signal} (“{item.term}”, {item.weight:+.1f}) it would have been filed")
    return ways


# Signs that a writer of reports or of rules can add.
_SIGNS = frozenset(
    {"ordinal", "ordinal bare", "earlier trips", "date early", "date", "date near", "page on trip", "place"}
)
