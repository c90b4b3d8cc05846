"""A rule for people: its canonical text, and the words that it could match on. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.rules.tree import (
    DEFAULT,
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
)

_OR, _AND, _NEAR, _UNARY = range(4)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that parses. `str()` is its canonical text; it parses to an equal `node` (same `named`)."""

    text: str
    node: Node

    def __str__(self) -> str:
        return show(self.node)


def show(node: Node, room: int = _OR) -> str:
    """The node as a rule. `room`: how tightly its surroundings bind; parentheses appear only where needed."""
    match node:
        case Term():
            return _field(node.fields) + node.written
        case Regex():
            return f"{_field(node.fields)}/{node.pattern}/"
        case Ref():
            return f"{_field(node.fields)}@{node.name}"
        case Dates():
            return "published:" + show_dates(node)
        case Label():
            return f"{{{node.name}: {show(node.node)}}}"
        case Not():
            return f"NOT {show(node.node, _UNARY)}"
        case AtLeast():
            return f"ATLEAST/{node.count} {show(node.node, _UNARY)}"
        case Near():
            word = "ONEAR" if node.ordered else "NEAR"
            joined = f"{show(node.left, _UNARY)} {word}/{node.distance} {show(node.right, _UNARY)}"
            return _wrap(joined, _NEAR, room)
        case Same():
            return _wrap(" SAME ".join(show(each, _UNARY) for each in node.nodes), _NEAR, room)
        case And():
            return _wrap(" AND ".join(show(each, _NEAR) for each in node.nodes), _AND, room)
        case Or():
            return _wrap(" OR ".join(show(each, _AND) for each in node.nodes), _OR, room)


def show_dates(node: Dates) -> str:
    """A range of days as a rule writes it."""
    first, last = node.first or "", node.last or ""
    return str(first) if first == last else f"{first}..{last}"


def _field(fields: tuple[str, ...]) -> str:
    return "" if fields == DEFAULT else f"{fields[0]}:"


def _wrap(text: str, own: int, room: int) -> str:
    return f"({text})" if own < room else text


def vocabulary(rule: Rule) -> tuple[str, ...]:
    """The folded words that could make it match, sorted; prefixes without their star, nothing from NOT."""
    return tuple(sorted(_words(rule.node)))


def _words(node: Node) -> set[str]:
    if isinstance(node, Not):
        return set()
    found = {piece.word for piece in node.pieces if piece.word} if isinstance(node, Term) else set()
    return found.union(*(_words(each) for each in children(node)))
