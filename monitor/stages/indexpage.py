"""An index page -> plain entries: the links whose titles and addresses look like articles, or that a selector picks.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from cssselect import HTMLTranslator, SelectorError
from lxml import etree  # type: ignore[import-untyped]
from lxml import html as lxml_html

from monitor.errors import ExtractError
from monitor.stages.identity import canonical_url, same_site, site
from monitor.stages.jsonfeed import Entry
from monitor.stages.meta import parse_html, wall_before
from monitor.text import one_line, words

_SIDE = "ancestor::nav or ancestor::footer or ancestor::header or ancestor::aside or ancestor::form"
_HEADINGS = ".//h1 or .//h2 or .//h3 or .//h4 or ancestor::h1 or ancestor::h2 or ancestor::h3 or ancestor::h4"
_NOT_ARTICLES = frozenset(
    """tag tags topic topics author authors category categories search login signin register subscribe subscription
    newsletter newsletters account privacy privacy-policy terms terms-of-use about about-us contact cookies help faq
    feed feeds rss jobs careers advertise""".split()
)
_DATED = re.compile(r"/(?:19|20)\d\d[/-]?(?:\d\d?|[a-z]{3})(?:[/-]|$)|\d{5,}")
_LINK_WORDS = 4
_PATH_WORDS = 4


def read_index(text: str, url: str, select: str = "") -> tuple[Entry, ...]:
    """The page's entries in its order; raises ExtractError for what is no page, or a wall before one.

    `select`: a CSS selector; all links that it picks, or that stand in what it picks, are taken, and no others.
    """
    tree = parse_html(text)
    if tree is None:
        raise ExtractError(f"{url}: the index page cannot be read as HTML; check the address")
    tongue = tree.get("lang") or ""
    if select:
        return _selected(tree, url, tongue, select)
    anchors = tree.xpath(f"//body//a[@href][not({_SIDE})]")
    entries = tuple(_articles(anchors, tree, url, tongue))
    if not entries:
        # Some pages put everything into <header> or <aside>.
        entries = tuple(_articles(tree.xpath("//body//a[@href][not(ancestor::footer)]"), tree, url, tongue))
    standing = "" if entries else wall_before(tree, url)
    if standing:
        raise ExtractError(f"{url}: {standing} answers instead of the index; open it in a browser to see it")
    return entries


def selector_xpath(select: str) -> str:
    """A CSS selector as XPath; ExtractError, with why, for what is none."""
    try:
        path = str(HTMLTranslator().css_to_xpath(select))
        etree.XPath(path)
    except (SelectorError, etree.XPathError, ValueError, RecursionError) as error:
        raise ExtractError(f"not a CSS selector: {one_line(str(error), 120)}") from None
    return path


def _selected(tree: Any, url: str, tongue: str, select: str) -> tuple[Entry, ...]:
    """The links that the selector picks, in page order, once each, wherever they lead."""
    found: dict[str, Entry] = {}
    base, here = _base(tree, url), canonical_url(url)
    for element in tree.xpath(selector_xpath(select)):
        for anchor in element.iter("a"):
            link = _joined(base, str(anchor.get("href") or "").strip())
            try:
                canonical = canonical_url(link)
            except ExtractError:
                continue
            if canonical not in found and canonical != here:
                title = _link_title(anchor)
                found[canonical] = Entry(
                    links=(link,), title=title, title_is_text=True, published=_time_near(anchor), language=tongue
                )
    if not found:
        standing = wall_before(tree, url)
        if standing:
            raise ExtractError(f"{url}: {standing} answers instead of the index; open it in a browser to see it")
        raise ExtractError(f"{url}: no link on the page matches the selector {select!r}; look at the page again")
    return tuple(found.values())


def _base(tree: Any, url: str) -> str:
    bases = tree.xpath("//base/@href")
    return _joined(url, str(bases[0])) if bases else url


def _articles(anchors: list[Any], tree: Any, url: str, tongue: str) -> Iterator[Entry]:
    """The links that look like articles, in page order, once each."""
    base = _base(tree, url)
    here, seen = site(url), {canonical_url(url)}
    for anchor in anchors:
        link = _joined(base, str(anchor.get("href")).strip())
        title = _link_title(anchor)
        headed = bool(anchor.xpath(f"boolean({_HEADINGS})")) and len(words(title)) >= 2
        if not (headed or len(words(title)) >= _LINK_WORDS):
            continue
        try:
            canonical, there = canonical_url(link), site(link)
        except ExtractError:
            continue
        if canonical not in seen and same_site(here, there) and _is_article_path(link):
            seen.add(canonical)
            yield Entry(links=(link,), title=title, title_is_text=True, published=_time_near(anchor), language=tongue)


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        return ""


def _link_title(anchor: lxml_html.HtmlElement) -> str:
    headings = anchor.xpath(".//h1|.//h2|.//h3|.//h4")
    return one_line(" ".join((headings[0] if headings else anchor).itertext()))


def _is_article_path(link: str) -> bool:
    parts = urlsplit(link)
    path = unquote(parts.path).lower()
    segments = [segment for segment in path.split("/") if segment]
    if any(segment in _NOT_ARTICLES for segment in segments[:-1] or segments):
        return False
    last = re.findall(r"[^\W_]+", segments[-1].rsplit(".", 1)[0]) if segments else []
    return len(last) >= _PATH_WORDS or bool(_DATED.search(path)) or bool(re.search(r"(?:^|&)(?:p|id)=\d", parts.query))


def _time_near(anchor: lxml_html.HtmlElement) -> str:
    """The one <time> in the list entry or card around the link, where there is just one."""
    for holder in anchor.iterancestors("article", "li"):
        times = holder.xpath(".//time/@datetime")
        return str(times[0]) if len(times) == 1 else ""
    return ""
