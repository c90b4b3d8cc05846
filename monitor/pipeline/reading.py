"""What would become of a text, without storing anything: for `explain` and `seeds check`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.model import Article, Filing, Match, Novelty, Page, Source
from monitor.pipeline.filing import Filer, make_article, settle
from monitor.stages.dedup import fingerprint

GIVEN = Source("by-hand", "given by hand", "https://given.invalid/")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text judged as the pipeline would judge it."""

    article: Article
    match: Match
    filing: Filing
    sentences: tuple[Novelty, ...]


def read_given(filer: Filer, page: Page, now: datetime) -> Reading:
    """Judge, classify and compare a page; nothing is stored."""
    article = make_article(page if page.url else replace(page, url=GIVEN.url + "text"), GIVEN, now)
    match = filer.judge(article, fingerprint(article.text))
    match, filing = filer.retold(article, match, filer.classify(article, match))
    sentences = filer.read(article, match, filing)
    return Reading(article, settle(match, sentences), filing, sentences)
