"""Many rules asked of one document at once. Pure.

The percolator's idea: each rule has words of which at least one must stand in an article that it matches; an index
from these words to the rules leaves all others unasked. What is left is asked by functions made once from the rules'
trees, which look first whether a part's words are there at all, and find each term once for all rules. It gives what
`find` gives; a property test holds them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from monitor.rules.describe import Rule
from monitor.rules.document import Document
from monitor.rules.match import (
    Found,
    Hit,
    Place,
    count_apart,
    find_dates,
    find_regex,
    find_term,
    in_order,
    ordered_pairs,
    same_sentence,
    to_hit,
)
from monitor.rules.tree import And, AtLeast, Dates, Label, Near, Node, Not, Or, Piece, Ref, Regex, Same, Term

# Words whose rules are remembered; a language has fewer in daily use.
_REMEMBERED = 200_000

# Words and prefixes of which one must be there; None where a node may match without any.
_Needs = tuple[frozenset[str], frozenset[str]]
# A rule's number, and what one alternative of it needs besides the word that it is entered under.
_Entry = tuple[int, frozenset[str], tuple[_Needs, ...]]


class _Asked:
    """One document being asked: which words and prefixes it has, and the terms found so far."""

    __slots__ = ("document", "prefixes", "terms", "words")

    def __init__(self, document: Document, words: set[str], prefixes: set[str]) -> None:
        self.document = document
        self.words = words
        self.prefixes = prefixes
        self.terms: dict[int, list[Place]] = {}


_Ask = Callable[[_Asked], Found | None]


class RuleSet:
    """Rules, ready to be asked together. Answers go by a rule's number in the order given."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self._make()

    def __reduce__(self) -> tuple[type[RuleSet], tuple[tuple[Rule, ...]]]:
        return RuleSet, (self.rules,)

    def _make(self) -> None:
        builder = _Builder()
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
        for branch in _alternatives(node):
            clauses = _clauses(branch)
            if not clauses:
                self._always.append(number)
                continue
            best = min(clauses, key=_frequent)
            rest = [clause for clause in clauses if clause is not best]
            entry = (number, _singles(rest), tuple(_wider(rest)))
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

    def _ask(self, document: Document) -> tuple[_Asked, set[int]]:
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
            for number, singles, wider in several:
                if singles and not singles <= words:
                    continue
                for one, other in wider:
                    if one.isdisjoint(words) and other.isdisjoint(prefixes):
                        break
                else:
                    numbers.add(number)
        return _Asked(document, words, prefixes), numbers

    def _learn(self, word: str) -> tuple[tuple[str, ...], tuple[_Entry, ...]]:
        """The prefixes of rules that a word begins with, and the alternatives entered under it or them."""
        begins = tuple(
            word[:length] for length in self._lengths if length <= len(word) and word[:length] in self._prefixes
        )
        entries = list(self._of_word.get(word, ()))
        for prefix in begins:
            entries += self._of_prefix.get(prefix, ())
        return begins, tuple(entries)


class _Builder:
    """Makes the asking functions of many rules; equal terms share their places."""

    def __init__(self) -> None:
        self.prefixes: set[str] = set()
        self._terms: dict[tuple[tuple[Piece, ...], tuple[str, ...]], int] = {}

    def build(self, node: Node, label: str) -> _Ask:
        """The function that finds a node. `label` replaces the terms' own writing."""
        match node:
            case Term():
                return self._term(node, label)
            case Or(nodes):
                return self._or(nodes, label)
            case And(nodes):
                return _gated(node, _all([self.build(each, label) for each in _cheap_first(nodes)]))
            case Not(inner):
                return _not(self.build(inner, label))
            case Label(name, inner):
                return self.build(inner, label or name)
            case Ref(_, inner):
                return self.build(inner, label)
            case Near(left, right, distance, ordered):
                sides = self.build(left, label), self.build(right, label)
                return _gated(node, _near(*sides, distance, ordered=ordered))
            case Same(nodes):
                return _gated(node, _same([self.build(each, label) for each in nodes]))
            case AtLeast(count, inner):
                return _gated(node, _at_least(count, self.build(inner, label)))
            case Regex():
                return lambda asked: find_regex(node, asked.document, label)
            case Dates():
                return lambda asked: find_dates(node, asked.document, label)

    def _term(self, term: Term, label: str) -> _Ask:
        number = self._terms.setdefault((term.pieces, term.fields), len(self._terms))
        written = label or term.written
        self.prefixes.update(piece.word for piece in term.pieces if piece.prefix)

        def ask(asked: _Asked) -> Found | None:
            places = asked.terms.get(number)
            if places is None:
                places = asked.terms[number] = find_term(term, asked.document, "")
            if not places:
                return None
            if written == places[0][3]:
                return list(places)
            return [(rank, first, last, written) for rank, first, last, _ in places]

        return _gated(term, ask)

    def _or(self, nodes: tuple[Node, ...], label: str) -> _Ask:
        asks: list[tuple[_Needs | None, _Ask]] = []
        for node in nodes:
            asks.append((_needs(node), self.build(node, label)))
        # Most alternatives are one word: a look into the document's words tells that they are not there.
        words = [(next(iter(n[0])), ask) for n, ask in asks if n and len(n[0]) == 1 and not n[1]]
        begins = [(next(iter(n[1])), ask) for n, ask in asks if n and len(n[1]) == 1 and not n[0]]
        others = [ask for n, ask in asks if not n or len(n[0]) + len(n[1]) != 1]

        def ask(asked: _Asked) -> Found | None:
            here, starts = asked.words, asked.prefixes
            found: Found = []
            matched = False
            for word, each in words:
                if word in here and (one := each(asked)) is not None:
                    matched = True
                    found += one
            for prefix, each in begins:
                if prefix in starts and (one := each(asked)) is not None:
                    matched = True
                    found += one
            for each in others:
                if (one := each(asked)) is not None:
                    matched = True
                    found += one
            return found if matched else None

        return ask


