"""A digest as a mail message: bytes and Message-ID fixed before anything is sent (RFC 5322, 2369, 3834). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from hashlib import blake2b

import idna

from monitor.model import Digest, NewDelivery
from monitor.stages.narrow import bounded
from monitor.stages.render import SHIPPED, render
from monitor.stages.sourcelines import NEEDS_A_LOOK
from monitor.text import one_line

# The default of 78 would fold and encode long List headers, which breaks one-click unsubscribing.
POLICY = SMTP.clone(max_line_length=998)


def ascii_address(address: str) -> str:
    """An address with its domain in IDNA form; ValueError when it is no address."""
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise ValueError(f"{address!r} is no mail address")
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"
    except idna.IDNAError as error:
        raise ValueError(f"{address!r} is no mail address: {error}") from error


def subject_line(digest: Digest) -> str:
    """What is new, in the inbox's list."""
    count = digest.counts.developments
    told = f"{count} new" if count else "nothing new"
    if not count and any(line.reason.startswith(NEEDS_A_LOOK) for line in digest.sources):
        told += ", a source needs a look"
    return one_line(f"{digest.story}: {told} · {digest.day.day} {digest.day:%b %Y}", 120)


def write_letter(
    digest: Digest,
    *,
    sender: str,
    to: str,
    now: datetime,
    form: str = "html",
    unsubscribe: str = "",
    templates: Mapping[str, str] = SHIPPED,
) -> NewDelivery:
    """The message for one recipient, as a delivery for the outbox. Raises ValueError for an unusable address.

    `form`: "html", with a plain text beside it, or "text" alone. `unsubscribe`: the address that takes the one-click
    request of this recipient (RFC 8058), "" for none.
    """
    try:
        return _write(digest, sender, to, now, form, unsubscribe, templates)
    except (MessageError, IndexError) as error:
        # What the email package raises for addresses that its parser stumbles over.
        raise ValueError(f"{to!r} is no mail address") from error


def write_test_letter(story: str, *, sender: str, to: str, now: datetime) -> NewDelivery:
    """A message that shows that mail arrives; not for the outbox."""
    name, address = parseaddr(sender)
    address, recipient = ascii_address(address or sender), ascii_address(to)
    message = _head(name or story, address, recipient, f"test{now.isoformat()}\0{recipient}", now)
    message["Subject"] = one_line(f"{story}: a test", 120)
    message.set_content(
        f"This is a test of the digest about {one_line(story, 120)}.\nMail from this sender arrives here.\n",
        cte="quoted-printable",
    )
    return NewDelivery("mail", recipient, message.as_bytes(), str(message["Message-ID"]))


def _write(
    digest: Digest, sender: str, to: str, now: datetime, form: str, unsubscribe: str, templates: Mapping[str, str]
) -> NewDelivery:
    name, address = parseaddr(sender)
    address, recipient = ascii_address(address or sender), ascii_address(to)
    identity = f"{digest.name}\0{digest.made_at.isoformat()}\0{recipient}"
    message = _head(name or digest.story, address, recipient, identity, now)
    message["Subject"] = subject_line(digest)
    ways = [f"<mailto:{address}?subject=unsubscribe>"]
    if unsubscribe:
        ways.insert(0, f"<{unsubscribe}>")
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["List-Unsubscribe"] = ", ".join(ways)
    digest = bounded(digest)
    message.set_content(render(digest, "mail-txt", templates), cte="quoted-printable")
    if form == "html":
        message.add_alternative(render(digest, "mail", templates), subtype="html", cte="quoted-printable")
        # A random boundary would make two renderings of the same letter differ.
        message.set_boundary(f"=_{_hash(identity)}")
    return NewDelivery("mail", recipient, message.as_bytes(), str(message["Message-ID"]))


def _head(name: str, address: str, recipient: str, identity: str, now: datetime) -> EmailMessage:
    """The headers that every message of ours has."""
    domain = address.rpartition("@")[2]
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(one_line(name, 60), addr_spec=address)
    message["To"] = Address(addr_spec=recipient)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{_hash(identity)}@{domain}>"
    message["List-Id"] = f"<digest.{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    return message


def _hash(identity: str) -> str:
    return blake2b(identity.encode(), digest_size=16).hexdigest()
