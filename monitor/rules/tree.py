"""A rule as a tree: its nodes, and what can be asked of them. Pure.

Fields sit on the leaves: `title:(a OR b)` becomes `title:a OR title:b`, so matching never asks for a scope.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

FIELDS = ("title", "lead", "text", "url", "outlet", "author", "language")
DEFAULT = ("title", "text")


@dataclass(frozen=True, slots=True)
class Piece:
    """One word of a term, folded. `exact`: the letters that must be in the text, "" if folding decides."""

    word: str
    prefix: bool = False
    exact: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A word, prefix or phrase. `written`: as in the rule, without its field."""

    pieces: tuple[Piece, ...]
    written: str
    fields: tuple[str, ...] = DEFAULT


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression over a field's characters."""

    pattern: str
    fields: tuple[str, ...] = DEFAULT


@dataclass(frozen=True, slots=True)
class Dates:
    """Published on or between these days; None is an open end."""

    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Ref:
    """Another rule, by name. `fields`: where its bare terms look."""

    name: str
    node: Node
    fields: tuple[str, ...] = DEFAULT


@dataclass(frozen=True, slots=True)
class Label:
    """A clause with a name for people; its hits carry the name."""

    name: str
    node: Node


@dataclass(frozen=True, slots=True)
class Not:
    """Matches when `node` does not."""

    node: Node


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `count` occurrences, which do not overlap."""

    count: int
    node: Node


@dataclass(frozen=True, slots=True)
class Near:
    """Both within `distance` words (1 = side by side) in one field; `ordered`: the left one first."""

    left: Node
    right: Node
    distance: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Same:
    """All in one sentence of one field."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class And:
    """All match."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one matches."""

    nodes: tuple[Node, ...]


Node = Term | Regex | Dates | Ref | Label | Not | AtLeast | Near | Same | And | Or


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    match node:
        case And(nodes) | Or(nodes) | Same(nodes):
            return nodes
        case Near(left, right):
            return (left, right)
        case Not(inner) | Label(_, inner) | Ref(_, inner) | AtLeast(_, inner):
            return (inner,)
    return ()


def within(node: Node, fields: tuple[str, ...]) -> Node:
    """The node with its bare leaves looking in `fields`; a leaf that names its own field keeps it."""
    match node:
        case Term() | Regex():
            return replace(node, fields=fields) if node.fields == DEFAULT else node
        case Ref():
            inner = within(node.node, fields)
            return replace(node, node=inner, fields=fields) if node.fields == DEFAULT else node
        case Label() | Not() | AtLeast():
            return replace(node, node=within(node.node, fields))
        case Near():
            return replace(node, left=within(node.left, fields), right=within(node.right, fields))
        case Same() | And() | Or():
            return replace(node, nodes=tuple(within(each, fields) for each in node.nodes))
    return node


def size(node: Node) -> int:
    """How many nodes, those of referred rules included."""
    return 1 + sum(size(each) for each in children(node))


def depth(node: Node) -> int:
    """How many nodes stand above the deepest one and with it, those of referred rules included."""
    return 1 + max((depth(each) for each in children(node)), default=0)


def has_places(node: Node) -> bool:
    """Whether its matches have places, as NEAR, SAME and ATLEAST need: terms and OR groups of terms do."""
    if isinstance(node, Or | Ref | Label):
        return all(has_places(each) for each in children(node))
    return isinstance(node, Term)


def only_absence(node: Node) -> bool:
    """Whether it can only match by what is not there."""
    if isinstance(node, Not):
        return True
    if isinstance(node, And | Or | Ref | Label):
        return all(only_absence(each) for each in children(node))
    return False
