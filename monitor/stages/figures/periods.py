"""Of which period a figure is: one event, a day's rate, all the time. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from math import inf

from monitor.stages.figures.numbers import LONGEST, Quantity, Reading
from monitor.stages.figures.patterns import Patterns, Subject
from monitor.stages.figures.surroundings import Surroundings
from monitor.stages.figures.terms import Hit

_DAYS = {"week": 7, "weeks": 7, "month": 30, "months": 30}
# "a day after", but "so many in a day" is no rate either.
_NO_RATE = (("after",), ("before",), ("earlier",), ("later",), ("ago",))
# "…, bringing the total to 80": behind it another number is spoken of.
_BRINGING = frozenset("bringing brings raising raises taking takes pushing pushes lifting".split())
_ADDED = frozenset("additional another further extra".split())
# So far behind a number its "every day" may stand.
_RATE = 26
# What only hints at a period, or stands in another part of the sentence, is so much farther away.
_HINT = 300
# "told reporters on Monday"
_TELLING = 3
# "as of 23:00 (20:00 GMT) on Monday"
_AS_OF = 7
# How far around a number a span of time is its own.
_PART = 14


def day_length(subject: Subject, quantity: Quantity, words: Sequence[str]) -> int:
    """How many days one of a number's units has: 7 for "weeks"."""
    unit = words[quantity.last] if quantity.last < len(words) else ""
    return _DAYS.get(unit, 1) if subject.kind == "days" else 1


class Periods:
    """The periods that one sentence names. `speech`: its words of saying."""

    def __init__(self, reading: Reading, around: Surroundings, patterns: Patterns, speech: set[int]) -> None:
        self.words, self.marks = reading.words, reading.marks
        self.around, self.patterns, self.speech = around, patterns, speech

    def of(self, subject: Subject, quantity: Quantity, grouped: bool) -> str:
        """The period of a number of this subject; "" where it has none that is followed. `grouped`: it has a group."""
        value = quantity.low * day_length(subject, quantity, self.words)
        if "daily" in subject.ranges and self._daily(quantity):
            fit = ["daily"]
        else:
            fit = [name for name in ("total", "event") if name in subject.ranges]
        # A group's total may be far smaller than everyone's.
        share = 100 if subject.whole and grouped else 1
        fit = [name for name in fit if subject.ranges[name][0] / share <= value <= subject.ranges[name][1]]
        if len(fit) > 1 and self._one_day(quantity):
            fit.remove("total")
        if not fit or fit == ["daily"]:
            return "".join(fit)
        far = {name: self._named(quantity, name) for name in ("total", "event")}
        if "total" in subject.ranges and "event" in subject.ranges and self._neither(quantity, fit, far):
            return ""
        if subject.monotone and self._added(quantity) and "event" in fit:
            # "an additional 15 have been killed": no total, and no event where none is named.
            return "" if far["total"] < far["event"] == inf else "event"
        if len(fit) < 2:
            return fit[0]
        if min(far.values()) == inf:
            return subject.otherwise
        # "since Monday" is said like a total, but is an event.
        return min(fit, key=lambda name: (far[name], name))

    def _one_day(self, quantity: Quantity) -> bool:
        """ "In the deadliest day so far, 500 people were killed"."""
        first, last = self.around.part(quantity, LONGEST, ";", _BRINGING)
        return any(first <= start < last for start, _, _ in self._hits["day"])

    def _added(self, quantity: Quantity) -> bool:
        after = self.words[quantity.last : quantity.last + 1]
        return after == ("more",) or not _ADDED.isdisjoint((*self.words[quantity.outer : quantity.first], *after))

    def _daily(self, quantity: Quantity) -> bool:
        start, end = max(0, quantity.outer - 4), quantity.last + 9
        # A list of what the trucks bring may stand between.
        while end < min(len(self.words), quantity.last + _RATE) and end not in self.around.taken:
            end += 1
        near = self.words[start:end]
        hits = self.patterns.periods["daily"].hits(near)
        return any(near[max(0, at - 1)] != "in" and near[end : end + 1] not in _NO_RATE for at, end, _ in hits)

    def _neither(self, quantity: Quantity, fit: list[str], far: Mapping[str, float]) -> bool:
        """Whether a number is neither of one event nor of all the time: "117 trucks since May", so few "so far".

        `fit`: the periods for which it is plausible; `far`: how far away each is named.
        """
        span = self._span(quantity)
        if span <= far["total"] and (span < far["event"] or (span == far["event"] < inf and "event" not in fit)):
            return True
        event = min(_HINT, self._named(quantity, "event", 0))
        return "total" not in fit and self._named(quantity, "running", 0) < event

    def _named(self, quantity: Quantity, period: str, hint: float = _HINT) -> float:
        """How far from the number a period is named, by `hint` more where only a hint stands."""
        first, last = self.around.part(quantity, LONGEST, ";", _BRINGING)
        weak = self.patterns.weak.phrases
        return min(
            (
                self.around.distance(quantity, start, end)
                + (hint if term in weak else 0)
                + (0 if first <= start < last else _HINT)
                for start, end, term in self._hits[period]
            ),
            default=inf,
        )

    @cached_property
    def _hits(self) -> Mapping[str, list[Hit]]:
        hits = {
            name: self.patterns.periods[name].hits(self.words) for name in ("total", "event", "running", "span", "day")
        }
        return {**hits, "event": [hit for hit in hits["event"] if not self._of_telling(hit[0])]}

    def _of_telling(self, at: int) -> bool:
        """Whether the time at `at` is when somebody says it: "officials said on Monday", "as of Monday"."""
        if any(self.words[i : i + 2] == ("as", "of") for i in range(max(0, at - _AS_OF), at)):
            return True
        for i in range(at - 1, max(at - 1 - _TELLING, -1), -1):
            if i in self.speech:
                return True
            if i in self.around.taken or self.marks[i]:
                return False
        return False

    def _span(self, quantity: Quantity) -> float:
        """How far from the number "since Monday", "this year" or the like stands."""
        first, last = self.around.part(quantity, _PART, ";-,")
        # "the worst day this year, with 100 people killed"
        if first and self.words[first] == "with":
            first = self.around.part(replace(quantity, outer=first - 1), _PART, ";-,")[0]
        named = [(start, end) for start, end, _ in self._hits["span"] if first <= start < last]
        return min((self.around.distance(quantity, *words) for words in (*named, *self._since)), default=inf)

    @cached_property
    def _since(self) -> list[tuple[int, int]]:
        """Where "since Monday" and "since January 9" stand; a date is one word."""
        return [
            (at, at + 2)
            for at in range(len(self.words) - 1)
            if self.words[at] == "since" and self.words[at + 1].split()[0] in self.patterns.spans
        ]
