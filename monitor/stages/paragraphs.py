"""A page's paragraphs by their own look: the cheap extractor that is ours. Pure.

Text is gathered block by block from a lexbor tree. Blocks that read like sentences vote for the element that holds them
(the scoring by parent and grandparent is that of Arc90's Readability); what stands in it and is neither a list of links
nor a box beside the text is the article. Every step is linear in the size of the page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode


@dataclass(frozen=True, slots=True)
class Limits:
    """Where the lines are drawn. Lengths are in characters, shares between 0 and 1."""

    sentence: int = 60  # a block as long as this that ends like a sentence counts as a paragraph
    links: float = 0.5  # more linked text than this is navigation
    linked_sentence: float = 0.85  # a paragraph may be linked up to here
    box: float = 0.4  # a box with more of the page's text than this is no box
    share: float = 0.75  # the article's element holds at least so much of all paragraphs
    climb: float = 1.25  # an element around it is taken instead when it adds no more than this
    plea: int = 250  # a line shorter than this can be a plea to subscribe, to share, to read on
    repeat: int = 40  # a line longer than this is told once


LIMITS = Limits()

_DEAD = (
    "script style noscript template svg iframe nav footer aside form button select textarea object figure figcaption"
    " video audio canvas dialog header time menu math head link img input picture"
).split()
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small span"
    " strike strong sub sup tt u var wbr nobr".split()
)
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_PARAGRAPHS = frozenset("p li blockquote pre dd".split())
_NEVER_A_BOX = _INLINE | frozenset("html body main article".split())
# Class and id names of what stands beside an article.
_BOX = re.compile(
    r"(?<![a-z])(?:captions?|credits?|by-?lines?|related|recommend\w*|newsletters?|sign-?ups?|subscri\w+|shar(?:e|ing)"
    r"|social|promo\w*|author-?(?:bio|box|info)?|about-author|bio|comments?|disqus|side-?bar|widgets?|teasers?|cards?"
    r"|tags?|topics?|breadcrumbs?|crumbs?|foot(?:er|note)?s?|menu|nav(?:bar|igation)?|popular|trending|most-?read"
    r"|more-?(?:on|from|stories|news)|read-?(?:more|next|also)|see-?also|also|advert\w*|ads?|sponsor\w*|cookies?|consent"
    r"|banner|pop-?up|modal|overlay|hidden|meta|date|timestamp|published|paywall|copyright|disclaimer|gallery|slide\w*"
    r"|carousel|outbrain|taboola|pager|pagination|print|rating|login|register|poll|quiz)(?![a-z])",
    re.I,
)
_UNSEEN = re.compile(r"display:\s*none", re.I)
_PLEA = re.compile(
    r"^(?:©|copyright\b|sign up\b|subscribe\b|follow (?:us|\w+ on)\b|click here|read more|more:|advertisement"
    r"|share (?:this|on)|join our|get (?:our|the latest|breaking)|photo(?:graph)?(?: by|:)|images?(?: by| credit|:)"
    r"|(?:related|see also|also read|read also|don['’]t miss|recommended)\b.{0,3}:|listen (?:live|to)|watch (?:live|:))"
    r"|all rights reserved",
    re.I,
)
_ENDS = frozenset(".!?…。！？:;")
_CLOSERS = "'\"”’»)]"


def is_sentence(line: str, least: int = LIMITS.sentence) -> bool:
    """Whether a line is as long as a paragraph and ends like one."""
    return len(line) >= least and _ends(line)


def _ends(line: str) -> bool:
    return line.rstrip(_CLOSERS)[-1:] in _ENDS


def _kinds() -> tuple[int, int]:
    """Lexbor's numbers for text and for <br>: comparing them is much cheaper than asking for names."""
    body = LexborHTMLParser("<body>x<br>").body
    assert body is not None  # noqa: S101 - a document always has one
    text, br = body.iter(include_text=True)
    return text.tag_id, br.tag_id


_TEXT, _BR = _kinds()


class _Element:
    """An element that holds text. `size`: characters in it; `score`: those of them in paragraphs."""

    __slots__ = ("block", "boxed", "inside", "linked", "score", "size", "tag", "up")

    def __init__(self, node: LexborNode, up: _Element | None) -> None:
        self.tag = tag = node.tag or ""
        self.up = up
        self.size = self.score = 0
        self.boxed = self.inside = False
        if tag in _INLINE and up is not None:
            self.block: _Element = up.block
            self.linked: bool = tag == "a" or up.linked
        else:
            self.block = self
            self.linked = False
            self.boxed = tag not in _NEVER_A_BOX and _is_box(node.attributes)


def _is_box(attributes: dict[str, str | None]) -> bool:
    if not attributes:
        return False
    return (
        _names_a_box(attributes.get("class") or "")
        or _names_a_box(attributes.get("id") or "")
        or "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or ("style" in attributes and _UNSEEN.search(attributes["style"] or "") is not None)
    )


# A page, and a site, uses the same few names again and again.
@lru_cache(maxsize=1024)
def _names_a_box(names: str) -> bool:
    return _BOX.search(names[:500]) is not None


