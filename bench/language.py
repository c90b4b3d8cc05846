"""Reports in a made-up language that is used as a language is: frequent words, topics, stock phrases, real sizes.

Words are made of syllables and follow Zipf's law; between them stand English function words. Each report is about one
topic with words of its own, and some of its sentences hold a stock phrase that thousands of other reports hold too
("... said in a statement on ..."), as the reports of an agency do. The same seed gives the same reports.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from itertools import accumulate

SYLLABLES = [
    first + vowel + last for first in "bdfgklmnprstvz" for vowel in "aeiou" for last in ("", "", "n", "r", "s")
]
FUNCTION_WORDS = """the of and to a in that is for it on with as was by at he from be had have they this his are or an
    not were which but their has after who said would been more will one when than about into over some could other
    also its new two people up her time out no because while during before between through against under since only
    now where them all so may most even there""".split()
# Of a sentence's words; the rest are the language's at large.
FUNCTION_SHARE = 0.42
TOPIC_SHARE = 0.22
PHRASE_SHARE = 0.15
SHORTEST, LONGEST = 120, 1400


@dataclass(frozen=True, slots=True)
class Language:
    """The tables of one language: `words` by rank, the words of each topic, and phrases by rank."""

    seed: int = 1
    vocabulary: int = 30_000
    topics: int = 300
    phrases: int = 2_000
    words: list[str] = field(init=False)
    weights: list[float] = field(init=False)
    topic_words: list[list[str]] = field(init=False)
    stock: list[str] = field(init=False)
    stock_weights: list[float] = field(init=False)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        made: dict[str, None] = {}
        while len(made) < self.vocabulary:
            made["".join(chance.choices(SYLLABLES, k=chance.choice((1, 2, 2, 3, 3))))] = None
        words = sorted(made, key=lambda word: (len(word), chance.random()))
        set_ = object.__setattr__
        set_(self, "words", words)
        set_(self, "weights", list(accumulate(1 / (rank + 20) for rank in range(len(words)))))
        set_(self, "topic_words", [chance.sample(words[200:], 150) for _ in range(self.topics)])
        stock = [" ".join(self._run(chance, chance.randint(6, 9), [])) for _ in range(self.phrases)]
        set_(self, "stock", stock)
        set_(self, "stock_weights", list(accumulate(1 / (rank + 5) for rank in range(len(stock)))))

    def report(self, number: int, topic: int | None = None, length: int | None = None) -> str:
        """The report of this number: paragraphs of one to four sentences, about `length` words in all."""
        chance = random.Random(f"{self.seed}/{number}")
        about = self.topic_words[chance.randrange(self.topics) if topic is None else topic]
        left = length or length_of(chance)
        paragraphs = []
        while left > 0:
            sentences = []
            for _ in range(chance.randint(1, 4)):
                size = max(5, min(45, round(chance.gauss(21, 8))))
                sentences.append(self._sentence(chance, size, about))
                left -= size
            paragraphs.append(" ".join(sentences))
        return "\n\n".join(paragraphs)

    def _sentence(self, chance: random.Random, size: int, about: list[str]) -> str:
        words = self._run(chance, size, about)
        if chance.random() < PHRASE_SHARE:
            at = chance.randrange(len(words))
            words[at:at] = chance.choices(self.stock, cum_weights=self.stock_weights)
        if chance.random() < 0.15:
            words[chance.randrange(len(words))] = str(
                chance.choice((chance.randint(2, 99), chance.randint(100, 20_000)))
            )
        said = " ".join(words)
        return said[:1].upper() + said[1:] + "."

    def _run(self, chance: random.Random, size: int, about: list[str]) -> list[str]:
        run = chance.choices(self.words, cum_weights=self.weights, k=size)
        for at in range(size):
            kind = chance.random()
            if kind < FUNCTION_SHARE:
                # Squared: the first of the list are by far the most frequent.
                run[at] = FUNCTION_WORDS[int(chance.random() ** 2 * len(FUNCTION_WORDS))]
            elif about and kind < FUNCTION_SHARE + TOPIC_SHARE:
                run[at] = about[int(chance.random() ** 2 * len(about))]
        return run


def length_of(chance: random.Random) -> int:
    """How many words a report has: log-normal, half of them under 430."""
    return round(min(LONGEST, max(SHORTEST, chance.lognormvariate(math.log(430), 0.5))))
