"""Metadata at the head of a text file: "key: value" lines, between lines of --- or alone before a blank one. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from dateutil.parser import ParserError, parse

_LINE = re.compile(r"\s*([A-Za-z][A-Za-z _-]{0,30}?)\s*:\s*(.*\S)?\s*$")
_KEYS = {
    "title": ("title", "headline"),
    "url": ("url", "link", "address", "canonical"),
    "outlet": ("outlet", "source", "publisher", "site", "publication"),
    "author": ("author", "authors", "by", "byline"),
    "language": ("language", "lang"),
    "published": ("published", "date", "published at", "publication date", "date published"),
}
_FIELD = {name: field for field, names in _KEYS.items() for name in names}
_YEAR = re.compile(r"\d{4}")
_MOST_LINES = 40


@dataclass(frozen=True, slots=True)
class Headers:
    """What a text file says of itself; "" or None where it says nothing. `body`: the rest of it."""

    body: str
    title: str = ""
    url: str = ""
    outlet: str = ""
    author: str = ""
    language: str = ""
    published: datetime | None = None


def read_headers(text: str) -> Headers:
    """The metadata of a text file, and its text without them; unknown keys between --- lines are left out as well."""
    lines = text.lstrip("\ufeff").replace("\r\n", "\n").split("\n")
    found: dict[str, str] = {}
    rest = _fenced(lines, found) if lines[0].strip() == "---" else _bare(lines, found)
    if rest is None:
        return Headers(text)
    return Headers(
        "\n".join(lines[rest:]),
        found.get("title", ""),
        found.get("url", "") if found.get("url", "").startswith(("http://", "https://")) else "",
        found.get("outlet", ""),
        found.get("author", ""),
        found.get("language", ""),
        _day(found.get("published", "")),
    )


def _fenced(lines: list[str], found: dict[str, str]) -> int | None:
    for at, line in enumerate(lines[1:_MOST_LINES], start=1):
        if line.strip() in ("---", "..."):
            return at + 1
        _take(line, found)
    return None


def _bare(lines: list[str], found: dict[str, str]) -> int | None:
    """Without a fence a block counts only when every line of it has a known key, and there are two or more."""
    for at, line in enumerate(lines[:_MOST_LINES]):
        if not line.strip():
            return at + 1 if at >= 2 else None
        if not _take(line, found):
            return None
    return None


def _take(line: str, found: dict[str, str]) -> bool:
    matched = _LINE.match(line)
    field = _FIELD.get(matched[1].lower().replace("_", " ").replace("-", " ")) if matched else None
    if matched is None or field is None:
        return False
    found.setdefault(field, (matched[2] or "").strip("\"'"))
    return True


def _day(said: str) -> datetime | None:
    if not _YEAR.search(said):
        return None
    try:
        # A fixed default: what is not said shall not come from the clock.
        moment = parse(said, default=datetime(2000, 1, 1, 12, tzinfo=UTC))
    except (ParserError, OverflowError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
