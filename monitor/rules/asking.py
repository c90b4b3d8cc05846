"""Functions that find rules in a document, made once from the rules' trees. Pure.

The pieces of all rules are found in one pass over a document's words. A part of a rule is asked only where the pieces
that it needs are there, and what several rules share is found once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from itertools import chain

from monitor.rules.document import Document
from monitor.rules.match import (
    RANK,
    Found,
    Place,
    count_apart,
    find_dates,
    find_regex,
    first_words,
    in_lead,
    ordered_pairs,
    same_sentence,
)
from monitor.rules.needs import Needs, clauses, needs_of
from monitor.rules.pieces import Pieces, places
from monitor.rules.tree import (
    And,
    AtLeast,
    Dates,
    Label,
    Near,
    Node,
    Not,
    Or,
    Ref,
    Regex,
    Same,
    Term,
    children,
    has_places,
)


class Asked:
    """One document being asked: the pieces that stand in it (`here`), where (`at`, by field), and the places found.

    `want` says of which pieces it has to be known where they stand, before anything is asked.
    """

    __slots__ = ("_known", "at", "document", "here", "places")

    def __init__(self, document: Document, pieces: Pieces) -> None:
        self.document = document
        self._known = {field: pieces.of_words(words.words) for field, words in document.fields.items()}
        self.here: set[int] = set(chain.from_iterable(chain.from_iterable(self._known.values())))
        self.at: dict[str, dict[int, list[int]]] = {}
        self.places: dict[int, list[Place]] = {}

    def want(self, pieces: Set[int]) -> None:
        """Find where these pieces stand."""
        self.at = {field: places(known, pieces) for field, known in self._known.items()}


Ask = Callable[[Asked], Found | None]
Side = Callable[[Asked], list[Place]]

# Pieces of which one must be there.
Clause = frozenset[int]
_NOWHERE: list[int] = []


class Builder:
    """Makes the asking functions of many rules; equal terms and groups of terms share their places."""

    def __init__(self) -> None:
        self.pieces = Pieces()
        self._sides: dict[tuple[Node, str], Side] = {}

    def build(self, node: Node, label: str) -> Ask:
        """The function that finds a node. `label` replaces the terms' own writing."""
        match node:
            case Label(name, inner):
                return self.build(inner, label or name)
            case Ref(_, inner):
                return self.build(inner, label)
            case Term() | Or() if has_places(node):
                return _found(self._side(node, label))
            case Or(nodes):
                return self._or(nodes, label)
            case And(nodes):
                return self._gated(node, _all([self.build(each, label) for each in _cheap_first(nodes)]))
            case Not(inner):
                return _not(self.build(inner, label))
            case Near(left, right, distance, ordered):
                near = _near(self._side(left, label), self._side(right, label), distance, ordered=ordered)
                return self._gated(node, near)
            case Same(nodes):
                return self._gated(node, _same([self._side(each, label) for each in nodes]))
            case AtLeast(count, inner):
                return self._gated(node, _at_least(count, self._side(inner, label)))
            case Regex():
                return lambda asked: find_regex(node, asked.document, label)
            case Dates():
                return lambda asked: find_dates(node, asked.document, label)
        raise TypeError(f"no rule has a {type(node).__name__}")

    def pieces_of(self, node: Node) -> set[int]:
        """The pieces that a node may ask for, those of what it excludes included."""
        if isinstance(node, Term):
            return {self.pieces.number(piece.word, prefix=piece.prefix) for piece in node.pieces}
        return set().union(*(self.pieces_of(each) for each in children(node)))

    def needed(self, node: Node) -> list[Clause]:
        """All that must be there for the node to match: of each clause a piece."""
        return [self._clause(needs) for needs in clauses(node)]

    def _clause(self, needs: Needs) -> Clause:
        words, prefixes = needs
        return frozenset(
            [self.pieces.number(word, prefix=False) for word in words]
            + [self.pieces.number(prefix, prefix=True) for prefix in prefixes]
        )

    def _side(self, node: Node, label: str) -> Side:
        """The function that gives the places of a term, or of an OR group of terms, in reading order.

        Nobody may change the list: whoever asks again gets the same.
        """
        match node:
            case Label(name, inner):
                return self._side(inner, label or name)
            case Ref(_, inner):
                return self._side(inner, label)
        if (node, label) not in self._sides:
            made = self._either(node, label) if isinstance(node, Or) else self._term(node, label)
            self._sides[node, label] = _once(len(self._sides), made)
        return self._sides[node, label]

    def _term(self, term: Node, label: str) -> Side:
        if not isinstance(term, Term):
            raise TypeError(f"{type(term).__name__} has no places; the parser lets none through")
        pieces = [self.pieces.number(piece.word, prefix=piece.prefix) for piece in term.pieces]
        first, written, step = pieces[0], label or term.written, len(pieces) - 1
        fields = [(RANK[field], "text" if field == "lead" else field, field) for field in term.fields]
        word = not step and not term.pieces[0].exact

        def standing_at(asked: Asked) -> list[Place]:
            found: list[Place] = []
            for rank, read, field in fields:
                at = asked.at.get(read)
                if at is None or first not in at:
                    continue
                firsts = at[first]
                if not word:
                    standing = [at.get(piece, _NOWHERE) for piece in pieces]
                    firsts = first_words(term.pieces, standing, asked.document.fields[read])
                if field == "lead":
                    firsts = in_lead(firsts, step)
                found += [(rank, number, number + step, written) for number in firsts]
            return found

        return standing_at

    def _either(self, group: Or, label: str) -> Side:
        under: dict[int, list[Side]] = {}
        for node, member in self._members(group, label):
            (piece,) = self._clause(needs_of(node) or (frozenset(), frozenset()))
            under.setdefault(piece, []).append(member)
        pieces = frozenset(under)

        def side(asked: Asked) -> list[Place]:
            found: list[Place] = []
            for piece in pieces & asked.here:
                for each in under[piece]:
                    found += each(asked)
            found.sort()
            return found

        return side

    def _members(self, node: Node, label: str) -> Iterator[tuple[Node, Side]]:
        """The terms of an OR group, those of groups in it included."""
        match node:
            case Or(nodes):
                for each in nodes:
                    yield from self._members(each, label)
            case Label(name, inner):
                yield from self._members(inner, label or name)
            case Ref(_, inner):
                yield from self._members(inner, label)
            case _:
                yield node, self._side(node, label)

    def _or(self, nodes: tuple[Node, ...], label: str) -> Ask:
        asks = [self.build(node, label) for node in nodes]
        always = frozenset(number for number, node in enumerate(nodes) if needs_of(node) is None)
        under: dict[int, list[int]] = {}
        for number, node in enumerate(nodes):
            for piece in self._clause(needs_of(node) or (frozenset(), frozenset())):
                under.setdefault(piece, []).append(number)
        pieces = frozenset(under)

        def ask(asked: Asked) -> Found | None:
            here = pieces & asked.here
            found: Found = []
            matched = False
            for number in always.union(*[under[piece] for piece in here]):
                if (one := asks[number](asked)) is not None:
                    matched = True
                    found += one
            return found if matched else None

        return ask

    def _gated(self, node: Node, ask: Ask) -> Ask:
        """Ask only where the pieces that the node needs are there."""
        needed = self.needed(node)
        alone, others = singles(needed), wider(needed)

        def gated(asked: Asked) -> Found | None:
            here = asked.here
            if not alone <= here:
                return None
            for clause in others:
                if clause.isdisjoint(here):
                    return None
            return ask(asked)

        return gated if needed else ask


