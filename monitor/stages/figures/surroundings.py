"""What stands around a number in its sentence: words, marks, distances. Pure."""

from __future__ import annotations

from itertools import accumulate

from monitor.stages.figures.numbers import Quantity, Reading

# Words after which a sentence speaks of something else.
TURNS = frozenset("while but whereas although though however".split())
_MARK_COST = {"": 0, ",": 3, "-": 4, ";": 10}


class Surroundings:
    """One sentence, asked about the words near a place. `taken`: the words that belong to numbers."""

    def __init__(self, reading: Reading) -> None:
        self.words, self.marks = reading.words, reading.marks
        self.taken = {i for quantity in reading.quantities for i in range(quantity.first, quantity.last)}
        costs = [
            1 + _MARK_COST[mark] + (6 if word in TURNS else 0)
            for word, mark in zip(self.words, self.marks, strict=True)
        ]
        self._cost = list(accumulate(costs))

    def distance(self, quantity: Quantity, start: int, end: int) -> float:
        """How far the words `start` to `end` are from a number; marks and turning words cost more than words."""
        if start >= quantity.last:
            return self._cost[start] - self._cost[quantity.last - 1]
        if end <= quantity.outer:
            return self._cost[quantity.outer] - self._cost[end - 1]
        return 0

    def part(self, quantity: Quantity, ahead: int, marks: str, turns: frozenset[str] = TURNS) -> tuple[int, int]:
        """The words around a number up to a mark or turning word, at most `ahead` each way."""
        start, end = quantity.outer, quantity.last
        while start > 0 and quantity.outer - start < ahead and self.marks[start] not in tuple(marks):
            if self.words[start] in turns:
                break
            start -= 1
        while end < len(self.words) and end - quantity.last < ahead:
            if self.marks[end] in tuple(marks) or self.words[end] in turns:
                break
            end += 1
        return start, end

    def mark_between(self, at: int, step: int) -> str:
        """The mark that is crossed when `at` is entered."""
        edge = at if step == 1 else at + 1
        return self.marks[edge] if 0 < edge < len(self.words) else ""
