"""The digest of what nobody has been told: made, kept and queued in one transaction, then handed over."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from monitor.errors import DeliveryError
from monitor.model import Delivery, Digest, DigestRow, NewDelivery, Watch
from monitor.pipeline.forms import files, usable
from monitor.ports import Channel, Clock, Store
from monitor.stages.digest import alerts, has_news, make_digest
from monitor.stages.letter import write_letter
from monitor.stages.render import SHIPPED

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
    watch: Watch,
    store: Store,
    now: datetime,
    *,
    sender: str = "",
    slot: str = "",
    say_so: bool = False,
    templates: Mapping[str, str] = SHIPPED,
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
    rows, problems = deliveries(digest, watch, store, sender, now, templates)
    articles = [stored.article.id for stored in material.articles]
    made = store.save_digest(slot or f"by-hand:{digest.name}", digest, articles, rows)
    if made is None:
        return None
    store.mark_alerted(alerted, now)
    return Told(made, digest, problems)


def tell_again(
    watch: Watch, store: Resender, row: DigestRow, *, sender: str = "", templates: Mapping[str, str] = SHIPPED
) -> tuple[str, ...]:
    """Queue a stored digest once more, for recipients it never reached as well; returns problems in words."""
    rows, problems = deliveries(row.digest, watch, store, sender, row.digest.made_at, templates)
    store.send_again(row.id, rows)
    return problems


def _name(watch: Watch, store: Store, now: datetime) -> str:
    day = now.astimezone(ZoneInfo(watch.timezone)).date().isoformat()
    # A week's digest of that day has a name of its own.
    made = sum(re.fullmatch(rf"{day}(-\d+)?", name) is not None for name in store.digest_names(date.fromisoformat(day)))
    return day if not made else f"{day}-{made + 1}"


def deliveries(
    digest: Digest, watch: Watch, store: Store, sender: str, now: datetime, templates: Mapping[str, str] = SHIPPED
) -> tuple[list[NewDelivery], tuple[str, ...]]:
    """A digest's rows for the outbox: its files and its letters; and what could not be made, in words."""
    templates, wrong = usable(digest, templates)
    made, problems = files(digest, watch, store, templates), list(wrong)
    for to in watch.digest.to:
        if not sender:
            problems.append(f"{to}: not mailed, SMTP_HOST and SMTP_FROM are not set in .env")
            continue
        try:
            made.append(write_letter(digest, sender=sender, to=to, now=now, templates=templates))
        except (ValueError, UnicodeError) as error:
            problems.append(f"{to}: not mailed, {error}; mend [digest] to")
    return made, tuple(problems)


def deliver_all(store: Store, channels: Mapping[str, Channel], clock: Clock) -> DeliveryReport:
    """One round of the outbox. A delivery that fails rests and is tried again; the others go on."""
    done, failed = [], []
    for delivery in store.outbox(clock.now()):
        channel = channels.get(delivery.channel)
        if channel is None:
            # Without settings for it the row waits: nothing is dropped because a setting is missing.
            failed.append(f"{delivery.to}: no {delivery.channel} is set up; see `monitor doctor`")
            continue

        def accepted(delivery: Delivery = delivery) -> None:
            store.delivered(delivery.id, clock.now())

        try:
            channel.deliver(delivery, accepted)
            done.append((delivery.channel, delivery.to))
        except DeliveryError as error:
            until = None if error.permanent else _next_try(delivery, clock.now())
            store.delivery_failed(delivery.id, str(error), until)
            rest = "given up" if until is None else f"next try {until:%-d %b, %H:%M} UTC"
            failed.append(f"{delivery.to}: {error} ({rest})")
    return DeliveryReport(tuple(done), tuple(failed))


def _next_try(delivery: Delivery, now: datetime) -> datetime | None:
    """Double the rest after each failure; give up when the tries together span 48 hours."""
    rest: timedelta = FIRST_REST * 2**delivery.attempts
    if FIRST_REST * (2 ** (delivery.attempts + 1) - 1) > LONGEST_TRY:
        return None
    return now + rest
