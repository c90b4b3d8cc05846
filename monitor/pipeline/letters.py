"""How digests leave: the rows of a digest for the outbox, which are its files, letters and notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.model import Digest, NewDelivery, Watch
from monitor.pipeline.forms import files, usable
from monitor.ports import Store
from monitor.stages.digest import has_news
from monitor.stages.letter import ascii_address, write_letter
from monitor.stages.narrow import narrow
from monitor.stages.notice import write_notice
from monitor.stages.render import SHIPPED


@dataclass(frozen=True, slots=True)
class Post:
    """How digests leave: the sender of mails ("" for none), the base of one-click addresses, names to notify.

    `templates`: by name, the shipped ones or a working folder's own.
    """

    sender: str = ""
    unsubscribe: str = ""
    notify: tuple[str, ...] = ()
    templates: Mapping[str, str] = field(default_factory=lambda: SHIPPED)


NO_POST = Post()


def deliveries(
    digest: Digest, watch: Watch, store: Store, post: Post, now: datetime
) -> tuple[list[NewDelivery], tuple[str, ...]]:
    """A digest's rows for the outbox; and what could not be made, in words."""
    templates, wrong = usable(digest, post.templates)
    letters, problems = _letters(digest, watch, store, post, now, templates)
    notices = [write_notice(digest, name) for name in post.notify]
    return [*files(digest, watch, store, templates), *letters, *notices], (*wrong, *problems)


def _letters(
    digest: Digest, watch: Watch, store: Store, post: Post, now: datetime, templates: Mapping[str, str]
) -> tuple[list[NewDelivery], list[str]]:
    """One message for each recipient who wants one and for whom something is left of the digest."""
    made: list[NewDelivery] = []
    problems: list[str] = []
    reachable = {}
    for recipient in watch.digest.everybody():
        if not post.sender:
            problems.append(f"{recipient.to}: not mailed, SMTP_HOST and SMTP_FROM are not set in .env")
            continue
        try:
            reachable[ascii_address(recipient.to)] = recipient
        except ValueError as error:
            problems.append(f"{recipient.to}: not mailed, {error}; mend [digest] to")
    if not reachable:
        return made, problems
    readers = store.readers(reachable)
    topics: dict[int, tuple[str, ...]] = {}
    if any(recipient.topics for recipient in reachable.values()):
        sections = [section for part in digest.trips for section in (*part.sections, *part.more)]
        topics = store.topics_of(item.development_id for section in sections for item in section.items)
    for address, recipient in reachable.items():
        theirs = narrow(digest, recipient, topics)
        chose = bool(recipient.trips or recipient.topics)
        if not readers[address].wants_mail or (chose and not has_news(theirs) and watch.digest.empty == "skip"):
            continue
        unsubscribe = f"{post.unsubscribe}/unsubscribe/{readers[address].token}" if post.unsubscribe else ""
        try:
            letter = write_letter(
                theirs, sender=post.sender, to=address, now=now, form=recipient.format, unsubscribe=unsubscribe,
                templates=templates,
            )  # fmt: skip
            made.append(letter)
        except (ValueError, UnicodeError) as error:
            problems.append(f"{recipient.to}: not mailed, {error}; mend [digest] to")
    return made, problems
