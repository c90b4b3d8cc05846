"""What a number counts: its noun, its group, its parts and the number of which it is a part. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.stages.figures.numbers import Quantity, Reading
from monitor.stages.figures.patterns import Patterns
from monitor.stages.figures.surroundings import Surroundings

_BE = frozenset(("is", "was", "are", "were"))
_OF_WHOM = (("of", "whom"), ("of", "them"), ("of", "their"), ("of", "which"))
_INTO = frozenset(("including", "among", "include"))
# "1,200 young farm workers"
_NOUN = 3
# "1,200 of the women"
_NEAR = 4
# A list of parts goes on over so many words: "including 108 Palestinians, three Lebanese".
_APART = 5


class Counting:
    """The numbers of one sentence, each asked what it counts."""

    def __init__(self, reading: Reading, around: Surroundings, patterns: Patterns) -> None:
        self.words, self.marks, self.quantities = reading.words, reading.marks, reading.quantities
        self.around, self.patterns = around, patterns

    def of_others(self, quantity: Quantity) -> bool:
        """ "two of whom", "five of them": people who were spoken of before."""
        return self.words[quantity.last : quantity.last + 2] in _OF_WHOM

    def counts(self, nouns: frozenset[str], quantity: Quantity) -> bool:
        """Whether a number, its parts or the number of which it is a part count one of the nouns."""
        same = (quantity, *self._parts(quantity), *self._whole(quantity))
        return any(not nouns.isdisjoint(self._noun(each)) for each in same)

    def group(self, quantity: Quantity) -> str:
        """The group of which a number tells, "" for none."""
        groups = self.patterns.group_terms
        # "among the 31 dead are three children", "among the 31 killed were children": those are not the 31.
        among = self.words[quantity.outer - 1 : quantity.outer] == ("among",)
        for at in range(quantity.last, min(quantity.last + _NEAR, len(self.words))):
            if self.marks[at] or at in self.around.taken or (among and self.words[at] in _BE):
                break
            if size := groups.longest(self.words, at):
                end = at + size
                # "civilians and soldiers" are no group.
                other = end + 1 < len(self.words) and self.words[end] == "and" and not self.marks[end + 1]
                mixed = other and (self.words[end + 1] in self.patterns.counted or groups.longest(self.words, end + 1))
                return "" if mixed else self.patterns.groups[tuple(self.words[at:end])]
            if self.patterns.open.longest(self.words, at) or self.words[at] in self.patterns.counted:
                break
        return ""

    def _noun(self, quantity: Quantity) -> Sequence[str]:
        """The words behind a number in which what it counts is named."""
        end = quantity.last
        while end < min(quantity.last + _NOUN, len(self.words)) and not self.marks[end]:
            end += 1
        return self.words[quantity.last : end]

    def _parts(self, quantity: Quantity) -> Iterator[Quantity]:
        """The numbers into which a number is told apart: "113, including 108 Palestinians, three Lebanese"."""
        last, listed = quantity.last, False
        for part in self.quantities:
            if part.outer < quantity.last:
                continue
            between = self.words[last : part.outer]
            named = self.of_others(part) or self.marks[part.outer] == ";" or not _INTO.isdisjoint(between)
            if part.low > quantity.high or not (named or (listed and len(between) <= _APART)):
                return
            yield part
            last, listed = part.last, True

    def _whole(self, quantity: Quantity) -> Iterator[Quantity]:
        """The number of which a number is a part: "of the 109 hostages in Gaza, 36 are dead"."""
        for whole in self.quantities:
            if whole.last < quantity.outer and self.words[whole.outer - 1 : whole.outer] == ("of",):
                *inside, edge = self.marks[whole.last : quantity.outer + 1]
                if edge and not any(inside):
                    yield whole
