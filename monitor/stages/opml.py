"""OPML: the lists of feeds that feed readers give and take. Bytes -> feeds, sources -> text. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lxml import etree  # type: ignore[import-untyped]

from monitor.errors import ExtractError
from monitor.model import Kind, Source
from monitor.stages.charset import decode
from monitor.stages.identity import site
from monitor.stages.xmltext import Elements, after_prolog, element_at
from monitor.text import one_line

MOST_BYTES = 10_000_000
MOST_OUTLINES = 5_000
_LONGEST_URL = 2_000


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list. `home`: the address of its site, where the list gives it."""

    url: str
    name: str
    home: str = ""


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """A list of feeds in its order, each address once. `failed`: (entry, reason) of those that cannot be used.

    `repeated`: further entries with an address that was there before; `note`: what was odd about the file, in words.
    """

    feeds: tuple[Outline, ...]
    repeated: tuple[Outline, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    note: str = ""


def read_opml(body: bytes, name: str = "the file") -> Subscriptions:
    """The feeds of an OPML 1.0 or 2.0 list, at any depth; `name` is the file's in messages.

    Raises ExtractError for what is no OPML.
    """
    text = decode(body[:MOST_BYTES]).lstrip()
    found = element_at(text, after_prolog(text))
    if found != "opml":
        what = f"<{found}>" if found else "no XML"
        raise ExtractError(f"{name}: not an OPML list but {what}; export the feeds of your reader as OPML")
    notes = [f"only its first {MOST_BYTES // 1_000_000} MB were read"] if len(body) > MOST_BYTES else []
    elements = Elements(text, "outline", event="start")
    feeds: dict[str, Outline] = {}
    repeated: list[Outline] = []
    failed: list[tuple[str, str]] = []
    for outline, wrong in islice(_outlines(elements), MOST_OUTLINES):
        if wrong:
            failed.append((outline.name or one_line(outline.url, 120), wrong))
        elif address_key(outline.url) in feeds:
            repeated.append(outline)
        else:
            feeds[address_key(outline.url)] = outline
    if elements.trouble:
        notes.append(f"the XML is broken ({one_line(elements.trouble, 100)}); what could be read of it was")
    if len(feeds) + len(repeated) + len(failed) == MOST_OUTLINES:
        notes.append(f"only the first {MOST_OUTLINES:,} entries were read")
    return Subscriptions(tuple(feeds.values()), tuple(repeated), tuple(failed), "; ".join(notes))


def _outlines(elements: Iterable[Any]) -> Iterator[tuple[Outline, str]]:
    """Every entry that is a feed or claims to be one, with what is wrong with it; folders are passed over."""
    for element in elements:
        said = {str(key).lower(): str(value).strip() for key, value in islice(element.attrib.items(), 50)}
        url, kind = said.get("xmlurl", ""), said.get("type", "").lower()
        name = one_line(said.get("title") or said.get("text") or said.get("description", ""), 120)
        if url:
            home = said.get("htmlurl", "")
            yield Outline(url, name or _host(url), home), _wrong(url)
        elif kind in ("rss", "atom", "feed"):
            yield Outline("", name or "an entry without a name"), "it has no address (xmlUrl)"


def _wrong(url: str) -> str:
    """Why this address cannot be used, or ""."""
    if any(char.isspace() for char in url) or len(url) > _LONGEST_URL:
        return "its address holds a space or is too long"
    try:
        site(url)
    except ExtractError as error:
        return str(error)
    return ""


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def address_key(url: str) -> str:
    """What two spellings of one feed's address share: scheme, www., case of the host and a last slash do not count.

    Unlike `canonical_url` it keeps the whole query: "?feed=rss2" is what makes an address a feed's.
    """
    try:
        parts = urlsplit(url.strip())
        host = site(url.strip())
    except (ExtractError, ValueError):
        return url.strip()
    return f"{host}{parts.path.rstrip('/')}" + (f"?{parts.query}" if parts.query else "")


def write_opml(sources: Iterable[Source], title: str) -> str:
    """An OPML 2.0 list of the sources that are feeds, in their order."""
    whole = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(whole, "head"), "title").text = _sound(title)
    body = etree.SubElement(whole, "body")
    for source in sources:
        if source.kind is Kind.FEED:
            name = _sound(source.name)
            etree.SubElement(
                body, "outline", type="rss", text=name, title=name, xmlUrl=_sound(source.url), language=source.language
            )
    return str(etree.tostring(whole, encoding="utf-8", xml_declaration=True, pretty_print=True).decode("utf-8"))


def _sound(text: str) -> str:
    """The text without what no XML may hold."""
    return "".join(char for char in text if char in "\t\n" or (char >= " " and char not in "\ufffe\uffff\x7f"))
