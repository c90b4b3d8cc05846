"""Many rules asked of one document at once. Pure.

The percolator's idea: each rule has words of which at least one must stand in an article that it matches; an index
from these words to the rules leaves all others unasked. It gives what `find` gives; a property test holds them
together.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence, Set
from typing import TypeAlias

from monitor.rules.asking import Ask, Asked, Builder
from monitor.rules.describe import Rule
from monitor.rules.document import Document
from monitor.rules.match import Found, Hit, in_order, to_hit
from monitor.rules.needs import alternatives, clauses, frequent
from monitor.rules.tree import Node

# What is entered under one piece: for each alternative of a rule the rule's number, how many pieces follow, and these,
# of which it needs one as well. All in a row, because an article touches hundreds of ten thousand rules, each somewhere
# else in memory, and that costs most. What else a rule needs is asked when the rule is.
_Entries: TypeAlias = "array[int]"


class RuleSet:
    """Rules, ready to be asked together. Answers go by a rule's number in the order given."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        builder = Builder()
        self._asks = [builder.build(rule.node, "") for rule in self.rules]
        self._wanted = [array("l", sorted(builder.pieces_of(rule.node))) for rule in self.rules]
        self._always: list[int] = []
        under: dict[int, list[int]] = {}
        for number, rule in enumerate(self.rules):
            self._index(number, rule.node, builder, under)
        self._pieces = builder.pieces
        self._under: list[_Entries | None] = [
            array("l", under[piece]) if piece in under else None for piece in range(len(self._pieces))
        ]

    def __reduce__(self) -> tuple[type[RuleSet], tuple[tuple[Rule, ...]]]:
        return RuleSet, (self.rules,)

    def _index(self, number: int, node: Node, builder: Builder, under: dict[int, list[int]]) -> None:
        """Enter each alternative of a rule under the pieces of one clause that it needs, with what else it needs."""
        for branch in alternatives(node):
            needs = clauses(branch)
            if not needs:
                self._always.append(number)
                continue
            best, *others = sorted(range(len(needs)), key=lambda place: frequent(needs[place]))
            needed = builder.needed(branch)
            also = sorted(needed[others[0]]) if others else []
            for piece in needed[best]:
                under.setdefault(piece, []).extend((number, len(also), *also))

    def ask(self, document: Document) -> Answers:
        """The document, read for these rules; each is asked when its answer is wanted."""
        asked = Asked(document, self._pieces)
        here, under = asked.here, self._under
        numbers = set(self._always)
        for piece in here:
            entries = under[piece]
            if entries is None:
                continue
            place, end = 0, len(entries)
            while place < end:
                number, first = entries[place], place + 2
                place = first + entries[place + 1]
                if first == place or not here.isdisjoint(entries[first:place]):
                    numbers.add(number)
        if numbers:
            asked.want(set().union(*[self._wanted[number] for number in numbers]))
        return Answers(self._asks, asked, numbers)

    def find_all(self, document: Document) -> dict[int, tuple[Hit, ...]]:
        """For each rule that matches its hits, as `find` gives them."""
        return self.ask(document).all()

    def find_first(self, document: Document) -> dict[int, Hit]:
        """For each rule that matches and has hits the first one in reading order."""
        return self.ask(document).first()


class Answers:
    """What rules find in one document. `left`: the numbers of those that its words leave.

    `within`: only rules with these numbers are asked.
    """

    def __init__(self, asks: Sequence[Ask], asked: Asked, left: Set[int]) -> None:
        self._asks, self._asked, self.left = asks, asked, left

    def all(self, within: range | None = None) -> dict[int, tuple[Hit, ...]]:
        """For each rule that matches its hits, as `find` gives them."""
        return {number: in_order(found, self._asked.document) for number, found in self._found(within)}

    def first(self, within: range | None = None) -> dict[int, Hit]:
        """For each rule that matches and has hits the first one in reading order."""
        document = self._asked.document
        first: dict[int, Hit] = {}
        for number, found in self._found(within):
            if not found:
                continue
            places = [each for each in found if isinstance(each, tuple)]
            first[number] = to_hit(min(places), document) if len(places) == len(found) else in_order(found, document)[0]
        return first

    def _found(self, within: range | None) -> Iterator[tuple[int, Found]]:
        for number in sorted(self.left):
            if within is None or number in within:
                found = self._asks[number](self._asked)
                if found is not None:
                    yield number, found
