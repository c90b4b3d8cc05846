"""SMTP from the outbox, one message to one recipient. The bytes are fixed before sending and never changed here."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import parseaddr

import idna

from monitor.errors import DeliveryError
from monitor.model import Delivery

# Refusals that a better password or TLS would end (RFC 4954): the recipient has nothing to do with them.
_LOG_IN_FIRST = frozenset({530, 534, 535, 538})


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where mail is handed over. `tls`: "starttls", "tls" or "none"; without the TLS asked for nothing is sent."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: str
    sender: str
    timeout: float = 30.0


class MailChannel:
    """`ports.Channel` over SMTP (RFC 5321)."""

    name = "mail"

    def __init__(self, server: SmtpServer, context: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._context = context

    def deliver(self, delivery: Delivery, accepted: Callable[[], None]) -> None:
        """See `ports.Channel`. `accepted` is called right after the server took the message, before QUIT."""
        connection = self._connect()
        try:
            with self._trouble(everybody=False):
                self._hand_over(connection, delivery)
            accepted()
        finally:
            # The message is accepted or not by now; how the server says goodbye changes nothing.
            with contextlib.suppress(smtplib.SMTPException, OSError, ValueError):
                connection.quit()
            connection.close()

    def check(self) -> None:
        """Connect, encrypt and log in, and send nothing; raises DeliveryError."""
        connection = self._connect()
        with contextlib.suppress(smtplib.SMTPException, OSError, ValueError):
            connection.quit()
        connection.close()

    def _connect(self) -> smtplib.SMTP:
        # What goes wrong here goes wrong for every message.
        with self._trouble(everybody=True):
            return self._open()

    @contextlib.contextmanager
    def _trouble(self, *, everybody: bool) -> Iterator[None]:
        """What smtplib raises, as ours."""
        server = self._server
        try:
            yield
        except smtplib.SMTPDataError as error:
            raise self._refused(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPResponseException as error:
            # The greeting, TLS or the password, not this message: nothing is lost while somebody mends it.
            raise self._refused(error.smtp_code, error.smtp_error, about_us=True) from error
        except smtplib.SMTPNotSupportedError as error:
            raise DeliveryError(
                f"{server.host}: {error}; see SMTP_TLS and SMTP_USER", permanent=False, everybody=everybody
            ) from error
        except (smtplib.SMTPException, OSError, ValueError) as error:
            # ValueError: an address or a reply that cannot be written or read as ASCII.
            mend = ""
            if isinstance(error, ssl.SSLError):
                mend = "; is SMTP_TLS right for this port (starttls: 587, tls: 465), and its certificate good?"
            raise DeliveryError(
                f"{server.host}:{server.port}: {error}{mend}", permanent=False, everybody=everybody
            ) from error

    def _open(self) -> smtplib.SMTP:
        server = self._server
        context = self._context or ssl.create_default_context()
        if server.tls == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
        try:
            connection.ehlo_or_helo_if_needed()
            if server.tls == "starttls":
                connection.starttls(context=context)
                connection.ehlo()
            if server.user:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _hand_over(self, connection: smtplib.SMTP, delivery: Delivery) -> None:
        # smtplib.sendmail hides which step failed and hands partial refusals back; the three steps do not.
        code, words = connection.mail(_envelope(self._server.sender))
        if code not in (250, 251):
            raise self._refused(code, words)
        code, words = connection.rcpt(delivery.to)
        if code not in (250, 251):
            raise self._refused(code, words, unknown=True)
        code, words = connection.data(delivery.payload)
        if code != 250:
            raise self._refused(code, words)

    def _refused(
        self, code: int, words: bytes | str, *, about_us: bool = False, unknown: bool = False
    ) -> DeliveryError:
        said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        permanent = 500 <= code < 600 and code not in _LOG_IN_FIRST and not about_us
        return DeliveryError(
            f"{self._server.host} answered {code} {' '.join(said.split())[:300]}".strip(),
            permanent=permanent,
            everybody=about_us or code in _LOG_IN_FIRST,
            unknown=unknown and permanent,
        )


def _envelope(address: str) -> str:
    """The bare address of "Name <address>", its domain in IDNA form."""
    local, _, domain = (parseaddr(address)[1] or address).rpartition("@")
    return f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"
