"""Which of the sitemaps that an index names are worth asking. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from monitor.errors import ExtractError
from monitor.stages.identity import canonical_url, same_site, site

MOST_MORE = 8
# On a first visit, older parts of an archive are left alone.
FIRST_LOOK = timedelta(days=31)
_NEWS = re.compile(r"(?<![a-z])(?:google)?news(?!letter)", re.I)
_ASIDE = re.compile(
    r"(?<![a-z])(?:categor(?:y|ies)|tags?|post_tag|authors?|images?|videos?|galler(?:y|ies)|pages|page(?=-?sitemap)"
    r"|sections?|topics?|products?|attachments?|podcasts?)(?![a-z])",
    re.I,
)
_IN_NAME = re.compile(r"(?<!\d)(20\d\d|199\d)(?:[-_/.]?(0[1-9]|1[0-2]))?(?:[-_/.]?(0[1-9]|[12]\d|3[01]))?(?!\d)")


class Child(NamedTuple):
    """A sitemap named by an index; `span`: between which moments it was changed, where that is told."""

    address: str
    span: tuple[datetime, datetime] | None = None


class _Ranked(NamedTuple):
    news: bool
    dated: datetime
    place: int
    address: str
    last: datetime | None


def worth_asking(
    children: Iterable[Child], *, url: str, since: datetime | None, now: datetime
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """At most MOST_MORE addresses, news sitemaps first, then the newest; and notes on what was left aside.

    An index may name sitemaps of its own site only, and not itself.
    """
    here, seen = site(url), {canonical_url(url)}
    found: list[_Ranked] = []
    foreign = aside = 0
    for place, child in enumerate(children):
        try:
            address = urljoin(url, child.address)
            canonical, there = canonical_url(address), site(address)
        except (ExtractError, ValueError):
            continue
        if canonical in seen:
            continue
        seen.add(canonical)
        if not same_site(here, there):
            foreign += 1
        elif _ASIDE.search(_name(address)):
            aside += 1
        else:
            span = child.span or _span_in_name(address)
            first = span[0] if span else datetime.min.replace(tzinfo=UTC)
            found.append(_Ranked(bool(_NEWS.search(_name(address))), first, place, address, span and span[1]))
    found.sort(key=lambda child: (not child.news, -child.dated.timestamp() if child.last else 0, child.place))
    floor = since or now - FIRST_LOOK
    recent = [child for child in found if child.news or child.last is None or child.last >= floor]
    if not recent and since is None:
        recent = found[:1]
    return tuple(child.address for child in recent[:MOST_MORE]), _notes(foreign, aside, len(recent))


def _notes(foreign: int, aside: int, recent: int) -> tuple[str, ...]:
    notes = []
    if foreign:
        notes.append(f"{foreign} sitemap{'s' * (foreign > 1)} of other sites refused")
    if aside:
        notes.append(f"{aside} sitemap{'s' * (aside > 1)} of tags, sections, people or pictures left aside")
    if recent > MOST_MORE:
        notes.append(f"only the newest {MOST_MORE} of {recent} sitemaps are asked")
    return tuple(notes)


def _name(address: str) -> str:
    """The last part of the path and the query, which is where a sitemap says what it lists."""
    parts = urlsplit(address)
    return parts.path.rstrip("/").rpartition("/")[2] + "?" + parts.query


def _span_in_name(address: str) -> tuple[datetime, datetime] | None:
    """The year, month or day that is in the address ("sitemap-2024-08.xml")."""
    parts = urlsplit(address)
    found = _IN_NAME.search(f"{parts.path}?{parts.query}")
    if not found:
        return None
    year, month, day = (int(part or 0) for part in found.groups())
    try:
        first = datetime(year, month or 1, day or 1, tzinfo=UTC)
    except ValueError:
        return None
    return first, first + timedelta(days=1 if day else 31 if month else 366)
