"""Texts that a person gives, or a feed's summary in a page's place, as pages. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import PurePath

from monitor.model import Lead, Page
from monitor.stages.binary import refuse_binary
from monitor.stages.charset import decode
from monitor.stages.extract import read_page, read_text
from monitor.stages.headers import read_headers
from monitor.stages.meta import believable
from monitor.stages.seedfile import is_record, read_seed
from monitor.text import clean, words

LEAST_SUMMARY_WORDS = 5


def read_file(data: bytes, name: str, now: datetime) -> Page:
    """A .html file as a page, a seed record as its brief, any other as plain text with what its head says of it.

    Raises ExtractError when it is no text or there is none in it, SeedError for a damaged record.
    """
    text = decode(data)
    refuse_binary(data, text, name)
    if PurePath(name).suffix.lower() in (".html", ".htm"):
        lead = Lead(source_id="", url="", canonical="", title=PurePath(name).stem)
        return read_page(data, url="", charset="", lead=lead, now=now)
    if is_record(text):
        seed = read_seed(text, name)
        return Page(seed.url, seed.title, seed.brief, outlet=seed.outlet, published=seed.published)
    said = read_headers(text)
    page = read_text(said.body, url=said.url, title=said.title)
    return replace(
        page,
        outlet=said.outlet,
        author=said.author,
        language=said.language,
        published=said.published and believable(said.published, now),
    )


def summary_page(lead: Lead, reason: str) -> Page | None:
    """The feed's summary in place of a page that cannot be had; None when the feed gave none."""
    text = clean(lead.summary)
    if len(words(text)) < LEAST_SUMMARY_WORDS:
        return None
    return Page(
        url=lead.url,
        title=lead.title,
        text=text,
        author=lead.author,
        published=lead.published,
        language=lead.language,
        summary_only=True,
        reason=f"{reason}; the feed's summary is used",
    )
