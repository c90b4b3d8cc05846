"""The bytes of a source of any kind -> the leads that they offer. Pure.

RSS 0.9x, 1.0 and 2.0 and Atom go through feedparser, JSON Feed through `jsonfeed`, a sitemap through `sitemap`, an
index page through `indexpage`, a page that is watched for change through `watchedpage`. What a broken feed still
yields is used, and the offer's note says what was odd.
"""

from __future__ import annotations

import io
import re
from calendar import timegm
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import feedparser

from monitor.errors import ExtractError
from monitor.model import Kind, Lead, Offer
from monitor.stages.charset import decode
from monitor.stages.feeditems import first_items, new_items
from monitor.stages.identity import canonical_url
from monitor.stages.indexpage import read_index
from monitor.stages.jsonfeed import Entry, read_json
from monitor.stages.markup import strip_markup
from monitor.stages.meta import IN_FUTURE, LONG_AGO, dated, language, parse_html, wall_before
from monitor.stages.sitemap import CUT, gunzip, is_sitemap, sitemap_offer
from monitor.stages.watchedpage import page_offer
from monitor.stages.xmltext import FEED_ROOTS, START, after_prolog, element_at, root
from monitor.text import clean, one_line, words

MOST_ITEMS = 500
MOST_INDEX_LINKS = 200
LONGEST_SUMMARY = 2000
MOST_TTL = 86_400.0
_DEEPEST = 2_000
_FULL_SUMMARY_WORDS = 40


def read_offer(
    body: bytes,
    *,
    url: str,
    source_id: str,
    content_type: str,
    charset: str,
    kind: str,
    now: datetime,
    select: str = "",
    since: datetime | None = None,
    read: str = "",
) -> Offer:
    """The leads of one answer, in its order; `kind` is a Kind. Feeds and sitemaps are told by their content alone.

    `select`: see Source; `since`: the last visit that went well, which a sitemap's leads must be newer than;
    `read`: the marks of the feed's items at the last visit, which give no leads again.
    Raises ExtractError, with what came instead, when there is nothing that can be read as this kind.
    """
    if kind == Kind.PAGE:
        return page_offer(body, url=url, source_id=source_id, charset=charset, now=now)
    plain, cut = gunzip(body, url)
    text = decode(plain, charset).lstrip()
    if not text:
        raise ExtractError(f"{url}: the answer is empty; try again later, or check the address")
    found = kind_of(text, content_type)
    if found is None:
        name = root(text)
        what = f"an XML document of another kind (<{name}>)" if name else "neither XML, JSON nor HTML"
        raise ExtractError(f"{url}: not a feed: {what}; check the address")
    if found is Kind.SITEMAP:
        if kind == Kind.INDEX:
            raise ExtractError(f'{url}: not a web page but a sitemap; set kind = "sitemap" to read it as one')
        return sitemap_offer(text, url=url, source_id=source_id, since=since, now=now, notes=CUT[: int(cut)])
    if found is Kind.INDEX:
        if kind not in (Kind.INDEX, Kind.AUTO):
            raise ExtractError(_not_a_feed(text, url))
        return _index_offer(text, url=url, source_id=source_id, now=now, select=select)
    if text[0] in "{[":
        form, entries = read_json(text, url)
        return _offer(entries, form, [], base=url, source_id=source_id, now=now)
    return _feed_offer(text, url=url, source_id=source_id, now=now, read=read)


def kind_of(text: str, content_type: str = "") -> Kind | None:
    """What this text is, FEED, SITEMAP or INDEX (any web page), told from its beginning; None for anything else."""
    name = root(text)
    if text[:1] in ("{", "[") or name in FEED_ROOTS:
        return Kind.FEED
    if is_sitemap(text):
        return Kind.SITEMAP
    if name == "html" or "html" in content_type or _HTML.search(text[:20_000]):
        return Kind.INDEX
    return None


_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|title|div|p|a|meta)\b", re.I)


def _not_a_feed(text: str, url: str) -> str:
    tree = parse_html(text[:500_000])
    title, standing = "", ""
    if tree is not None:
        title = one_line(next(("".join(tag.itertext()) for tag in tree.iter("title")), ""), 80)
        standing = wall_before(tree, url)
        offered = tree.xpath("//link[@rel='alternate'][contains(@type,'rss') or contains(@type,'atom')]/@href")
    what = f"{url}: not a feed: an HTML page" + (f" titled {title!r}" if title else "")
    if standing:
        return f"{what}, which looks like {standing}; the site may let a browser through, but not a program"
    if tree is not None and offered:
        return f"{what}; it names this feed: {one_line(urljoin(url, str(offered[0])), 300)}"
    return f'{what}; give the address of its feed, or set kind = "index" to read its links'


# --- feeds ---------------------------------------------------------------------------------------------------------

