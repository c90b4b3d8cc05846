"""Many rules asked of one document at once. Pure.

The percolator's idea: each rule has words of which at least one must stand in an article that it matches; an index
from these words to the rules leaves all others unasked. It gives what `find` gives; a property test holds them
together.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.rules.asking import Asked, Builder
from monitor.rules.describe import Rule
from monitor.rules.document import Document
from monitor.rules.match import Hit, in_order, to_hit
from monitor.rules.needs import Needs, alternatives, clauses, frequent, singles, wider
from monitor.rules.tree import Node

# Words whose rules are remembered; a language has fewer in daily use.
_REMEMBERED = 200_000

# A rule's number, and what one alternative of it needs besides the word that it is entered under.
_Entry = tuple[int, frozenset[str], tuple[Needs, ...]]


class RuleSet:
    """Rules, ready to be asked together. Answers go by a rule's number in the order given."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self._make()

    def __reduce__(self) -> tuple[type[RuleSet], tuple[tuple[Rule, ...]]]:
        return RuleSet, (self.rules,)

    def _make(self) -> None:
        builder = Builder()
        self._asks = [builder.build(rule.node, "") for rule in self.rules]
        self._prefixes = builder.prefixes
        self._lengths = sorted({len(prefix) for prefix in builder.prefixes})
        self._always: list[int] = []
        self._of_word: dict[str, list[_Entry]] = {}
        self._of_prefix: dict[str, list[_Entry]] = {}
        for number, rule in enumerate(self.rules):
            self._index(number, rule.node)
        self._memory: dict[str, tuple[tuple[str, ...], tuple[_Entry, ...]]] = {}

    def _index(self, number: int, node: Node) -> None:
        """Enter each alternative of a rule under one of the words that it needs, with what else it needs."""
        for branch in alternatives(node):
            needed = clauses(branch)
            if not needed:
                self._always.append(number)
                continue
            best = min(needed, key=frequent)
            rest = [clause for clause in needed if clause is not best]
            entry = (number, singles(rest), tuple(wider(rest)))
            for word in best[0]:
                self._of_word.setdefault(word, []).append(entry)
            for prefix in best[1]:
                self._of_prefix.setdefault(prefix, []).append(entry)

    def find_all(self, document: Document) -> dict[int, tuple[Hit, ...]]:
        """For each rule that matches its hits, as `find` gives them."""
        asked, numbers = self._ask(document)
        answers = ((number, self._asks[number](asked)) for number in sorted(numbers))
        return {number: in_order(found, document) for number, found in answers if found is not None}

    def find_first(self, document: Document) -> dict[int, Hit]:
        """For each rule that matches and has hits the first one in reading order."""
        asked, numbers = self._ask(document)
        first: dict[int, Hit] = {}
        for number in sorted(numbers):
            found = self._asks[number](asked)
            if not found:
                continue
            if all(isinstance(each, tuple) for each in found):
                first[number] = to_hit(min(found), document)  # type: ignore[type-var, arg-type]  # places sort
            else:
                first[number] = in_order(found, document)[0]
        return first

    def _ask(self, document: Document) -> tuple[Asked, set[int]]:
        """The document, and the rules that its words leave."""
        prefixes: set[str] = set()
        entries: list[tuple[_Entry, ...]] = []
        words = document.vocabulary()
        memory = self._memory
        if len(memory) > _REMEMBERED:
            memory.clear()
        for word in words:
            known = memory.get(word)
            if known is None:
                known = memory[word] = self._learn(word)
            if known[0]:
                prefixes.update(known[0])
            if known[1]:
                entries.append(known[1])
        numbers = set(self._always)
        for several in entries:
            for number, alone, others in several:
                if alone and not alone <= words:
                    continue
                for one, other in others:
                    if one.isdisjoint(words) and other.isdisjoint(prefixes):
                        break
                else:
                    numbers.add(number)
        return Asked(document, words, prefixes), numbers

    def _learn(self, word: str) -> tuple[tuple[str, ...], tuple[_Entry, ...]]:
        """The prefixes of rules that a word begins with, and the alternatives entered under it or them."""
        begins = tuple(
            word[:length] for length in self._lengths if length <= len(word) and word[:length] in self._prefixes
        )
        entries = list(self._of_word.get(word, ()))
        for prefix in begins:
            entries += self._of_prefix.get(prefix, ())
        return begins, tuple(entries)
