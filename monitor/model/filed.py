"""Where an article belongs and what it adds, with the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.compared import Fingerprint, Match, Novelty, ReadSentence, Span
from monitor.model.fetched import Article, Page
from monitor.model.stories import Link, Origin


class Decision(StrEnum):
    """How an article was filed."""

    FILED = "filed"
    UNCERTAIN = "uncertain"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why: the signal that spoke, the words it saw, the field and place, and its weight."""

    signal: str
    term: str
    field: str
    span: Span
    weight: float


@dataclass(frozen=True, slots=True)
class TripScore:
    """A trip's score sheet; `score` is the sum of the evidence's weights."""

    trip_id: str
    score: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class TopicHit:
    """A topic that matched, with the terms that made it match."""

    topic_id: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Settled:
    """What a person decided: `trip` is "" for none; `topics` are None where the rules' stay."""

    trip: str
    topics: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Filing:
    """Where an article belongs. `trip` is "" unless `decision` is FILED; `scores` are best first.

    `reason`: in words, why there is no trip or why it is uncertain ("" when filed); `settled`: by a person, whose word
    then stands in `decision`, `trip` and `topics`, beside the rules' `scores`.
    """

    decision: Decision
    trip: str
    mentioned: tuple[str, ...]
    scores: tuple[TripScore, ...]
    topics: tuple[TopicHit, ...]
    reason: str = ""
    settled: Settled | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its meaning.

    `low` = `high` for a plain value; `qualifier`: "", "at least", "about", "more than", ...; `unit`: "people",
    "trucks", "USD", ...; `period`: "total", "daily" or "event"; `span`: in the article's text.
    """

    subject: str
    low: float
    high: float
    qualifier: str
    unit: str
    period: str
    attribution: str
    sentence: int
    span: Span
    group: str = ""


@dataclass(frozen=True, slots=True)
class FigureSighting:
    """A figure with the article that gave it, as the ledger keeps it. `sentence`: its text, "" where it is not kept."""

    figure: Figure
    article_id: str
    outlet: str
    url: str
    trip: str
    as_of: datetime
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure that moved: what it was and who said so, and what it is now."""

    subject: str
    was: FigureSighting
    now: FigureSighting


@dataclass(frozen=True, slots=True)
class Development:
    """A sentence that says something not known before. `also`: other outlets that say it.

    `nearest`: the nearest thing known, as text ("" when nothing was near); `why`: one line for the reader;
    `rank`: larger is more worth telling.
    """

    article_id: str
    sentence: int
    text: str
    trip: str
    topics: tuple[str, ...]
    score: float
    why: str
    nearest: str = ""
    rank: float = 0.0


@dataclass(frozen=True, slots=True)
class Filed:
    """Everything that one article adds to the store, written in one transaction.

    `quiet`: it becomes known without ever being told; `sketch`: the shingle hashes it can be found by; `echoes`: ids
    of earlier developments that it says as well; `etag`, `last_modified`: the validators of its page;
    `site`: who publishes it; `lines`: the hashes of the sentences that this page makes its site say today; `links`:
    articles filed before that tell the same report; `words`: how long its text is; `origin`: the agency that it names.
    """

    article: Article
    match: Match
    filing: Filing
    sentences: tuple[Novelty, ...] = ()
    developments: tuple[Development, ...] = ()
    figures: tuple[Figure, ...] = ()
    sketch: tuple[int, ...] = ()
    echoes: tuple[int, ...] = ()
    quiet: bool = False
    etag: str = ""
    last_modified: str = ""
    site: str = ""
    lines: tuple[int, ...] = ()
    links: tuple[Link, ...] = ()
    words: int = 0
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Seed:
    """A seed record. `original`: the fingerprint of the text it stands for; None when `brief` is the full text.

    `day`: the claimed date; `document`: the name of the original document ("" when there is none);
    `version`: a hash of the whole record, so that an edited record is read again.
    """

    id: str
    title: str
    outlet: str
    url: str
    published: datetime | None
    trip: str
    topics: tuple[str, ...]
    document: str
    brief: str
    original: Fingerprint | None
    version: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page with what can be worked out without knowing anything else.

    `filing`, `figures`, `sentences`, `origin`: None where they were not worked out, and an origin without an agency
    where the text names none; `etag`, `last_modified`: the validators of its answer.
    """

    page: Page
    fingerprint: Fingerprint
    content_hash: str
    filing: Filing | None = None
    figures: tuple[Figure, ...] | None = None
    sentences: tuple[ReadSentence, ...] | None = None
    origin: Origin | None = None
    etag: str = ""
    last_modified: str = ""
