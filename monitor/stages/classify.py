"""Article x watch -> Filing: the gate, the trips' score sheets, a decision, and the topics, all with evidence. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter

from monitor.errors import RuleError
from monitor.model import Decision, Filing, Span, TopicHit, TripScore, Watch
from monitor.rules import Document, Rule, RuleSet, compile_rule, read_document
from monitor.rules.background import Background, Recap
from monitor.rules.gate import closed, note_against, unplaced
from monitor.rules.reading import Reading, lay_out
from monitor.rules.ruleset import Answers
from monitor.rules.scene import Sheet, read_names, read_scene
from monitor.rules.signals import gather
from monitor.rules.weights import WEIGHTS, Story
from monitor.rules.wording import meaning
from monitor.stages.topics import BODY, TopicRule, topic_hit, topic_rule

# Characters in which an article tells its trip; the rest of a very long page is not read for it.
_READ = 40_000
_CALL = re.compile(r"@([\w-]+)")
# Signals that come from the text's own words; the page's day alone does not make a trip a mentioned one.
_OWN = frozenset(
    {"ordinal", "ordinal bare", "earlier trips", "trips so far", "date early", "date", "month", "signature", "stop day"}
)


@dataclass(frozen=True, slots=True)
class Classifier:
    """A watch, compiled once."""

    story: Story
    subject: Rule
    topics: tuple[TopicRule, ...]
    recap: Recap
    asked: RuleSet
    """The subject, then each topic's rule, then each topic's `not`; last the trips' signs."""
    general: int
    """How many of these every article is asked; the signs only what may be on a trip."""


def compile_watch(watch: Watch) -> Classifier:
    """Compile all rules of a watch; RuleError names the rule that does not parse."""
    people: dict[str, list[str]] = {}
    for trip in watch.trips:
        for name in trip.people:
            people.setdefault(name, []).append(trip.id)
    named = _named(watch)
    signals = {
        trip.id: tuple(
            (_compile(signal.match, f'trip "{trip.id}", signal {number}', named), signal.weight)
            for number, signal in enumerate(trip.signals, 1)
        )
        for trip in watch.trips
    }
    topics = tuple(
        topic_rule(
            topic.id,
            named[topic.id],
            _compile(topic.exclude, f'topic "{topic.id}", not', named) if topic.exclude.strip() else None,
        )
        for topic in watch.topics
    )
    story = Story(
        watch.trips,
        read_names(watch),
        {name: frozenset(trips) for name, trips in people.items()},
        signals,
        _weights(watch),
    )
    subject = _compile(watch.subject, "watch subject", named)
    general = [subject, *_rules_of(topics)]
    signs = [rule for rules in signals.values() for rule, _ in rules]
    return Classifier(story, subject, topics, Recap(watch.episode.since), RuleSet([*general, *signs]), len(general))


def classify(
    classifier: Classifier,
    article_title: str,
    text: str,
    url: str = "",
    outlet: str = "",
    language: str = "",
    published: datetime | None = None,
) -> Filing:
    """File one article by trip and topics."""
    day = published.date() if published else None
    fields = {"title": article_title, "text": text, "url": url, "outlet": outlet, "language": language}
    document = read_document(fields, day)
    asked = classifier.asked.ask(document)
    hits = asked.all(range(1)).get(0)
    named = [hit.span for hit in hits or () if hit.field in BODY]
    topics = _topics(classifier, document, asked, classifier.recap.sentences(text, named) if text else None)
    if hits is None:
        return Filing(Decision.NONE, "", (), (), topics, "the subject is not named")
    if not classifier.story.trips:
        return Filing(Decision.NONE, "", (), (), topics, "the watch declares no trip to file it under")
    reading = Reading(
        lay_out("title", article_title, document.words_of("title")),
        lay_out("text", text[:_READ], document.words_of("text") if len(text) <= _READ else None),
        url,
        day,
        outlet,
        language,
    )
    spans: dict[str, list[Span]] = {}
    for hit in hits:
        spans.setdefault("text" if hit.field == "lead" else hit.field, []).append(hit.span)
    scene = read_scene(classifier.story.names, reading, spans)
    reason = closed(scene)
    if reason:
        return Filing(Decision.NONE, "", (), (), topics, reason)
    signs = range(classifier.general, len(classifier.asked.rules))
    first = asked.first(signs)
    sheet, past = gather(classifier.story, scene, [first.get(number) for number in signs])
    if unplaced(scene, sheet):
        return Filing(Decision.NONE, "", (), (), topics, "no trip, region or stop is named")
    trips = classifier.story.trips
    weights = classifier.story.weights
    note_against(scene, sheet, weights, (min(trip.first for trip in trips), max(trip.last for trip in trips)))
    return _decide(classifier, sheet, past, topics)


