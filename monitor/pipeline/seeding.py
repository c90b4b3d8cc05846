"""The seed corpus into the store: records with fingerprints, and a person's own full texts."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath
from typing import Protocol

from monitor.errors import MonitorError
from monitor.model import (
    Article,
    Decision,
    Evidence,
    Filed,
    Filing,
    Fingerprint,
    Match,
    Novelty,
    Page,
    Seed,
    Sentence,
    Source,
    Span,
    TopicHit,
    TripScore,
    Verdict,
)
from monitor.pipeline.articles import make_article
from monitor.pipeline.filing import Filer
from monitor.pipeline.gathering import StoryStore
from monitor.stages import dedup
from monitor.stages.charset import decode
from monitor.stages.identity import canonical_url
from monitor.stages.origin import origin_of
from monitor.stages.seedfile import BRIEF_FIRST, is_record, read_seed, version_of
from monitor.text import read_sentences


class SeedStore(StoryStore, Protocol):
    """What seeding needs of the store."""

    def batch(self) -> AbstractContextManager[None]:
        """See `ports.Store`."""

    def seed_versions(self) -> dict[str, str]:
        """See `ports.Store`."""

    def add_seed(self, filed: Filed, original: Fingerprint | None) -> None:
        """See `ports.Store`."""

    def remove_seed(self, seed_id: str) -> None:
        """See `ports.Store`."""


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What a look at seeds/ changed. `problems`: one line for each file that could not be read."""

    added: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]
    problems: tuple[str, ...]


def sync_seeds(files: Iterable[tuple[str, bytes]], store: SeedStore, filer: Filer, now: datetime) -> SeedReport:
    """Make the store's seeds those of the folder: new and edited records are read, gone ones forgotten."""
    have = store.seed_versions()
    kept: set[str] = set()
    added: list[str] = []
    problems: list[str] = []
    for name, data in files:
        text = decode(data)
        fallback = f"seed-{PurePath(name).stem}"
        try:
            seed = read_seed(text, name) if is_record(text) else None
            seed_id = seed.id if seed else fallback
            if seed_id in kept:
                problems.append(f"{name}: the id {seed_id!r} is taken by another seed; give it one of its own")
                continue
            kept.add(seed_id)
            if have.get(seed_id) != version_of(text):
                seed = seed or full_text(name, data, filer, now)
                with store.batch():
                    store.add_seed(seed_filing(seed, filer, now), seed.original)
                    filer.gather()
                added.append(seed_id)
        except MonitorError as error:
            # What was known before stays known: a damaged record does not forget.
            kept.add(fallback)
            problems.append(str(error))
    removed = () if problems else tuple(seed_id for seed_id in have if seed_id not in kept)
    for seed_id in removed:
        with store.batch():
            store.remove_seed(seed_id)
            filer.gather()
    return SeedReport(tuple(added), len(kept) - len(added), removed, tuple(problems))


def full_text(name: str, data: bytes, filer: Filer, now: datetime) -> Seed:
    """A person's own file as a seed: its text is kept locally, its trip and topics are worked out."""
    from monitor.stages.given import read_file  # noqa: PLC0415 - the parsers, for those who have such seeds

    page = read_file(data, name, now)
    article = make_article(replace(page, url=page.url or "https://seed.invalid/" + PurePath(name).stem), _SOURCE, now)
    filing = filer.classify(article, Match(Verdict.NEW))
    return Seed(
        id=f"seed-{PurePath(name).stem}",
        title=page.title or PurePath(name).stem,
        outlet=page.outlet,
        url=page.url,
        published=page.published,
        trip=filing.trip or (filing.scores[0].trip_id if filing.scores and filing.scores[0].score > 0 else ""),
        topics=tuple(hit.topic_id for hit in filing.topics),
        document=name,
        brief=page.text,
        original=None,
        version=version_of(decode(data)),
    )


_SOURCE = Source("seeds", "seed corpus", "https://seed.invalid/")


def seed_filing(seed: Seed, filer: Filer, now: datetime) -> Filed:
    """What a seed adds to the store: its text, and every sentence of it and of its original as known."""
    canonical = canonical_url(seed.url) if seed.url else f"seed:{seed.id}"
    page = Page(seed.url or f"seed:{seed.id}", seed.title, seed.brief, outlet=seed.outlet, published=seed.published)
    article = Article(
        id=seed.id,
        url=page.url,
        canonical=canonical,
        source_id="seeds",
        outlet=seed.outlet or "seed corpus",
        title=seed.title,
        text=seed.brief,
        author="",
        published=seed.published,
        language="en",
        fetched_at=now,
        content_hash=seed.version,
    )
    first = BRIEF_FIRST if seed.original else 0
    known = [
        Novelty(replace(sentence, index=sentence.index + first), 0.0, False, "seed")
        for sentence in read_sentences(seed.brief)
    ]
    whole = dedup.fingerprint(seed.brief)
    shingles = list(whole.shingles)
    if seed.original:
        shingles += seed.original.shingles
        # Even numbers only: the order of the original's sentences is not kept, so none has a neighbour.
        known += [
            Novelty(Sentence(index * 2, "", Span(0, 0), words, frozenset()), 0.0, False, "seed")
            for index, words in enumerate(seed.original.sentences)
        ]
    return Filed(
        article=article,
        match=Match(Verdict.NEW),
        filing=_declared(seed),
        sentences=tuple(sorted(known, key=lambda novelty: novelty.sentence.index)),
        figures=filer.figures(seed.brief) if seed.trip else (),
        sketch=tuple(shingles),
        words=seed.original.words if seed.original else whole.words,
        origin=origin_of(seed.brief, outlet=seed.outlet),
    )


def _declared(seed: Seed) -> Filing:
    evidence = (Evidence("declared", seed.trip, "record", Span(0, 0), 1.0),)
    return Filing(
        decision=Decision.FILED if seed.trip else Decision.NONE,
        trip=seed.trip,
        mentioned=(),
        scores=(TripScore(seed.trip, 1.0, evidence),) if seed.trip else (),
        topics=tuple(TopicHit(topic, ()) for topic in seed.topics),
        reason="" if seed.trip else "the seed record names no trip",
    )
