"""Sitemap bytes -> leads, and the further sitemaps worth asking. Pure.

Sitemaps, sitemap indexes, news sitemaps (XML) and plain lists of addresses, gzipped or not. They list far more than is
new: only what changed since the last visit is offered, the newest first.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, islice, zip_longest
from typing import Any, NamedTuple
from urllib.parse import urljoin

from monitor.errors import ExtractError
from monitor.model import Lead, Offer
from monitor.stages.charset import decode
from monitor.stages.children import Child, worth_asking
from monitor.stages.identity import canonical_url
from monitor.stages.meta import believable, language, moment
from monitor.stages.xmltext import Elements, local, root
from monitor.text import clean, one_line

# The protocol allows 50 MB and 50,000 addresses a file. Of a longer one the beginning is read.
MOST_BYTES = 20_000_000
MOST_URLS = 50_000
MOST_LEADS = 500
# An address may get into a sitemap, and through the caches before it, this long after its date.
LATE = timedelta(days=2)
_PERIOD = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_HALF = re.compile(r"<(?:[\w.-]+:)?loc>[^<]*\Z")
# Dates that only dateutil can read cost much.
_MOST_ODD_DATES = 500
# The note on a file that was cut.
CUT = (f"only its first {MOST_BYTES // 1_000_000} MB were read",)


class _Listed(NamedTuple):
    """One <url> or <sitemap>, as it stands there."""

    address: str
    changed: str = ""
    published: str = ""
    title: str = ""
    language: str = ""


def read_sitemap(
    body: bytes, *, url: str, source_id: str, charset: str = "", since: datetime | None = None, now: datetime
) -> Offer:
    """The leads of one sitemap, newest first, and in `more` the sitemaps that an index names.

    `since`: the last visit that went well; None on the first. Raises ExtractError for what is no sitemap.
    """
    plain, cut = gunzip(body, url)
    text = decode(plain, charset).lstrip()
    return sitemap_offer(text, url=url, source_id=source_id, since=since, now=now, notes=CUT[: int(cut)])


def gunzip(body: bytes, url: str) -> tuple[bytes, bool]:
    """The body without its one layer of gzip, if it has one, and whether it was cut at MOST_BYTES."""
    if body.startswith(b"\x1f\x8b"):
        stream = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            plain = stream.decompress(body, MOST_BYTES + 1)
        except zlib.error:
            raise ExtractError(f"{url}: the gzip file is damaged; try again later") from None
        if len(plain) <= MOST_BYTES and not stream.eof:
            raise ExtractError(f"{url}: the gzip file ends too early; try again later")
        if plain.startswith(b"\x1f\x8b"):
            raise ExtractError(f"{url}: the file is gzipped twice over; that is refused")
        body = plain
    return body[:MOST_BYTES], len(body) > MOST_BYTES


def is_sitemap(text: str) -> bool:
    """Whether this is a sitemap in any form; `text` begins with something visible."""
    return root(text) in ("urlset", "sitemapindex") or _is_list(text)


def sitemap_offer(
    text: str, *, url: str, source_id: str, since: datetime | None, now: datetime, notes: Iterable[str] = ()
) -> Offer:
    """`read_sitemap` for decoded text."""
    told, dates = list(notes), _Dates(now)
    if not text:
        raise ExtractError(f"{url}: the answer is empty; try again later, or check the address")
    kind = root(text)
    if kind == "sitemapindex":
        listed = _read(text, "sitemap", told, url)
        children = [Child(row.address, dates.span(row.changed)) for row in listed]
        more, refused = worth_asking(children, url=url, since=since - LATE if since else None, now=now)
        newest = max((child.span[0] for child in children if child.span), default=None)
        return Offer((), "sitemap index", "; ".join([*told, *refused]), more, newest)
    if kind == "urlset":
        listed = _read(text, "url", told, url)
        form = "news sitemap" if any(row.published for row in listed) else "sitemap"
    elif _is_list(text):
        listed = [_Listed(line) for line in islice(text.split(), MOST_URLS) if line.startswith("http")]
        form = "list of addresses"
    else:
        raise ExtractError(f"{url}: not a sitemap; check the address, or set another kind")
    return _offer(listed, dates, form, told, url=url, source_id=source_id, since=since)


def _is_list(text: str) -> bool:
    head = text[:5_000].split("\n")[:-1] or [text[:5_000]]
    return bool(text) and all(re.fullmatch(r"https?://\S+", line.strip()) for line in head if line.strip())


# --- XML -----------------------------------------------------------------------------------------------------------


def _read(text: str, name: str, notes: list[str], url: str) -> list[_Listed]:
    elements = Elements(text, name)
    listed = [row for row in map(_row, islice(elements, MOST_URLS)) if row.address]
    if elements.trouble:
        if listed and _HALF.search(text, max(0, len(text) - 3_000)):
            listed.pop()  # half an address is none
        why = f"the XML is broken ({one_line(elements.trouble, 100)})"
        if not listed:
            raise ExtractError(f"{url}: {why} and no address could be salvaged; try again later")
        notes.append(f"{why}; {len(listed):,} address{'es' * (len(listed) > 1)} could be salvaged")
    if len(listed) == MOST_URLS:
        notes.append(f"only the first {MOST_URLS:,} addresses were read")
    return listed


def _row(element: Any) -> _Listed:
    """Its own parts only: a picture's <image:loc> is no address of ours."""
    own: dict[str, str] = {}
    for part in element:
        name = local(part)
        if name in ("loc", "lastmod"):
            own.setdefault(name, _text(part))
        elif name == "news":
            for detail in part.iter():
                if local(detail) in ("publication_date", "title", "language"):
                    own.setdefault(local(detail), _text(detail))
    names = ("loc", "lastmod", "publication_date", "title", "language")
    return _Listed(*(own.get(name, "") for name in names))


