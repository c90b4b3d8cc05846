"""Every type that passes between rooms: frozen, slotted, times aware and in UTC unless said otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What a source's URL answers with. AUTO: told from the answer. PAGE: one page, watched for change."""

    AUTO = "auto"
    FEED = "feed"
    SITEMAP = "sitemap"
    INDEX = "index"
    PAGE = "page"


class Verdict(StrEnum):
    """What an article is, compared with everything known before it."""

    NEW = "new"
    COPY = "copy"
    UPDATE = "update"
    REWRITE = "rewrite"


class Decision(StrEnum):
    """How an article was filed."""

    FILED = "filed"
    UNCERTAIN = "uncertain"
    NONE = "none"


# --- the watch: what a person declares -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """One outlet's feed, sitemap or page. `every`: shortest time between visits; `pause`: between requests to a host.

    `select`: a CSS selector that an index page's article links must match ("" for our own judgement).
    """

    id: str
    name: str
    url: str
    kind: Kind = Kind.FEED
    every: timedelta = timedelta(minutes=30)
    language: str = "en"
    pause: timedelta = timedelta(seconds=1)
    dedup: bool = True
    confirmed: bool = True
    select: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """A place on a trip. `on`: local day of arrival, where known; `also`: other names that mean this stop."""

    place: str
    country: str
    on: date | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """A rule whose match speaks for a trip, with its weight (about 1 = a hint, 4 = nearly enough alone)."""

    match: str
    weight: float


@dataclass(frozen=True, slots=True)
class Trip:
    """One episode of the story. `first` and `last` are local days, inclusive."""

    id: str
    ordinal: int
    name: str
    first: date
    last: date
    stops: tuple[Stop, ...] = ()
    people: tuple[str, ...] = ()
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject through all trips: a rule, and an optional rule that takes a match back."""

    id: str
    name: str
    rule: str
    exclude: str = ""


@dataclass(frozen=True, slots=True)
class Episode:
    """The words in which this story's episodes are told; nothing of them is in the code.

    `words`: nouns for an episode ("trip", "tour"); `region`: where episodes happen ("Middle East");
    `since`: what ordinals count from ("October 7", "the war began"); `others`: other travellers, whose
    presence in the subject's place speaks against a trip; `elsewhere`: places that are not on any trip.
    """

    words: tuple[str, ...] = ("trip", "visit", "tour", "mission", "round", "hearing", "session")
    region: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DigestPlan:
    """When and how digests are told. `at`: local times; `empty`: "skip" or "say so" on days with nothing new."""

    at: tuple[time, ...] = (time(7, 0),)
    formats: tuple[str, ...] = ("md", "html")
    to: tuple[str, ...] = ()
    empty: str = "skip"
    limit: int = 18


@dataclass(frozen=True, slots=True)
class Watch:
    """One story followed. `subject`: the gate rule; `timezone`: IANA name for slots and dates in digests."""

    name: str
    subject: str
    timezone: str = "UTC"
    languages: tuple[str, ...] = ("en",)
    episode: Episode = Episode()
    trips: tuple[Trip, ...] = ()
    topics: tuple[Topic, ...] = ()
    sources: tuple[Source, ...] = ()
    digest: DigestPlan = DigestPlan()
    weights: tuple[tuple[str, float], ...] = ()

    def trip(self, trip_id: str) -> Trip:
        """The trip with this id; KeyError when the watch has none."""
        for trip in self.trips:
            if trip.id == trip_id:
                return trip
        raise KeyError(trip_id)


# --- from the web ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Request:
    """One GET. `pause`: least seconds between two requests to this host; validators are echoed verbatim."""

    url: str
    etag: str = ""
    last_modified: str = ""
    pause: float = 1.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer. `status` is 200 or 304; `url` is the address after redirects; `charset` from the header or "".

    `fresh_for`: seconds for which the server says it holds; `moved_to`: where permanent redirects alone led, or "";
    `note`: what was odd on the way, in words.
    """

    url: str
    status: int
    body: bytes
    content_type: str
    charset: str
    etag: str
    last_modified: str
    fresh_for: float = 0.0
    moved_to: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Lead:
    """A URL that a source offered, with what the feed said of it. `canonical` is the identity."""

    source_id: str
    url: str
    canonical: str
    guid: str = ""
    title: str = ""
    summary: str = ""
    author: str = ""
    published: datetime | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one visit to a source yielded. `note`: in words, when something was odd but readable ("" if not).

    `more`: addresses of further sitemaps worth asking in the same visit, best first; `newest`: when the newest thing
    that a sitemap lists was published or changed (its leads carry a date only where it says "published").
    """

    leads: tuple[Lead, ...]
    form: str
    note: str = ""
    more: tuple[str, ...] = ()
    newest: datetime | None = None