def topics_of(classifier: Classifier, text: str) -> tuple[str, ...]:
    """Topics of one sentence."""
    document = read_document({"title": "", "text": text})
    return tuple(hit.topic_id for hit in _topics(classifier, document, classifier.asked.ask(document), None))


def _decide(classifier: Classifier, sheet: Sheet, past: frozenset[str], topics: tuple[TopicHit, ...]) -> Filing:
    weights = classifier.story.weights
    scores = sorted(
        (
            TripScore(
                trip, round(sum(item.weight for item in noted), 3), tuple(sorted(noted, key=lambda e: -abs(e.weight)))
            )
            for trip, noted in sheet.trips.items()
        ),
        key=lambda score: -score.score,
    )
    best = scores[0]
    second = scores[1] if len(scores) > 1 else TripScore("", float("-inf"), ())
    clear = best.score - second.score >= weights["margin"]
    filed = best.score >= weights["file"] and clear
    trip = best.trip_id if filed else ""
    mentioned = tuple(
        sorted(
            trip_id
            for trip_id, noted in sheet.trips.items()
            if trip_id != trip
            and (trip_id in past or sum(e.weight for e in noted if e.signal in _OWN) >= weights["mention"])
        )
    )
    kept = tuple(score for score in scores if score.evidence)
    if filed:
        return Filing(Decision.FILED, trip, mentioned, kept, topics)
    if best.score >= weights["unsure"]:
        return Filing(Decision.UNCERTAIN, "", mentioned, kept, topics, _doubt(classifier, best, second, clear))
    return Filing(Decision.NONE, "", mentioned, kept, topics, _refusal(classifier, best))


def _doubt(classifier: Classifier, best: TripScore, second: TripScore, clear: bool) -> str:
    if not clear:
        return f"between {best.trip_id} ({best.score:.1f}) and {second.trip_id} ({second.score:.1f})"
    enough = classifier.story.weights["file"]
    return f"{best.trip_id} has {best.score:.1f}, under the {enough:.1f} it takes to be filed"


def _refusal(classifier: Classifier, best: TripScore) -> str:
    against = min(best.evidence, key=lambda item: item.weight, default=None)
    if against is not None and against.weight <= -classifier.story.weights["unsure"]:
        return f"{meaning(against.signal)}: {against.term}"
    return f"too little speaks for any trip ({best.trip_id} has {best.score:.1f})"


def _rules_of(topics: tuple[TopicRule, ...]) -> list[Rule]:
    return [topic.rule for topic in topics] + [topic.exclude for topic in topics if topic.exclude is not None]


def _topics(
    classifier: Classifier, document: Document, asked: Answers, background: Background | None
) -> tuple[TopicHit, ...]:
    """The topics whose rule matches outside of what their `not` speaks of, and that are more than background."""
    answers = asked.all(range(1, 1 + len(classifier.topics)))
    weight = classifier.story.weights["background"]
    found = []
    exclude = len(classifier.topics)
    for number, topic in enumerate(classifier.topics, 1):
        exclude += topic.exclude is not None
        hits = answers.get(number)
        if hits is not None:
            back = exclude in asked.left
            found.append(topic_hit(topic, hits, document, background, weight, back=back))
    return tuple(filter(None, found))


def _named(watch: Watch) -> dict[str, Rule]:
    """The topics' rules, which any rule may call by the topic's id; those that are called come first."""
    texts = {topic.id: topic.rule for topic in watch.topics}
    calls = {name: set(_CALL.findall(text)) & texts.keys() for name, text in texts.items()}
    named: dict[str, Rule] = {}
    try:
        for name in TopologicalSorter(calls).static_order():
            named[name] = _compile(texts[name], f'topic "{name}"', named)
    except CycleError as error:
        names = ", ".join(sorted(set(error.args[1])))
        raise RuleError(f"topics call each other in a circle: {names}", rule=texts[error.args[1][0]]) from error
    return named


def _compile(rule: str, where: str, named: Mapping[str, Rule]) -> Rule:
    try:
        return compile_rule(rule, named=named)
    except RuleError as error:
        raise RuleError(
            f"{where}: {error.what}", rule=error.rule, line=error.line, column=error.column, mend=error.mend
        ) from error


def _weights(watch: Watch) -> dict[str, float]:
    weights = dict(WEIGHTS)
    for name, weight in watch.weights:
        if name not in weights:
            near = get_close_matches(name, weights, 1)
            raise RuleError(
                f'weights: no signal is called "{name}"', rule=name, mend=f'did you mean "{near[0]}"?' if near else ""
            )
        weights[name] = weight
    return weights
