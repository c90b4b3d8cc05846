"""What a page is in the end, once its sentences are read: copy, update, rewrite or new. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from monitor.model import Article, Decision, Filing, Fingerprint, Link, Match, Novelty, StoredArticle, Verdict
from monitor.stages.identity import version_of

# In a copy or a retelling of something known, only what is clearly unlike it (or a new figure) counts as new.
COPY_NOVELTY = 0.50
RETOLD_NOVELTY = 0.64
REWRITE_SHARE = 0.60


def said_on(article: Article, match: Match, fingerprint: Fingerprint) -> tuple[int, ...]:
    """The sentences that an article makes its site say once more: none where the page or the text is the same again."""
    same = match.similarity == match.inside == match.covers == 1.0
    return () if same or version_of(article.canonical) else fingerprint.lines


def inherit(filing: Filing, original: StoredArticle) -> Filing:
    """The filing of a copy or retelling: that of its original, where that has one, or a person's word on it."""
    given = original.filing
    # A word on a trip that is gone from the watch decides nothing.
    word = given.settled if given.settled and given.settled.trip == given.trip else None
    if word is None and given.decision is Decision.NONE:
        return filing
    if word is None and filing.decision is Decision.NONE and not filing.scores and not given.trip:
        return filing
    # Evidence points into its own article's text: what is taken over comes without it.
    topics = tuple(replace(hit, evidence=()) for hit in given.topics)
    if word is not None and word.topics is not None:
        seen = {hit.topic_id: hit for hit in filing.topics}
        topics = tuple(seen.get(hit.topic_id, hit) for hit in topics)
    elif filing.topics:
        topics = filing.topics
    reason = "its original was settled by hand" if given.decision is Decision.NONE else ""
    return replace(filing, decision=given.decision, trip=given.trip, topics=topics, reason=reason)


def doubt(novelty: Novelty, match: Match) -> Novelty:
    """The verdict on a sentence of a copy or a retelling, where less is believed to be new."""
    floor = {Verdict.COPY: COPY_NOVELTY, Verdict.REWRITE: RETOLD_NOVELTY}.get(match.verdict, 0.0)
    if novelty.new and novelty.score < floor and "figure" not in novelty.reason:
        return replace(novelty, new=False, reason="known (said in other words)")
    return novelty


def settle(match: Match, read: Sequence[Novelty]) -> Match:
    """A copy that says something new is an update; a text that only says what one other says is a rewrite of it."""
    new = [novelty for novelty in read if novelty.new]
    if match.verdict is Verdict.COPY and new:
        return replace(match, verdict=Verdict.UPDATE)
    if match.verdict is not Verdict.NEW:
        return match
    known = [novelty for novelty in read if novelty.reason == "known" and novelty.nearest]
    if known and len(known) >= REWRITE_SHARE * (len(known) + len(new)):
        sources = Counter(novelty.nearest.article_id for novelty in known if novelty.nearest)
        of, count = sources.most_common(1)[0]
        if count >= max(2, len(known) / 2):
            return replace(match, verdict=Verdict.REWRITE, of=of, aligned=len(known) / (len(known) + len(new)))
    return match


def links_of(found: Sequence[Link], match: Match) -> tuple[Link, ...]:
    """What an article is beside others, once for each: the first that was found, and what it is a rewrite of."""
    links = {link.other: link for link in reversed(found)}
    if match.verdict is Verdict.REWRITE and match.of:
        link = links.get(match.of, Link(match.of, Verdict.NEW))
        if link.kind is Verdict.NEW:
            links[match.of] = replace(link, kind=Verdict.REWRITE)
    return tuple(links.values())


def echoes_of(article: Article, read: Sequence[Novelty]) -> tuple[int, ...]:
    """Developments of other outlets that this article's known sentences say as well."""
    return tuple(
        novelty.nearest.development_id
        for novelty in read
        if not novelty.new
        and novelty.reason.startswith("known")
        and novelty.nearest
        and novelty.nearest.development_id is not None
        and novelty.nearest.outlet != article.outlet
    )
