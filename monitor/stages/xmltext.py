"""XML of strangers: which document it is, and its elements one by one, without document type and entities. Pure."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree  # type: ignore[import-untyped]

FEED_ROOTS = frozenset({"rss", "rdf", "feed", "channel"})
SITEMAP_ROOTS = frozenset({"urlset", "sitemapindex"})
START = re.compile(r"<\?xml\b|<(?:rss|(?:rdf:)RDF|feed|(?:atom:)feed|(?:\w+:)?urlset|(?:\w+:)?sitemapindex)(?=[\s>])")
_PROLOG = re.compile(r"\s+|<\?[^<>]*\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(?:\[.*?\]\s*)?>", re.S | re.I)
_ELEMENT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)(?=[\s/>])")
_AMPERSAND = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?:(?!amp;|lt;|gt;|quot;|apos;)([A-Za-z]\w{0,30});|(?!#?\w{1,31};))", re.S
)
_JUNK = 20_000


def after_prolog(text: str, at: int = 0) -> int:
    """Where the first element begins: behind declaration, comments and document type."""
    while found := _PROLOG.match(text, at):
        at = found.end()
    return at


def element_at(text: str, at: int) -> str:
    """The name in small letters, without its prefix, of the element that begins here, or ""."""
    found = _ELEMENT.match(text, at)
    return found[1].lower() if found else ""


def root(text: str) -> str:
    """The first element's name; junk before a feed's or sitemap's first element is skipped."""
    name = element_at(text, after_prolog(text))
    if name in FEED_ROOTS or name in SITEMAP_ROOTS or name == "html":
        return name
    start = START.search(text[:_JUNK])
    if start and start.start() > 0 and "<html" not in text[: start.start()].lower():
        return root(text[start.start() :])
    return name


def bare(text: str) -> str:
    """The document without junk, declaration, document type and entities of its own, its lines where they were."""
    at = after_prolog(text)
    if not element_at(text, at):
        start = START.search(text[:_JUNK])
        at = after_prolog(text, start.start()) if start else at
    return "\n" * text.count("\n", 0, at) + _AMPERSAND.sub(_mended, text[at:])


def _mended(found: re.Match[str]) -> str:
    """A lone & escaped, a name of HTML's as its character; marked sections as they are."""
    if found[0] != "&" and not found[1]:
        return found[0]
    return "&amp;" if not found[1] else escape(html.unescape(f"&{found[1]};"))


class Elements:
    """The elements of a document with these names, in any namespace, as they end (or begin); memory is given back.

    `trouble`: after the last one, what was wrong with the XML, in words ("" when nothing was).
    """

    def __init__(self, text: str, *names: str, event: str = "end") -> None:
        self.trouble = ""
        self._event = event
        self._parser = etree.iterparse(
            io.BytesIO(bare(text).encode("utf-8", "replace")),
            events=(event,),
            tag=[f"{{*}}{name}" for name in names],
            encoding="utf-8",
            recover=True,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )

    def __iter__(self) -> Iterator[Any]:
        """Each element once; valid until the next is asked for."""
        try:
            for _, element in self._parser:
                yield element
                if self._event == "end":
                    _forget(element)
        except etree.LxmlError as error:
            self.trouble = str(error)
            return
        log = self._parser.error_log
        # An undeclared prefix is a blemish, not damage.
        fatal = [entry for entry in log if entry.domain_name != "NAMESPACE"] if len(log) else []
        self.trouble = f"line {fatal[0].line}: {fatal[0].message}" if fatal else ""


def local(element: Any) -> str:
    """An element's name in small letters, without namespace or prefix."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(tag, str) else ""


def _forget(element: Any) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
