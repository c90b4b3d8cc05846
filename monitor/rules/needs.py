"""What an article must hold for a rule to match it: the percolator's idea, read from the rule's tree. Pure.

A clause is words and prefixes of which one must be there; all clauses of a rule must be met. What meets them may
match; what does not cannot, and need not be asked.
"""

from __future__ import annotations

from collections.abc import Iterable

from monitor.rules.tree import And, AtLeast, Label, Near, Node, Or, Ref, Same, Term

# Words and prefixes of which one must be there.
Needs = tuple[frozenset[str], frozenset[str]]


def needs_of(node: Node) -> Needs | None:
    """The words and prefixes of which one must be there for the node to match; None when it may do without."""
    return min(clauses(node), key=frequent, default=None)


def frequent(needs: Needs) -> tuple[int, int]:
    """Few words, then long ones, stand in few articles, as a rule."""
    return len(needs[0]) + 3 * len(needs[1]), -min(map(len, (*needs[0], *needs[1])), default=0)


def alternatives(node: Node) -> list[Node]:
    """The branches of which one must match."""
    if isinstance(node, Label | Ref):
        return alternatives(node.node)
    return [each for one in node.nodes for each in alternatives(one)] if isinstance(node, Or) else [node]


def clauses(node: Node) -> list[Needs]:
    """All that must be there for the node to match: of each clause one word or prefix."""
    match node:
        case Term(pieces):
            words = dict.fromkeys((piece.word, piece.prefix) for piece in pieces)
            return [
                (frozenset(), frozenset((word,))) if prefix else (frozenset((word,)), frozenset())
                for word, prefix in words
            ]
        case Or(nodes):
            together = _union(needs_of(each) for each in nodes)
            return [] if together is None else [together]
        case And(nodes) | Same(nodes):
            return list(dict.fromkeys(clause for each in nodes for clause in clauses(each)))
        case Near(left, right):
            return list(dict.fromkeys([*clauses(left), *clauses(right)]))
        case Label(_, inner) | Ref(_, inner) | AtLeast(_, inner):
            return clauses(inner)
    return []


def _union(each: Iterable[Needs | None]) -> Needs | None:
    words: set[str] = set()
    prefixes: set[str] = set()
    for needs in each:
        if needs is None:
            return None
        words |= needs[0]
        prefixes |= needs[1]
    return frozenset(words), frozenset(prefixes)
