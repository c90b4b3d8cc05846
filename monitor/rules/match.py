"""Rule x Document -> the hits, or None. Asks the index; time grows with the document, not faster. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter

from monitor.model import Span
from monitor.rules.describe import Rule, show_dates
from monitor.rules.document import LEAD_WORDS, Document, Words
from monitor.rules.leaves import compiled
from monitor.rules.tree import (
    FIELDS,
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

# Second defences behind the parser's: it refuses expressions that explode, these bound what is left.
_REGEX_CHARACTERS = 100_000
_REGEX_SECONDS = 0.2
_REGEX_HITS = 100

RANK: Mapping[str, int] = {name: rank for rank, name in enumerate(FIELDS)}

# Where a term stands: field by rank, first and last word by number, the term. Sorts in reading order.
Place = tuple[int, int, int, str]
_start = itemgetter(0, 1)


@dataclass(frozen=True, slots=True)
class Hit:
    """Why a rule matched: a term as written in the rule (or its clause's label) and its place in a field.

    A date's field is "published"; its span is that of the day's ISO form.
    """

    term: str
    field: str
    span: Span


Found = list[Place | Hit]


def find(rule: Rule, document: Document) -> tuple[Hit, ...] | None:
    """None if the rule does not match; else its hits in reading order, each once; or none (`a OR NOT b`)."""
    found = _find(rule.node, document, "")
    if found is None:
        return None
    return in_order(found, document)


def in_order(found: Found, document: Document) -> tuple[Hit, ...]:
    """What was found as hits in reading order, each once."""
    distinct = set(found)
    places = [each for each in distinct if isinstance(each, tuple)]
    if len(places) == len(distinct):
        return tuple([to_hit(place, document) for place in sorted(places)])
    hits = {each if isinstance(each, Hit) else to_hit(each, document) for each in distinct}
    return tuple(sorted(hits, key=_reading_order))


def _reading_order(hit: Hit) -> tuple[int, int, int, str]:
    return (RANK.get(hit.field, len(RANK)), hit.span.start, hit.span.end, hit.term)


def to_hit(place: Place, document: Document) -> Hit:
    """A place as a person sees it."""
    rank, first, last, term = place
    return Hit(term, FIELDS[rank], _words(place, document).span(first, last))


def _words(place: Place, document: Document) -> Words:
    """The words of the field in which a place was found."""
    words = document.words_of(FIELDS[place[0]])
    if words is None:
        raise LookupError(f"a place in {FIELDS[place[0]]}, which this document does not have")
    return words


def _find(node: Node, document: Document, label: str) -> Found | None:
    """What makes the node match, or None. `label` replaces the terms' own writing."""
    match node:
        case Term():
            return list(find_term(node, document, label)) or None
        case Or(nodes):
            # Every branch is asked, not only the first that matches: the hits are evidence for people.
            branches = [found for each in nodes if (found := _find(each, document, label)) is not None]
            return [each for found in branches for each in found] if branches else None
        case And(nodes):
            together: Found = []
            for each in nodes:
                found = _find(each, document, label)
                if found is None:
                    return None
                together.extend(found)
            return together
        case Not(inner):
            return [] if _find(inner, document, label) is None else None
        case Label(name, inner):
            return _find(inner, document, label or name)
        case Ref(_, inner):
            return _find(inner, document, label)
        case Near() | Same() | AtLeast():
            return list(_positional(node, document, label)) or None
        case Regex():
            return find_regex(node, document, label)
        case Dates():
            return find_dates(node, document, label)


def _positional(node: Near | Same | AtLeast, document: Document, label: str) -> list[Place]:
    match node:
        case Near(left, right, distance, ordered):
            lefts = _places(left, document, label)
            rights = _places(right, document, label) if lefts else []
            near = ordered_pairs(lefts, rights, distance)
            return near if ordered else near + ordered_pairs(rights, lefts, distance)
        case Same(nodes):
            return _same(nodes, document, label)
        case AtLeast(count, inner):
            places = _places(inner, document, label)
            return places if count_apart(places) >= count else []


def _places(node: Node, document: Document, label: str) -> list[Place]:
    """The places of a term or of an OR group of terms, in reading order."""
    match node:
        case Term():
            return find_term(node, document, label)
        case Or(nodes):
            return sorted(place for each in nodes for place in _places(each, document, label))
        case Label(name, inner):
            return _places(inner, document, label or name)
        case Ref(_, inner):
            return _places(inner, document, label)
    raise TypeError(f"{type(node).__name__} has no places; the parser lets none through")


def find_term(term: Term, document: Document, label: str) -> list[Place]:
    """The places of a term, in reading order within each field."""
    found: list[Place] = []
    written = label or term.written
    step = len(term.pieces) - 1
    for field in term.fields:
        words = document.words_of(field)
        if words is not None:
            firsts = first_words(term.pieces, [words.of_piece(piece) for piece in term.pieces], words)
            if field == "lead":
                firsts = in_lead(firsts, step)
            rank = RANK[field]
            found += [(rank, first, first + step, written) for first in firsts]
    return found


def first_words(pieces: tuple[Piece, ...], standing: Sequence[list[int]], words: Words) -> list[int]:
    """The numbers at which a term begins: from where its rarest piece stands, neighbours compared.

    `standing`: for each piece the numbers of the words that it is.
    """
    if len(pieces) == 1 and not pieces[0].exact:
        return standing[0]
    counts = list(map(len, standing))
    anchor = counts.index(min(counts))
    numbers = standing[anchor]
    if not numbers:
        return numbers
    beside = [(offset - anchor, piece) for offset, piece in enumerate(pieces) if offset != anchor or piece.exact]
    end = len(words.words) - len(pieces)
    found = []
    for number in numbers:
        if 0 <= number - anchor <= end:
            for step, piece in beside:
                if not words.fits(number + step, piece):
                    break
            else:
                found.append(number - anchor)
    return found


def in_lead(firsts: list[int], step: int) -> list[int]:
    """Those first words of a term (`step` words to its last) that stand in the lead."""
    return firsts[: bisect_left(firsts, LEAD_WORDS - step)]


def ordered_pairs(lefts: list[Place], rights: list[Place], distance: int) -> list[Place]:
    """Both partners of each pair in which a right one begins at most `distance` words after a left one ends.

    A left one pairs with the next right one, a right one with the left one that ends last before it: whoever
    has a partner has that one, and there are never more pairs than places.
    """
    if not lefts or not rights:
        return []
    found: list[Place] = []
    for left in lefts:
        place = bisect_right(rights, (left[0], left[2]), key=_start)
        if place < len(rights) and rights[place][0] == left[0] and rights[place][1] - left[2] <= distance:
            found.append(left)
    by_end = sorted((rank, last) for rank, _, last, _ in lefts)
    for right in rights:
        place = bisect_left(by_end, (right[0], right[1])) - 1
        if place >= 0 and by_end[place][0] == right[0] and right[1] - by_end[place][1] <= distance:
            found.append(right)
    return found


def _same(nodes: tuple[Node, ...], document: Document, label: str) -> list[Place]:
    sides: list[list[Place]] = []
    for each in nodes:
        sides.append(_places(each, document, label))
        if not sides[-1]:
            return []
    return same_sentence(sides, document)


def same_sentence(sides: list[list[Place]], document: Document) -> list[Place]:
    """The places of all sides in the sentences in which each side has one."""
    marked = [[(_sentence(place, document), place) for place in side] for side in sides]
    shared = set.intersection(*({sentence for sentence, _ in side} for side in marked))
    return [place for side in marked for sentence, place in side if sentence in shared]


def _sentence(place: Place, document: Document) -> tuple[int, int]:
    return place[0], _words(place, document).sentence(place[1])


def count_apart(places: list[Place]) -> int:
    """How many places at most do not overlap: taken by their ends, each that begins after the one before."""
    count, rank, end = 0, -1, -1
    for place in sorted(places, key=itemgetter(0, 2)):
        if place[0] != rank or place[1] > end:
            count, rank, end = count + 1, place[0], place[2]
    return count


def find_regex(node: Regex, document: Document, label: str) -> Found | None:
    """The hits of a regular expression; it has a time limit."""
    found: Found = []
    for field in node.fields:
        text = document.text(field)[:_REGEX_CHARACTERS]
        try:
            for match in islice(compiled(node.pattern).finditer(text, timeout=_REGEX_SECONDS), _REGEX_HITS):
                if match.end() > match.start():
                    found.append(Hit(label or f"/{node.pattern}/", field, Span(match.start(), match.end())))
        except TimeoutError:  # a page made to be slow: what was found until here stands
            continue
    return found or None


def find_dates(node: Dates, document: Document, label: str) -> Found | None:
    """The day of publication, where it is one of these."""
    day = document.published
    if day is None or (node.first and day < node.first) or (node.last and day > node.last):
        return None
    return [Hit(label or f"published:{show_dates(node)}", "published", Span(0, len(day.isoformat())))]
