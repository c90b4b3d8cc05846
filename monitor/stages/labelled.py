"""Labelled articles: JSON lines -> what is given and what a person says of it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from monitor.model import Filing
from monitor.stages.classify import Classifier, classify
from monitor.stages.score import NONE, Labelled


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
    """The rows of a labelled file, one JSON object a line; ValueError names the line that is wrong."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            words = {key: str(row.get(key) or "") for key in ("title", "text", "url", "outlet", "language")}
            given = Given(**words, published=_day(row.get("published")))
            label = Labelled(
                str(row.get("id", number)),
                str(row.get("trip") or NONE),
                tuple(row.get("topics") or ()),
                tuple(row.get("also_accept") or ()),
                str(row.get("group") or ""),
            )
        except (ValueError, AttributeError, TypeError) as error:
            raise ValueError(f"{file}:{number}: no labelled article: {error}") from error
        yield given, label


def file_given(classifier: Classifier, given: Given) -> Filing:
    """File a labelled article as if it had just been read."""
    return classify(classifier, given.title, given.text, given.url, given.outlet, given.language, given.published)


def _day(value: object) -> datetime | None:
    """A publication date as labelled files give it: a full date, else nothing (a month or a year is no date)."""
    try:
        return datetime.combine(date.fromisoformat(str(value)[:10]), time(12), UTC) if value else None
    except ValueError:
        return None
