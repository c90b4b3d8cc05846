"""Answers of the topics' rules -> the topics of an article, with evidence. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model import Evidence, Span, TopicHit
from monitor.rules import Document, Hit, Rule, find
from monitor.rules.background import Background
from monitor.rules.tree import within

# Fields whose words stand in the article's text.
BODY = frozenset({"text", "lead"})


@dataclass(frozen=True, slots=True)
class TopicRule:
    """A topic's rule and the rule that takes matches back; `silence`: that rule, as it is asked of one sentence."""

    id: str
    rule: Rule
    exclude: Rule | None
    silence: Rule | None


def topic_rule(topic: str, rule: Rule, exclude: Rule | None) -> TopicRule:
    """A topic, ready to be asked."""
    silence = None if exclude is None else Rule(exclude.text, within(exclude.node, ("text",)))
    return TopicRule(topic, rule, exclude, silence)


def topic_hit(
    topic: TopicRule,
    hits: Sequence[Hit],
    document: Document,
    background: Background | None,
    weight: float,
    *,
    back: bool,
) -> TopicHit | None:
    """The topic with its evidence; None where all of it is taken back, or is no more than background.

    `hits`: what its rule found; `weight`: of a hit in the background; `back`: whether the words of its `not` are there.
    """
    left = _left(topic, hits, document) if back else hits
    if left is None:
        return None
    evidence = tuple(_evidence(topic.id, hit, background, weight) for hit in left)
    return TopicHit(topic.id, evidence) if not evidence or _told(evidence, background) else None


def _left(topic: TopicRule, hits: Sequence[Hit], document: Document) -> Sequence[Hit] | None:
    """What the rule finds outside the sentences that its `not` speaks of; None where it does not match there.

    Of a `not` that looks at the title, the address and so on, all sentences are spoken of alike.
    """
    if topic.exclude is None or topic.silence is None:
        return hits
    if not hits:
        return None if find(topic.exclude, document) is not None else hits
    left: dict[str, str] = {}
    for field, span in dict.fromkeys(_sentence(hit, document) for hit in hits):
        text = document.text(field)
        if find(topic.silence, document.replaced(text=text[span.start : span.end])) is not None:
            text = left.get(field, text)
            # Blanks keep the places of all that is left.
            left[field] = f"{text[: span.start]}{' ' * (span.end - span.start)}{text[span.end :]}"
    return find(topic.rule, document.replaced(**left)) if left else hits


def _sentence(hit: Hit, document: Document) -> tuple[str, Span]:
    """The field and the sentence in which a hit stands; of any field but the text all of it is one."""
    field = "text" if hit.field in BODY else hit.field
    words = document.words_of(field)
    if field != "text" or words is None:
        return field, Span(0, len(document.text(field)))
    return field, next(span for span in words.spans if span.end > hit.span.start)


def _evidence(topic: str, hit: Hit, background: Background | None, weight: float) -> Evidence:
    behind = background is not None and hit.field in BODY and background.holds(background.number(hit.span.start))
    return Evidence(topic, hit.term, hit.field, hit.span, weight if behind else 1.0)


def _told(evidence: Sequence[Evidence], background: Background | None) -> bool:
    """Whether a topic is told, each sentence counted once: one of the report is enough, of background it takes more."""
    if background is None or any(item.weight >= 1.0 for item in evidence):
        return True
    return sum({background.number(item.span.start): item.weight for item in evidence}.values()) >= 1.0
