"""Whether a form of the table ("killed # @people") fits around a number. Pure."""

from __future__ import annotations

from monitor.stages.figures.numbers import Quantity, Reading
from monitor.stages.figures.patterns import Element, Form
from monitor.stages.figures.surroundings import TURNS, Surroundings
from monitor.stages.figures.terms import Terms


class Fitting:
    """One sentence, against which forms are held. `open_terms`: words after which nothing counted follows."""

    def __init__(self, reading: Reading, around: Surroundings, open_terms: Terms) -> None:
        self.words, self.marks, self.around, self.open_terms = reading.words, reading.marks, around, open_terms
        self.numbers = {quantity.outer: quantity.last for quantity in reading.quantities}
        # Many subjects share their forms.
        self._known: dict[tuple[Form, int], bool] = {}

    def fits(self, form: Form, quantity: Quantity) -> bool:
        """Whether both sides of the form stand beside the number."""
        if form.before is not None and (quantity.outer == 0 or self.words[quantity.outer - 1] not in form.before):
            return False
        if form.after is not None and (quantity.last == len(self.words) or self.words[quantity.last] not in form.after):
            return False
        key = form, quantity.outer
        if key not in self._known:
            left = self._walk(form.left, 0, quantity.outer - 1, -1)
            self._known[key] = left and self._walk(form.right, 0, quantity.last, 1)
        return self._known[key]

    def _walk(self, elements: tuple[Element, ...], index: int, at: int, step: int, gap: bool = False) -> bool:
        """Whether the elements from `index` stand from `at` on, going `step`."""
        if index == len(elements):
            # "40 gunmen killed three people": whoever is counted did it.
            return step == -1 or not elements or at not in self.numbers or bool(self.marks[at])
        element = elements[index]
        if element.gap:
            for size in range(element.gap + 1):
                if self._walk(elements, index + 1, at + size * step, step, element.wide):
                    return True
                if not self._open_word(at + size * step, step, element.wide, gap and size == 0):
                    return False
            return False
        if element.number:
            after = self.numbers.get(at)
            return step == 1 and after is not None and self._walk(elements, index + 1, after, step)
        if element.terms is None and element.wide:
            edge = at if step == 1 else at + 1
            return self.marks[edge : edge + 1] == (";",) and self._walk(elements, index + 1, at, step, True)
        if element.terms is None:
            return self._ends(at)
        if element.least == 0 and self._walk(elements, index + 1, at, step, gap):
            return True
        return self._take(elements, index, at, step, element.most, gap)

    def _take(self, elements: tuple[Element, ...], index: int, at: int, step: int, left: int, gap: bool) -> bool:
        element = elements[index]
        if element.terms is None or left == 0 or (self.around.mark_between(at, step) and not gap):
            return False
        for size in element.terms.lengths(self.words, at, step):
            after = at + size * step
            if any(self.marks[j] for j in range(min(at, after - step) + 1, max(at, after - step) + 1)):
                continue
            if self._walk(elements, index + 1, after, step) or self._take(
                elements, index, after, step, left - 1, False
            ):
                return True
        return False

    def _open_word(self, at: int, step: int, wide: bool, crossed: bool) -> bool:
        """Whether a gap may run over the word at `at`. `crossed`: the mark before it was asked for."""
        if not 0 <= at < len(self.words) or at in self.around.taken:
            return False
        mark = "" if crossed else self.around.mark_between(at, step)
        return (not mark or (wide and mark != ";")) and self.words[at] not in TURNS

    def _ends(self, at: int) -> bool:
        if at >= len(self.words) or self.marks[at]:
            return True
        return self.open_terms.longest(self.words, at) > 0
