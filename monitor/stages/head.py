"""What a page's markup says of the page: meta tags, JSON-LD as text, title, headlines, language. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

# HTML's rules for building a tree take time by the square of its depth. A page of few marks cannot be deep enough to
# hurt, and the pages of real sites have under 20,000.
_FEW_MARKS = 40_000
_MOST_MARKS = 400_000
_DEEPEST = 5_000
_OPENS_OR_CLOSES = re.compile(r"<(?:(/)|(?!(?:br|hr|img|input|link|meta|wbr|source)\b))[a-z]", re.I)
_MOST_TAGS = 2000
_LONGEST_TITLE = 20_000


@dataclass(frozen=True, slots=True)
class Head:
    """As it stands there. `tags`: meta content by name in small letters; `linked`: the JSON-LD scripts."""

    tags: dict[str, str] = field(default_factory=dict)
    linked: tuple[str, ...] = ()
    title: str = ""
    headlines: tuple[str, ...] = ()
    language: str = ""

    @property
    def said(self) -> str:
        """Title, headlines and descriptions in one string of single spaces."""
        tags = (self.tags.get(name, "") for name in ("description", "og:title", "og:description"))
        return " ".join(" ".join((self.title, *self.headlines, *tags)).split())


def parse_page(markup: str) -> LexborHTMLParser | None:
    """The page as a browser would read it; None for one so deep that reading it may take very long."""
    marks = markup.count("<")
    if marks > _MOST_MARKS or (marks > _FEW_MARKS and _is_deep(markup)):
        return None
    try:
        return LexborHTMLParser(markup)
    except (SelectolaxError, ValueError):
        return None


def _is_deep(markup: str) -> bool:
    depth = 0
    for found in _OPENS_OR_CLOSES.finditer(markup):
        depth += -1 if found[1] else 1
        if depth > _DEEPEST:
            return True
    return False


def read_head(tree: LexborHTMLParser | None) -> Head:
    """The head of a page that still has its scripts; an empty one for no page."""
    if tree is None or tree.root is None:
        return Head()
    tags: dict[str, str] = {}
    for node in tree.css("meta[content]")[:_MOST_TAGS]:
        said = node.attributes
        name = said.get("property") or said.get("name") or said.get("itemprop") or ""
        content = (said.get("content") or "").strip()
        if name and content:
            tags.setdefault(name.strip().lower(), content[:1000])
    top = tree.css_first("html")
    language = (top.attributes.get("lang") or top.attributes.get("xml:lang") or "") if top is not None else ""
    return Head(
        tags=tags,
        linked=tuple(node.text() for node in tree.css('script[type*="ld+json" i]')),
        title=next((_text(node) for node in tree.css("title")[:1]), ""),
        headlines=tuple(_text(node) for node in tree.css("h1")[:2]),
        language=language,
    )


def _text(node: LexborNode) -> str:
    pieces: list[str] = []
    size = 0
    for each in node.traverse(include_text=True):
        if each.is_text_node:
            pieces.append(each.text_content or "")
            size += len(pieces[-1])
            if size > _LONGEST_TITLE:
                break
    return "".join(pieces)[:_LONGEST_TITLE]
