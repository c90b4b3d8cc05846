"""What of an article is new: each sentence against what is known for its trip.

A sentence is known when the words it is made of, weighted by how rare they are, stand in one known sentence or in two
neighbouring ones, and when its figures, dates, quotations and its *not* are those of that sentence.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from math import fsum
from typing import NamedTuple

from monitor.model import KnownSentence, Novelty, Sentence
from monitor.stages.details import read_details
from monitor.text import content_hash_of


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Weights and limits of the decision, in one place.

    `score` is a logistic one: 1 / (1 + exp(-(`bias` + weights . signs))). Of the signs `containment` is 1 - the best
    weighted containment, `cosine` 1 - the best cosine, `unseen` the weight of words never seen; `figure`, `day` and
    `opposite` are 1 where a number or a date is new or where only one of both sentences has a *not*; `quoted` is the
    share of words in quotation marks that are not there. Fitted to our labelled sentences and to labels of ours on
    the originals of the shipped seeds (`bench/novelty.py`).

    A sentence is new at `new` or more, the first one, which is an article's news, at `lead`. `near`: what shares this
    much is near enough for its figures and dates to count as known, and `alike`: for a *not* to be compared;
    `repeated`: this much of a sentence said before in the same article is known; `shortest`: content words that a
    sentence needs to tell anything.
    """

    bias: float = -2.20
    containment: float = 1.31
    cosine: float = 2.94
    unseen: float = 1.05
    figure: float = 2.10
    day: float = 0.34
    opposite: float = 0.91
    quoted: float = 0.26
    new: float = 0.46
    lead: float = 0.37
    near: float = 0.30
    alike: float = 0.50
    repeated: float = 0.75
    shortest: int = 4


THRESHOLDS = Thresholds()

# Why a sentence that was learned to be furniture is not told.
EVERYWHERE = "the site says so on page after page"

_BOILERPLATE = re.compile(
    r"""subscri|newsletter|sign\ up|click\ here|read\ (?:more|also|next)|cookie|all\ rights\ reserved|©|copyright
    |follow\ us|share\ this|advertis|(?:story|report)\ (?:has\ been|was)\ (?:corrected|updated)|more\ on\ this\ story
    |privacy\ polic|terms\ of\ (?:use|service)|download\ (?:our|the)\ app|contributed\ (?:to\ )?this\ report
    |support\ our|log\ ?in\b|your\ e-?mail|leave\ a\ comment
    |this\ (?:page|article|story)\ (?:is|was)\ (?:a|first|also|written|produced)
    |(?:file\ )?photo(?:graph)?\s*(?:by|:)|^\s*(?:by|reporting\ by|editing\ by|written\ by)\s|frequently\ asked
    |related\ (?:stories|posts)|^\s*(?:follow|watch|listen|see\ also)\s""",
    re.IGNORECASE | re.VERBOSE,
)
_OF_OURSELVES = re.compile(
    r"\b(?:readers?|pages?|prints?|archives?|desk|coverage|follows|keeps|website|site|subscribers?|edition|staff|stories"
    r"|articles|reports)\b",
    re.IGNORECASE,
)
_PAPERS = frozenset(
    """Post Times Gazette Bulletin Review Courier Record Daily News Herald Tribune Star Observer Wire Journal Press
    Mail Guardian Telegraph Independent Examiner Chronicle Standard Globe Monitor Online""".split()
)


class Near(NamedTuple):
    """A known sentence beside a new one.

    `share`: weight of the new one's words that stand in it, or in it and a neighbour (`beside`); `cosine`: of both, by
    weight.
    """

    share: float
    cosine: float
    sentence: KnownSentence
    beside: KnownSentence | None

    @property
    def words(self) -> frozenset[int]:
        """The words of both."""
        return self.sentence.words | self.beside.words if self.beside else self.sentence.words


class _Weights(dict[int, float]):
    """The words' weights, each worked out when it is first asked for: a look into it costs a third of a call."""

    def __init__(self, weigh: Callable[[int], float]) -> None:
        super().__init__()
        self._weigh = weigh

    def __missing__(self, word: int) -> float:
        weight = self[word] = self._weigh(word)
        return weight