def _text(element: Any) -> str:
    return (element.text or "").strip()[:2_100]


# --- dates ---------------------------------------------------------------------------------------------------------


class _Dates:
    """W3C dates as the spans that they stand for; a few of any other form are read too."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._odd = 0

    def span(self, written: str) -> tuple[datetime, datetime] | None:
        """First and last moment that is meant: a day without a time is the whole day."""
        found = _PERIOD.fullmatch(written)
        if not found:
            at = self._timed(written)
            return (at, at) if at else None
        year, month, day = (int(part or 0) for part in found.groups())
        try:
            first = believable(datetime(year, month or 1, day or 1, tzinfo=UTC), self._now)
        except ValueError:
            return None
        length = timedelta(days=1 if day else 31 if month else 366)
        return (first, first + length) if first else None

    def _timed(self, written: str) -> datetime | None:
        try:
            return believable(datetime.fromisoformat(written), self._now)
        except ValueError:
            self._odd += bool(written)
            return moment(written, self._now) if self._odd <= _MOST_ODD_DATES else None


# --- rows -> leads -------------------------------------------------------------------------------------------------


def _offer(
    listed: list[_Listed],
    dates: _Dates,
    form: str,
    notes: list[str],
    *,
    url: str,
    source_id: str,
    since: datetime | None,
) -> Offer:
    dated: list[tuple[datetime, _Listed]] = []
    undated: list[_Listed] = []
    newest: datetime | None = None
    for row in listed:
        spans = [span for span in (dates.span(row.published), dates.span(row.changed)) if span]
        if not spans:
            undated.append(row)
            continue
        first = max(span[0] for span in spans)
        newest = max(first, newest or first)
        if since is None or max(span[1] for span in spans) > since - LATE:
            dated.append((first, row))
    dated.sort(key=lambda pair: pair[0], reverse=True)
    rows = chain((row for _, row in dated), _from_both_ends(undated))
    leads, unusable, left = _leads(rows, dates, url, source_id)
    if left:
        notes.append(f"only the newest {MOST_LEADS} of {len(dated) + len(undated)} addresses were taken")
    if unusable:
        notes.append(f"{unusable} unusable address{'es were' if unusable > 1 else ' was'} skipped")
    return Offer(leads, form, "; ".join(notes), newest=newest)


def _from_both_ends(rows: list[_Listed]) -> Iterator[_Listed]:
    """First, last, second, last but one, …: new addresses are added at either end."""
    half = (len(rows) + 1) // 2
    for pair in zip_longest(rows[:half], reversed(rows[half:])):
        yield from (row for row in pair if row is not None)


def _leads(rows: Iterable[_Listed], dates: _Dates, url: str, source_id: str) -> tuple[tuple[Lead, ...], int, bool]:
    """At most MOST_LEADS leads, how many addresses were unusable, and whether any are left over."""
    leads: dict[str, Lead] = {}
    unusable = 0
    for row in rows:
        try:
            link = urljoin(url, row.address)
            canonical = canonical_url(link)
        except (ExtractError, ValueError):
            unusable += 1
            continue
        if canonical in leads:
            continue
        if len(leads) == MOST_LEADS:
            return tuple(leads.values()), unusable, True
        span, changed = dates.span(row.published), dates.span(row.changed)
        leads[canonical] = Lead(
            source_id=source_id,
            url=link,
            canonical=canonical,
            title=one_line(clean(row.title)),
            published=span[0] if span else None,
            language=language(row.language),
            updated=changed[0] if changed else None,
        )
    return tuple(leads.values()), unusable, False
