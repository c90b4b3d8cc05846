"""Functions that find rules in a document, made once from the rules' trees. Pure.

They look first whether a part's words are there at all, and find each term once for all rules.
"""

from __future__ import annotations

from collections.abc import Callable

from monitor.rules.document import Document
from monitor.rules.match import (
    Found,
    Place,
    count_apart,
    find_dates,
    find_regex,
    find_term,
    ordered_pairs,
    same_sentence,
)
from monitor.rules.needs import Needs, clauses, needs_of, singles, wider
from monitor.rules.tree import And, AtLeast, Dates, Label, Near, Node, Not, Or, Piece, Ref, Regex, Same, Term


class Asked:
    """One document being asked: which words and prefixes it has, and the terms found so far."""

    __slots__ = ("document", "prefixes", "terms", "words")

    def __init__(self, document: Document, words: set[str], prefixes: set[str]) -> None:
        self.document = document
        self.words = words
        self.prefixes = prefixes
        self.terms: dict[int, list[Place]] = {}


Ask = Callable[[Asked], Found | None]


class Builder:
    """Makes the asking functions of many rules; equal terms share their places."""

    def __init__(self) -> None:
        self.prefixes: set[str] = set()
        self._terms: dict[tuple[tuple[Piece, ...], tuple[str, ...]], int] = {}

    def build(self, node: Node, label: str) -> Ask:
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

    def _term(self, term: Term, label: str) -> Ask:
        number = self._terms.setdefault((term.pieces, term.fields), len(self._terms))
        written = label or term.written
        self.prefixes.update(piece.word for piece in term.pieces if piece.prefix)

        def ask(asked: Asked) -> Found | None:
            places = asked.terms.get(number)
            if places is None:
                places = asked.terms[number] = find_term(term, asked.document, "")
            if not places:
                return None
            if written == places[0][3]:
                return list(places)
            return [(rank, first, last, written) for rank, first, last, _ in places]

        return _gated(term, ask)

    def _or(self, nodes: tuple[Node, ...], label: str) -> Ask:
        asks: list[tuple[Needs | None, Ask]] = []
        for node in nodes:
            asks.append((needs_of(node), self.build(node, label)))
        # Most alternatives are one word: a look into the document's words tells that they are not there.
        words = [(next(iter(n[0])), ask) for n, ask in asks if n and len(n[0]) == 1 and not n[1]]
        begins = [(next(iter(n[1])), ask) for n, ask in asks if n and len(n[1]) == 1 and not n[0]]
        others = [ask for n, ask in asks if not n or len(n[0]) + len(n[1]) != 1]

        def ask(asked: Asked) -> Found | None:
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


def _gated(node: Node, ask: Ask) -> Ask:
    """Ask only where the words that the node needs are there."""
    needed = clauses(node)
    alone, others = singles(needed), wider(needed)
    if not others:
        if not alone:
            return ask
        if len(alone) == 1:
            (only,) = alone
            return lambda asked: ask(asked) if only in asked.words else None
        return lambda asked: ask(asked) if alone <= asked.words else None

    def gated(asked: Asked) -> Found | None:
        if not alone <= asked.words:
            return None
        for words, prefixes in others:
            if words.isdisjoint(asked.words) and prefixes.isdisjoint(asked.prefixes):
                return None
        return ask(asked)

    return gated


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


def _near(left: Ask, right: Ask, distance: int, *, ordered: bool) -> Ask:
    def ask(asked: Asked) -> Found | None:
        lefts = _places(left(asked))
        rights = _places(right(asked)) if lefts else []
        near: list[Place] = ordered_pairs(lefts, rights, distance)
        if not ordered:
            near += ordered_pairs(rights, lefts, distance)
        return list(near) or None

    return ask


def _same(sides: list[Ask]) -> Ask:
    def ask(asked: Asked) -> Found | None:
        found = []
        for side in sides:
            found.append(_places(side(asked)))
            if not found[-1]:
                return None
        return list(same_sentence(found, asked.document)) or None

    return ask


def _at_least(count: int, inner: Ask) -> Ask:
    def ask(asked: Asked) -> Found | None:
        places = _places(inner(asked))
        return list(places) if places and count_apart(places) >= count else None

    return ask


def _places(found: Found | None) -> list[Place]:
    """What a term or a group of terms gave, as sorted places: the parser lets nothing else in here."""
    return sorted(each for each in found or () if isinstance(each, tuple))


def _cheap_first(nodes: tuple[Node, ...]) -> list[Node]:
    """Parts that few words can make match come first; what is excluded comes last."""
    return sorted(nodes, key=lambda node: sum(map(len, needs)) if (needs := needs_of(node)) else 10_000)
