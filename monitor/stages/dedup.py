"""Is this text known? Word-shingle fingerprints (Broder 1997) and sentence alignment; pure.

A candidate is found by a *sketch* (shingle hashes that are 0 mod 16) and judged exactly. Nothing is called a copy by
containment alone: follow-ups reuse background, so the lead or nearly all of the text has to stand there as well.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from monitor.model import Fingerprint, Known, Link, Match, Verdict
from monitor.stages.identity import site_of
from monitor.stages.lines import cut, lines_of
from monitor.stages.template import beside
from monitor.text import Remembered, first_words, hashes_of, read_wording, word_hash

RUN = 5
LEAD_WORDS = 80
# Two sentences on one subject share a few words; this many and half of them do not come by chance.
CLOSE_WORDS = 5
SKETCH_ONE_IN = 16
SKETCH_MOST = 64
SEED_ONE_IN = 4
# A text this short asks the seeds with all it has.
SHORT = 256
# Databases keep 63 bits of a number and its sign.
_MASK = (1 << 63) - 1
_BASE = 0x1E3779B97F4A7C15
# What the words of a run are multiplied by, the first one first.
_POWERS = tuple(pow(_BASE, RUN - 1 - place, _MASK + 1) for place in range(RUN))
_LANE = 16  # bytes
_lane = Remembered(lambda word: word_hash(word).to_bytes(_LANE, "little")).__getitem__


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The border between the verdicts; shares are 0..1. Measured on edited and unrelated reports.

    `close`: this much of one text stands in sentences of which half stands in the other (`half`), and this share of
    runs survived (`edited`): a text that was edited throughout. Other reports of one event reach a tenth of it.
    """

    copy: float = 0.55
    update: float = 0.40
    lead: float = 0.40
    nearly_all: float = 0.70
    aligned: float = 0.55
    sentence: float = 0.70
    alignment_floor: float = 0.05
    close: float = 0.55
    half: float = 0.50
    edited: float = 0.06


THRESHOLDS = Thresholds()


def shingles(folded: Sequence[str]) -> list[int]:
    """63-bit hashes of all runs of five words, in order; a shorter text is one run.

    A polynomial over the words' hashes (Karp and Rabin 1987), for all runs at once: the hashes are the lanes of one
    long number, each wide enough for a product of two, and five shifted multiples of it are added up.
    """
    if not folded:
        return []
    count = max(len(folded), RUN)
    lanes = int.from_bytes(b"".join(map(_lane, folded)), "little")
    mask = int.from_bytes(_MASK.to_bytes(_LANE, "little") * count, "little")
    runs = 0
    for place, power in enumerate(_POWERS):
        runs += (lanes >> place * _LANE * 8) * power & mask
    found = array("Q", (runs & mask).to_bytes(count * _LANE, sys.byteorder))
    return (found[::2] if sys.byteorder == "little" else found[::-2]).tolist()[: count - RUN + 1]


def fingerprint(text: str) -> Fingerprint:
    """The fingerprint of a text."""
    wording = read_wording(text)
    sets = [hashes_of(wording.words[start:end]) for start, end in pairwise(wording.firsts)]
    return Fingerprint(
        tuple(sorted(set(shingles(wording.words)))),
        tuple(kept for kept in sets if kept),
        len(wording.words),
        lines_of(wording),
    )


def without(text: str, whole: Fingerprint, furniture: frozenset[int]) -> tuple[str, Fingerprint]:
    """A text without the sentences that its site says on every page, and its fingerprint.

    A text in which nothing but these stands is left whole: then they are what it says.
    """
    if furniture.isdisjoint(whole.lines):
        return text, whole
    bare = cut(text, whole.lines, furniture)
    left = fingerprint(bare)
    return (bare, left) if left.sentences else (text, whole)


def sketch(hashes: Iterable[int]) -> tuple[int, ...]:
    """The hashes an article is stored and looked up by: 0 mod 16, at most 64, the smallest."""
    return tuple(sorted({hash_ for hash_ in hashes if not hash_ % SKETCH_ONE_IN})[:SKETCH_MOST])


def questions(hashes: Iterable[int]) -> tuple[int, ...]:
    """The hashes to ask the seeds with, whose every shingle is indexed: one in four, of a short text all."""
    distinct = set(hashes)
    if len(distinct) > SHORT:
        distinct = {hash_ for hash_ in distinct if hash_ % SEED_ONE_IN == 0}
    return tuple(sorted(distinct)[: SKETCH_MOST * 8])


def bare(known: Known, furniture: frozenset[int]) -> Known:
    """A known text without these sentences; one that is kept as a fingerprint only stays as it is."""
    if not furniture or (known.fingerprint and not known.fingerprint.lines):
        return known
    text, left = without(known.text, known.fingerprint or fingerprint(known.text), furniture)
    return replace(known, text=text, fingerprint=left)