@dataclass(frozen=True, slots=True)
class PendingLead:
    """A lead as the store keeps it until it is filed or given up. `attempts`: failed tries so far.

    `first`: offered at the first contact with its source, so that it is told only when it is recent.
    """

    id: int
    lead: Lead
    attempts: int
    first: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The text and metadata taken from one page, before we know what it is.

    `summary_only`: the page yielded nothing and `text` is the feed's summary; `reason` says why, in words.
    """

    url: str
    title: str
    text: str
    author: str = ""
    outlet: str = ""
    published: datetime | None = None
    language: str = ""
    summary_only: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """A page with its identity. `id`: a stable key made from the canonical URL (or "seed-…")."""

    id: str
    url: str
    canonical: str
    source_id: str
    outlet: str
    title: str
    text: str
    author: str
    published: datetime | None
    language: str
    fetched_at: datetime
    content_hash: str
    summary_only: bool = False


# --- known or new ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive) of a field's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Enough to recognise a text, not to read it.

    `shingles`: sorted 64-bit hashes of all runs of five words; `sentences`: for each sentence, in an order that
    says nothing, the 32-bit hashes of its words as an unordered set; `words`: how many words the text has.
    """

    shingles: tuple[int, ...]
    sentences: tuple[frozenset[int], ...]
    words: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page with what can be worked out without knowing anything else."""

    page: Page
    fingerprint: Fingerprint
    content_hash: str


@dataclass(frozen=True, slots=True)
class Known:
    """A known text as the comparison needs it. `fingerprint`: given where the text is not kept (a seed's original)."""

    article_id: str
    outlet: str
    title: str
    published: datetime | None
    text: str
    fingerprint: Fingerprint | None = None
    seed: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """The outcome of a comparison. `of`: the first article with this text; shares are 0..1.

    `similarity`: share of the shorter text's 5-shingles found in the other; `inside`: share of this article's
    shingles found there; `covers`: share of that article's shingles found here; `aligned`: share of this
    article's words in sentences that stand there too; `lead`: share of its first 80 words' shingles.
    """

    verdict: Verdict
    of: str = ""
    similarity: float = 0.0
    inside: float = 0.0
    covers: float = 0.0
    aligned: float = 0.0
    lead: float = 0.0


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article. `words`: 32-bit hashes of its content words; `numbers`: its figures as text."""

    index: int
    text: str
    span: Span
    words: frozenset[int]
    numbers: frozenset[str]


@dataclass(frozen=True, slots=True)
class KnownSentence:
    """A sentence of something known. `text` is "" where only the fingerprint of the original is kept.

    Neighbouring indexes are neighbouring sentences; fingerprints of originals leave gaps, since they keep no order.
    """

    article_id: str
    index: int
    text: str
    words: frozenset[int]
    outlet: str
    published: datetime | None
    development_id: int | None = None


@dataclass(frozen=True, slots=True)
class Novelty:
    """What the comparison says of one sentence. `score`: 0 known word for word .. 1 nothing like it known.

    `new`: whether it is a development; `reason`: why, or why not, in words; `nearest`: the nearest known sentence.
    """

    sentence: Sentence
    score: float
    new: bool
    reason: str
    nearest: KnownSentence | None = None


# --- filing ----------------------------------------------------------------------------------------------------


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
class Filing:
    """Where an article belongs. `trip` is "" unless `decision` is FILED; `scores` are best first.

    `reason`: in words, why there is no trip or why it is uncertain ("" when filed).
    """

    decision: Decision
    trip: str
    mentioned: tuple[str, ...]
    scores: tuple[TripScore, ...]
    topics: tuple[TopicHit, ...]
    reason: str = ""


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
    """A figure with the article that gave it, as the ledger keeps it."""

    figure: Figure
    article_id: str
    outlet: str
    url: str
    trip: str
    as_of: datetime


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
    of earlier developments that it says as well.
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


# --- sources' health, runs, digests -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceState:
    """What the store remembers of a source. Times are None until it happened; `failures`: in a row.

    `gap`: usual hours between visits with something new (0 = not known yet); `undated`: share of items without a
    date; `words`, `words_now`: usual and latest length of its articles; `moved_*`: a permanent redirect's target,
    since when and how often seen; `gone`: the server says 410; `recovered_at`: when it last came back to life.
    """

    source_id: str
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    tried_at: datetime | None = None
    ok_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    reason: str = ""
    due_at: datetime | None = None
    note: str = ""
    new_at: datetime | None = None
    gap: float = 0.0
    undated: float = 0.0
    words: float = 0.0
    words_now: float = 0.0
    moved_to: str = ""
    moved_since: datetime | None = None
    moved_seen: int = 0
    gone: bool = False
    recovered_at: datetime | None = None
    alerted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article as filed, as readers of the store need it."""

    article: Article
    verdict: Verdict
    match: Match
    filing: Filing
    original: str = ""
    original_title: str = ""
    original_outlet: str = ""
    digest_id: int | None = None


@dataclass(frozen=True, slots=True)
class StoredDevelopment:
    """A development with its row, its article and the outlets that carry it."""

    id: int
    development: Development
    article: Article
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source in one run: `outcome` is "ok", "unchanged", "failed" or "waiting"."""

    source_id: str
    name: str
    outcome: str
    offered: int = 0
    fresh: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did. `failed_pages`: (URL, reason) of pages that did not yield an article this time.

    `quiet`: old items of new sources, filed as known without being told; `outage`: our own network was out.
    """

    sources: tuple[SourceReport, ...] = ()
    filed: int = 0
    known: int = 0
    unrelated: int = 0
    developments: int = 0
    failed_pages: tuple[tuple[str, str], ...] = ()
    given_up: tuple[tuple[str, str], ...] = ()
    summary_only: int = 0
    quiet: int = 0
    outage: bool = False

    @property
    def failed_sources(self) -> tuple[SourceReport, ...]:
        """The sources that did not answer."""
        return tuple(source for source in self.sources if source.outcome == "failed")

    @property
    def idle(self) -> bool:
        """Whether no article was filed and no page failed."""
        return self.filed == 0 and not self.failed_pages and not self.given_up


@dataclass(frozen=True, slots=True)
class Delivery:
    """One digest to one recipient: a row in the outbox. `channel`: "file" or "mail"; `to`: name or address.

    `payload`: the exact bytes to write or send, fixed when the digest was made.
    """

    id: int
    digest_id: int
    channel: str
    to: str
    payload: bytes
    attempts: int = 0
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A delivery to be stored together with its digest."""

    channel: str
    to: str
    payload: bytes
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A development as told in a digest. `when` is UTC; `date_only`: the page gave a day without a time."""

    development_id: int
    text: str
    outlet: str
    url: str
    title: str
    when: datetime | None
    also: tuple[str, ...]
    why: str
    date_only: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """The items of one topic."""

    topic_id: str
    name: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row of "figures that changed". Values are as the articles wrote them."""

    what: str
    was: str
    was_source: str
    now: str
    now_source: str
    now_url: str


@dataclass(frozen=True, slots=True)
class StopMark:
    """A stop with its state on the digest's day: "done", "now" or "next"."""

    place: str
    state: str


@dataclass(frozen=True, slots=True)
class TripPart:
    """What is new on one trip. `day`: day N of the trip, 0 before or after it; `reports`: a day's counts."""

    trip_id: str
    name: str
    day: int
    days: int
    stops: tuple[StopMark, ...]
    sections: tuple[Section, ...]
    more: tuple[Section, ...]
    figures: tuple[FigureRow, ...]
    reports: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Perhaps:
    """An article that needs a person's eye: its best candidates, best first."""

    title: str
    outlet: str
    url: str
    when: datetime | None
    between: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An article that is not told, and why. `group`: "known", "unrelated" or "nothing new"."""

    title: str
    outlet: str
    url: str
    group: str
    reason: str
    original: str = ""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source that needs a word. `reason` is a sentence for a person."""

    source_id: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Counts:
    """The headline's numbers."""

    developments: int
    trips: int
    read: int
    known: int
    unrelated: int
    sources: int
    answered: int


@dataclass(frozen=True, slots=True)
class Digest:
    """The one record that every format is rendered from. `day`: local day, `zone`: IANA name."""

    name: str
    story: str
    day: date
    zone: str
    made_at: datetime
    counts: Counts
    trips: tuple[TripPart, ...]
    perhaps: tuple[Perhaps, ...]
    left_out: tuple[LeftOut, ...]
    sources: tuple[SourceLine, ...]
    version: int = 1


@dataclass(frozen=True, slots=True)
class DigestRow:
    """A stored digest and the ids it tells."""

    id: int
    slot: str
    digest: Digest


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that no digest has told yet, as the store gives it to `stages.digest`.

    `earlier_figures`: the ledger before; `told_at`: when the last digest was made.
    """

    articles: tuple[StoredArticle, ...] = ()
    developments: tuple[StoredDevelopment, ...] = ()
    figures: tuple[FigureSighting, ...] = ()
    earlier_figures: tuple[FigureSighting, ...] = ()
    states: tuple[SourceState, ...] = ()
    reports: tuple[tuple[str, date, int], ...] = ()
    told_at: datetime | None = None
