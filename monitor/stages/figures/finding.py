"""Text -> figures: each number finds its subject, period, group and attribution. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

from monitor.model import Figure, Sentence, Span
from monitor.stages.figures.attribution import Sources
from monitor.stages.figures.counting import Counting
from monitor.stages.figures.forms import Fitting
from monitor.stages.figures.numbers import LONGEST, Quantity, Reading, counts, read
from monitor.stages.figures.patterns import Patterns, Subject
from monitor.stages.figures.periods import Periods, day_length
from monitor.stages.figures.surroundings import TURNS, Surroundings
from monitor.stages.figures.terms import Hit, Terms

_PARTS = frozenset("third thirds half quarter quarters fifth many most some few part majority bulk much".split())
_PERCENT = frozenset("percent cent pc".split())
_IN_WHICH = (("in", "which"), ("during", "which"))
_NEXT = TURNS | {"and", "as"}
_COMPARED = (("down", "from"), ("up", "from"), ("compared", "with"), ("compared", "to"), ("as", "against"))
_AMONG = frozenset(("including", "among", "whom", "them", "and", "of"))
# What stands in an earlier sentence is so far away.
_EARLIER = 200.0
# An earlier sentence's place counts, but any place in the sentence itself is nearer.
_PER_SENTENCE_BACK = 40
# A word that only hints at a place counts until this sentence or one before it names another place.
_WEAK = 300
# How far around a number words are about it.
_PART = 14
# So vague is "thousands", and so near its place has to be.
_VAGUE, _VAGUE_PLACE = 4, 30.0
# The longest opening of a sentence, in words.
_OPENING = 10


def find_figures(text: str, sentences: Sequence[Sentence], patterns: Patterns) -> tuple[Figure, ...]:
    """The figures of a text, in its order; of "to 30 from 100" the current value last."""
    pieces = [text[sentence.span.start : sentence.span.end] for sentence in sentences]

    # A sentence without a number is read only for the places that it gives to the two after it.
    @cache
    def reading(at: int) -> tuple[Reading, list[Hit]]:
        read_ = read(pieces[at], patterns.counted)
        return read_, patterns.places.all_hits(read_.words, patterns.neutral)

    found: list[Figure] = []
    for at, sentence in enumerate(sentences):
        if counts(pieces[at]):
            here, places = reading(at)
            if here.quantities:
                before = tuple(reading(earlier) for earlier in range(max(0, at - 2), at))
                found += _Finder(here, places, before, patterns).figures(sentence)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Spot:
    """A quantity that has found its subject."""

    quantity: Quantity
    subject: Subject
    period: str
    group: str


class _Finder:
    """One sentence and its places; `before`: the same of the two sentences before it, the nearest last."""

    def __init__(
        self, reading: Reading, places: list[Hit], before: tuple[tuple[Reading, list[Hit]], ...], patterns: Patterns
    ) -> None:
        self.reading, self.places, self.patterns = reading, places, patterns
        self.before = tuple(hits for _, hits in before)
        self.words_before = tuple(word for reading_, _ in before for word in reading_.words)
        self.words = reading.words
        self.around = Surroundings(reading)
        self.fitting = Fitting(reading, self.around, patterns.open)
        self.sources = Sources(self.around, patterns)
        self.counting = Counting(reading, self.around, patterns)
        self.periods = Periods(reading, self.around, patterns, self.sources.speech)

    def figures(self, sentence: Sentence) -> Iterator[Figure]:
        """The figures of the sentence."""
        spots: list[_Spot | None] = []
        for quantity in self.reading.quantities:
            spots.append(self._spot(quantity) or self._share(quantity, spots[-1] if spots else None))
        earlier = self._join(spots)
        order = sorted((i for i, spot in enumerate(spots) if spot), key=lambda i: i not in earlier)
        for i in order:
            spot = spots[i]
            if spot and not spot.subject.silent:
                yield self._figure(spot, sentence, i in earlier)

    def _spot(self, quantity: Quantity) -> _Spot | None:
        best: tuple[float, _Spot] | None = None
        if self._is_untold(quantity):
            return None
        for subject in self.patterns.subjects:
            if not self._kind(subject, quantity) or (not subject.whole and self._is_whole(quantity)):
                continue
            # What is cheap to know is asked first: most subjects are not spoken of at all.
            far = [self._nearest(subject, quantity, group) for group in subject.context]
            place = far[0]
            if place is None or None in far or not any(self.fitting.fits(form, quantity) for form in subject.forms):
                continue
            # "Thousands have died" near no place may be of all places.
            if place > _VAGUE_PLACE and quantity.high >= _VAGUE * quantity.low and not subject.silent:
                continue
            # At the same distance a followed subject wins; where an earlier sentence leaves it open, silence does.
            cost = place + subject.silent * (1 if place < _EARLIER else -1)
            group = self.counting.group(quantity)
            period = self.periods.of(subject, quantity, bool(group))
            if not period or self._speaks_against(subject, quantity):
                continue
            if best is None or cost < best[0]:
                best = cost, _Spot(quantity, subject, period, group)
        return best[1] if best else None

    def _is_whole(self, quantity: Quantity) -> bool:
        """ "26 of the 50", "a third of the 97": what is told of the part is not true of the whole."""
        at = quantity.outer - 2
        if at >= 0 and self.words[at + 1] == "of" and (at in self.around.taken or self.words[at] in _PARTS):
            return True
        return self._is_of_percent(quantity)

    def _is_untold(self, quantity: Quantity) -> bool:
        """Whether nothing is told of a number, whatever it counts."""
        at, words = quantity.outer, self.words
        before = words[max(0, at - 1) : at]
        # "One in 50 people" counts nobody.
        if before == ("in",) and at > 1 and (at - 2 in self.around.taken or words[at - 2] == "one"):
            return True
        # "93 a day, down from 170": of when, only the sentence's other number tells.
        if words[max(0, at - 2) : at] in _COMPARED:
            return True
        # "105 sailors, including 80 islanders": a part without a group.
        noun = words[quantity.last] if quantity.last < len(words) else ""
        return before == ("including",) and noun in self.patterns.counted and not self.counting.group(quantity)

    def _is_of_percent(self, quantity: Quantity) -> bool:
        """ "85% of the strip's 2.3 million people", "half of its population of 2.3 million"."""
        for at in range(quantity.outer - 1, max(quantity.outer - 6, 0), -1):
            if self.reading.marks[at + 1]:
                return False
            if self.words[at] == "of" and at not in self.around.taken:
                before = self.words[at - 1]
                if (
                    before in _PERCENT
                    or before in _PARTS
                    or (before[:1].isdigit() and " " not in before and at - 1 not in self.around.taken)
                ):
                    return True
        return False

    def _kind(self, subject: Subject, quantity: Quantity) -> bool:
        if subject.kind == "money":
            return bool(quantity.money)
        return not quantity.money and quantity.low == int(quantity.low)

    def _share(self, quantity: Quantity, spot: _Spot | None) -> _Spot | None:
        """ "…, including 16,000 children": a part of the figure before it."""
        if spot is None or spot.subject.silent or quantity.money or quantity.high > spot.quantity.high:
            return None
        between = self.words[spot.quantity.last : quantity.outer]
        group = self.counting.group(quantity)
        if not group or group == spot.group or len(between) > 6 or not between or between[-1] not in _AMONG:
            return None
        return _Spot(quantity, spot.subject, spot.period, group)

    def _join(self, spots: list[_Spot | None]) -> set[int]:
        """Let both ends of "from 100 on Friday to about 30" share a subject; which are the earlier values."""
        earlier: set[int] = set()
        quantities = self.reading.quantities
        for i in range(len(quantities) - 1):
            one, two = quantities[i], quantities[i + 1]
            if {one.link, two.link} != {"from", "to"} or two.outer - one.last > 9:
                continue
            spot = spots[i] or spots[i + 1]
            if spot is None or any(self.reading.marks[j] == ";" for j in range(one.last, two.outer)):
                continue
            if self._kind(spot.subject, one) and self._kind(spot.subject, two):
                # What goes from one value to another is a rate where the subject has one.
                period = "daily" if "daily" in spot.subject.ranges and spot.period == "event" else spot.period
                spots[i] = replace(spot, quantity=one, period=period)
                spots[i + 1] = replace(spot, quantity=two, period=period)
                earlier.add(i if one.link == "from" else i + 1)
        return earlier

    # --- one number's surroundings

    def _nearest(self, subject: Subject, quantity: Quantity, group: Terms) -> float | None:
        here: float | None = None
        for start, end, term in self.places:
            if term in group.phrases:
                weak = term in self.patterns.weak.phrases or self._in_next_clause(quantity, start)
                cost = self.around.distance(quantity, start, end) + (_WEAK if weak else 0)
                here = cost if here is None or cost < here else here
        if here is not None and here < _EARLIER:
            return here
        earlier = self._earlier(subject, quantity, group)
        return earlier if here is None or (earlier is not None and earlier < here) else here

    def _earlier(self, subject: Subject, quantity: Quantity, group: Terms) -> float | None:
        """How far away the place is that a sentence before names, None for none."""
        # "Eight of them were killed": whoever they are, the sentence before says it, not its place.
        if self.counting.of_others(quantity) and quantity is self.reading.quantities[0]:
            return None
        for back, hits in enumerate(reversed(self.before), start=1):
            terms = {term for _, _, term in hits if term in group.phrases}
            if terms:
                if any(term in subject.not_after.phrases for _, _, term in hits):
                    return None
                weak = terms <= self.patterns.weak.phrases
                return _EARLIER + back * _PER_SENTENCE_BACK + (_WEAK if weak else 0)
        return None

    def _in_next_clause(self, quantity: Quantity, at: int) -> bool:
        """ "30 people were killed, and in the north the war went on"."""
        words, marks = self.words, self.reading.marks
        return any(marks[i] and words[i] in _NEXT for i in range(quantity.last, at))

    def _speaks_against(self, subject: Subject, quantity: Quantity) -> bool:
        if self._is_elsewhere(subject) or (subject.firm and self._is_planned(quantity)):
            return True
        start, end = self.around.part(quantity, _PART, ";-,")
        # "…, two of whom": what is said of the whole number before holds for its part.
        if start > 0 and self.counting.of_others(quantity):
            whole = next((q for q in reversed(self.reading.quantities) if q.last <= start), None)
            start = self.around.part(whole, _PART, ";-,")[0] if whole else start
        # "the war of 2006, in which 1,000 died", "…, with 1,000 dead": so does what the sentence says before.
        elif start > 1 and (self.words[start : start + 2] in _IN_WHICH or self.words[start] == "with"):
            start = self.around.part(replace(quantity, outer=start - 1), _PART, ";-,")[0]
        # "Before the war, 500 trucks went in a day": what opens a sentence holds for the part behind it.
        if 0 < start <= _OPENING and self.reading.marks[start] == "," and not any(self.reading.marks[1:start]):
            start = 0
        if subject.never.hits(self.words[start:end]) or self.counting.counts(subject.not_of, quantity):
            return True
        if subject.actual and self.patterns.hypothetical.hits(self.words[start : min(end, quantity.last + 6)]):
            return True
        for at in range(start, end):
            # "killed 2,000 people" has no year in it.
            word, year = self.words[at], self.words[at][-4:]
            dated = at not in self.around.taken and len(word.split()[-1]) == 4 and year.isdecimal()
            if dated and 1900 <= int(year) < self.patterns.earliest_year:
                return True
        return False

    def _is_elsewhere(self, subject: Subject) -> bool:
        """Whether the sentence lacks what the subject needs, or it or those before speak of another thing."""
        if subject.needs.phrases and not subject.needs.hits(self.words):
            return True
        return bool(subject.not_near.hits(self.words) or subject.not_near.hits(self.words_before))

    def _is_planned(self, quantity: Quantity) -> bool:
        """Whether the sentence wishes, asks or plans, or goes on telling the plan of the sentences before it.

        The word for that may stand far from the number: "we hope for a deal in which …, with 600 trucks a day".
        """
        done = next((end for start, end, _ in self._done if start >= quantity.last), LONGEST)
        # "180 trucks entered, but far more are needed"
        told = next((at for at in range(done, len(self.words)) if self.reading.marks[at]), len(self.words))
        if any(start < told for start, _, _ in self._wished):
            return True
        return not self._happened and bool(self.patterns.planned.hits(self.words_before))

    @cached_property
    def _done(self) -> list[Hit]:
        return self.patterns.done.hits(self.words)

    @cached_property
    def _wished(self) -> list[Hit]:
        return self.patterns.wished.hits(self.words)

    @cached_property
    def _happened(self) -> bool:
        return bool(self.patterns.happened.hits(self.words))

    def _figure(self, spot: _Spot, sentence: Sentence, earlier: bool) -> Figure:
        quantity, subject = spot.quantity, spot.subject
        days = day_length(subject, quantity, self.words)
        start, end = self.around.part(quantity, _PART, ";")
        notes = [quantity.qualifier] if quantity.qualifier else []
        if earlier:
            notes.append("earlier")
        elif self.patterns.revised.hits(self.words[start:end]):
            notes.append("revised")
        place = sentence.span.start
        return Figure(
            subject=subject.id,
            low=float(quantity.low * days),
            high=float(quantity.high * days),
            qualifier=", ".join(notes),
            unit=quantity.money if subject.kind == "money" else subject.unit,
            period=spot.period,
            attribution=self.sources.nearest(quantity, subject.not_from),
            sentence=sentence.index,
            span=Span(
                place + self.reading.starts[quantity.outer] - (quantity.signed and quantity.outer == quantity.first),
                place + self.reading.ends[quantity.last - 1],
            ),
            group=spot.group,
        )