class KnownIndex:
    """The known sentences of one trip, found by their words. Grows as articles are filed."""

    def __init__(self, known: Iterable[KnownSentence] = ()) -> None:
        self._sentences: list[KnownSentence] = []
        self._holders: dict[int, list[int]] = {}
        self._place: dict[tuple[str, int], int] = {}
        self._said: dict[frozenset[int], int] = {}
        # Weights and lengths hold until the index has grown by a few per cent.
        self._counted = 0
        self._weights = _Weights(self._weigh)
        self._norms: dict[int, float] = {}
        for sentence in known:
            self.add(sentence)

    def __len__(self) -> int:
        return len(self._sentences)

    def add(self, sentence: KnownSentence) -> None:
        """One more known sentence."""
        place = len(self._sentences)
        self._sentences.append(sentence)
        self._place[sentence.article_id, sentence.index] = place
        self._said.setdefault(sentence.words, place)
        for word in sentence.words:
            self._holders.setdefault(word, []).append(place)
        # At sizes that depend on nothing else, so that an index read from the store weighs as one that has grown.
        size = place + 1
        step = 1 << max(0, size.bit_length() - 5)
        if size // step * step != self._counted:
            self._counted = size // step * step
            self._weights.clear()
            self._norms.clear()

    @property
    def weight(self) -> Callable[[int], float]:
        """How much a word tells: its inverse sentence frequency (Spärck Jones 1972), smoothed."""
        return self._weights.__getitem__

    def _weigh(self, word: int) -> float:
        held = bisect_left(self._holders.get(word, ()), self._counted)
        return math.log(1 + (self._counted + 1) / (held + 0.5))

    def has(self, word: int) -> bool:
        """Whether any known sentence has this word."""
        return word in self._holders

    def nearest(self, words: frozenset[int], most: int = 8) -> list[Near]:
        """The nearest known sentences, best first; a sentence of the same words alone, where there is one.

        Only sentences that share a telling word are looked at.
        """
        same = self._said.get(words)
        if same is not None and words:
            return [Near(1.0, 1.0, self._sentences[same], None)]
        gathered: dict[int, int] = {}
        so_far, weight = gathered.get, self._weights
        weights = {word: weight[word] for word in words}
        for position, word in enumerate(sorted(words, key=lambda word: (-weights[word], word))):
            # Common words alone do not make a candidate, so their long lists are read only while few are found.
            if position >= 4 and len(gathered) > 200:
                break
            value = int(weights[word] * 1000)
            for place in self._holders.get(word, ()):
                gathered[place] = so_far(place, 0) + value
        total = fsum(weights.values()) or 1.0
        norm = math.sqrt(fsum([weight * weight for weight in weights.values()])) or 1.0
        # Of equally good ones the earlier: the same in every process.
        least = nlargest(most, gathered.values())[-1] if gathered else 0
        best = sorted((-value, place) for place, value in gathered.items() if value >= least)[:most]
        found = [self._near(place, words, weights, total, norm) for _, place in best]
        found.sort(key=lambda near: -near.share)
        return found

    def _near(self, place: int, words: frozenset[int], weights: Mapping[int, float], total: float, norm: float) -> Near:
        sentence = self._sentences[place]
        shared = words & sentence.words
        missing = words - shared
        more, beside, weigh = 0.0, None, weights.__getitem__
        for step in (-1, 1):
            other = self._place.get((sentence.article_id, sentence.index + step))
            added = fsum(map(weigh, missing & self._sentences[other].words)) if other is not None else 0.0
            if other is not None and added > more:
                more, beside = added, self._sentences[other]
        # Exact sums: sets have no order, and of two sentences that are as near the earlier one has to be told.
        share = (more + fsum(map(weigh, shared))) / total
        dot = fsum([weights[word] ** 2 for word in shared])
        return Near(share, dot / (norm * self._norm(place)), sentence, beside)

    def _norm(self, place: int) -> float:
        norm = self._norms.get(place)
        if norm is None:
            weights = self._weights
            norm = math.sqrt(fsum([weights[word] ** 2 for word in self._sentences[place].words])) or 1.0
            self._norms[place] = norm
        return norm


