"""Near misses: what one more hit would have made of a rule that does not match. Pure."""

from __future__ import annotations

from monitor.rules.describe import Rule, show
from monitor.rules.document import Document
from monitor.rules.match import find
from monitor.rules.tree import And, AtLeast, Label, Near, Node, Not, Or, Ref, Same, Term

MOST = 5


def near_misses(rule: Rule, document: Document) -> tuple[str, ...]:
    """Each way in which the rule is one step from matching, in words; () when it matches or is further away.

    One step: an AND of which one side is missing, two sides too far apart or in two sentences, one time too few.
    """
    if find(rule, document) is not None:
        return ()
    return tuple(dict.fromkeys(_near(rule.node, document)))[:MOST]


def _near(node: Node, document: Document) -> list[str]:
    match node:
        case Or(nodes):
            return [way for each in nodes for way in _near(each, document)]
        case And(nodes):
            failing = [each for each in nodes if not _matches(each, document)]
            if len(failing) != 1 or len(failing) == len(nodes):
                return []
            here = _found([each for each in nodes if each is not failing[0]], document)
            if not here:
                return []
            if isinstance(failing[0], Not):
                return [f"{here} is there, but so is {_found([failing[0].node], document)}"]
            closer = _near(failing[0], document)
            return closer or [f"{here} is there, {_shown(failing[0])} is missing"]
        case Near(left, right, distance, ordered):
            if not (_matches(left, document) and _matches(right, document)):
                return []
            how = " in this order" if ordered else ""
            return [f"{_found([left, right], document)} are there, but not within {distance} words{how}"]
        case Same(nodes):
            if not all(_matches(each, document) for each in nodes):
                return []
            return [f"{_found(list(nodes), document)} are there, but in no one sentence"]
        case AtLeast(count, inner):
            if count < 2 or not _matches(AtLeast(count - 1, inner), document):
                return []
            return [f"{_shown(inner)} is there {count - 1} times, one too few"]
        case Term():
            return _elsewhere(node, document)
        case Label(_, inner) | Ref(_, inner):
            return _near(inner, document)
    return []


def _elsewhere(term: Term, document: Document) -> list[str]:
    """The same words in another field, or the words of a phrase apart from each other."""
    anywhere = Term(term.pieces, term.written)
    if term.fields != anywhere.fields and _matches(anywhere, document):
        return [f"{term.written} is there, but not in the {term.fields[0]}"]
    return []


def _matches(node: Node, document: Document) -> bool:
    return find(Rule("", node), document) is not None


def _found(nodes: list[Node], document: Document) -> str:
    """What stands there of each node, by the first term of its hits."""
    found = [find(Rule("", each), document) for each in nodes]
    return " and ".join(hits[0].term for hits in found if hits)


def _shown(node: Node) -> str:
    text = show(node)
    return text if len(text) <= 80 else f"{text[:79]}…"
