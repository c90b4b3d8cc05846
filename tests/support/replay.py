"""A decision worked out again from nothing but its evidence and the article's own characters."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.model import Article, Decision, Evidence, Filing
from monitor.rules import compile_rule, find, read_document


def fields_of(article: Article) -> dict[str, str]:
    """What evidence may point into."""
    day = article.published.date().isoformat() if article.published else ""
    return {
        "title": article.title,
        "text": article.text,
        "lead": article.text,
        "url": article.url,
        "outlet": article.outlet,
        "language": article.language,
        "published": day,
    }


def replay(article: Article, filing: Filing, weights: Mapping[str, float], *, inherited: bool = False) -> list[str]:
    """Everything in which the evidence does not bear the decision out, in words; [] when it all does.

    Each sign is read again at its characters, each score summed again, the decision made again from the scores.
    `inherited`: the decision is that of the report which this one copies or retells.
    """
    fields = fields_of(article)
    wrong = []
    for score in filing.scores:
        for item in score.evidence:
            if " ".join(fields[item.field][item.span.start : item.span.end].split()) != item.term:
                wrong.append(f"{score.trip_id}: {item} does not stand there")
        if abs(sum(item.weight for item in score.evidence) - score.score) > 1e-9 * max(1, len(score.evidence)):
            wrong.append(f"{score.trip_id}: {score.score} is not the sum of its evidence")
    if filing.scores and not inherited and _decide(filing, weights) != (filing.decision, filing.trip):
        wrong.append(f"{filing.decision} {filing.trip} does not follow from the scores")
    wrong += [
        f"{hit.topic_id}: {item} does not stand there"
        for hit in filing.topics
        for item in hit.evidence
        if not _stands(fields, item)
    ]
    return wrong


def _decide(filing: Filing, weights: Mapping[str, float]) -> tuple[Decision, str]:
    ranked = sorted((score.score for score in filing.scores), reverse=True)
    clear = len(ranked) < 2 or ranked[0] - ranked[1] >= weights["margin"]
    best = max(filing.scores, key=lambda score: score.score)
    if best.score >= weights["file"] and clear:
        return Decision.FILED, best.trip_id
    return (Decision.UNCERTAIN if best.score >= weights["unsure"] else Decision.NONE), ""


def _stands(fields: Mapping[str, str], item: Evidence) -> bool:
    """Whether the evidence's term, as a rule of its own, matches exactly the characters it points to."""
    said = fields[item.field][item.span.start : item.span.end]
    if item.term.startswith("published:") or item.field == "published":
        return bool(said)
    found = find(compile_rule(item.term), read_document({"text": said}))
    return found is not None and found[0].span.end - found[0].span.start == len(said)
