"""What the inside asks of the outside. Each port states its semantics; one suite holds for every implementation."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

from monitor.model import (
    Candidates,
    Delivery,
    Digest,
    DigestRow,
    Fetched,
    FigureSighting,
    Filed,
    Fingerprint,
    Kept,
    Known,
    KnownSentence,
    Lead,
    Line,
    Material,
    Member,
    NewDelivery,
    Pair,
    PendingLead,
    Placed,
    Posted,
    ReadAgain,
    Reader,
    Request,
    Revised,
    Revision,
    SourceState,
    StoredArticle,
    Story,
)

Result = TypeVar("Result")


class Clock(Protocol):
    """The time, read at the edge and passed inwards."""

    def now(self) -> datetime:
        """Aware, UTC."""


class Fetcher(Protocol):
    """One GET at a time to a host, with a pause, a cap on bytes and a total deadline."""

    async def fetch(self, request: Request) -> Fetched:
        """The answer with status 200 or 304.

        Raises FetchError for everything else, bad URLs included; nothing else leaves it.
        """


class Pool(Protocol):
    """Where CPU work runs. The function is a module-level one of a stage; arguments and result are picklable."""

    async def run(self, work: Callable[..., Result], *args: object) -> Result:
        """The function's result, or the MonitorError that it raised.

        Raises WorkerError when the work ran over its time or memory or its process died.
        """


class Store(Protocol):
    """What is known, durably. Every writing method is one transaction and safe to repeat: doing it again with the
    same arguments changes nothing. Times are aware; what comes back is UTC."""

    # sources and leads
    def source_states(self) -> dict[str, SourceState]:
        """The state of every source ever visited, by id."""

    def batch(self) -> AbstractContextManager[None]:
        """One transaction around many writes of this store.

        A batch inside it is rolled back alone when it fails: whoever goes on after a failed write puts it into one.
        """

    def save_state(self, state: SourceState) -> None:
        """The source's new state."""

    def add_leads(self, leads: Iterable[Lead], *, first: bool = False) -> int:
        """Keep the leads that are not known, as pending; returns how many.

        A lead is known by its canonical URL, or by its GUID with the same title within the same source. `first`:
        the leads of a first contact. Goes into one `batch` with the state that holds the validators.
        """

    def mark_alerted(self, source_ids: Sequence[str], now: datetime) -> None:
        """A digest has pointed these sources out."""

    def pending(self, now: datetime, limit: int) -> tuple[PendingLead, ...]:
        """Leads due for reading, oldest published first (undated last), then by canonical URL."""

    def postpone(self, lead_id: int, reason: str, until: datetime, *, tried: bool = True) -> None:
        """Keep the reason and hide the lead until then; counts as a failed try unless it was not `tried`.

        The one method that is not safe to repeat.
        """

    def give_up(self, lead_id: int, reason: str, now: datetime) -> None:
        """The lead ends as failed, with its reason."""

    # pages read again
    def changed_leads(self, leads: Sequence[Lead], now: datetime) -> int:
        """Note the pages filed lately that their source offers with another title or a later update; returns how many.

        They are read again at most three times, within 72 hours after they were filed.
        """

    def to_read_again(self, now: datetime, limit: int) -> tuple[ReadAgain, ...]:
        """The pages so noted, those that noted first first."""

    def was_read_again(self, lead_id: int, now: datetime, etag: str = "", last_modified: str = "") -> None:
        """The page was read, with these validators ("": as before)."""

    def not_read_again(self, lead_id: int, now: datetime) -> None:
        """Reading it failed; it is tried again in an hour. Counts as one of the three times."""

    def told_sentences(self, article_id: str) -> tuple[tuple[str, ...], int]:
        """The sentences of an article that a digest told, and the next number for a sentence of it."""

    def revise(self, revised: Revised, *, untold: bool = False) -> dict[int, int]:
        """Keep a page's newest text, the change, and what the added sentences tell; returns the developments' ids.

        `untold`: the next digest tells the article anew.
        """

    def revisions(self, article_id: str) -> tuple[Revision, ...]:
        """The changes of a page, in order."""

    # what is known
    def known_url(self, canonical: str) -> str:
        """The id of the article with this canonical URL, or ""."""

    def known_hash(self, content_hash: str, without: Collection[str] = ()) -> str:
        """The id of the first article with this content hash, or ""; `without`: articles that do not count."""

    def candidates(
        self,
        sketch: Sequence[int],
        at: datetime,
        seeds: Sequence[int] | None = None,
        without: Collection[str] = (),
        most: int = 8,
    ) -> Candidates:
        """Known texts that share at least two of these hashes, at most so many: first those that share what few
        have (ties: first filed). Hashes that very many have count only where most of the text is of that kind.

        Asks what was read in the last three parts of 30 days before `at`, and the permanent seed part, for which
        other hashes may be given. `without`: articles that do not count.
        """

    def known(self, article_id: str) -> Known | None:
        """The text of an article or seed, as the comparison needs it."""

    def recent_texts(self, trip: str, since: datetime) -> tuple[Known, ...]:
        """The texts filed under this trip that were read since then, and its seeds, in order of filing. No copies."""

    def known_sentences(self, trip: str) -> tuple[KnownSentence, ...]:
        """Every known sentence of this trip, in order of filing; adjacent sentences have adjacent indexes."""

    def known_figures(self, trip: str) -> tuple[FigureSighting, ...]:
        """The ledger of this trip, by as-of time."""

    def lines(self, site: str, hashes: Sequence[int]) -> tuple[Line, ...]:
        """Which of these sentences the site has said on more than one day, and on how many."""

    def forget_lines(self, today: date) -> int:
        """Forget the sentences not said for 180 days, those said on one day only after 45; returns how many."""

    # filing
    def file(self, lead_id: int | None, filed: Filed) -> dict[int, int]:
        """The article with its fingerprint, verdict, filing, sentences, developments and figures; the lead ends as
        filed. Returns the ids of the developments by sentence index. Its lines are counted, once for each day.

        A second article with the same id or canonical URL only ends the lead and returns nothing.
        """

    def untold_order(self, bearing: Collection[str] | None = None) -> tuple[Placed, ...]:
        """What no digest has told, and what became known quietly since the last one, in the order of filing.

        `bearing`: only those that bear on others, and these.
        """

    def overlooked(self, common: Collection[int]) -> frozenset[str]:
        """Which of the untold articles share at least two hashes that are common by what is untold: of what came before
        so few had them that they counted.
        """

    def take_back(self, article_ids: Sequence[str], changed: Collection[str] = ()) -> None:
        """Their developments, sentences, figures and echoes are forgotten; `file_again` follows in the same batch.

        So are the links to articles filed before them, and to those filed after them of what has `changed`. From now
        on they stand in this order, in the places that they had together.
        """

    def file_again(self, filed: Filed) -> dict[int, int]:
        """As `file`, for an article that is kept and was taken back."""

    # stories
    def loose(self) -> tuple[str, ...]:
        """The articles whose links or trip have changed since their stories were kept."""

    def members(self, article_ids: Collection[str]) -> tuple[Member, ...]:
        """All articles of the stories that these are in."""

    def links(self, article_ids: Collection[str]) -> tuple[Pair, ...]:
        """Every link with one of these articles at either end."""

    def keep_stories(self, stories: Sequence[Story]) -> None:
        """From now on the articles are in these stories, and not loose; a story with the number 0 gets one, one left by
        all goes.

        The stories hold all articles of every story that they take one from.
        """

    def stories(self, article_ids: Sequence[str]) -> tuple[Story, ...]:
        """The stories that these articles are in, each once."""

    def kept_article(self, article_id: str) -> Kept | None:
        """The article with this id, unless it is a seed or its text was pruned."""

    def copies_of(self, article_id: str) -> tuple[str, ...]:
        """The ids of the copies, updates and retellings of an article that are kept with their texts, as filed."""

    def settle(self, filed: Filed, *, untold: bool) -> None:
        """Keep one article as it is filed anew; `untold`: the next digest tells it, whichever listed it before."""

    def drop_lead(self, lead_id: int, article_id: str) -> None:
        """The lead led to an article that is known by its final address: it ends as filed."""

    def add_seed(self, filed: Filed, original: Fingerprint | None) -> None:
        """A seed article: pinned, never told. One with the same id is replaced.

        `filed.article.content_hash` is the record's version; `original` is kept where the text is only a brief.
        """

    def seed_versions(self) -> dict[str, str]:
        """The version of each stored seed record, by id."""

    def article(self, key: str) -> StoredArticle | None:
        """The article with this id or URL."""

    # digests and deliveries
    def material(self) -> Material:
        """Everything filed that no digest has told."""

    def told_material(self, first: date, last: date) -> Material:
        """Everything told by the digests of these local days, inclusive; digests that tell again not counted."""

    def trip_material(self, trip: str) -> Material:
        """Everything filed under a trip, told or not; what became known without being told is left out."""

    def recent_digests(self, limit: int) -> tuple[DigestRow, ...]:
        """The newest stored digests, newest first."""

    def digest_names(self, day: date) -> tuple[str, ...]:
        """The names of the digests made for this local day, in order."""

    def save_digest(
        self,
        slot: str,
        digest: Digest,
        articles: Sequence[str],
        deliveries: Sequence[NewDelivery],
        revisions: Sequence[int] = (),
    ) -> int | None:
        """The digest, the mark on every article and revision it covers and its outbox rows, in one transaction.

        Returns its id, or None when the slot is taken or one of what it covers has been told meanwhile.
        """

    def slot_taken(self, slot: str, between: tuple[datetime, datetime] | None = None) -> bool:
        """Whether this slot has its digest, or had nothing to tell, or another slot was taken between these times."""

    def skip_slot(self, slot: str, now: datetime) -> None:
        """There was nothing to tell at this slot; it is not asked again."""

    def fresh(self) -> bool:
        """Whether no digest was ever made and no slot ever passed."""

    def digest(self, name: str) -> DigestRow | None:
        """A stored digest by name (its day, or day-N), or the newest for ""."""

    def outbox(self, now: datetime) -> tuple[Delivery, ...]:
        """Deliveries that are due, oldest first."""

    def delivered(self, delivery_id: int, now: datetime) -> None:
        """This delivery is done and is never handed out again."""

    def delivery_failed(
        self, delivery_id: int, reason: str, until: datetime | None, *, unknown_at: datetime | None = None
    ) -> None:
        """One failed try; `until` None: permanent. `unknown_at`: the recipient was refused for good at this time.

        The third such refusal in a row pauses the recipient; a delivery that is done begins the row anew.
        """

    def readers(self, addresses: Iterable[str] = ()) -> dict[str, Reader]:
        """How all recipients fare, by address; those named become known with a token of their own."""

    def topics_of(self, developments: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """The topics of each of these developments."""

    def posted(self) -> tuple[Posted, ...]:
        """The deliveries that are not done, oldest first."""

    def leave(self, token: str, now: datetime) -> str:
        """The recipient with this token gets nothing more, what waits included; returns the address, "" for nobody's
        token."""

    def welcome_back(self, address: str) -> bool:
        """The recipient gets messages again, paused or left; False when it is not known."""

    def retry_failed(self) -> int:
        """Every delivery that is not done becomes due, given up or not, save mails to those who are paused or have
        left; returns how many."""

    # who may write
    def take_lease(self, holder: str, lasts: timedelta, now: datetime) -> None:
        """From now on this store may tell and send; raises LeaseError while another holder has the lease.

        A holder that died is taken over from when its time is over, at once by a store of the same `holder`.
        """

    def keep_lease(self, lasts: timedelta, now: datetime) -> None:
        """Some more time; raises LeaseError when another holder took over. May be called from another thread."""

    def give_lease_back(self) -> None:
        """Others may write."""

    def fence(self) -> None:
        """Raises LeaseError when another holder took over; `save_digest` and `skip_slot` do the same."""


class Channel(Protocol):
    """One way to hand a delivery over. Repeating it with the same delivery must do no harm."""

    name: str

    def deliver(self, delivery: Delivery, accepted: Callable[[], None]) -> None:
        """Hand it over and call `accepted` at the moment it is taken, once; raises DeliveryError before that."""
