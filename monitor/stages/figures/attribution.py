"""Who says a figure: the nearest source in its part of the sentence. Pure."""

from __future__ import annotations

from monitor.stages.figures.numbers import LONGEST, Quantity
from monitor.stages.figures.patterns import Patterns
from monitor.stages.figures.surroundings import TURNS, Surroundings
from monitor.stages.figures.terms import Hit, Terms

# Behind these begins what somebody says of something else, without a comma before them.
_ELSEWHERE = frozenset(("as", "while", "whom", "which"))
# "as many as", "such as", "as well as"
_COMPARING = frozenset(("many", "much", "such", "well", "as", "few", "high"))
_RELATIVE = frozenset("which who whose whom where when what that".split())
_BE = frozenset(("is", "was", "are", "were"))
# "a war that has killed 900", but "said that strikes killed 900".
_DOES = frozenset("has have had killed left claimed wounded injured displaced drove forced took".split())
_RUN = (("run",), ("ruled",), ("controlled",), ("led",), ("ran",), ("backed",), ("governed",))
_JOINING = frozenset(("and", "but", "while"))
_SAYS = frozenset(("said", "says", "say"))
# So near to its relative word a number belongs to the clause.
_CLAUSE = 4


class Sources:
    """The sources that one sentence names."""

    def __init__(self, around: Surroundings, patterns: Patterns) -> None:
        self.around, self.patterns = around, patterns
        # In "the union-run port says" it is not the union that speaks.
        # The whole name speaks: "health officials" are not also "officials".
        self.sources: list[Hit] = []
        for hit in patterns.source_terms.all_hits(around.words, Terms(())):
            run = around.words[hit[1] : hit[1] + 1] in _RUN
            if not run and (not self.sources or hit[1] > self.sources[-1][1]):
                self.sources.append(hit)
        self.speech = {i for start, end, _ in patterns.speech.hits(around.words) for i in range(start, end)}

    def nearest(self, quantity: Quantity, not_from: frozenset[str]) -> str:
        """The name of the source nearest to the number, "" when there is none."""
        best, name = 60.0, ""
        for start, end, term in self.sources:
            source = self.patterns.sources[term]
            if source in not_from:
                continue
            verb = self._verb(start, end)
            if verb is None and term in self.patterns.speakers:
                continue
            if self._of_another(quantity, start, verb) if start >= quantity.last else self._behind(quantity, end, verb):
                continue
            cost = self.around.distance(quantity, start, end)
            first, last = self.around.part(quantity, LONGEST, ";", frozenset())
            if cost < best and first <= start < last:
                best, name = cost, source
        return name

    def _verb(self, start: int, end: int) -> int | None:
        """The word of saying right beside the source `start` to `end`, if any."""
        marks = self.around.marks
        for at in range(end, min(end + 4, len(self.around.words))):
            if marks[at]:
                break
            if at in self.speech:
                return at
        for at in range(start - 1, max(start - 4, -1), -1):
            # "said 13 islanders were freed": they do not say it.
            if marks[at + 1] or at in self.around.taken:
                break
            # "according to X", "said X"; but "officials say the union …" does not speak for the union.
            if at in self.speech and self.around.words[at] in ("to", "said"):
                return at
        return None

    def _of_another(self, quantity: Quantity, start: int, verb: int | None) -> bool:
        """Whether a source after the number speaks of another thing.

        "… killed 12 people as the army said it aimed at depots", "… killed 12 people in a raid the army says is over".
        """
        marks, words = self.around.marks, self.around.words
        between = range(quantity.last, start)
        if any(words[at] in _ELSEWHERE and not marks[at] and words[at - 1] not in _COMPARING for at in between):
            return True
        if any(words[at] in TURNS for at in between):
            return True
        if verb is None or verb < start:
            return False
        mark = max((at for at in range(quantity.last, start + 1) if marks[at]), default=0)
        if mark:
            return any(words[at] in _RELATIVE for at in range(mark, start))
        # "12 people the army says were armed" is said of them, "12 people died, medics said" and "medics said on" too.
        ends = self._ends(verb + 1)
        return not ends and any(self.patterns.open.longest(words, at) for at in between)

    def _turns(self, at: int) -> bool:
        """Whether with the word `at` something begins that has only happened, too."""
        words = self.around.words
        return words[at] in ("after", "following") or (words[at] == "as" and words[at - 1] not in _COMPARING)

    def _ends(self, at: int) -> bool:
        """Whether what is said ends before the word `at`, or a time follows: "medics said on Monday"."""
        words, marks = self.around.words, self.around.marks
        return at >= len(words) or bool(marks[at]) or self.patterns.open.longest(words, at) > 0

    def _behind(self, quantity: Quantity, end: int, verb: int | None) -> bool:
        """Whether a source before the number says another thing, to which the number is only background.

        "The army says it hunts the planners of the raid, in which 900 people were killed", "… after a raid killed 9".
        """
        marks, words, number = self.around.marks, self.around.words, quantity.outer
        said = end if verb is None else max(verb + 1, end)
        # "Nine died, according to the army, and 80 were hurt": it has spoken of the number before.
        if said < number and words[said] in _JOINING and marks[said] and any(at < end for at in self.around.taken):
            return True
        # "what the army says is its widest raid killed 12", but "says are 12"
        if verb is not None and verb >= end and said < number - 1 and words[said] in _BE:
            return True
        # "The army says its raid is over, and the governor says that 12 were killed": somebody else says it.
        if verb is not None and any(words[at] in _SAYS for at in range(said, number)):
            return True
        for at in range(said, number):
            if any(again in self.speech for again in range(at + 1, number)):
                continue
            near = not any(marks[at + 1 : number + 1])
            if words[at] == "while" or (near and self._turns(at)):
                return True
            relative = words[at] in _RELATIVE and (words[at] != "that" or words[at + 1] in _DOES)
            if relative and words[at - 1] != "of" and at > said:
                before = at if marks[at] else at - 1
                if marks[before] or (near and number - at <= _CLAUSE):
                    return True
        return False