def _gated(node: Node, ask: _Ask) -> _Ask:
    """Ask only where the words that the node needs are there."""
    clauses = _clauses(node)
    singles, wider = _singles(clauses), _wider(clauses)
    if not wider:
        if not singles:
            return ask
        if len(singles) == 1:
            (only,) = singles
            return lambda asked: ask(asked) if only in asked.words else None
        return lambda asked: ask(asked) if singles <= asked.words else None

    def gated(asked: _Asked) -> Found | None:
        if not singles <= asked.words:
            return None
        for words, prefixes in wider:
            if words.isdisjoint(asked.words) and prefixes.isdisjoint(asked.prefixes):
                return None
        return ask(asked)

    return gated


def _all(asks: list[_Ask]) -> _Ask:
    def ask(asked: _Asked) -> Found | None:
        together: Found = []
        for each in asks:
            found = each(asked)
            if found is None:
                return None
            together += found
        return together

    return ask


def _not(inner: _Ask) -> _Ask:
    return lambda asked: [] if inner(asked) is None else None


def _near(left: _Ask, right: _Ask, distance: int, *, ordered: bool) -> _Ask:
    def ask(asked: _Asked) -> Found | None:
        lefts = _places(left(asked))
        rights = _places(right(asked)) if lefts else []
        near: list[Place] = ordered_pairs(lefts, rights, distance)
        if not ordered:
            near += ordered_pairs(rights, lefts, distance)
        return list(near) or None

    return ask


def _same(sides: list[_Ask]) -> _Ask:
    def ask(asked: _Asked) -> Found | None:
        found = []
        for side in sides:
            found.append(_places(side(asked)))
            if not found[-1]:
                return None
        return list(same_sentence(found, asked.document)) or None

    return ask


def _at_least(count: int, inner: _Ask) -> _Ask:
    def ask(asked: _Asked) -> Found | None:
        places = _places(inner(asked))
        return list(places) if places and count_apart(places) >= count else None

    return ask


def _places(found: Found | None) -> list[Place]:
    """What a term or a group of terms gave, as sorted places: the parser lets nothing else in here."""
    return sorted(each for each in found or () if isinstance(each, tuple))


def _cheap_first(nodes: tuple[Node, ...]) -> list[Node]:
    """Parts that few words can make match come first; what is excluded comes last."""
    return sorted(nodes, key=lambda node: sum(map(len, needs)) if (needs := _needs(node)) else 10_000)


def _needs(node: Node) -> _Needs | None:
    """The words and prefixes of which one must be there for the node to match; None when it may do without."""
    return min(_clauses(node), key=_frequent, default=None)


def _frequent(needs: _Needs) -> tuple[int, int]:
    """Few words, then long ones, stand in few articles, as a rule."""
    return len(needs[0]) + 3 * len(needs[1]), -min(map(len, (*needs[0], *needs[1])), default=0)


def _singles(clauses: Iterable[_Needs]) -> frozenset[str]:
    return frozenset(next(iter(words)) for words, prefixes in clauses if len(words) == 1 and not prefixes)


def _wider(clauses: Iterable[_Needs]) -> list[_Needs]:
    return [clause for clause in clauses if len(clause[0]) != 1 or clause[1]]


def _alternatives(node: Node) -> list[Node]:
    if isinstance(node, Label | Ref):
        return _alternatives(node.node)
    return [each for one in node.nodes for each in _alternatives(one)] if isinstance(node, Or) else [node]


def _clauses(node: Node) -> list[_Needs]:
    """All that must be there for the node to match: of each clause one word or prefix."""
    match node:
        case Term(pieces):
            words = dict.fromkeys((piece.word, piece.prefix) for piece in pieces)
            return [
                (frozenset(), frozenset((word,))) if prefix else (frozenset((word,)), frozenset())
                for word, prefix in words
            ]
        case Or(nodes):
            together = _union(_needs(each) for each in nodes)
            return [] if together is None else [together]
        case And(nodes) | Same(nodes):
            return list(dict.fromkeys(clause for each in nodes for clause in _clauses(each)))
        case Near(left, right):
            return list(dict.fromkeys([*_clauses(left), *_clauses(right)]))
        case Label(_, inner) | Ref(_, inner) | AtLeast(_, inner):
            return _clauses(inner)
    return []


def _union(each: Iterable[_Needs | None]) -> _Needs | None:
    words: set[str] = set()
    prefixes: set[str] = set()
    for needs in each:
        if needs is None:
            return None
        words |= needs[0]
        prefixes |= needs[1]
    return frozenset(words), frozenset(prefixes)
