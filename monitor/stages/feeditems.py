"""A feed's items as pieces of its text: the first of very many, and those that were not read before. Pure.

Parsing is what a feed costs, and most of a feed is what it was an hour ago. An item whose characters stood in the
answer before gives the same lead again; it is left out before anything is parsed.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from itertools import pairwise

MARK = 16
_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.I)
_START = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)(?=[\s>])", re.I)


def first_items(text: str, most: int) -> tuple[str, int]:
    """The feed with at most so many items, and how many were cut off."""
    starts = [found.start() for found in _START.finditer(text)]
    if len(starts) <= most:
        return text, 0
    ends = [found.end() for found in _END.finditer(text)]
    if len(ends) <= most:
        # Items that nobody closes are not worth parsing by the thousand: what the first ones hold is salvaged.
        return text[: starts[most]], len(starts) - most
    return text[: ends[most - 1]] + text[ends[-1] :], len(starts) - most


def new_items(text: str, read: str) -> tuple[str, str, int]:
    """The feed without the items that were read before, the marks of all its items, and how many were left out.

    `read`: the marks that the answer before gave: 16 hex digits an item. Where items do not follow each other plainly,
    none has a mark.
    """
    starts = [found.start() for found in _START.finditer(text)]
    ends = [found.end() for found in _END.finditer(text)]
    borders = [border for pair in zip(starts, ends, strict=False) for border in pair]
    if len(starts) != len(ends) or any(one >= two for one, two in pairwise(borders)):
        return text, "", 0
    before = {read[at : at + MARK] for at in range(0, len(read), MARK)}
    marks, kept, at = list[str](), list[str](), 0
    for start, end in zip(starts, ends, strict=True):
        mark = blake2b(text[start:end].encode("utf-8", "replace"), digest_size=MARK // 2).hexdigest()
        marks.append(mark)
        if mark in before:
            kept.append(text[at:start])
            at = end
    return "".join([*kept, text[at:]]), "".join(marks), len(kept)
