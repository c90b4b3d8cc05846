"""What is followed: patterns.toml and a watch's own figures.toml -> Patterns. Pure, but reads the shipped table."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from itertools import product
from typing import Any

from monitor.errors import PatternError
from monitor.stages.figures.numbers import phrase
from monitor.stages.figures.terms import Phrase, Terms

_PERIODS = ("total", "daily", "event")
# "running": a total, of however few; "span": neither; "since": first words of the times that make one with "since";
# "day": one day, however much speaks for a total.
_WORDINGS = (*_PERIODS, "running", "span", "since", "day")
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
    "not_of",
    "not_after",
    "not_near",
    "needs",
    "firm",
    "silent",
    "whole",
    *_PERIODS,
}

_LISTS = ("words", "forms", "groups", "attributions", "periods", "hypothetical", "speech")
_TABLES = (*_LISTS, "subject", "earliest_year")


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a form: `terms` least..most times, a gap of up to `gap` words, a mark or a number."""

    terms: Terms | None = None
    least: int = 1
    most: int = 1
    gap: int = 0
    wide: bool = False
    number: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """What stands before the number (nearest first) and after it. Each is equal to itself only.

    `before`, `after`: the words of which one has to stand right beside the number; None where the form leaves it open.
    """

    left: tuple[Element, ...]
    right: tuple[Element, ...]
    before: frozenset[str] | None = None
    after: frozenset[str] | None = None


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
    not_of: frozenset[str]
    not_after: Terms
    not_near: Terms
    needs: Terms
    firm: bool


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
    spans: frozenset[str]
    hypothetical: Terms
    wished: Terms
    planned: Terms
    done: Terms
    happened: Terms
    revised: Terms
    groups: Mapping[Phrase, str]
    group_terms: Terms
    sources: Mapping[Phrase, str]
    speakers: frozenset[Phrase]
    source_terms: Terms
    speech: Terms
    by_id: Mapping[str, Subject] = field(default_factory=dict)


def load_patterns(text: str, more: str = "") -> Patterns:
    """Parse the TOML table, and a second one that adds to it: lists made longer, new ones, subjects new or replaced.

    Raises PatternError that names the entry.
    """
    table = _table(text)
    if more:
        table = _joined(table, _table(more))
    words = dict(_section(table, "words").items())
    lists = {name: _strings(entry, f"words.{name}") for name, entry in words.items()}
    forms = {
        name: tuple(_form(line, lists, f"forms.{name}") for line in _strings(entry, f"forms.{name}"))
        for name, entry in _section(table, "forms").items()
    }
    subjects = tuple(_subject(row, forms, lists) for row in _rows(table))
    by_id = {subject.id: subject for subject in subjects}
    if len(by_id) < len(subjects):
        twice = next(each.id for each in subjects if each is not by_id[each.id])
        raise PatternError(f"subject {twice}", "two subjects have this id", "give each an id of its own")
    year = table.get("earliest_year", 0)
    if not isinstance(year, int):
        raise PatternError("earliest_year", "not a year", "write e.g. earliest_year = 2023")

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
        places=Terms(
            term for subject in subjects for group in (*subject.context, subject.not_after) for term in group.phrases
        ),
        neutral=_terms(lists.get("neutral", []), lists, "words.neutral"),
        weak=_terms(lists.get("weak", []), lists, "words.weak"),
        periods={name: terms("periods", name) for name in _WORDINGS},
        spans=frozenset(word for (word, *_) in terms("periods", "since").phrases),
        hypothetical=terms("hypothetical", "words"),
        wished=terms("hypothetical", "wished"),
        planned=terms("hypothetical", "planned"),
        done=terms("hypothetical", "done"),
        happened=terms("hypothetical", "happened"),
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
    return load_patterns(_shipped())


@lru_cache(maxsize=4)
def patterns_with(more: str) -> Patterns:
    """The shipped table with a watch's own; raises PatternError."""
    return load_patterns(_shipped(), more) if more else shipped_patterns()


def _shipped() -> str:
    return resources.files("monitor.stages.figures").joinpath("patterns.toml").read_text("utf-8")


def _table(text: str) -> dict[str, Any]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PatternError("", f"not TOML: {error}") from error
    if unknown := sorted(set(table) - set(_TABLES)):
        raise PatternError(unknown[0], "unknown table", f"known: {', '.join(_TABLES)}")
    return table


