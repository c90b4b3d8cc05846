"""Mail servers on loopback: a real one (aiosmtpd), and one that follows a script to the letter."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


@dataclass
class Inbox:
    """What the real server took: (sender, recipients, bytes) each."""

    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take everything."""
        self.taken.append((envelope.mail_from, list(envelope.rcpt_tos), bytes(envelope.original_content)))
        return "250 kept"


@contextmanager
def mail_server(**options: Any) -> Iterator[Inbox]:
    """A real SMTP server; options are those of aiosmtpd's SMTP class."""
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=0, ready_timeout=5.0, **options)
    # The controller wants to know its port beforehand.
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        controller.port = inbox.port = free.getsockname()[1]
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()


def only(user: str, password: str) -> Any:
    """Lets one user in."""

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=good, handled=False)

    return check


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost and its key, made by the openssl command. Raises FileNotFoundError without it."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    return certificate, key


@dataclass
class Script:
    """Replies by step ("greeting", "ehlo", "mail", "rcpt", "data", "dot", "quit"); b"" hangs up instead.

    `after`: hang up right after this step's reply. `got` holds the lines and the message that came.
    """

    replies: dict[str, bytes] = field(default_factory=dict)
    after: str = ""
    port: int = 0
    got: list[str] = field(default_factory=list)
    message: bytes = b""


USUAL = {
    "greeting": b"220 ready\r\n",
    "ehlo": b"250 hello\r\n",
    "mail": b"250 ok\r\n",
    "rcpt": b"250 ok\r\n",
    "data": b"354 go on\r\n",
    "dot": b"250 kept\r\n",
    "quit": b"221 bye\r\n",
}


def _serve(listener: socket.socket, script: Script) -> None:
    connection, _ = listener.accept()
    with connection, connection.makefile("rb") as lines:

        def answer(step: str) -> bool:
            reply = script.replies.get(step, USUAL.get(step, b"502 what?\r\n"))
            if reply:
                connection.sendall(reply)
            return bool(reply) and step != script.after

        if not answer("greeting"):
            return
        for line in lines:
            words = line.decode("ascii", "replace").strip()
            script.got.append(words)
            step = words.partition(" ")[0].lower()
            if not answer(step) or step == "quit":
                return
            if step == "data" and script.replies.get("data", USUAL["data"]).startswith(b"354"):
                body = []
                for part in lines:
                    if part == b".\r\n":
                        break
                    body.append(part.removeprefix(b"."))
                script.message = b"".join(body)
                if not answer("dot"):
                    return


@contextmanager
def scripted_server(after: str = "", replies: dict[str, bytes] | None = None) -> Iterator[Script]:
    """A server for one connection that says what the script says."""
    script = Script(replies or {}, after)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        script.port = listener.getsockname()[1]

        def run() -> None:
            with suppress(OSError):
                _serve(listener, script)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        yield script
        thread.join(timeout=5)


def commands(script: Script) -> Sequence[str]:
    """The first words of what came."""
    return [line.partition(" ")[0].lower() for line in script.got]
