"""What of an article is new: each sentence against what is known for its trip.

A sentence is known when the words it is made of, weighted by how rare they are, stand in one known sentence or in
two neighbouring ones. Figures that nobody gave before make a sentence new even when its words are old.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import NamedTuple

from monitor.model import KnownSentence, Novelty, Sentence
from monitor.text import word_hash

_MASK = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Weights and limits of the decision, in one place.

    `score` = weights . (1 - best weighted containment, 1 - best cosine, weight of words never seen). A sentence is new
    at `new` or more, the first one, which is an article's news, at `lead`. `figure`: what shares this much with a
    known sentence and has a figure that is not there is new as well. `repeated`: this much of a sentence said before
    in the same article is known; `shortest`: content words that a sentence needs to tell anything.
    """

    containment: float = 0.50
    cosine: float = 0.20
    unseen: float = 0.30
    new: float = 0.36
    lead: float = 0.26
    figure: float = 0.30
    figure_floor: float = 0.08
    repeated: float = 0.75
    shortest: int = 5


THRESHOLDS = Thresholds()

# Why a sentence that was learned to be furniture is not told.
EVERYWHERE = "the site says so on page after page"

_BOILERPLATE = re.compile(
    r"""subscri|newsletter|sign\ up|click\ here|read\ (?:more|also|next)|cookie|all\ rights\ reserved|©|copyright
    |follow\ us|share\ this|advertis|(?:story|report)\ (?:has\ been|was)\ (?:corrected|updated)|more\ on\ this\ story
    |privacy\ polic|terms\ of\ (?:use|service)|download\ (?:our|the)\ app|contributed\ to\ this\ report|support\ our
    |log\ ?in\b|your\ e-?mail|leave\ a\ comment
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
# Days, years and the like are not figures that make an old sentence new.
_NAMES = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_MONTH = re.compile(
    rf"\b{_NAMES}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\b|\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_NAMES}\b"
    r"|\b(?:19|20)\d\d\b|\b\d{1,2}:\d\d\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d")


class Near(NamedTuple):
    """A known sentence beside a new one.

    `share`: weight of the new one's words that stand in it, or in it and a neighbour (whose words are `words`);
    `cosine`: of both, by weight.
    """

    share: float
    cosine: float
    sentence: KnownSentence
    words: frozenset[int]


class KnownIndex:
    """The known sentences of one trip, found by their words. Grows as articles are filed."""

    def __init__(self, known: Iterable[KnownSentence] = ()) -> None:
        self._sentences: list[KnownSentence] = []
        self._holders: dict[int, list[int]] = {}
        self._neighbour: dict[tuple[str, int], int] = {}
        # Weights and lengths hold until a sentence is added.
        self._weights: dict[int, float] = {}
        self._norms: dict[int, float] = {}
        for sentence in known:
            self.add(sentence)

    def __len__(self) -> int:
        return len(self._sentences)

    def add(self, sentence: KnownSentence) -> None:
        """One more known sentence."""
        place = len(self._sentences)
        self._sentences.append(sentence)
        self._neighbour[sentence.article_id, sentence.index] = place
        self._weights.clear()
        self._norms.clear()
        for word in sentence.words:
            self._holders.setdefault(word, []).append(place)

    def weight(self, word: int) -> float:
        """How much a word tells: its inverse sentence frequency (Spärck Jones 1972), smoothed."""
        weight = self._weights.get(word)
        if weight is None:
            weight = math.log(1 + (len(self._sentences) + 1) / (len(self._holders.get(word, ())) + 0.5))
            self._weights[word] = weight
        return weight

    def has(self, word: int) -> bool:
        """Whether any known sentence has this word."""
        return word in self._holders

    def nearest(self, words: frozenset[int], most: int = 12) -> list[Near]:
        """The nearest known sentences, best first. Only sentences that share a telling word are looked at."""
        gathered: dict[int, int] = {}
        weights = {word: self.weight(word) for word in words}
        for position, word in enumerate(sorted(words, key=lambda word: -weights[word])):
            # Common words alone do not make a candidate, so their long lists are read only while few are found.
            if position >= 6 and len(gathered) > 400:
                break
            value = int(weights[word] * 1000)
            for place in self._holders.get(word, ()):
                gathered[place] = gathered.get(place, 0) + value
        total = sum(weights.values()) or 1.0
        norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        found = []
        for place in nlargest(most, gathered, key=gathered.__getitem__):
            sentence = self._sentences[place]
            shared = words & sentence.words
            missing = words - shared
            share, beside = 0.0, None
            for other in (self._beside(sentence, -1), self._beside(sentence, 1)):
                more = sum(weights[word] for word in missing & other.words) if other else 0.0
                if more > share:
                    share, beside = more, other
            share = (share + sum(weights[word] for word in shared)) / total
            dot = sum(weights[word] ** 2 for word in shared)
            joined = sentence.words | beside.words if beside else sentence.words
            found.append(Near(share, dot / (norm * self._norm(place)), sentence, joined))
        found.sort(key=lambda near: -near.share)
        return found

    def _norm(self, place: int) -> float:
        norm = self._norms.get(place)
        if norm is None:
            norm = math.sqrt(sum(self.weight(word) ** 2 for word in self._sentences[place].words)) or 1.0
            self._norms[place] = norm
        return norm

    def _beside(self, sentence: KnownSentence, step: int) -> KnownSentence | None:
        place = self._neighbour.get((sentence.article_id, sentence.index + step))
        return None if place is None else self._sentences[place]


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


def figures_of(sentence: Sentence) -> frozenset[str]:
    """The numbers of a sentence that are neither dates nor years nor ordinals nor clock times."""
    if not sentence.numbers:
        return frozenset()
    dates = {number for found in _MONTH.findall(sentence.text) for number in re.findall(r"\d+", found)}
    return frozenset(
        number
        for number in sentence.numbers
        if number not in dates and not number.endswith(("st", "nd", "rd", "th", "s")) and _DIGITS.search(number)
    )


def weigh(sentence: Sentence, index: KnownIndex, limits: Thresholds = THRESHOLDS) -> Novelty:
    """One sentence against what is known."""
    total = sum(index.weight(word) for word in sentence.words) or 1.0
    unseen = sum(index.weight(word) for word in sentence.words if not index.has(word)) / total
    found = index.nearest(sentence.words)
    if not found:
        return Novelty(sentence, 1.0, True, "nothing like it was known")
    nearest = found[0].sentence
    cosine = max(near.cosine for near in found)
    score = limits.containment * (1 - found[0].share) + limits.cosine * (1 - cosine) + limits.unseen * unseen
    fresh = sorted(
        number
        for number in figures_of(sentence)
        if not any(word_hash(number) & _MASK in near.words for near in found if near.share >= limits.figure)
    )
    if score >= (limits.new if sentence.index else limits.lead):
        return Novelty(sentence, score, True, "nobody had reported this", nearest)
    if fresh and score >= limits.figure_floor:
        return Novelty(sentence, score, True, f"the figure is new: {', '.join(fresh)}", nearest)
    return Novelty(sentence, score, False, "known", nearest)


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
