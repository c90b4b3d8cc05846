"""A page that is watched for change -> its one lead, which is a new one whenever the page's text is new. Pure."""

from __future__ import annotations

from datetime import datetime

from monitor.model import Lead, Offer
from monitor.stages.extract import read_page
from monitor.stages.identity import canonical_url, content_hash, versioned


def page_offer(body: bytes, *, url: str, source_id: str, charset: str, now: datetime) -> Offer:
    """The page as its own lead: `guid` is the hash of its article text, and `canonical` carries it as a version.

    Only the article's words count: a new banner, counter or date beside it makes no new version.
    Raises ExtractError when the page has no text.
    """
    canonical = canonical_url(url)
    lead = Lead(source_id=source_id, url=url, canonical=canonical)
    page = read_page(body, url=url, charset=charset, lead=lead, now=now)
    version = content_hash(page.text)
    lead = Lead(
        source_id=source_id,
        url=url,
        canonical=versioned(canonical, version),
        guid=version,
        title=page.title,
        published=page.published,
        language=page.language,
    )
    return Offer((lead,), "page")
