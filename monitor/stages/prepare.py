"""What can be worked out of a page before anything else is known of it: done in the worker that read it. Pure."""

from __future__ import annotations

from datetime import datetime

from monitor.model import Lead, Page, Prepared
from monitor.stages.dedup import fingerprint
from monitor.stages.extract import read_page
from monitor.stages.identity import content_hash


def prepare(page: Page) -> Prepared:
    """A page with its fingerprint and content hash."""
    print_ = fingerprint(page.text)
    return Prepared(page, print_, content_hash(page.text))


def read_prepared(body: bytes, *, url: str, charset: str, lead: Lead, now: datetime) -> Prepared:
    """`read_page` and `prepare` in one piece of work; raises ExtractError."""
    return prepare(read_page(body, url=url, charset=charset, lead=lead, now=now))
