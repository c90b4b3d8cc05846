"""A fault at each step of SMTP, on a real outbox: where the message is afterwards, and what the next round does.

"waits": tried again later; "given up": shown, not tried again; "done": never sent again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from support.builders import DAY, NOW, WATCH
from support.channels import FakeClock
from support.mail import commands, mail_server, scripted_server

from monitor.edges.mail import MailChannel, SmtpServer
from monitor.edges.store import SqlStore
from monitor.pipeline.letters import Post
from monitor.pipeline.telling import deliver_all, tell

pytest_plugins = ("support.quick_store",)

SENDER = "bot@news.example"
AUTH = b"250-hello\r\n250 AUTH PLAIN LOGIN\r\n"
STARTTLS = b"250-hello\r\n250 STARTTLS\r\n"


@dataclass(frozen=True)
class Fault:
    """What the server says at one step, and how it ends. `twice`: it may have been taken before it is sent again."""

    ends: str
    replies: dict[str, bytes] = field(default_factory=dict)
    after: str = ""
    tls: str = "none"
    user: str = ""
    says: str = ""
    counts: bool = False
    twice: bool = False


STEPS = {
    "the greeting does not come": Fault("waits", {"greeting": b""}),
    "the greeting is a refusal for now": Fault("waits", {"greeting": b"421 busy\r\n"}, says="421 busy"),
    "the greeting is a refusal for good": Fault("waits", {"greeting": b"554 go away\r\n"}, says="554 go away"),
    "the hello is hung up on": Fault("waits", {"ehlo": b""}),
    "no hello is understood": Fault("waits", {"ehlo": b"502 what?\r\n", "helo": b"502 what?\r\n"}),
    "starttls is not offered": Fault("waits", tls="starttls", says="STARTTLS"),
    "starttls is refused": Fault("waits", {"ehlo": STARTTLS, "starttls": b"454 not today\r\n"}, tls="starttls"),
    "starttls is hung up on": Fault("waits", {"ehlo": STARTTLS, "starttls": b""}, tls="starttls"),
    "tls is spoken to a server that does not": Fault("waits", {"greeting": b"220 plain\r\n"}, tls="tls"),
    "a login is not offered": Fault("waits", user="bot", says="SMTP_USER"),
    "the password is wrong": Fault("waits", {"ehlo": AUTH, "auth": b"535 no\r\n"}, user="bot", says="535 no"),
    "the login is hung up on": Fault("waits", {"ehlo": AUTH, "auth": b""}, user="bot"),
    "the sender is refused for now": Fault("waits", {"mail": b"451 later\r\n"}, says="451 later"),
    "the sender is refused for good": Fault("given up", {"mail": b"553 not you\r\n"}, says="553 not you"),
    "the recipient is refused for now": Fault("waits", {"rcpt": b"450 mailbox busy\r\n"}, says="450 mailbox busy"),
    "the recipient is refused for good": Fault(
        "given up", {"rcpt": b"550 nobody of that name\r\n"}, says="550 nobody of that name", counts=True
    ),
    "the recipient is hung up on": Fault("waits", {"rcpt": b""}),
    "the message is refused before it is sent": Fault("given up", {"data": b"554 no\r\n"}, says="554 no"),
    "the line drops in the middle of the message": Fault("waits", after="data"),
    "the message is refused for now": Fault("waits", {"dot": b"452 full\r\n"}, says="452 full"),
    "the message is refused for good": Fault("given up", {"dot": b"552 too large\r\n"}, says="552 too large"),
    "the line drops after the final dot": Fault("waits", {"dot": b""}, twice=True),
    "the line drops after the message was taken": Fault("done", after="dot"),
    "the goodbye is a refusal": Fault("done", {"quit": b"421 closing\r\n"}),
    "the goodbye is hung up on": Fault("done", {"quit": b""}),
}  # fmt: skip


def channel(port: int, fault: Fault | None = None) -> MailChannel:
    tls, user = (fault.tls, fault.user) if fault else ("none", "")
    return MailChannel(SmtpServer("127.0.0.1", port, user, "secret" if user else "", tls, SENDER, 5.0))


@pytest.mark.parametrize("name", STEPS)
def test_a_fault_at_a_step_ends_as_stated(quick_store: SqlStore, name: str) -> None:
    fault, clock = STEPS[name], FakeClock(NOW)
    watch = replace(WATCH, digest=replace(WATCH.digest, formats=(), to=("desk@example.org",)))
    assert tell(watch, quick_store, NOW, post=Post(SENDER), say_so=True)
    (queued,) = quick_store.outbox(NOW)
    with scripted_server(fault.after, fault.replies) as script:
        first = deliver_all(quick_store, {"mail": channel(script.port, fault)}, clock)
    if fault.tls != "none" or fault.user:
        assert "mail" not in commands(script), "nothing is sent without what was asked for"
    assert "secret" not in str(first)
    states = [each.state for each in quick_store.posted()]
    assert states == {"waits": ["pending"], "given up": ["failed"], "done": []}[fault.ends]
    assert fault.says in "".join(each.reason for each in quick_store.posted())
    assert quick_store.outbox(NOW) == (), "not again at once"
    assert quick_store.readers()["desk@example.org"].failures == fault.counts
    clock.time += DAY
    with mail_server() as inbox:
        deliver_all(quick_store, {"mail": channel(inbox.port)}, clock)
    assert len(inbox.taken) == (fault.ends == "waits"), "sent again only while it waits"
    assert [content for _, _, content in inbox.taken] in ([], [queued.payload]), "the same bytes"
    taken_before = script.message == queued.payload
    assert taken_before == (fault.ends == "done" or fault.twice or "dot" in fault.replies)


def test_there_are_at_least_nineteen_steps() -> None:
    assert len(STEPS) >= 19
