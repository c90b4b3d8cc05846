"""Labelled articles: JSON lines -> what is given and what a person says of it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from difflib import get_close_matches

from monitor.model import Filing, Watch
from monitor.stages.classify import Classifier, classify
from monitor.stages.score import NONE, Labelled

_MOST_SAID = 10


@dataclass(frozen=True, slots=True)
class Given:
    """An article as a labelled file gives it. `published`: noon UTC of its day; None when unknown."""

    title: str
    text: str
    url: str = ""
    outlet: str = ""
    language: str = ""
    published: datetime | None = None

    @property
    def day(self) -> date | None:
        """The day it was published."""
        return self.published.date() if self.published else None


def read_labelled(text: str, file: str) -> Iterator[tuple[Given, Labelled]]:
    """The rows of a labelled file, one JSON object a line; ValueError names the lines that are wrong, and the mend."""
    rows: list[tuple[Given, Labelled]] = []
    wrong: list[str] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if line.strip():
            try:
                rows.append(_row(line, number))
            except ValueError as error:
                wrong.append(f"{file}:{number}: no labelled article: {error}")
    if wrong:
        left = [f"{file}: {len(wrong) - _MOST_SAID} more lines are wrong"] if len(wrong) > _MOST_SAID else []
        raise ValueError("\n".join([*wrong[:_MOST_SAID], *left]))
    yield from rows


def _row(line: str, number: int) -> tuple[Given, Labelled]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        if line.strip() in ("[", "{", "]", "}"):
            raise ValueError("one article stands on several lines; write each as one JSON object on one line") from None
        where = f"{error.msg} at character {error.pos + 1}"
        raise ValueError(f'no JSON ({where}); write one object, as {{"id": "a1", "title": "…", "text": "…"}}') from None
    except RecursionError:
        raise ValueError("its JSON is nested too deeply; write one plain object") from None
    if not isinstance(row, dict):
        kind = "a list" if isinstance(row, list) else "no object"
        raise ValueError(f"the line is {kind}; write one JSON object a line, without brackets around all")
    words = {key: _text(row, key) for key in ("title", "text", "url", "outlet", "language")}
    given = Given(**words, published=_day(row.get("published")))
    label = Labelled(
        str(row.get("id", number)),
        _text(row, "trip") or NONE,
        _names(row, "topics"),
        _names(row, "also_accept"),
        _text(row, "group"),
        number,
    )
    return given, label


def _text(row: Mapping[str, object], key: str) -> str:
    value = row.get(key) or ""
    if isinstance(value, list | dict):
        raise ValueError(f'"{key}" is not text; write it in quotes, as "{key}": "…"')
    return str(value)


def _names(row: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = row.get(key) or []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        shown = json.dumps([value] if isinstance(value, str) else ["…"], ensure_ascii=False)
        raise ValueError(f'"{key}" is not a list of names; write it in brackets, as "{key}": {shown}')
    return tuple(value)


def unknown_labels(labels: Iterable[Labelled], watch: Watch, file: str) -> tuple[str, ...]:
    """Each label that names no trip or topic of the watch, which no article can be filed under, with its line."""
    trips, topics = {trip.id for trip in watch.trips}, {topic.id for topic in watch.topics}
    found = []
    for label in labels:
        for kind, said, known in (
            ("trip", (label.trip, *label.accept), {*trips, NONE}),
            ("topic", label.topics, topics),
        ):
            for name in dict.fromkeys(each for each in said if each not in known):
                near = get_close_matches(name, known, 1)
                mend = f'did you mean "{near[0]}"?' if near else f"write the id of a [[{kind}]] of the watch file"
                found.append(f'{file}:{label.line}: the watch has no {kind} "{name}"; {mend}')
    return tuple(found)


def file_given(classifier: Classifier, given: Given) -> Filing:
    """File a labelled article as if it had just been read."""
    return classify(classifier, given.title, given.text, given.url, given.outlet, given.language, given.published)


def _day(value: object) -> datetime | None:
    """A publication date as labelled files give it: a full date, else nothing (a month or a year is no date)."""
    try:
        return datetime.combine(date.fromisoformat(str(value)[:10]), time(12), UTC) if value else None
    except ValueError:
        return None
