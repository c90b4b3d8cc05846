"""Who says a figure: the nearest source in its part of the sentence. Pure."""

from __future__ import annotations

from monitor.stages.figures.numbers import LONGEST, Quantity
from monitor.stages.figures.patterns import Patterns
from monitor.stages.figures.surroundings import Surroundings
from monitor.stages.figures.terms import Hit, Terms

# Behind these begins what somebody says of something else, without a comma before them.
_ELSEWHERE = frozenset(("as", "while", "whom", "which"))
# "as many as", "such as", "as well as"
_COMPARING = frozenset(("many", "much", "such", "well", "as", "few", "high"))


class Sources:
    """The sources that one sentence names."""

    def __init__(self, around: Surroundings, patterns: Patterns) -> None:
        self.around, self.patterns = around, patterns
        # The whole name speaks: "health officials" are not also "officials".
        self.sources: list[Hit] = []
        for hit in patterns.source_terms.all_hits(around.words, Terms(())):
            if not self.sources or hit[1] > self.sources[-1][1]:
                self.sources.append(hit)
        self.speech = {i for start, end, _ in patterns.speech.hits(around.words) for i in range(start, end)}

    def nearest(self, quantity: Quantity, not_from: frozenset[str]) -> str:
        """The name of the source nearest to the number, "" when there is none."""
        best, name = 60.0, ""
        for start, end, term in self.sources:
            source = self.patterns.sources[term]
            if source in not_from or (term in self.patterns.speakers and not self._speaks(start, end)):
                continue
            if self._elsewhere(quantity, start):
                continue
            cost = self.around.distance(quantity, start, end)
            first, last = self.around.part(quantity, LONGEST, ";", frozenset())
            if cost < best and first <= start < last:
                best, name = cost, source
        return name

    def _elsewhere(self, quantity: Quantity, start: int) -> bool:
        """ "… killed 12 people as the army said it aimed at depots": what is said there is another thing."""
        marks, words = self.around.marks, self.around.words
        return any(
            words[at] in _ELSEWHERE and not marks[at] and words[at - 1] not in _COMPARING
            for at in range(quantity.last, start)
        )

    def _speaks(self, start: int, end: int) -> bool:
        """Whether a word of saying stands right beside the words `start` to `end`."""
        marks = self.around.marks
        for at in range(end, min(end + 4, len(self.around.words))):
            if marks[at]:
                break
            if at in self.speech:
                return True
        for at in range(start - 1, max(start - 4, -1), -1):
            if marks[at + 1]:
                break
            # "according to X", "said X"; but "officials say the union …" does not speak for the union.
            if at in self.speech and self.around.words[at] in ("to", "said"):
                return True
        return False