_XML_DECLARATION = re.compile(r"^\s*<\?xml[^<>]*\?>")
_TAG = re.compile(r"<(/?)[A-Za-z_][^<>]*?(/?)>")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,20})|([0-9]{1,20}));")
_ASIDE = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)", re.S)
_FORMS = {"atom": "Atom"}


def _feed_offer(text: str, *, url: str, source_id: str, now: datetime, read: str) -> Offer:
    notes: list[str] = []
    text, skipped = _from_its_start(text)
    if skipped:
        notes.append(f"{skipped} characters before the XML were skipped")
    text, cut = first_items(text, MOST_ITEMS)
    if cut:
        notes.append(f"only the first {MOST_ITEMS} of {MOST_ITEMS + cut} items were read")
    part, marks, known = new_items(text, read)
    if known:
        try:
            offer = _parsed_offer(part, notes[:], url=url, source_id=source_id, now=now)
        except ExtractError:
            offer = None
        # What is odd about a part may come from its being one: then the whole is read.
        if offer is not None and offer.note == "; ".join(notes):
            return replace(offer, items=marks, known=known)
    offer = _parsed_offer(text, notes[:], url=url, source_id=source_id, now=now)
    # Items of which there is something to say are read, and it is said, each time.
    return replace(offer, items=marks if offer.note == "; ".join(notes) else "")


def _parsed_offer(text: str, notes: list[str], *, url: str, source_id: str, now: datetime) -> Offer:
    if _depth(text) > _DEEPEST:
        raise ExtractError(f"{url}: the feed's XML is nested more than {_DEEPEST:,} deep; it cannot be a real feed")
    feed = _parsed(text, url)
    if feed.bozo and not feed.entries:
        raise ExtractError(
            f"{url}: the feed's XML is broken ({_trouble(feed)}) and no item could be salvaged; try later"
        )
    if feed.bozo:
        notes.insert(0, f"the XML is broken ({_trouble(feed)}); {_count(len(feed.entries), 'item')} could be salvaged")
    elif not feed.version and not feed.entries:
        raise ExtractError(f"{url}: not a feed: XML without a feed's elements; check the address")
    home = str(feed.feed.get("link") or "")
    base = home if home.startswith(("http://", "https://")) else urljoin(url, home)
    tongue = str(feed.feed.get("language") or "")
    atom = str(feed.version).startswith("atom")
    entries = tuple(_entry(item, tongue, atom) for item in feed.entries)
    offer = _offer(entries, _form(str(feed.version)), notes, base=base, source_id=source_id, now=now)
    return replace(offer, ttl=_ttl(str(feed.feed.get("ttl") or "")))


def _ttl(minutes: str) -> float:
    """RSS's <ttl> in seconds, at most a day: a feed that says "a year" has made a mistake."""
    return min(float(minutes) * 60, MOST_TTL) if re.fullmatch(r"\s*[0-9]{1,9}\s*", minutes) else 0.0


def _from_its_start(text: str) -> tuple[str, int]:
    """The feed without declaration, document type and entities, and how much junk stood before it.

    As many empty lines stand in their place, so that a line number in a note is the file's.
    """
    skipped = 0
    at = after_prolog(text)
    if element_at(text, at) not in FEED_ROOTS:
        start = START.search(text[:20_000])
        skipped = start.start() if start else 0
        at = after_prolog(text, skipped)
    return "\n" * text.count("\n", 0, at) + text[at:], skipped


def _depth(text: str) -> int:
    depth = deepest = 0
    for found in _TAG.finditer(_ASIDE.sub("", text)):
        depth += -1 if found[1] else 0 if found[2] else 1
        deepest = max(deepest, depth)
    return deepest


def _parsed(text: str, url: str) -> Any:
    text = _REFERENCE.sub(_if_a_character, text)
    # A stream, never a string or bytes: feedparser takes those for addresses and file names as well.
    stream = io.BytesIO(text.encode("utf-8", "replace"))
    headers = {"content-type": "application/xml; charset=utf-8"}
    if "xml:base" in text:
        headers["content-location"] = url
    try:
        return feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except MemoryError:
        raise
    except Exception as error:  # a third party on hostile bytes; the feed fails alone
        why = one_line(f"{type(error).__name__}: {error}", 120)
        raise ExtractError(f"{url}: the feed cannot be parsed ({why}); look at it in a browser") from None


def _if_a_character(reference: re.Match[str]) -> str:
    """The reference, unless no character has that number: one such would cost the whole feed."""
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    return "\ufffd" if not 0 < number <= 0x10FFFF or 0xD800 <= number <= 0xDFFF else reference[0]


def _trouble(feed: Any) -> str:
    error = feed.get("bozo_exception")
    line = getattr(error, "getLineNumber", lambda: None)()
    said = getattr(error, "getMessage", lambda: str(error))()
    # feedparser puts a declaration on a line of its own before a feed without one.
    return one_line(f"line {line - 1}: {said}" if line else str(said), 100)


