"""The content of the demo newsroom: publishers and pages, read from pages/*.toml and checked as a whole."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files
from typing import Literal, TypeVar, get_args

from pydantic import ValidationError

from monitor.demo.assemble import AssemblyError, paragraphs_of
from monitor.demo.records import DayFile, PageRecord, PublisherRecord, PublishersFile
from monitor.errors import SetupError

Day = Literal[1, 2, 3]
_File = TypeVar("_File", PublishersFile, DayFile)
DAYS: tuple[Day, ...] = get_args(Day)
LOCAL = timezone(timedelta(hours=3), "IDT")  # summer time where the story happens, on all three days


class PressError(SetupError):
    """The content files contradict themselves; the text has one line a problem."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """One made-up paper, and how well or badly it serves its readers."""

    id: str
    name: str
    tagline: str
    template: str  # templates/<this>.html.j2
    feed: str  # rss2 | rss1 | rss091 | atom | json | index | cut | notafeed
    links: str  # plain | tracked | relative: how feed entries write their addresses
    guids: str  # stable | changing (another value at each fetch)
    gzip: bool
    conditional: bool  # sends ETag and Last-Modified, answers 304
    delay_s: float  # seconds before each answer
    down_days: frozenset[int]  # days on which every answer is a 503
    redirects: frozenset[str]  # ids of pages that the feed links through /r/<id>


@dataclass(frozen=True, slots=True)
class Page:
    """One page as published. `trip`, `mentions`, `topics` and `new` are the truth for tests, never served."""

    id: str
    publisher: str
    day: Day
    published: datetime  # aware, UTC
    title: str
    summary: str
    paragraphs: tuple[str, ...]  # as printed, dateline and agency credit included
    kind: str
    trip: str  # trip id, or "none"
    mentions: tuple[str, ...]  # other trips that the text touches
    topics: tuple[str, ...]
    new: tuple[str, ...]  # short passages that tell something for the first time in the three days
    of: str | None  # the page whose text this one carries (copy, cut, update)
    report: str | None  # the page that this one retells in other words
    place: str | None  # where the report was written
    path: str  # "/2024/08/18/some-words" on its publisher's host

    @property
    def local(self) -> datetime:
        """The time of publication on the newsroom's clocks."""
        return self.published.astimezone(LOCAL)


@dataclass(frozen=True, slots=True)
class Press:
    """All papers and all pages; pages in order of publication."""

    publishers: tuple[Publisher, ...]
    pages: tuple[Page, ...]

    def publisher(self, publisher_id: str) -> Publisher:
        """The paper with this id; KeyError when there is none."""
        return {publisher.id: publisher for publisher in self.publishers}[publisher_id]

    def page(self, page_id: str) -> Page:
        """The page with this id; KeyError when there is none."""
        return {page.id: page for page in self.pages}[page_id]

    def published(self, publisher_id: str, until: Day) -> tuple[Page, ...]:
        """The pages of one paper from day 1 to `until`, newest first."""
        mine = (page for page in self.pages if page.publisher == publisher_id and page.day <= until)
        return tuple(sorted(mine, key=lambda page: page.published, reverse=True))


def load(briefs: Mapping[str, Sequence[str]]) -> Press:
    """Read and check all content. `briefs`: the sentences of each seed's brief, by seed id ("seed-000")."""
    papers = _read("publishers.toml", PublishersFile).publisher
    days = [_read(f"day{day}.toml", DayFile) for day in DAYS]
    records = [record for day_file in days for record in day_file.page]
    problems = [
        f"{what} {name!r} is given twice"
        for what, names in (("publisher", [p.id for p in papers]), ("page", [r.id for r in records]))
        for name, count in Counter(names).items()
        if count > 1
    ]
    paper_of = {paper.id: paper for paper in papers}
    record_of = {record.id: record for record in records}
    problems += [f"page {r.id!r}: no publisher {r.publisher!r}" for r in records if r.publisher not in paper_of]
    problems += [f"publisher {p.id!r}: no page {i!r}" for p in papers for i in p.redirects if i not in record_of]
    if problems:
        raise PressError("\n".join(problems))
    pages = []
    for day_file in days:
        for record in day_file.page:
            try:
                pages.append(_page(record, day_file, paper_of, record_of, briefs))
            except AssemblyError as error:
                problems.append(f"page {record.id!r}: {error}")
    problems += _contradictions(pages)
    if problems:
        raise PressError("\n".join(problems))
    return Press(
        publishers=tuple(_publisher(paper) for paper in papers),
        pages=tuple(sorted(pages, key=lambda page: (page.published, page.id))),
    )


def _page(
    record: PageRecord,
    day: DayFile,
    papers: Mapping[str, PublisherRecord],
    records: Mapping[str, PageRecord],
    briefs: Mapping[str, Sequence[str]],
) -> Page:
    at = datetime.combine(day.date, record.time, tzinfo=LOCAL)
    paragraphs = paragraphs_of(record, papers[record.publisher], at, records, briefs)  # refuses circles
    # Itself, then the page it copies, then the page that one copies: the nearest that says something counts.
    line = [record]
    while line[-1].of is not None:
        line.append(records[line[-1].of])
    return Page(
        id=record.id,
        publisher=record.publisher,
        day=day.day,
        published=at.astimezone(UTC),
        title=record.title,
        summary=record.summary,
        paragraphs=paragraphs,
        kind=record.kind,
        trip=next((one.trip for one in line if one.trip), "none"),
        mentions=next((one.mentions for one in line if one.mentions), ()),
        topics=next((one.topics for one in line if one.topics is not None), ()),
        new=record.new,
        of=record.of,
        report=record.of_report,
        place=next((one.place for one in line if one.place), None),
        path=_path(record, papers[record.publisher], at),
    )


def _path(record: PageRecord, paper: PublisherRecord, at: datetime) -> str:
    plain = unicodedata.normalize("NFKD", record.title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", ""))[:9]
    slug = "-".join(words)
    # The template without any date must not give it away in the address either.
    return f"/news/{slug}" if paper.template == "plain" else f"/{at:%Y/%m/%d}/{slug}"


def _contradictions(pages: Sequence[Page]) -> Iterator[str]:
    known = {page.id: page for page in pages}
    for (publisher, path), count in Counter((page.publisher, page.path) for page in pages).items():
        if count > 1:
            yield f"publisher {publisher!r}: {count} pages at {path}"
    for page in pages:
        text = " ".join(page.paragraphs)
        yield from (f"page {page.id!r}: its text lacks {words!r}" for words in page.new if words not in text)
        for other in filter(None, (page.of, page.report)):
            if other not in known:
                yield f"page {page.id!r}: no page {other!r}"
            elif known[other].published >= page.published:
                yield f"page {page.id!r} is older than {other!r}, which it draws on"


def _publisher(record: PublisherRecord) -> Publisher:
    return Publisher(
        id=record.id,
        name=record.name,
        tagline=record.tagline,
        template=record.template,
        feed=record.feed,
        links=record.links,
        guids=record.guids,
        gzip=record.gzip,
        conditional=record.conditional and record.guids == "stable",
        delay_s=record.delay_s,
        down_days=frozenset(record.down_days),
        redirects=frozenset(record.redirects),
    )


def _read(name: str, shape: type[_File]) -> _File:
    text = files("monitor.demo").joinpath("pages", name).read_text("utf-8")
    try:
        return shape.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise PressError(f"{name}: {error}") from error