def is_boilerplate(text: str, outlet: str = "") -> bool:
    """Whether a sentence is a page's furniture: calls to subscribe, credits, captions, the outlet about itself."""
    if _BOILERPLATE.search(text):
        return True
    if not outlet or not _OF_OURSELVES.search(text):
        return False
    # "Readers of the Gazette find more in our archive" is furniture; a sentence on Essex in the Essex Times is not.
    name = outlet.removeprefix("The ").strip()
    short = [rf"the {word}" for word in name.split() if word in _PAPERS]
    return any(re.search(rf"\b{re.escape(said)}\b", text, re.IGNORECASE) for said in (name, *short))


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for a sentence being new, each 0..1, by the names of `Thresholds`; and the new details themselves."""

    containment: float
    cosine: float
    unseen: float
    quoted: float
    figures: tuple[str, ...]
    days: bool
    opposite: bool

    def score(self, limits: Thresholds) -> float:
        """How new, 0..1."""
        told = (
            limits.bias
            + limits.containment * self.containment
            + limits.cosine * self.cosine
            + limits.unseen * self.unseen
            + limits.figure * bool(self.figures)
            + limits.day * self.days
            + limits.opposite * self.opposite
            + limits.quoted * self.quoted
        )
        return 1 / (1 + math.exp(-told))

    def detail(self) -> str:
        """The new detail in words, "" for none."""
        if self.figures:
            return f"the figure is new: {', '.join(self.figures)}"
        if self.days:
            return "the date is new"
        if self.opposite:
            return "it says the opposite"
        return "the words quoted are new" if self.quoted >= 0.5 else ""


def signs_of(sentence: Sentence, found: Sequence[Near], index: KnownIndex, limits: Thresholds = THRESHOLDS) -> Signs:
    """The signs of a sentence beside the known ones that are nearest (best first, at least one)."""
    weight = index.weight
    total = fsum(map(weight, sentence.words)) or 1.0
    unseen = fsum(weight(word) for word in sentence.words if not index.has(word)) / total
    best, mine = found[0], read_details(sentence.text)
    near = [each for each in found if each.share >= limits.near]
    # What is left of a date or an address is no word of the sentence.
    figures = {figure: word for figure, word in mine.figures.items() if word in sentence.words}
    days = set(mine.days)
    if figures or days:
        for known in (known for each in near for known in (each.sentence, each.beside) if known):
            theirs = read_details(known.text)
            figures = {
                figure: word
                for figure, word in figures.items()
                if figure not in theirs.figures and word not in known.words
            }
            # Of an original only the hashes of its words are kept.
            days -= theirs.days if known.text else {day for day in days if content_hash_of(str(day[1])) in known.words}
    opposite = best.share >= limits.alike and bool(best.sentence.text) and (
        bool(mine.nots) != bool(read_details(best.sentence.text).nots)
    )  # fmt: skip
    return Signs(
        containment=1 - best.share,
        cosine=1 - max(each.cosine for each in found),
        unseen=unseen,
        quoted=1 - len(mine.quoted & best.words) / len(mine.quoted) if mine.quoted else 0.0,
        figures=tuple(sorted(figures)) if near else (),
        days=bool(near and days),
        opposite=opposite,
    )


def weigh(sentence: Sentence, index: KnownIndex, limits: Thresholds = THRESHOLDS) -> Novelty:
    """One sentence against what is known."""
    found = index.nearest(sentence.words)
    if not found:
        return Novelty(sentence, 1.0, True, "nothing like it was known")
    signs = signs_of(sentence, found, index, limits)
    score, nearest = signs.score(limits), found[0].sentence
    if score < (limits.new if sentence.index else limits.lead):
        return Novelty(sentence, score, False, "known", nearest)
    return Novelty(sentence, score, True, signs.detail() or "nobody had reported this", nearest)


def read_article(
    sentences: Sequence[Sentence],
    index: KnownIndex,
    *,
    telling: Callable[[Sentence], bool],
    outlet: str = "",
    everywhere: Collection[int] = (),
    limits: Thresholds = THRESHOLDS,
) -> tuple[Novelty, ...]:
    """Every sentence with its verdict; furniture, fragments and questions are never new.

    `telling`: whether a sentence is about the story at all; `everywhere`: indexes of those that the site says on page
    after page. A sentence that repeats an earlier one of the same
    article is known too.
    """
    said = KnownIndex()
    read = []
    for sentence in sentences:
        novelty = _furniture(sentence, outlet, everywhere, limits) or weigh(sentence, index, limits)
        if novelty.new and not telling(sentence):
            novelty = Novelty(sentence, novelty.score, False, "not about the story", novelty.nearest)
        if novelty.new and len(said):
            before = said.nearest(sentence.words)
            if before and before[0].share >= limits.repeated:
                novelty = Novelty(
                    sentence, novelty.score, False, "said earlier in the same article", before[0].sentence
                )
        if novelty.new:
            said.add(KnownSentence("", sentence.index, sentence.text, sentence.words, "", None))
        read.append(novelty)
    return tuple(read)


def _furniture(sentence: Sentence, outlet: str, everywhere: Collection[int], limits: Thresholds) -> Novelty | None:
    if sentence.index in everywhere:
        return Novelty(sentence, 0.0, False, EVERYWHERE)
    if is_boilerplate(sentence.text, outlet):
        return Novelty(sentence, 0.0, False, "page furniture")
    if len(sentence.words) < limits.shortest:
        return Novelty(sentence, 0.0, False, "too short to tell anything")
    if sentence.text.rstrip("\"'”’)").endswith("?"):
        return Novelty(sentence, 0.0, False, "a question")
    if sentence.text.rstrip()[-1:] not in ".!\"'”’)…»":
        return Novelty(sentence, 0.0, False, "a heading or a fragment")
    return None
