"""What of an article is new: each sentence against what is known for its trip.

A sentence is known when the words it is made of, weighted by how rare they are, stand in one known sentence or in two
neighbouring ones, and when its figures, dates, quotations and its *not* are those of that sentence.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import fsum

from monitor.model import KnownSentence, Novelty, ReadSentence, Sentence
from monitor.stages.details import read_details
from monitor.stages.furniture import EVERYWHERE
from monitor.stages.known import KnownIndex, Near
from monitor.stages.said import Said
from monitor.stages.synonyms import senses
from monitor.text import content_hash_of


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Weights and limits of the decision, in one place.

    `score` is a logistic one: 1 / (1 + exp(-(`bias` + weights . signs))). Of the signs `containment` is 1 - the best
    weighted containment, `cosine` 1 - the best cosine, `unseen` the weight of words never seen; `name` how rare
    the rarest name is that the nearest sentences lack; `figure`, `day` and `opposite` are 1 where a number or a date is
    new or where only one of both sentences has a *not*; `quoted` is the share of words in quotation marks that are not
    there. Fitted to our labelled sentences and to labels of ours on the originals of the shipped seeds
    (`bench/novelty.py`).

    A sentence is new at `new` or more, the first one, which is an article's news, at `lead`. `near`: what shares this
    much is near enough for its figures and dates to count as known, and `alike`: for a *not* to be compared;
    `repeated`: this much of a sentence said before in the same article is known.
    """

    bias: float = -2.05
    containment: float = 1.39
    cosine: float = 2.77
    unseen: float = 0.97
    figure: float = 2.09
    day: float = 0.52
    name: float = 0.78
    opposite: float = 0.72
    quoted: float = 0.20
    new: float = 0.44
    lead: float = 0.37
    near: float = 0.30
    alike: float = 0.50
    repeated: float = 0.75


THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for a sentence being new, each 0..1, by the names of `Thresholds`; and the new details themselves."""

    containment: float
    cosine: float
    unseen: float
    quoted: float
    figures: tuple[str, ...]
    days: bool
    names: float
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
            + limits.name * self.names
            + limits.opposite * self.opposite
            + limits.quoted * self.quoted
        )
        # Word for word, not even the bias speaks for it.
        return 1 / (1 + math.exp(-told)) if told > limits.bias else 0.0

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
    there = frozenset[int]().union(*(senses(each.words) for each in near)) if mine.names else frozenset()
    names = [index.weight(name) for name in senses(mine.names & sentence.words) - there]
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
        names=max(names, default=0.0) / index.weight(0),
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
    sentences: Iterable[ReadSentence],
    index: KnownIndex,
    *,
    everywhere: Collection[int] = (),
    limits: Thresholds = THRESHOLDS,
) -> tuple[Novelty, ...]:
    """Every sentence with its verdict; furniture and what follows a report are never new.

    `everywhere`: indexes of those that the site says on page after page. A sentence that repeats an earlier one of the
    same article is known too.
    """
    said = Said(index.weight)
    read = []
    for each in sentences:
        sentence, nothing = each.sentence, each.nothing
        if sentence.index in everywhere:
            nothing = EVERYWHERE
        novelty = Novelty(sentence, 0.0, False, nothing) if nothing else weigh(sentence, index, limits)
        if novelty.new and not each.telling:
            novelty = Novelty(sentence, novelty.score, False, "not about the story", novelty.nearest)
        before = said.repeated(sentence, limits.repeated) if novelty.new else None
        if before:
            nearest = KnownSentence("", before.index, before.text, before.words, "", None)
            novelty = Novelty(sentence, novelty.score, False, "said earlier in the same article", nearest)
        if novelty.new:
            said.add(sentence)
        read.append(novelty)
    return tuple(read)
