"""The digest of what nobody has been told: made, kept and queued in one transaction, then handed over."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from monitor.errors import DeliveryError
from monitor.model import Delivery, Digest, DigestRow, NewDelivery, SourceLine, Watch
from monitor.pipeline.letters import NO_POST, Post, deliveries
from monitor.ports import Channel, Clock, Store
from monitor.stages.digest import has_news, make_digest
from monitor.stages.sourcelines import NEEDS_A_LOOK, alerts

LONGEST_TRY = timedelta(hours=48)
FIRST_REST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Told:
    """A digest that was made; `problems`: recipients for whom no message could be written, in words."""

    id: int
    digest: Digest
    problems: tuple[str, ...] = ()


class Resender(Store, Protocol):
    """What telling again needs of the store."""

    def send_again(self, digest_id: int, deliveries: Sequence[NewDelivery]) -> int:
        """Put a digest's deliveries back into the outbox, and those that it never had; returns how many."""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """One round of the outbox: how many were handed over, and what went wrong in words."""

    done: tuple[tuple[str, str], ...]
    failed: tuple[str, ...]


def preview(watch: Watch, store: Store, now: datetime) -> Digest | None:
    """The digest that would be made now, or None when there is nothing to tell; nothing is stored."""
    material = store.material()
    digest = make_digest(material, watch, now=now, name=_name(watch, store, now))
    return digest if has_news(digest) or alerts(material.states, watch, now) else None


def tell(
    watch: Watch, store: Store, now: datetime, *, post: Post = NO_POST, slot: str = "", say_so: bool = False
) -> Told | None:
    """Make the digest, mark its articles as told and fill the outbox, all at once.

    A source that needs a look is something to tell, news or not: else a watch whose sources all die falls silent.
    None when there is nothing to tell (unless `say_so`), when the slot is taken, or when another run told it.
    """
    material = store.material()
    digest = make_digest(material, watch, now=now, name=_name(watch, store, now))
    alerted = alerts(material.states, watch, now)
    if not (has_news(digest) or alerted or say_so):
        return None
    digest = replace(digest, sources=(*digest.sources, *_health(store, now)))
    rows, problems = deliveries(digest, watch, store, post, now)
    articles = [stored.article.id for stored in material.articles]
    made = store.save_digest(slot or f"by-hand:{digest.name}", digest, articles, rows, material.revisions)
    if made is None:
        return None
    store.mark_alerted(alerted, now)
    return Told(made, digest, problems)


def _health(store: Store, now: datetime) -> tuple[SourceLine, ...]:
    """A line on mail that did not arrive, without naming anybody: the digest goes to all."""
    readers = store.readers()
    left = {address for address, reader in readers.items() if reader.left_at is not None}
    lately = (each for each in store.posted() if each.channel == "mail" and each.made_at > now - timedelta(days=7))
    refused = sum(1 for each in lately if each.state == "failed" and each.to not in left)
    paused = sum(1 for reader in readers.values() if reader.paused_at is not None)
    said = []
    if refused:
        said.append(f"{refused} mail{'s' * (refused > 1)} of the last week could not be delivered")
    if paused:
        said.append(f"{paused} recipient{' is' if paused == 1 else 's are'} paused")
    return (SourceLine("", "Mail", f"{NEEDS_A_LOOK}: {', '.join(said)}; see monitor mail list"),) if said else ()


def tell_again(watch: Watch, store: Resender, row: DigestRow, *, post: Post = NO_POST) -> tuple[str, ...]:
    """Queue a stored digest once more, for recipients it never reached as well; returns problems in words."""
    rows, problems = deliveries(row.digest, watch, store, post, row.digest.made_at)
    store.send_again(row.id, rows)
    return problems


def _name(watch: Watch, store: Store, now: datetime) -> str:
    day = now.astimezone(ZoneInfo(watch.timezone)).date().isoformat()
    # A week's digest of that day has a name of its own.
    made = sum(re.fullmatch(rf"{day}(-\d+)?", name) is not None for name in store.digest_names(date.fromisoformat(day)))
    return day if not made else f"{day}-{made + 1}"


def deliver_all(
    store: Store,
    channels: Mapping[str, Channel],
    clock: Clock,
    *,
    stopping: Callable[[], bool] = lambda: False,
) -> DeliveryReport:
    """One round of the outbox. A delivery that fails rests and is tried again; the others go on.

    Where a channel itself does not answer, the rest of its deliveries are not tried in this round. `stopping` is asked
    before each. Raises LeaseError when another run has taken over.
    """
    done, failed = [], []
    down: dict[str, DeliveryError] = {}
    for delivery in store.outbox(clock.now()):
        if stopping():
            break
        channel = channels.get(delivery.channel)
        if channel is None:
            # Without settings for it the row waits: nothing is dropped because a setting is missing.
            failed.append(f"{delivery.to}: no {delivery.channel} is set up; see `monitor doctor`")
            continue
        store.fence()

        def accepted(delivery: Delivery = delivery) -> None:
            store.delivered(delivery.id, clock.now())

        try:
            if delivery.channel in down:
                raise down[delivery.channel]
            channel.deliver(delivery, accepted)
            done.append((delivery.channel, delivery.to))
        except DeliveryError as error:
            if error.everybody:
                down[delivery.channel] = error
            now = clock.now()
            until = None if error.permanent else _next_try(delivery, now)
            store.delivery_failed(delivery.id, str(error), until, unknown_at=now if error.unknown else None)
            rest = "given up" if until is None else f"next try {until:%-d %b, %H:%M} UTC"
            failed.append(f"{delivery.to}: {error} ({rest})")
    return DeliveryReport(tuple(done), tuple(failed))


def _next_try(delivery: Delivery, now: datetime) -> datetime | None:
    """Double the rest after each failure; the last try comes 48 hours after the first."""

    def after(tries: int) -> timedelta:
        """From the first try to the one after so many."""
        span: timedelta = FIRST_REST * (2**tries - 1)
        return min(span, LONGEST_TRY)

    # Far more tries than fit: the difference is nothing, and 2**n is no longer a span of time.
    rest = after(delivery.attempts + 1) - after(delivery.attempts) if delivery.attempts < 20 else timedelta(0)
    return now + rest if rest else None
