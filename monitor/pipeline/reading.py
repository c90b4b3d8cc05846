"""What would become of a text, without storing anything: for `explain` and `seeds check`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.model import Article, Filing, Match, Novelty, Page, Source
from monitor.pipeline.articles import make_article
from monitor.pipeline.filing import Filer
from monitor.pipeline.verdicts import settle
from monitor.stages.dedup import fingerprint, without
from monitor.stages.lines import places

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
    whole = fingerprint(article.text)
    everywhere = filer.furniture(article, whole)
    text, left = without(article.text, whole, everywhere)
    bare = replace(article, text=text)
    match, _ = filer.judge(bare, left, everywhere)
    match, filing, _ = filer.retold(bare, match, filer.classify(article, match))
    sentences = filer.read(filer.sentences(article, filing), match, filing, places(whole.lines, everywhere))
    return Reading(article, settle(match, sentences), filing, sentences)
