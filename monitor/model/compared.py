"""Known or new: fingerprints, matches, sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What an article is, compared with everything known before it."""

    NEW = "new"
    COPY = "copy"
    UPDATE = "update"
    REWRITE = "rewrite"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive) of a field's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Enough to recognise a text, not to read it.

    `shingles`: sorted 64-bit hashes of all runs of five words; `sentences`: for each sentence, in an order that
    says nothing, the 32-bit hashes of its words as an unordered set; `words`: how many words the text has; `lines`: of
    each sentence of a text that is kept, in order, 63 bits of all its words in order, 0 for the shortest.
    """

    shingles: tuple[int, ...]
    sentences: tuple[frozenset[int], ...]
    words: int
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """How often a site has said a sentence. `days`: on how many days, of which `first` and `last` are the outermost."""

    hash: int
    days: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Known:
    """A known text as the comparison needs it. `fingerprint`: given where the text is not kept (a seed's original);
    `canonical`: its address, where it is known.
    """

    article_id: str
    outlet: str
    title: str
    published: datetime | None
    text: str
    fingerprint: Fingerprint | None = None
    seed: bool = False
    canonical: str = ""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The texts that one is to be compared with. `common`: the hashes that so many have that they were not counted."""

    ids: tuple[str, ...] = ()
    common: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """The outcome of a comparison. `of`: the first article with this text; shares are 0..1.

    `similarity`: share of the shorter text's 5-shingles found in the other; `inside`: share of this article's
    shingles found there; `covers`: share of that article's shingles found here; `aligned`: share of this
    article's words in sentences that stand there too; `lead`: share of its first 80 words' shingles.
    """

    verdict: Verdict
    of: str = ""
    similarity: float = 0.0
    inside: float = 0.0
    covers: float = 0.0
    aligned: float = 0.0
    lead: float = 0.0


@dataclass(frozen=True, slots=True)
class Aligned:
    """A paragraph beside the one of a known text that it is. `here` "": only there; `there` "": only here, or not kept.

    `share`: of this paragraph's words that stand there, 0..1.
    """

    here: str
    there: str
    share: float


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article. `words`: 32-bit hashes of its content words; `numbers`: its figures as text."""

    index: int
    text: str
    span: Span
    words: frozenset[int]
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class ReadSentence:
    """A sentence read by itself, before it is compared with anything known.

    `nothing`: why it tells nothing, "" where it may tell something; `telling`: whether it is about the story at all.
    """

    sentence: Sentence
    nothing: str
    telling: bool


@dataclass(frozen=True, slots=True)
class KnownSentence:
    """A sentence of something known. `text` is "" where only the fingerprint of the original is kept.

    Neighbouring indexes are neighbouring sentences; fingerprints of originals leave gaps, since they keep no order.
    """

    article_id: str
    index: int
    text: str
    words: frozenset[int]
    outlet: str
    published: datetime | None
    development_id: int | None = None


@dataclass(frozen=True, slots=True)
class Novelty:
    """What the comparison says of one sentence. `score`: 0 known word for word .. 1 nothing like it known.

    `new`: whether it is a development; `reason`: why, or why not, in words; `nearest`: the nearest known sentence.
    """

    sentence: Sentence
    score: float
    new: bool
    reason: str
    nearest: KnownSentence | None = None
