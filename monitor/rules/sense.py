"""What a rule that parses cannot mean: that it never matches, or matches (nearly) everything. Pure.

Both are told from the rule alone, and only where it is certain: `implies` knows enough logic for the mistakes that
people make (a word asked for and excluded, a range of days outside another) and answers "no" where it does not know.
"""

from __future__ import annotations

from itertools import combinations

from monitor.rules.describe import show
from monitor.rules.leaves import compiled
from monitor.rules.tree import (
    And,
    AtLeast,
    Dates,
    Label,
    Near,
    Node,
    Not,
    Or,
    Piece,
    Ref,
    Regex,
    Same,
    Term,
)
from monitor.text import STOP_WORDS

# Two texts that share no subject: an expression that finds something in both finds something in all.
_ANY_TEXT = ("Sphinx of black quartz, judge my vow!", "Nymphs waltz; fix bug 90 — GLIB JOCKS QUIZ.")
# Where these stand nearly every English text matches.
_EVERYWHERE = STOP_WORDS - {"he", "she", "her", "his", "him", "hers", "i", "me", "my", "mr", "mrs", "ms", "you", "your"}


def never(node: Node) -> str:
    """Why the rule can never match, in words; "" when nothing says so."""
    match node:
        case And(nodes):
            parts = _flat(nodes)
            for one in parts:
                if why := never(one):
                    return why
            for one in parts:
                for other in parts:
                    if isinstance(other, Not) and implies(one, other.node):
                        return f"{_shown(one)} is asked for, and excluded by NOT {_shown(other.node)}"
            for left, right in combinations(parts, 2):
                if isinstance(left, Dates) and isinstance(right, Dates) and _apart(left, right):
                    return "no day is in both ranges of days"
            return ""
        case Or(nodes):
            whys = [never(each) for each in nodes]
            return whys[0] if all(whys) else ""
        case Near(left, right):
            return never(left) or never(right)
        case Same(nodes):
            return next((why for each in nodes if (why := never(each))), "")
        case Not(inner):
            return f"NOT {_shown(inner)} excludes everything" if everything(inner) else ""
        case Label(_, inner) | Ref(_, inner) | AtLeast(_, inner):
            return never(inner)
    return ""


def everything(node: Node) -> str:
    """Why the rule matches (nearly) every text, in words; "" when nothing says so."""
    match node:
        case Or(nodes):
            for each in nodes:
                if why := everything(each):
                    return why
            for each in _alternatives(nodes):
                if isinstance(each, Not):
                    return f"NOT {_shown(each.node)} beside OR matches every text without it"
            return ""
        case And(nodes):
            whys = [everything(each) for each in nodes if not isinstance(each, Not)]
            return whys[0] if whys and all(whys) and len(whys) == len(nodes) else ""
        case Term(pieces):
            if all(_common(piece) for piece in pieces) and "text" in node.fields and len(pieces) == 1:
                return f"{_shown(node)} stands in nearly every text"
            return ""
        case Regex(pattern):
            if all(compiled(pattern).search(text, timeout=1.0) for text in _ANY_TEXT):
                return f"/{pattern}/ finds something in every text"
            return ""
        case Label(_, inner) | Ref(_, inner):
            return everything(inner)
        case Near(left, right):
            return everything(left) and everything(right)
    return ""


def implies(one: Node, other: Node) -> bool:
    """Whether every text that matches `one` certainly matches `other`."""
    one, other = _bare(one), _bare(other)
    if one == other:
        return True
    if isinstance(one, Or):
        return all(implies(each, other) for each in one.nodes)
    if isinstance(other, And):
        return all(implies(one, each) for each in other.nodes)
    if isinstance(other, Or) and any(implies(one, each) for each in other.nodes):
        return True
    if isinstance(one, And | Same):
        return any(implies(each, other) for each in one.nodes)
    if isinstance(one, Near):
        return implies(one.left, other) or implies(one.right, other)
    if isinstance(one, AtLeast):
        return implies(one.node, other)
    if isinstance(one, Term) and isinstance(other, Term):
        return set(one.fields) <= _wider(other.fields) and _contains(one.pieces, other.pieces)
    if isinstance(one, Dates) and isinstance(other, Dates):
        return _inside(one, other)
    return False


def taken_back(rule: Node, back: Node) -> bool:
    """Whether `back`, asked of each sentence in which the rule finds something, certainly leaves nothing of it."""
    match _bare(rule):
        case Or(nodes):
            return all(taken_back(each, back) for each in nodes)
        case And(nodes):
            return any(taken_back(each, back) for each in nodes if not isinstance(each, Not))
        case Near(left, right):
            return taken_back(left, back) or taken_back(right, back)
        case AtLeast(_, inner):
            return taken_back(inner, back)
        case Term() | Same() | Dates() as part:
            return implies(part, back)
    return False


def _bare(node: Node) -> Node:
    while isinstance(node, Label | Ref):
        node = node.node
    return node


def _flat(nodes: tuple[Node, ...]) -> list[Node]:
    """The parts of an AND, those of ANDs inside it included; each as it is written."""
    found: list[Node] = []
    for node in nodes:
        inner = _bare(node)
        found.extend(_flat(inner.nodes) if isinstance(inner, And) else [node])
    return found


def _alternatives(nodes: tuple[Node, ...]) -> list[Node]:
    found: list[Node] = []
    for node in map(_bare, nodes):
        found.extend(_alternatives(node.nodes) if isinstance(node, Or) else [node])
    return found


def _wider(fields: tuple[str, ...]) -> set[str]:
    return {*fields, "lead"} if "text" in fields else set(fields)


def _contains(long: tuple[Piece, ...], short: tuple[Piece, ...]) -> bool:
    """Whether a phrase holds another in a row, each word at least as narrow."""
    return any(
        all(_narrower(mine, theirs) for mine, theirs in zip(long[start:], short, strict=False))
        for start in range(len(long) - len(short) + 1)
    )


def _narrower(one: Piece, other: Piece) -> bool:
    if other.exact:
        return one == other
    return one.word.startswith(other.word) if other.prefix else one.word == other.word and not one.prefix


def _apart(left: Dates, right: Dates) -> bool:
    return bool(
        (left.last and right.first and left.last < right.first)
        or (right.last and left.first and right.last < left.first)
    )


def _inside(one: Dates, other: Dates) -> bool:
    begins = other.first is None or (one.first is not None and one.first >= other.first)
    return begins and (other.last is None or (one.last is not None and one.last <= other.last))


def _common(piece: Piece) -> bool:
    if piece.exact:
        return False
    return any(word.startswith(piece.word) for word in _EVERYWHERE) if piece.prefix else piece.word in _EVERYWHERE


def _shown(node: Node) -> str:
    text = show(node, 3)  # as after NOT, in brackets where it needs them
    return text if len(text) <= 60 else f"{text[:59]}…"
