"""What is followed: patterns.toml -> Patterns. Pure but for reading the shipped table once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources

from monitor.errors import MonitorError
from monitor.stages.figures.numbers import phrase
from monitor.stages.figures.terms import Phrase, Terms

_PERIODS = ("total", "daily", "event")
_KEYS = {
    "id",
    "name",
    "unit",
    "kind",
    "forms",
    "context",
    "never",
    "otherwise",
    "monotone",
    "actual",
    "not_from",
    "silent",
    "whole",
    *_PERIODS,
}


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a form: `terms` least..most times, a gap of up to `gap` words, a mark or a number."""

    terms: Terms | None = None
    least: int = 1
    most: int = 1
    gap: int = 0
    wide: bool = False
    number: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """What stands before the number (nearest first) and after it."""

    left: tuple[Element, ...]
    right: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """One [[subject]] of the table; see the comments there."""

    id: str
    name: str
    unit: str
    kind: str
    forms: tuple[Form, ...]
    context: tuple[Terms, ...]
    never: Terms
    ranges: Mapping[str, tuple[float, float]]
    otherwise: str
    monotone: bool
    actual: bool
    silent: bool
    whole: bool
    not_from: frozenset[str]


@dataclass(frozen=True, slots=True)
class Patterns:
    """The table, ready for use."""

    subjects: tuple[Subject, ...]
    earliest_year: int
    open: Terms
    counted: frozenset[str]
    places: Terms
    neutral: Terms
    weak: Terms
    periods: Mapping[str, Terms]
    hypothetical: Terms
    revised: Terms
    groups: Mapping[Phrase, str]
    group_terms: Terms
    sources: Mapping[Phrase, str]
    speakers: frozenset[Phrase]
    source_terms: Terms
    speech: Terms
    by_id: Mapping[str, Subject] = field(default_factory=dict)


