"""Texts that a person gives, or a feed's summary in a page's place, as pages. Pure."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePath

from monitor.model import Lead, Page
from monitor.stages.charset import decode
from monitor.stages.extract import read_page, read_text
from monitor.text import clean, words

LEAST_SUMMARY_WORDS = 5


def read_file(data: bytes, name: str, now: datetime) -> Page:
    """A .html file as a page, any other as plain text; raises ExtractError when there is no text in it."""
    if PurePath(name).suffix.lower() in (".html", ".htm"):
        lead = Lead(source_id="", url="", canonical="", title=PurePath(name).stem)
        return read_page(data, url="", charset="", lead=lead, now=now)
    return read_text(decode(data))


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
