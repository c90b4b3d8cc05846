"""Small, whole examples of every record: a strike in a harbour, told in our own words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from monitor.model import (
    Article,
    Counts,
    Decision,
    Development,
    Digest,
    DigestPlan,
    Evidence,
    Figure,
    Filed,
    Filing,
    Lead,
    Match,
    Novelty,
    Source,
    SourceState,
    Span,
    Stop,
    StoredArticle,
    StoredDevelopment,
    Topic,
    TopicHit,
    Trip,
    TripScore,
    Verdict,
    Watch,
)
from monitor.stages import dedup
from monitor.stages.identity import content_hash
from monitor.text import read_sentences

NOW = datetime(2024, 3, 20, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TRIP = "round-01"

TEXT = (
    "The mediator asked the dockers to reopen two grain berths before the weekend. "
    "The port authority said 14 ships were waiting outside the breakwater on Tuesday. "
    "A spokesman for the crane drivers called the offer a first step and wanted it in writing."
)

WATCH = Watch(
    name="Harbour strike talks",
    subject="mediator OR dockers",
    timezone="Europe/Berlin",
    trips=(
        Trip(
            id=TRIP,
            ordinal=1,
            name="First round",
            first=date(2024, 3, 18),
            last=date(2024, 3, 22),
            stops=(
                Stop("Northquay", "Harbourland", date(2024, 3, 18)),
                Stop("Southquay", "Harbourland", date(2024, 3, 20)),
                Stop("Millpoint", "Harbourland", date(2024, 3, 22)),
            ),
        ),
        Trip(id="round-02", ordinal=2, name="Second round", first=date(2024, 5, 6), last=date(2024, 5, 9)),
    ),
    topics=(Topic("pay", "Pay", "wage* OR pay"), Topic("cargo", "Cargo", "grain OR ship*")),
    sources=(
        Source("gazette", "Quay Gazette", "https://gazette.example/feed"),
        Source("courier", "Tide Courier", "https://courier.example/feed"),
    ),
    digest=DigestPlan(formats=("md", "html")),
)


def make_lead(slug: str = "one", **changes: Any) -> Lead:
    """A lead of the Quay Gazette; its address is made of `slug`."""
    address = f"https://gazette.example/{slug}"
    return replace(Lead("gazette", address, address, title=f"Report {slug}"), **changes)


def make_state(source_id: str = "gazette", **changes: Any) -> SourceState:
    """A source that has just answered."""
    return replace(SourceState(source_id, tried_at=NOW, ok_at=NOW), **changes)


def make_article(article_id: str = "a1", text: str = TEXT, **changes: Any) -> Article:
    """An article of the Quay Gazette, read now."""
    address = f"https://gazette.example/{article_id}"
    article = Article(
        id=article_id,
        url=address,
        canonical=address,
        source_id="gazette",
        outlet="Quay Gazette",
        title=f"Talks at the quay: {article_id}",
        text=text,
        author="",
        published=NOW - HOUR,
        language="en",
        fetched_at=NOW,
        content_hash=content_hash(text),
    )
    return replace(article, **changes)


def make_filing(trip: str = TRIP, **changes: Any) -> Filing:
    """Filed under `trip`, or under none for ""."""
    evidence = (Evidence("signal", "first round", "title", Span(0, 11), 2.0),)
    filing = Filing(
        decision=Decision.FILED if trip else Decision.NONE,
        trip=trip,
        mentioned=(),
        scores=(TripScore(trip, 2.0, evidence),) if trip else (),
        topics=(TopicHit("cargo", ()),) if trip else (),
        reason="" if trip else "nothing in it is about the talks",
    )
    return replace(filing, **changes)


def make_figure(high: float = 14, **changes: Any) -> Figure:
    """Ships waiting, as one sentence gave it."""
    return replace(
        Figure("ships waiting", high, high, "", "ships", "total", "port authority", 1, Span(0, 2)),
        **changes,
    )


def make_development(article: Article, sentence: int = 0, **changes: Any) -> Development:
    """The article's sentence `sentence` as a development on cargo."""
    return replace(
        Development(
            article_id=article.id,
            sentence=sentence,
            text=read_sentences(article.text)[sentence].text,
            trip=TRIP,
            topics=("cargo",),
            score=0.8,
            why="new: nobody had reported this",
            rank=1.0,
        ),
        **changes,
    )


def make_filed(article: Article | None = None, *, new: tuple[int, ...] = (0,), **changes: Any) -> Filed:
    """The article with all its sentences; those with an index in `new` are developments."""
    article = article or make_article()
    sentences = tuple(
        Novelty(sentence, 0.8 if sentence.index in new else 0.1, sentence.index in new, "")
        for sentence in read_sentences(article.text)
    )
    filed = Filed(
        article=article,
        match=Match(Verdict.NEW),
        filing=make_filing(),
        sentences=sentences,
        developments=tuple(make_development(article, index) for index in new),
        sketch=dedup.sketch(dedup.fingerprint(article.text).shingles),
    )
    return replace(filed, **changes)


def make_seed(seed_id: str = "seed-1", text: str = TEXT, **changes: Any) -> Filed:
    """A seed article as `pipeline.seeding` gives it to the store."""
    article = make_article(seed_id, text, url=f"seed:{seed_id}", canonical=f"seed:{seed_id}", source_id="seeds")
    return make_filed(replace(article, outlet="seed corpus", content_hash="version-1"), new=(), **changes)


def make_stored(article: Article | None = None, **changes: Any) -> StoredArticle:
    """A filed article as the store hands it to the digest."""
    stored = StoredArticle(article or make_article(), Verdict.NEW, Match(Verdict.NEW), make_filing())
    return replace(stored, **changes)


def make_told(number: int, article: Article | None = None, *, also: tuple[str, ...] = (), **changes: Any) -> Any:
    """A stored development with its own row; by default in an article of its own."""
    article = article or make_article(f"a{number}")
    development = replace(make_development(article), **{"text": f"Berth {number} was opened again.", **changes})
    return StoredDevelopment(number, development, article, also)


def make_digest(name: str = "2024-03-20", **changes: Any) -> Digest:
    """A digest with nothing in it."""
    digest = Digest(
        name=name,
        story=WATCH.name,
        day=date(2024, 3, 20),
        zone="Europe/Berlin",
        made_at=NOW,
        counts=Counts(0, 0, 0, 0, 0, 2, 2),
        trips=(),
        perhaps=(),
        left_out=(),
        sources=(),
    )
    return replace(digest, **changes)