def load_patterns(text: str) -> Patterns:
    """Parse the TOML table. Raises MonitorError that names the entry."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MonitorError(f"figures: not TOML: {error}") from error
    words = dict(_section(table, "words").items())
    lists = {name: _strings(entry, f"words.{name}") for name, entry in words.items()}
    forms = {
        name: tuple(_form(line, lists, f"forms.{name}") for line in _strings(entry, f"forms.{name}"))
        for name, entry in _section(table, "forms").items()
    }
    rows = table.get("subject", [])
    if not isinstance(rows, list) or not rows:
        raise MonitorError("figures: no [[subject]]")
    subjects = tuple(_subject(row, forms, lists) for row in rows)
    by_id = {subject.id: subject for subject in subjects}
    if len(by_id) < len(subjects):
        raise MonitorError("figures: two subjects have the same id")
    year = table.get("earliest_year", 0)
    if not isinstance(year, int):
        raise MonitorError("figures: earliest_year: not a year")

    def terms(section: str, name: str) -> Terms:
        entry = _section(table, section).get(name, [])
        return _terms(_strings(entry, f"{section}.{name}"), lists, f"{section}.{name}")

    groups = {
        phrase(term): name
        for name, entry in _section(table, "groups").items()
        for term in _strings(entry, f"groups.{name}")
    }
    sources: dict[Phrase, str] = {}
    speakers = set()
    for name, entry in _section(table, "attributions").items():
        for term in _strings(entry, f"attributions.{name}"):
            sources[phrase(term.removesuffix("+"))] = name
            if term.endswith("+"):
                speakers.add(phrase(term.removesuffix("+")))
    return Patterns(
        subjects=subjects,
        earliest_year=year,
        open=_terms(lists.get("open", []), lists, "words.open"),
        counted=frozenset(
            word for (word, *more) in _terms(lists.get("counted", []), lists, "words.counted").phrases if not more
        ),
        places=Terms(term for subject in subjects for group in subject.context for term in group.phrases),
        neutral=_terms(lists.get("neutral", []), lists, "words.neutral"),
        weak=_terms(lists.get("weak", []), lists, "words.weak"),
        periods={name: terms("periods", name) for name in _PERIODS},
        hypothetical=terms("hypothetical", "words"),
        revised=terms("hypothetical", "revised"),
        groups=groups,
        group_terms=Terms(groups),
        sources=sources,
        speakers=frozenset(speakers),
        source_terms=Terms(sources),
        speech=terms("speech", "words"),
        by_id=by_id,
    )


@lru_cache(maxsize=1)
def shipped_patterns() -> Patterns:
    """The table that comes with the program."""
    return load_patterns(resources.files("monitor.stages.figures").joinpath("patterns.toml").read_text("utf-8"))


def _section(table: Mapping[str, object], name: str) -> Mapping[str, object]:
    section = table.get(name, {})
    if not isinstance(section, dict):
        raise MonitorError(f"figures: {name}: not a table")
    return section


def _strings(entry: object, where: str) -> list[str]:
    if not isinstance(entry, list) or not all(isinstance(item, str) and item.strip() for item in entry):
        raise MonitorError(f"figures: {where}: not a list of words")
    return entry


def _terms(entries: Iterable[str], lists: Mapping[str, list[str]], where: str) -> Terms:
    found: set[Phrase] = set()
    for entry in entries:
        if entry.startswith("@"):
            if entry[1:] not in lists:
                raise MonitorError(f"figures: {where}: there is no words.{entry[1:]}")
            found |= _terms(lists[entry[1:]], {}, f"words.{entry[1:]}").phrases
        elif made := phrase(entry):
            found.add(made)
        else:
            raise MonitorError(f"figures: {where}: {entry!r} has no word in it")
    return Terms(found)


def _form(line: str, lists: Mapping[str, list[str]], where: str) -> Form:
    left, mark, right = line.partition("#")
    if not mark or "#" in right or "$" in left or "%" in left:
        raise MonitorError(f"figures: {where}: {line!r} needs exactly one #, and $ or % only after it")

    def elements(side: str) -> Iterator[Element]:
        for piece in side.split():
            if piece == "$":
                yield Element()
            elif piece[0] in "*~" and piece[1:].isdigit() and int(piece[1:]) <= 20:
                yield Element(gap=int(piece[1:]), wide=piece[0] == "~")
            elif piece == "%":
                yield Element(number=True)
            elif piece == ":":
                yield Element(wide=True)
            else:
                bare = piece.rstrip("?*")
                least = 0 if bare != piece else 1
                names = [bare] if bare.startswith("@") else bare.split("|")
                yield Element(_terms(names, lists, f"{where}: {line!r}"), least, 3 if piece.endswith("*") else 1)

    return Form(tuple(reversed(tuple(elements(left)))), tuple(elements(right)))


def _subject(row: object, forms: Mapping[str, tuple[Form, ...]], lists: Mapping[str, list[str]]) -> Subject:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise MonitorError("figures: a [[subject]] has no id")
    where = f"subject {row['id']}"
    if unknown := set(row) - _KEYS:
        raise MonitorError(f"figures: {where}: unknown {', '.join(sorted(unknown))}")
    chosen = _strings(row.get("forms"), f"{where}: forms")
    if missing := [name for name in chosen if name not in forms]:
        raise MonitorError(f"figures: {where}: there is no forms.{missing[0]}")
    ranges: dict[str, tuple[float, float]] = {}
    for period in _PERIODS:
        if period in row:
            pair = row[period]
            if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(end, int | float) for end in pair):
                raise MonitorError(f"figures: {where}: {period} is not [lowest, highest]")
            ranges[period] = (float(pair[0]), float(pair[1]))
    kind = row.get("kind", "count")
    if kind not in ("count", "money", "days") or not ranges or row.get("otherwise", "event") not in _PERIODS:
        raise MonitorError(f"figures: {where}: needs a kind (count, money, days), a range and a period")
    context = row.get("context", [])
    if not isinstance(context, list) or not context:
        raise MonitorError(f"figures: {where}: context is not a list of groups")
    return Subject(
        id=row["id"],
        name=str(row.get("name", row["id"])),
        unit=str(row.get("unit", "")),
        kind=kind,
        forms=tuple(form for name in chosen for form in forms[name]),
        context=tuple(_terms(_strings(group, f"{where}: context"), lists, f"{where}: context") for group in context),
        never=_terms(_strings(row.get("never", []), f"{where}: never"), lists, f"{where}: never"),
        ranges=ranges,
        otherwise=row.get("otherwise", "event"),
        monotone=bool(row.get("monotone", False)),
        actual=bool(row.get("actual", True)),
        silent=bool(row.get("silent", False)),
        whole=bool(row.get("whole", False)),
        not_from=frozenset(_strings(row.get("not_from", []), f"{where}: not_from")),
    )
