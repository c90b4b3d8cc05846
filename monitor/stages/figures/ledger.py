"""Sightings of figures -> what moved, and how a figure is shown. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from monitor.model import Figure, FigureChange, FigureSighting
from monitor.stages.figures.patterns import Patterns, shipped_patterns

# A figure told loosely and a later exact one that lies this near (as a share) are the same figure.
_SPELLED_OUT = 0.15
_VAGUE_WORDS = frozenset("dozen score hundred thousand million".split())


def changes(
    now: Sequence[FigureSighting], before: Sequence[FigureSighting], patterns: Patterns | None = None
) -> tuple[FigureChange, ...]:
    """The figures that moved: for each subject the value accepted before and now, at most one change.

    Events are no change: two strikes are two events. A value is accepted in order of time; see `_accepts`.
    """
    table = patterns or shipped_patterns()
    ledger: dict[tuple[str, str, str], tuple[list[FigureSighting], list[FigureSighting]]] = {}
    for side, sightings in enumerate((before, now)):
        for sighting in sorted(sightings, key=lambda s: s.as_of):
            figure = sighting.figure
            if figure.period != "event":
                ledger.setdefault((figure.subject, figure.group, figure.period), ([], []))[side].append(sighting)
    found: dict[str, FigureChange] = {}
    # Figures of everyone come before those of a group, totals before daily rates.
    for (subject, _, _), (old, new) in sorted(
        ledger.items(), key=lambda item: (item[0][0], bool(item[0][1]), item[0][2] != "total")
    ):
        monotone = subject in table.by_id and table.by_id[subject].monotone
        was = _settle(None, old, [], monotone)
        if was is None:
            was = next((s for s in new if "earlier" in notes(s)), None)
        if subject in found or was is None:
            continue
        last = _settle(was, new, old, monotone)
        if last is not None and last is not was and _moved(was.figure, last.figure, monotone):
            found[subject] = FigureChange(subject, was, last)
    return tuple(found.values())


def _settle(
    start: FigureSighting | None,
    sightings: Sequence[FigureSighting],
    heard: Sequence[FigureSighting],
    monotone: bool,
) -> FigureSighting | None:
    """The value that holds after these sightings."""
    current, seen = start, list(heard)
    for sighting in sightings:
        seen.append(sighting)
        if "earlier" in notes(sighting):
            continue
        if current is None or _accepts(current, sighting, seen, monotone):
            current = sighting
    return current


def _accepts(current: FigureSighting, new: FigureSighting, seen: Sequence[FigureSighting], monotone: bool) -> bool:
    """Whether a sighting replaces the value that holds."""
    old, figure = current.figure, new.figure
    if vague(figure):
        return vague(old)
    if not vague(old) and allows(figure, old) and not (_exact(figure) or figure.qualifier == old.qualifier):
        return False
    value = middle(figure)
    known = _known(old, value)
    revised = "revised" in notes(new)
    if monotone and value < known and not revised:
        return False
    far = max(value, known) > 1.5 * min(value, known)
    if far and not revised and not any("earlier" in notes(s) and s.article_id == new.article_id for s in seen):
        # A misread number should not travel alone.
        return any(s.outlet != new.outlet and _close(s.figure, figure) and "earlier" not in notes(s) for s in seen)
    return True


def _moved(was: Figure, now: Figure, monotone: bool) -> bool:
    """Whether the difference is worth telling."""
    if vague(now) or (allows(now, was) and not _exact(now)) or _spells_out(now, was):
        return False
    after = middle(now)
    before = _known(was, after)
    one_source = not was.attribution or not now.attribution or was.attribution == now.attribution
    if monotone and _exact(was) and _exact(now) and one_source:
        return after != before
    if max(before, after) < 200:
        return after != before
    return abs(after - before) > 0.02 * before


def _spells_out(now: Figure, was: Figure) -> bool:
    """Whether an exact figure only says precisely what was told loosely: 105 after "more than 100"."""
    if not _exact(now) or _exact(was) or not allows(was, now):
        return False
    known = min(max(now.low, was.low), was.high)
    return abs(now.low - known) <= _SPELLED_OUT * known


def notes(sighting: FigureSighting) -> list[str]:
    """The words beside the number: "at least", "earlier", "revised"."""
    return sighting.figure.qualifier.split(", ")


def _plain(figure: Figure) -> str:
    return figure.qualifier.removesuffix("earlier").removesuffix("revised").rstrip(", ")


def middle(figure: Figure) -> float:
    """The value, or the middle of a range."""
    return (figure.low + figure.high) / 2


def _known(figure: Figure, value: float) -> float:
    """The value to compare with; of "thousands" the end that is nearest."""
    return min(max(value, figure.low), figure.high) if vague(figure) else middle(figure)


def _exact(figure: Figure) -> bool:
    return figure.low == figure.high and not _plain(figure)


def vague(figure: Figure) -> bool:
    """Whether it is only an order of magnitude: "dozens", "tens of thousands"."""
    return figure.low < figure.high and bool(_plain(figure)) and _plain(figure).split()[-1].rstrip("s") in _VAGUE_WORDS


def _close(one: Figure, two: Figure) -> bool:
    return abs(middle(one) - middle(two)) <= 0.1 * max(middle(one), middle(two))


def allows(figure: Figure, known: Figure) -> bool:
    """Whether a figure as worded is true of the known value: "more than 40,000" of 40,139."""
    value = middle(known)
    bounds: Mapping[str, Callable[[], bool]] = {
        "more than": lambda: value >= figure.low,
        "at least": lambda: value >= figure.low,
        "fewer than": lambda: value <= figure.high,
        "up to": lambda: value <= figure.high,
        "nearly": lambda: 0.9 * figure.low <= value <= figure.low,
        "about": lambda: 0.95 * figure.low <= value <= 1.05 * figure.high,
    }
    test = bounds.get(_plain(figure))
    return test() if test else figure.low <= value <= figure.high


def show(figure: Figure) -> str:
    """As a person would write it: "about 30 a day", "40,139", "$135 million", "tens of thousands"."""
    name = _plain(figure)
    if vague(figure):
        value = name
    else:
        value = _number(figure.low, figure.unit)
        if figure.high != figure.low:
            value = f"{_number(figure.low, '')} to {_number(figure.high, '')}"
            value = {"USD": "$", "EUR": "€", "GBP": "£"}.get(figure.unit, "") + value
        value = f"{name} {value}" if name else value
    value += " days" if figure.unit == "days" else " a day" if figure.period == "daily" else ""
    return value + (" (revised)" if figure.qualifier.endswith("revised") else "")


def _number(value: float, unit: str) -> str:
    sign = {"USD": "$", "EUR": "€", "GBP": "£"}.get(unit, "")
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if value >= size and value % (size / 100) == 0:
            return f"{sign}{value / size:g} {word}"
    return f"{sign}{value:,.0f}"


def subject_name(subject: str, patterns: Patterns | None = None) -> str:
    """The heading for a subject; for an unknown one its slug in words."""
    known = (patterns or shipped_patterns()).by_id.get(subject)
    return known.name if known else subject.replace("-", " ").capitalize()
