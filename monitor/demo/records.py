"""The shape of the content files under pages/: what pydantic checks before anything is built from them."""

from __future__ import annotations

# pydantic reads these annotations when the classes are made, so they must exist at run time.
from datetime import date as Date
from datetime import time as Time
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal[
    "wire",
    "copy",
    "cut",
    "rewrite",
    "background",
    "update",
    "opinion",
    "other-envoy",
    "look-back",
    "off-topic",
    "seed-copy",
    "consent",
]
Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


class PublisherRecord(_Record):
    """One `[[publisher]]`; the fields are explained at the top of publishers.toml."""

    id: Id
    name: str
    tagline: str
    template: Literal["wire", "classic", "magazine", "broadsheet", "modern", "plain"]
    feed: Literal["rss2", "rss1", "rss091", "atom", "json", "index", "cut", "notafeed"]
    links: Literal["plain", "tracked", "relative"] = "plain"
    guids: Literal["stable", "changing"] = "stable"
    dateline: str = ""
    credit: str = ""
    house: str = ""
    typographic: bool = False
    gzip: bool = False
    conditional: bool = True
    delay_s: Annotated[float, Field(ge=0, le=10)] = 0.0
    down_days: tuple[Literal[1, 2, 3], ...] = ()
    redirects: tuple[str, ...] = ()


class Change(_Record):
    """Paragraph `at` (from 1) of the original reads otherwise here."""

    at: Annotated[int, Field(ge=1)]
    text: str


class Addition(_Record):
    """A paragraph after paragraph `after` (from 1) of the original."""

    after: Annotated[int, Field(ge=1)]
    text: str


class PageRecord(_Record):
    """One `[[page]]`: its own text (paragraphs parted by empty lines), that of another page, or a seed's brief."""

    id: Id
    publisher: str
    time: Time  # local to the newsroom
    title: str
    summary: str
    kind: Kind
    text: str | None = None
    of: str | None = None
    seed: str | None = None
    of_report: str | None = None
    first: Annotated[int, Field(ge=1)] | None = None  # only so many paragraphs of `of`
    change: tuple[Change, ...] = ()
    add: tuple[Addition, ...] = ()
    place: str | None = None
    trip: Id | None = None  # left out: that of `of`
    mentions: tuple[Id, ...] = ()
    topics: tuple[Id, ...] | None = None  # left out: those of `of`
    new: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_source_of_text(self) -> Self:
        if sum(source is not None for source in (self.text, self.of, self.seed)) != 1:
            raise ValueError(f"page {self.id!r} needs exactly one of text, of, seed")
        if self.of is None and (self.first or self.change or self.add):
            raise ValueError(f"page {self.id!r} edits another page's text but names none with `of`")
        if self.of is None and (self.trip is None or self.topics is None):
            raise ValueError(f"page {self.id!r} has text of its own and needs a trip and topics")
        return self


class PublishersFile(_Record):
    """publishers.toml."""

    publisher: tuple[PublisherRecord, ...]


class DayFile(_Record):
    """day<n>.toml: the pages of one local day."""

    day: Literal[1, 2, 3]
    date: Date
    page: tuple[PageRecord, ...]