class _Block:
    """Text that stands together, as lines of single spaces. `linked`: how many of its `size` characters are links."""

    __slots__ = ("element", "lines", "linked", "pieces", "size", "tag")

    def __init__(self, element: _Element) -> None:
        self.element = element
        self.tag = element.tag
        self.pieces: list[str] = []
        self.lines: list[str] = []
        self.linked = self.size = 0

    def close(self) -> None:
        if "\n" in self.pieces:
            # Only a <br> breaks a line: line breaks in the source are spaces.
            rows = "".join("\0" if piece == "\n" else piece for piece in self.pieces).split("\0")
            self.lines = [line for line in (" ".join(row.split()) for row in rows) if line]
            self.size = sum(map(len, self.lines))
        else:
            line = " ".join("".join(self.pieces).split())
            self.lines = [line]
            self.size = len(line)
        self.element.size += self.size


def paragraphs(tree: LexborHTMLParser, limits: Limits = LIMITS) -> list[str]:
    """The lines of the article in order, headings between them included; none where the page shows no paragraphs.

    The tree is used up: elements that never hold an article's text are taken out of it.
    """
    if tree.body is None:
        return []
    tree.strip_tags(_DEAD, recursive=True)
    elements, blocks = _gather(tree)
    _unbox(elements, limits)
    blocks = [block for block in blocks if not block.element.boxed]
    top = _holder(elements, blocks, limits)
    if top is None:
        return []
    for element in elements:
        element.inside = element is top or (element.up is not None and element.up.inside)
    return _told([block for block in blocks if block.element.inside and _belongs(block, limits)], limits)


def _gather(tree: LexborHTMLParser) -> tuple[list[_Element], list[_Block]]:
    """The elements that hold text, parents before children, and the blocks in order."""
    known: dict[int, _Element] = {}
    blocks: list[_Block] = []
    block: _Block | None = None
    for node in tree.body.traverse(include_text=True) if tree.body else ():
        kind = node.tag_id
        if kind != _TEXT:
            if kind == _BR and block is not None:
                block.pieces.append("\n")
            continue
        text = node.text_content or ""
        if not text or text.isspace():
            # A piece of its own that is a line break would read as a <br>.
            if block is not None:
                block.pieces.append(" ")
            continue
        parent = node.parent
        if parent is None:
            continue
        element = known.get(parent.mem_id) or _element(parent, known)
        if block is None or block.element is not element.block:
            block = _Block(element.block)
            blocks.append(block)
        block.pieces.append(text)
        if element.linked:
            block.linked += len(text.strip())
    for each in blocks:
        each.close()
    return list(known.values()), [each for each in blocks if each.size]


def _element(node: LexborNode, known: dict[int, _Element]) -> _Element:
    path: list[LexborNode] = []
    at: LexborNode | None = node
    found: _Element | None = None
    while at is not None:
        found = known.get(at.mem_id)
        if found is not None:
            break
        path.append(at)
        at = None if at.tag == "html" else at.parent
    for each in reversed(path):
        found = known[each.mem_id] = _Element(each, found)
    assert found is not None  # noqa: S101 - the path held at least the node itself
    return found


def _unbox(elements: list[_Element], limits: Limits) -> None:
    """Leave as boxes those that are small, and all that is in them."""
    total = sum(element.size for element in elements)
    for element in reversed(elements):
        if element.up is not None:
            element.up.size += element.size
    for element in elements:
        small = element.boxed and element.size < limits.box * total
        element.boxed = small or (element.up is not None and element.up.boxed)


def _holder(elements: list[_Element], blocks: list[_Block], limits: Limits) -> _Element | None:
    """The element that holds the article."""
    votes: dict[_Element, float] = {}
    for block in blocks:
        if block.tag in _HEADINGS or block.linked > block.size * limits.links:
            continue
        if block.size < limits.sentence or not _ends(block.lines[-1]):
            continue
        at: _Element | None = block.element
        if (block.tag in _PARAGRAPHS or len(block.lines) < 2) and block.element.up is not None:
            at = block.element.up
        if at is None:
            continue
        at.score += block.size
        for weight in (1.0, 0.5, 0.25):
            if at is None:
                break
            votes[at] = votes.get(at, 0.0) + weight * block.size
            at = at.up
    if not votes:
        return None
    for element in reversed(elements):
        if element.up is not None:
            element.up.score += element.score
    total = max(element.score for element in votes)
    top = max(votes, key=lambda element: votes[element])
    while top.up is not None and (top.score < limits.share * total or top.up.score <= top.score * limits.climb):
        if top.up.tag == "html":
            break
        top = top.up
    return top


def _belongs(block: _Block, limits: Limits) -> bool:
    """Whether a block inside the article's element is text of the article."""
    if block.tag in _HEADINGS:
        return block.tag != "h1" and block.linked < block.size * limits.links
    sentence = block.size >= limits.sentence and _ends(block.lines[-1])
    most = limits.linked_sentence if sentence and block.tag == "p" else limits.links
    return block.linked <= block.size * most and (sentence or block.tag in _PARAGRAPHS)


def _told(blocks: list[_Block], limits: Limits) -> list[str]:
    """Their lines without headings that head nothing, pleas and repeats."""
    while blocks and blocks[-1].tag in _HEADINGS:
        blocks.pop()
    lines: list[str] = []
    seen: set[str] = set()
    for at, block in enumerate(blocks):
        if block.tag in _HEADINGS and blocks[at + 1].tag in _HEADINGS and blocks[at + 1].tag <= block.tag:
            continue
        for line in block.lines:
            if (len(line) > limits.repeat and line in seen) or (len(line) < limits.plea and _PLEA.search(line)):
                continue
            seen.add(line)
            lines.append(line)
    return lines
