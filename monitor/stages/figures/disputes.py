"""Figures of which different sides say different things at the same time. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations

from monitor.model import FigureSighting
from monitor.stages.figures.ledger import allows, changes, middle, notes, vague
from monitor.stages.figures.patterns import Patterns, shipped_patterns

# What was said longer before the last word on it has been overtaken, not contradicted.
SAME_TIME = timedelta(hours=24)
# Nearer than this (as a share) is rounding.
APART = 0.05


def disputes(
    now: Sequence[FigureSighting], before: Sequence[FigureSighting], patterns: Patterns | None = None
) -> tuple[tuple[FigureSighting, ...], ...]:
    """For each figure in dispute what each side said last, highest first, in the order of subjects.

    A side is whom the page names for the figure, else its outlet. Of a figure that only grows, such as a toll, sides
    without a name are passed over, and so is a side that repeats the value told before: they are late, not of another
    opinion.
    """
    table = patterns or shipped_patterns()
    last: dict[tuple[str, str, str], dict[str, FigureSighting]] = {}
    for sighting in sorted(now, key=lambda each: each.as_of):
        figure = sighting.figure
        monotone = figure.subject in table.by_id and table.by_id[figure.subject].monotone
        if figure.period == "event" or vague(figure) or "earlier" in notes(sighting):
            continue
        if monotone and not figure.attribution:
            continue
        key = (figure.subject, figure.group, figure.period)
        last.setdefault(key, {})[figure.attribution or sighting.outlet] = sighting
    told = {change.subject: middle(change.was.figure) for change in changes(now, before, table)}
    found = []
    for (subject, _, _), sides in sorted(last.items()):
        late = told.get(subject)
        said = [each for each in sides.values() if middle(each.figure) != late]
        apart = {
            side for pair in combinations(range(len(said)), 2) if _apart(*(said[i] for i in pair)) for side in pair
        }
        if apart:
            found.append(tuple(sorted((said[i] for i in apart), key=lambda each: -middle(each.figure))))
    return tuple(found)


def _apart(one: FigureSighting, two: FigureSighting) -> bool:
    a, b = one.figure, two.figure
    far = abs(middle(a) - middle(b)) > APART * max(middle(a), middle(b))
    return far and not allows(a, b) and not allows(b, a) and abs(one.as_of - two.as_of) <= SAME_TIME