def compare(
    text: str,
    known: Known,
    limits: Thresholds = THRESHOLDS,
    *,
    mine: Fingerprint | None = None,
    one_site: bool = False,
) -> Match:
    """How much of a text stands in a known one, and what that makes it (COPY, UPDATE or NEW).

    `mine`: the text's fingerprint, where it is at hand; `one_site`: one site has both, and may have made them of one
    form (`stages/template.py`).
    """
    mine = mine or fingerprint(text)
    theirs = known.fingerprint or fingerprint(known.text)
    if not mine.shingles or not theirs.shingles:
        return Match(Verdict.NEW)
    ours, other = frozenset(mine.shingles), frozenset(theirs.shingles)
    shared = len(ours & other)
    inside, covers = shared / len(ours), shared / len(other)
    first = shingles(first_words(text, LEAD_WORDS))
    lead = sum(hash_ in other for hash_ in first) / len(first)
    similarity = max(inside, covers)
    stands = aligned(mine, theirs, limits.sentence) if similarity >= limits.alignment_floor else 0.0
    verdict = _verdict(similarity, inside, lead, stands, limits)
    if verdict is Verdict.NEW and similarity >= limits.edited and _close(mine, theirs, limits):
        verdict = Verdict.UPDATE
    if one_site and verdict is not Verdict.NEW and mine.lines and theirs.lines:
        laid = beside(text, known.text, mine, theirs)
        if laid.is_form:
            verdict = Verdict.NEW
        elif laid.tells_other:
            verdict = Verdict.UPDATE
    if verdict is Verdict.NEW:
        return Match(verdict, "", similarity, inside, covers, stands, lead)
    return Match(verdict, known.article_id, similarity, inside, covers, stands, lead)


def _verdict(similarity: float, inside: float, lead: float, stands: float, limits: Thresholds) -> Verdict:
    if inside >= limits.nearly_all or stands >= limits.nearly_all:
        return Verdict.COPY
    if similarity >= limits.copy and lead >= limits.lead:
        return Verdict.COPY
    if stands >= limits.aligned and lead >= limits.lead / 2:
        return Verdict.COPY
    if similarity >= limits.update or stands >= limits.aligned:
        return Verdict.UPDATE
    return Verdict.NEW


def _close(mine: Fingerprint, theirs: Fingerprint, limits: Thresholds) -> bool:
    """Whether one text looks like the other with words changed all over it, cut or framed as it may be."""
    return (
        aligned(mine, theirs, limits.half, CLOSE_WORDS) >= limits.close
        or aligned(theirs, mine, limits.half, CLOSE_WORDS) >= limits.close
    )


def aligned(mine: Fingerprint, theirs: Fingerprint, floor: float, least: int = 3) -> float:
    """Share of this text's content words that are in sentences which stand, as a set of words, in one of theirs.

    A sentence stands where this share of its words (`floor`), and at least so many of them, are in one sentence.
    """
    total = stands = 0
    holders: dict[int, list[int]] = {}
    for index, sentence in enumerate(theirs.sentences):
        for word in sentence:
            holders.setdefault(word, []).append(index)
    for sentence in mine.sentences:
        total += len(sentence)
        counts: dict[int, int] = {}
        for word in sentence:
            for index in holders.get(word, ()):
                counts[index] = counts.get(index, 0) + 1
        most = max(counts.values(), default=0)
        if len(sentence) >= 4 and most >= max(least, floor * len(sentence)):
            stands += len(sentence)
    return stands / total if total else 0.0


def judge(
    text: str,
    candidates: Sequence[Known],
    mine: Fingerprint | None = None,
    *,
    site: str = "",
    furniture: frozenset[int] = frozenset(),
) -> Match:
    """The best match among the candidates, see `compare_all`."""
    return compare_all(text, candidates, mine, site=site, furniture=furniture)[0]


def compare_all(
    text: str,
    candidates: Sequence[Known],
    mine: Fingerprint | None = None,
    *,
    site: str = "",
    furniture: frozenset[int] = frozenset(),
) -> tuple[Match, tuple[Link, ...]]:
    """The best match among the candidates, and all of them that are one report with the text.

    The best: copies before updates, then the most similar, then the first given. `site`: who publishes the text;
    `furniture`: hashes of sentences that do not count, in the candidates either.
    """
    order = {Verdict.COPY: 2, Verdict.UPDATE: 1}
    best, links = Match(Verdict.NEW), []
    for known in candidates:
        one_site = site != "" and site_of(known.canonical) == site
        plain = bare(known, furniture)
        match = compare(text, plain, mine=mine, one_site=one_site)
        key = (order.get(match.verdict, 0), match.similarity)
        if key > (order.get(best.verdict, 0), best.similarity):
            best = match
        kind = match.verdict
        if kind is Verdict.NEW and match.similarity >= THRESHOLDS.alignment_floor and plain.text:
            # Each of two texts may stand in the other; which of them came first must not matter.
            kind = compare(plain.text, replace(known, text=text, fingerprint=mine), mine=plain.fingerprint,
                           one_site=one_site).verdict  # fmt: skip
        if kind is not Verdict.NEW:
            links.append(Link(known.article_id, kind))
    return best, tuple(links)
