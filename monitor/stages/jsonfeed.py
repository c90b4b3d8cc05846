"""JSON Feed 1.0 and 1.1 -> plain entries; our own reader, since feedparser has none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from monitor.errors import ExtractError


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of any feed, as it stands there. `links`: best first; titles and summaries may hold markup."""

    links: tuple[str, ...] = ()
    guid: str = ""
    title: str = ""
    title_is_text: bool = False
    summary: str = ""
    content: str = ""
    author: str = ""
    published: str = ""
    language: str = ""
    updated: str = ""


def read_json(text: str, url: str) -> tuple[str, tuple[Entry, ...]]:
    """The feed's form ("JSON Feed 1.1") and its entries, in order; raises ExtractError for any other JSON."""
    try:
        feed = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise ExtractError(f"{url}: not a feed: JSON that does not parse ({error}); check the address") from None
    version = _text(feed.get("version")) if isinstance(feed, dict) else ""
    if "jsonfeed.org/version/" not in version or not isinstance(feed.get("items"), list):
        raise ExtractError(f"{url}: not a feed: JSON, but no JSON Feed; look for the site's RSS or Atom address")
    form = f"JSON Feed {version.rstrip('/').rsplit('/', 1)[-1]}"
    base = _joined(url, _text(feed.get("home_page_url")))
    return form, tuple(_entry(item, feed, base) for item in feed["items"] if isinstance(item, dict))


def _entry(item: dict[str, Any], feed: dict[str, Any], base: str) -> Entry:
    return Entry(
        links=tuple(_joined(base, link) for link in map(_text, (item.get("url"), item.get("external_url"))) if link),
        guid=_text(item.get("id")),
        title=_text(item.get("title")),
        summary=_text(item.get("summary")),
        content=_text(item.get("content_html")) or _text(item.get("content_text")),
        author=next(_authors(item, feed), ""),
        published=_text(item.get("date_published")) or _text(item.get("date_modified")),
        language=_text(item.get("language")) or _text(feed.get("language")),
        updated=_text(item.get("date_modified")),
    )


def _authors(item: dict[str, Any], feed: dict[str, Any]) -> Iterator[str]:
    """The item's authors as one name list, in 1.1's form or 1.0's, else the feed's."""
    for holder in (item, feed):
        several, one = holder.get("authors"), holder.get("author")
        people = several if isinstance(several, list) else [one]
        names = [_text(person.get("name")) for person in people[:20] if isinstance(person, dict)]
        if any(names):
            yield ", ".join(name for name in names if name)


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        return ""


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return str(value).strip()