def _form(version: str) -> str:
    """feedparser's "rss091u" as "RSS 0.91"."""
    found = re.fullmatch(r"([a-z]+)(?:(\d)(\d+))?[un]?", version)
    if not found:
        return "feed"
    name = _FORMS.get(found[1], found[1].upper())
    return f"{name} {found[2]}.{found[3]}" if found[2] else name


def _entry(item: Any, tongue: str, atom: bool) -> Entry:
    detail = item.get("title_detail") or {}
    content = next((str(part.get("value") or "") for part in item.get("content") or ()), "")
    # dict.get: feedparser's own passes an update off as the publication, with a warning.
    dates = [dict.get(item, name) for name in ("published_parsed", "updated_parsed", "created_parsed")]
    parsed = next((date for date in dates if date), None)
    written = dict.get(item, "published") or dict.get(item, "updated") or ""
    author = (item.get("author_detail") or {}).get("name") or item.get("author") or ""
    links = [item.get("feedburner_origlink"), item.get("link")]
    links += [link.get("href") for link in item.get("links") or () if link.get("rel") == "alternate"]
    return Entry(
        links=tuple(str(link) for link in links if link),
        guid=str(item.get("id") or ""),
        title=str(item.get("title") or ""),
        title_is_text=atom and detail.get("type") == "text/plain",
        summary=str(item.get("summary") or ""),
        content=content,
        author=str(author),
        published=_iso(parsed) or str(written),
        language=str(item.get("language") or detail.get("language") or tongue),
        updated=_iso(dict.get(item, "updated_parsed")),
    )


def _iso(parsed: Any) -> str:
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC).isoformat() if parsed else ""
    except (ValueError, TypeError, OverflowError, OSError):
        return ""


# --- index pages ---------------------------------------------------------------------------------------------------


def _index_offer(text: str, *, url: str, source_id: str, now: datetime, select: str) -> Offer:
    found = _offer(read_index(text, url, select), "index page", [], base=url, source_id=source_id, now=now)
    if len(found.leads) > MOST_INDEX_LINKS:
        note = f"only the first {MOST_INDEX_LINKS} of {len(found.leads)} links were taken"
        return Offer(found.leads[:MOST_INDEX_LINKS], found.form, note)
    return found


# --- entries -> leads ----------------------------------------------------------------------------------------------


def _offer(
    entries: tuple[Entry, ...], form: str, notes: list[str], *, base: str, source_id: str, now: datetime
) -> Offer:
    leads: dict[str, Lead] = {}
    unusable, misdated = 0, Counter[str]()
    for entry in entries[:MOST_ITEMS]:
        found = _link(entry, base)
        if found is None:
            unusable += 1
        elif found[1] not in leads:
            published, wrong = dated(entry.published, now)
            misdated[wrong] += 1
            updated, _ = dated(entry.updated, now)
            leads[found[1]] = _lead(entry, *found, source_id=source_id, published=published, updated=updated)
    if len(entries) > MOST_ITEMS:
        notes.append(f"only the first {MOST_ITEMS} of {len(entries)} items were read")
    if unusable:
        notes.append(f"{_count(unusable, 'item')} without a usable link {'was' if unusable == 1 else 'were'} skipped")
    for wrong in (IN_FUTURE, LONG_AGO):
        if misdated[wrong]:
            notes.append(f"{_count(misdated[wrong], 'item')} dated {wrong}; that date is left out")
    return Offer(tuple(leads.values()), form, "; ".join(notes))


def _link(entry: Entry, base: str) -> tuple[str, str] | None:
    """The first usable link with its canonical form: the entry's own, else a GUID that is an address."""
    guid = entry.guid.strip()
    for raw in (*entry.links, guid if guid.startswith(("http://", "https://")) else ""):
        if raw.strip():
            try:
                link = urljoin(base, "".join(raw.split("\n")).strip())
                return link, canonical_url(link)
            except (ExtractError, ValueError):
                continue
    return None


def _lead(
    entry: Entry, url: str, canonical: str, *, source_id: str, published: datetime | None, updated: datetime | None
) -> Lead:
    summary = strip_markup(entry.summary)
    if entry.content and len(words(summary)) < _FULL_SUMMARY_WORDS:
        content = strip_markup(entry.content)
        summary = content if len(content) > len(summary) else summary
    return Lead(
        source_id=source_id,
        url=url,
        canonical=canonical,
        guid=clean(entry.guid)[:1000],
        title=one_line(entry.title if entry.title_is_text else strip_markup(entry.title)),
        summary=_cut(summary),
        author=one_line(strip_markup(entry.author), 120),
        published=published,
        language=language(entry.language),
        updated=updated,
    )


def _cut(text: str) -> str:
    if len(text) <= LONGEST_SUMMARY:
        return text
    return text[: LONGEST_SUMMARY - 1].rsplit(None, 1)[0] + "…"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
