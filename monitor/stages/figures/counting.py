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
# Behind them another thing is named: "12 in coastal strikes".
_PREPOSITIONS = frozenset("in on by from at since during after as when near across inside".split())
# A list of parts goes on over so many words: "including 108 sailors, three stokers".
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
        if any(not nouns.isdisjoint(self._noun(each)) for each in same):
            return True
        # "21 soldiers were killed and 5 wounded, taking the toll to 24": they count those of whom the sentence spoke.
        if not self.patterns.counted.isdisjoint(self._noun(quantity)):
            return False
        named = (self._noun(q) for q in reversed(self.quantities) if q.last <= quantity.outer)
        return any(not nouns.isdisjoint(noun) for noun in named if not self.patterns.counted.isdisjoint(noun))

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
                group = self.patterns.groups[tuple(self.words[at:end])]
                return "" if self._mixed(group, end) else group
            if self.patterns.open.longest(self.words, at) or self.words[at] in self.patterns.counted:
                break
        return ""

    def _mixed(self, group: str, at: int) -> bool:
        """Whether others than the group are counted with it: "and soldiers" stands at `at`."""
        words, after = self.words, at + 1
        if after >= len(words) or words[at] not in ("and", "or") or self.marks[after]:
            return False
        if size := self.patterns.group_terms.longest(words, after):
            return self.patterns.groups[tuple(words[after : after + size])] != group
        return words[after] in self.patterns.counted

    def _noun(self, quantity: Quantity) -> Sequence[str]:
        """The words behind a number in which what it counts is named: not "in coastal strikes"."""
        end = quantity.last
        while end < min(quantity.last + _NOUN, len(self.words)) and not self.marks[end]:
            if self.words[end] in _PREPOSITIONS:
                break
            end += 1
        return self.words[quantity.last : end]

    def _parts(self, quantity: Quantity) -> Iterator[Quantity]:
        """The numbers into which a number is told apart: "113, including 108 sailors, three stokers"."""
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
        """The number of which a number is a part: "of the 109 sailors aboard, 36 are dead"."""
        for whole in self.quantities:
            if whole.last < quantity.outer and self.words[whole.outer - 1 : whole.outer] == ("of",):
                *inside, edge = self.marks[whole.last : quantity.outer + 1]
                if edge and not any(inside):
                    yield whole
