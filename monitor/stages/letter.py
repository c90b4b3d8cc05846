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

from monitor.model import Digest, NewDelivery
from monitor.stages.digest import NEEDS_A_LOOK
from monitor.stages.render import SHIPPED, render
from monitor.text import one_line

# The default of 78 would fold and encode long List headers, which breaks one-click unsubscribing.
POLICY = SMTP.clone(max_line_length=998)


def ascii_address(address: str) -> str:
    """An address with its domain in IDNA form; ValueError when it is no address."""
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise ValueError(f"{address!r} is no mail address")
    return f"{local}@{domain.encode('idna').decode('ascii')}"


def subject_line(digest: Digest) -> str:
    """What is new, in the inbox's list."""
    count = digest.counts.developments
    told = f"{count} new" if count else "nothing new"
    if not count and any(line.reason.startswith(NEEDS_A_LOOK) for line in digest.sources):
        told += ", a source needs a look"
    return one_line(f"{digest.story}: {told} · {digest.day.day} {digest.day:%b %Y}", 120)


def write_letter(
    digest: Digest, *, sender: str, to: str, now: datetime, templates: Mapping[str, str] = SHIPPED
) -> NewDelivery:
    """The message for one recipient, as a delivery for the outbox. Raises ValueError for an unusable address."""
    try:
        return _write(digest, sender=sender, to=to, now=now, templates=templates)
    except (MessageError, IndexError) as error:
        # What the email package raises for addresses that its parser stumbles over.
        raise ValueError(f"{to!r} is no mail address") from error


def _write(digest: Digest, *, sender: str, to: str, now: datetime, templates: Mapping[str, str]) -> NewDelivery:
    name, address = parseaddr(sender)
    address, recipient = ascii_address(address or sender), ascii_address(to)
    domain = address.rpartition("@")[2]
    local = blake2b(f"{digest.name}\0{digest.made_at.isoformat()}\0{recipient}".encode(), digest_size=16).hexdigest()
    message_id = f"<{local}@{domain}>"
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(one_line(name or digest.story, 60), addr_spec=address)
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = subject_line(digest)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    message["List-Id"] = f"<digest.{domain}>"
    message["List-Unsubscribe"] = f"<mailto:{address}?subject=unsubscribe>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(render(digest, "mail-txt", templates), cte="quoted-printable")
    message.add_alternative(render(digest, "mail", templates), subtype="html", cte="quoted-printable")
    # A random boundary would make two renderings of the same letter differ.
    message.set_boundary(f"=_{local}")
    return NewDelivery("mail", recipient, message.as_bytes(), message_id)