def singles(all_of: Iterable[Clause]) -> Clause:
    """The pieces that must be there themselves."""
    return frozenset(piece for clause in all_of if len(clause) == 1 for piece in clause)


def wider(all_of: Iterable[Clause]) -> tuple[Clause, ...]:
    """The clauses of more than one piece."""
    return tuple(clause for clause in all_of if len(clause) != 1)


def _once(number: int, side: Side) -> Side:
    def once(asked: Asked) -> list[Place]:
        known = asked.places.get(number)
        if known is None:
            known = asked.places[number] = side(asked)
        return known

    return once


def _found(side: Side) -> Ask:
    # A list of places is a list of what was found, which nobody changes.
    return lambda asked: side(asked) or None  # type: ignore[return-value]


def _all(asks: list[Ask]) -> Ask:
    def ask(asked: Asked) -> Found | None:
        together: Found = []
        for each in asks:
            found = each(asked)
            if found is None:
                return None
            together += found
        return together

    return ask


def _not(inner: Ask) -> Ask:
    return lambda asked: [] if inner(asked) is None else None


def _near(left: Side, right: Side, distance: int, *, ordered: bool) -> Ask:
    def ask(asked: Asked) -> Found | None:
        lefts = left(asked)
        rights = right(asked) if lefts else lefts
        if not rights:
            return None
        near: Found = [*ordered_pairs(lefts, rights, distance)]
        if not ordered:
            near += ordered_pairs(rights, lefts, distance)
        return near or None

    return ask


def _same(sides: list[Side]) -> Ask:
    def ask(asked: Asked) -> Found | None:
        found = []
        for side in sides:
            found.append(side(asked))
            if not found[-1]:
                return None
        return [*same_sentence(found, asked.document)] or None

    return ask


def _at_least(count: int, inner: Side) -> Ask:
    def ask(asked: Asked) -> Found | None:
        places = inner(asked)
        return [*places] if places and count_apart(places) >= count else None

    return ask


def _cheap_first(nodes: tuple[Node, ...]) -> list[Node]:
    """Parts that few words can make match come first; what is excluded comes last."""
    return sorted(nodes, key=lambda node: sum(map(len, needs)) if (needs := needs_of(node)) else 10_000)
