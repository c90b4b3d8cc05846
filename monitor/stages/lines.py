"""A site's furniture, learned: what it says on several days over a week stands there whatever the news is. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from monitor.model import Line
from monitor.text import Wording, read_wording, sentence_hash

# On so many days, the first and last of them so far apart.
DAYS, APART = 3, timedelta(days=7)
# Of a sentence with fewer words nobody can say whose it is.
FEWEST_WORDS = 3
# No page has more furniture, and no page may cost more.
MOST = 400


def lines_of(wording: Wording) -> tuple[int, ...]:
    """A hash of each sentence, in order; 0 for the shortest, and for those after the first 400."""
    words = wording.words
    return tuple(
        sentence_hash(words[start:end]) if end - start >= FEWEST_WORDS and at < MOST else 0
        for at, (start, end) in enumerate(pairwise(wording.firsts))
    )


def furniture(lines: Iterable[Line], today: date) -> frozenset[int]:
    """The hashes of the sentences that a site says on every page, where it says them today as well."""
    return frozenset(
        line.hash
        for line in lines
        if line.days + (not line.first <= today <= line.last) >= DAYS
        and max(line.last, today) - min(line.first, today) >= APART
    )


def places(lines: Sequence[int], hashes: Collection[int]) -> frozenset[int]:
    """The numbers of the sentences that have one of these hashes."""
    return frozenset(at for at, line in enumerate(lines) if line in hashes)


def cut(text: str, lines: Sequence[int], hashes: Collection[int]) -> str:
    """The text without the sentences that have one of these hashes, a sentence a line; `lines`: its own."""
    spans = read_wording(text).spans
    return "\n".join(text[span.start : span.end] for span, line in zip(spans, lines, strict=True) if line not in hashes)