def _joined(table: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Both tables; the second one's subjects come first, so that they win where two fit equally well."""
    joined = {**table, **{name: more[name] for name in ("earliest_year",) if name in more}}
    for name in _LISTS:
        own = _section(more, name)
        lists: dict[str, Any] = dict(_section(table, name))
        for key, entry in own.items():
            there: list[str] = lists.get(key, [])
            lists[key] = [*there, *_strings(entry, f"{name}.{key}")]
        joined[name] = lists
    rows = _rows(more) if "subject" in more else []
    named = {row.get("id") for row in rows}
    joined["subject"] = [*rows, *(row for row in _rows(table) if row["id"] not in named)]
    return joined


def _rows(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = table.get("subject", [])
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise PatternError("subject", "no [[subject]]", "write [[subject]] with its keys below")
    for row in rows:
        if not isinstance(row.get("id"), str):
            raise PatternError("subject", "a [[subject]] has no id", 'write e.g. id = "ships-hit"')
    return rows


def _section(table: Mapping[str, object], name: str) -> Mapping[str, object]:
    section = table.get(name, {})
    if not isinstance(section, dict):
        raise PatternError(name, "not a table", f"write [{name}] with its lists below")
    return section


def _near(name: str, known: Iterable[str], where: str) -> str:
    """The mend for a name that is not there."""
    close = difflib.get_close_matches(name, list(known), 1)
    return f"did you mean {close[0]!r}?" if close else f"see {where}"


def _strings(entry: object, where: str) -> list[str]:
    if not isinstance(entry, list) or not all(isinstance(item, str) and item.strip() for item in entry):
        raise PatternError(where, "not a list of words", 'write e.g. ["ships", "vessels"]')
    return entry


def _terms(entries: Iterable[str], lists: Mapping[str, list[str]], where: str) -> Terms:
    found: set[Phrase] = set()
    for entry in entries:
        if "@" in entry and " " in entry:
            # "@land and @land" is every pair.
            choices = [_terms([piece], lists, where).phrases for piece in entry.split()]
            found |= {tuple(word for piece in chosen for word in piece) for chosen in product(*choices)}
        elif entry.startswith("@"):
            if entry[1:] not in lists:
                raise PatternError(where, f"there is no words.{entry[1:]}", _near(entry[1:], lists, "[words]"))
            # A list may name other lists, but not itself.
            others = {name: more for name, more in lists.items() if name != entry[1:]}
            found |= _terms(lists[entry[1:]], others, f"words.{entry[1:]}").phrases
        elif made := phrase(entry):
            found.add(made)
        else:
            raise PatternError(where, f"{entry!r} has no word in it", "leave it out")
    return Terms(found)


def _form(line: str, lists: Mapping[str, list[str]], where: str) -> Form:
    left, mark, right = line.partition("#")
    if not mark or "#" in right or "$" in left or "%" in left:
        raise PatternError(where, f"{line!r} needs exactly one #, and $ or % only after it", 'write e.g. "# ships"')

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

    before, after = tuple(elements(left))[::-1], tuple(elements(right))
    return Form(before, after, _beside(before, -1), _beside(after, 0))


def _beside(elements: Iterable[Element], side: int) -> frozenset[str] | None:
    """The words with which a side of a form can begin, seen from the number; None where that may be any word."""
    words: set[str] = set()
    for element in elements:
        if element.terms is None:
            return None
        words |= {entry[side] for entry in element.terms.phrases}
        if element.least:
            return frozenset(words)
    return None


def _subject(row: Mapping[str, Any], forms: Mapping[str, tuple[Form, ...]], lists: Mapping[str, list[str]]) -> Subject:
    where = f"subject {row['id']}"
    if unknown := set(row) - _KEYS:
        name = min(unknown)
        raise PatternError(where, f"unknown key {name!r}", _near(name, _KEYS, "its keys"))
    chosen = _strings(row.get("forms"), f"{where}: forms")
    if missing := [name for name in chosen if name not in forms]:
        raise PatternError(f"{where}: forms", f"there is no forms.{missing[0]}", _near(missing[0], forms, "[forms]"))
    ranges: dict[str, tuple[float, float]] = {}
    for period in _PERIODS:
        if period in row:
            pair = row[period]
            if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(end, int | float) for end in pair):
                raise PatternError(f"{where}: {period}", "not [lowest, highest]", f"write e.g. {period} = [1, 999]")
            ranges[period] = (float(pair[0]), float(pair[1]))
    kind = row.get("kind", "count")
    if kind not in ("count", "money", "days") or not ranges or row.get("otherwise", "event") not in _PERIODS:
        raise PatternError(
            where, "needs a kind (count, money, days), a range and a period", "write e.g. event = [1, 999]"
        )
    context = row.get("context", [])
    if not isinstance(context, list) or not context:
        raise PatternError(f"{where}: context", "not a list of groups", 'write e.g. context = [["harbour", "quay"]]')

    def own(key: str) -> Terms:
        return _terms(_strings(row.get(key, []), f"{where}: {key}"), lists, f"{where}: {key}")

    return Subject(
        id=row["id"],
        name=str(row.get("name", row["id"])),
        unit=str(row.get("unit", "")),
        kind=kind,
        forms=tuple(form for name in chosen for form in forms[name]),
        context=tuple(_terms(_strings(group, f"{where}: context"), lists, f"{where}: context") for group in context),
        never=own("never"),
        ranges=ranges,
        otherwise=row.get("otherwise", "event"),
        monotone=bool(row.get("monotone", False)),
        actual=bool(row.get("actual", True)),
        silent=bool(row.get("silent", False)),
        whole=bool(row.get("whole", False)),
        not_from=frozenset(_strings(row.get("not_from", []), f"{where}: not_from")),
        not_after=own("not_after"),
        not_near=own("not_near"),
        needs=own("needs"),
        firm=bool(row.get("firm", False)),
        not_of=frozenset(_strings(row.get("not_of", []), f"{where}: not_of")),
    )
