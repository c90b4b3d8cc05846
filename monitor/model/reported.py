"""Sources' health, runs, and what the store gives back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.compared import Match, Verdict
from monitor.model.fetched import Article
from monitor.model.filed import Development, Filing


@dataclass(frozen=True, slots=True)
class SourceState:
    """What the store remembers of a source. Times are None until it happened; `failures`: in a row.

    `gap`: usual hours between visits with something new (0 = not known yet); `undated`: share of items without a
    date; `words`, `words_now`: usual and latest length of its articles; `moved_*`: a permanent redirect's target,
    since when and how often seen; `gone`: the server says 410; `recovered_at`: when it last came back to life; `ttl`:
    seconds for which the feed itself says that it holds; `bare`: share of pages without a text of their own, lately,
    and `bare_reason`: why the last of them had none; `items`: the marks of the items of the feed's last answer.
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
    ttl: float = 0.0
    bare: float = 0.0
    bare_reason: str = ""
    items: str = ""


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
class KnownLine:
    """A sentence as it was read: why it counted as new or not, and the nearest known one, where there was one.

    `near_text` is "" where only the fingerprint of the original is kept; `near_at`: its number in that article, from 0;
    `new`: whether it is a development; `digest`: the name of the digest that told it, "" for none yet.
    """

    index: int
    text: str
    score: float
    reason: str
    near_text: str = ""
    near_outlet: str = ""
    near_title: str = ""
    near_url: str = ""
    near_published: datetime | None = None
    near_at: int | None = None
    near_id: str = ""
    new: bool = False
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """What the store can say of an article's sentences. `digest`: the name of the digest that covers it, or "".

    `quiet`: it became known without being told; `seed`: it was known from the start.
    """

    lines: tuple[KnownLine, ...]
    digest: str = ""
    quiet: bool = False
    seed: bool = False


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An article with the sentences of it that were not told. `told`: how many were, or are to be."""

    stored: StoredArticle
    lines: tuple[KnownLine, ...]
    told: int


@dataclass(frozen=True, slots=True)
class Kept:
    """An article as the store keeps it, for filing it again."""

    article: Article
    filing: Filing
    quiet: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """An article in the order of filing. `bears`: whether others depend on it, or it on them."""

    article_id: str
    canonical: str
    published: datetime | None
    fetched_at: datetime
    bears: bool


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

    `known`, `unrelated`, `nothing` (new) and `uncertain`: the articles filed that have no `developments`, by reason;
    `quiet`: old items of new sources, filed as known without being told; `outage`: our own network was out;
    `revised`: pages that were read again and had changed.
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
    revised: int = 0
    nothing: int = 0
    uncertain: int = 0

    @property
    def failed_sources(self) -> tuple[SourceReport, ...]:
        """The sources that did not answer."""
        return tuple(source for source in self.sources if source.outcome == "failed")

    @property
    def idle(self) -> bool:
        """Whether no article was filed or changed and no page failed."""
        return self.filed == self.revised == 0 and not self.failed_pages and not self.given_up


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
class Posted:
    """A delivery that is not done: `state` "pending" or "failed" (for good), with the reason of the last try."""

    digest: str
    made_at: datetime
    channel: str
    to: str
    state: str
    attempts: int
    next_try: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Reader:
    """How a mail address fares. `token`: by which its owner may leave; `failures`: refusals for good, in a row.

    `paused_at`: it was refused too often; `left_at`: its owner left. It gets nothing then.
    """

    address: str
    token: str
    failures: int = 0
    reason: str = ""
    paused_at: datetime | None = None
    left_at: datetime | None = None

    @property
    def wants_mail(self) -> bool:
        """Whether messages may be written to it."""
        return self.paused_at is None and self.left_at is None
