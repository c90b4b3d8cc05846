"""Page bytes -> Page: the article's text and what is known about it. Pure; nothing downloads.

The text comes from a cheap first pass where that can be believed, else from trafilatura. What the page says of itself
(JSON-LD, meta tags) and what the feed said come first; htmldate is asked only where neither gives a date. A page
without text falls back to the feed's summary and says so.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml import html as lxml_html  # type: ignore[import-untyped]

from monitor.errors import ExtractError
from monitor.model import Lead, Page
from monitor.stages.charset import decode
from monitor.stages.firstpass import first_pass
from monitor.stages.head import parse_page, read_head
from monitor.stages.markup import strip_markup
from monitor.stages.meta import Meta, believable, language, parse_html, read_meta, visible, wall, without_outlet
from monitor.text import clean, has_words, one_line, words

# What these libraries have to say about a page stands in our own reasons; they shall not write to the terminal.
for _name in ("trafilatura", "htmldate", "charset_normalizer"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

ENOUGH_WORDS = 40
_LEAST_WORDS = 5
_LONGEST_TEXT = 400_000
_LONGEST_HEAD = 100_000  # characters, of a page that is too large to be read whole
_LONGEST_WORD = 400
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD},}}")
_TABLE_RULE = re.compile(r"^[\s|:-]*$")
_MARKUP = re.compile(r"<\s*(?:!doctype|html|head|body|div|p|article|meta|title|section|span|script|table|h1)\b", re.I)
# What no extractor takes for an article's text.
_DEAD_WEIGHT = (
    "script, style, svg, template, iframe, canvas, noscript, nav, footer, button, select, "
    "textarea, video, audio, object"
)
_OTHER_FORMATS = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"RIFF", "an image, sound or film"),
    (b"PK\x03\x04", "a ZIP file or office document"),
    (b"\x1f\x8b", "compressed bytes"),
)


@dataclass(frozen=True, slots=True)
class _Read:
    """What the page itself gave. `markup`: the page, where there is one; `trouble`: in words, why there is no text."""

    text: str
    meta: Meta = field(default_factory=Meta)
    markup: str = ""
    trouble: str = ""


def read_page(body: bytes, *, url: str, charset: str, lead: Lead, now: datetime) -> Page:
    """The article on this page, or the feed's summary where the page has none.

    Raises ExtractError when neither gives any text; nothing else leaves it for bad input.
    """
    read = _read(body, url, charset, now)
    summary = clean(lead.summary)
    text, reason = read.text, ""
    few = ENOUGH_WORDS if has_words(text, ENOUGH_WORDS) else len(words(text))
    if read.trouble or not few or (few < ENOUGH_WORDS and len(words(summary)) > few):
        why = read.trouble or ("the page has hardly any article text" if few else "the page has no article text")
        if len(words(summary)) < _LEAST_WORDS:
            raise ExtractError(
                f"{url}: {why}, and the feed gave no summary to use; open it by hand to see what is there"
            )
        text, reason = summary, f"{why}; the feed's summary is used"
    meta = read.meta
    return Page(
        url=url,
        title=meta.title or without_outlet(lead.title, meta.outlet),
        text=text,
        author=meta.author or lead.author,
        outlet=meta.outlet,
        published=_published(read, lead, url, now),
        language=meta.language or language(lead.language),
        summary_only=bool(reason),
        reason=reason,
    )


def read_text(text: str, *, url: str = "", title: str = "") -> Page:
    """A plain text or Markdown file that a person gave: a short first line is the title, the rest is the text.

    Raises ExtractError when there is not a word in it.
    """
    lines = [line.strip() for line in clean(text).split("\n")]
    lines = [
        re.sub(r"^(?:#{1,6}\s+|>\s+|[-*+]\s+)", "", line) for line in lines if not re.fullmatch(r"[-=*_#\s]*", line)
    ]
    if not any(words(line) for line in lines):
        raise ExtractError(
            f"{url or title or 'the text'}: there is not a word in it; give a file with the article's text"
        )
    if not title and len(lines) > 1 and len(lines[0]) <= 200 and not lines[0].endswith((".", ",", ";")):
        title, lines = lines[0], lines[1:]
    return Page(url=url, title=one_line(title), text=_tidy("\n".join(lines)))


def _read(body: bytes, url: str, charset: str, now: datetime) -> _Read:
    kind = next((name for start, name in _OTHER_FORMATS if body.startswith(start)), "")
    if kind:
        return _Read("", trouble=f"the address answers with {kind}, not with a web page")
    markup = decode(body, charset)
    if not markup or markup.isspace():
        return _Read("", trouble="the page is empty")
    if not _MARKUP.search(markup, 0, 100_000):
        return _Read(_tidy(strip_markup(markup)))
    tree = parse_page(markup)
    head = read_head(tree if tree is not None else parse_page(markup[:_LONGEST_HEAD].partition("<body")[0]))
    text = ""
    if tree is not None:
        for node in tree.css(_DEAD_WEIGHT):
            node.decompose()
        text = _tidy(first_pass(tree, head.said))
    text = text or _article_text(markup, url)
    standing = wall(head.title, text, url, lambda: _shown(markup))
    if standing:
        return _Read("", markup=markup, trouble=f"the address answers with {standing}, not with the article")
    return _Read(text, read_meta(head, now), markup)


def _shown(markup: str) -> str:
    tree = parse_html(markup)
    return "" if tree is None else visible(tree)


def _article_text(markup: str, url: str) -> str:
    """The quick way first; where it yields little, the slow way, and whichever gives more."""
    tree = parse_html(markup)
    if tree is None:
        return ""
    text = _extracted(tree, url, fast=True)
    if len(words(text)) < ENOUGH_WORDS:
        slow = _extracted(tree, url, fast=False)
        text = slow if len(words(slow)) > len(words(text)) else text
    return text


def _extracted(tree: lxml_html.HtmlElement, url: str, *, fast: bool) -> str:
    # Imported by the first page that needs it, in a worker: the commands never do.
    import trafilatura  # noqa: PLC0415

    try:
        found: Any = trafilatura.bare_extraction(
            tree, url=url, fast=fast, favor_recall=True, include_comments=False, with_metadata=False
        )
    except MemoryError:
        raise
    except Exception:  # hostile trees raise anything from deep inside a third party: that page has no text
        return ""
    return _tidy(found.text or "") if found is not None else ""


def _tidy(text: str) -> str:
    """One paragraph a line; table rules gone, monstrous words cut."""
    # What breaks a line without being one is a space here.
    text = text[:_LONGEST_TEXT]
    if max(map(len, text.split()), default=0) >= _LONGEST_WORD:
        text = _LONG_WORD.sub("…", text)
    text = _OTHER_BREAKS.sub(" ", text)
    if "|" in text:
        text = "\n".join(map(_without_rules, text.split("\n")))
    lines = (line.strip() for line in clean(text).split("\n"))
    return "\n".join(line for line in lines if line)


_OTHER_BREAKS = re.compile("[\r\x85\u2028\u2029]")


def _without_rules(line: str) -> str:
    if not line.lstrip().startswith("|"):
        return line
    return "" if _TABLE_RULE.match(line) else line.strip(" |").replace("|", " ")


def _published(read: _Read, lead: Lead, url: str, now: datetime) -> datetime | None:
    """The page's own date with a time, else the feed's, else the page's day, else what htmldate finds."""
    if read.trouble:
        return lead.published
    if read.meta.published and read.meta.published_has_time:
        return read.meta.published
    return lead.published or read.meta.published or _searched_date(read.markup, url, now)


def _searched_date(markup: str, url: str, now: datetime) -> datetime | None:
    tree = parse_html(markup) if markup else None
    if tree is None:
        return None
    latest = (now + timedelta(days=1)).strftime("%Y-%m-%d")
    from htmldate import find_date  # noqa: PLC0415 - as above

    try:
        found = find_date(
            tree, extensive_search=False, original_date=True, url=url, min_date="1995-01-01", max_date=latest
        )
    except MemoryError:
        raise
    except Exception:  # as above: no date is better than no article
        return None
    return believable(datetime.strptime(found, "%Y-%m-%d").replace(tzinfo=UTC), now) if found else None
