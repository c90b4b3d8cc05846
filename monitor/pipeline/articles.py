"""A page becomes an article: it gets its identity."""

from __future__ import annotations

from datetime import datetime

from monitor.model import Article, Page, Source
from monitor.stages.identity import article_id, canonical_url, content_hash, versioned


def make_article(page: Page, source: Source, now: datetime, version: str = "", hash_: str | None = None) -> Article:
    """A page with its identity; raises ExtractError when its address is unusable.

    `version`: of a page that is watched for change, so that each of its texts is an article; `hash_`: the content
    hash, where it is at hand.
    """
    canonical = versioned(canonical_url(page.url), version)
    return Article(
        id=article_id(canonical),
        url=page.url,
        canonical=canonical,
        source_id=source.id,
        outlet=page.outlet or source.name,
        title=page.title,
        text=page.text,
        author=page.author,
        published=page.published,
        language=page.language or source.language,
        fetched_at=now,
        content_hash=content_hash(page.text) if hash_ is None else hash_,
        summary_only=page.summary_only,
    )
