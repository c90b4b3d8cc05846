"""mail: what waits, what was refused, who gets nothing; a test of the mail server."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from monitor.cli.common import Context, home_options, json_option, plural, say_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.model import Posted, Reader


@click.group()
def mail() -> None:
    """The outbox and the recipients."""


@mail.command("list")
@home_options
@json_option
@click.pass_obj
def list_(obj: Context, as_json: bool) -> None:
    """What waits or was given up, and who gets no mail."""
    with obj.look() as look:
        posted = look.store.posted()
        readers = [each for each in look.store.readers().values() if not each.wants_mail]
        everybody = look.watch.digest.everybody()
    if as_json:
        say_json(
            {
                "deliveries": [
                    {"digest": each.digest, "channel": each.channel, "to": each.to, "state": each.state,
                     "attempts": each.attempts, "next_try": each.next_try, "reason": each.reason}
                    for each in posted
                ],
                "recipients": [
                    {"to": each.address, "paused_at": each.paused_at, "left_at": each.left_at, "reason": each.reason}
                    for each in readers
                ],
            }
        )  # fmt: skip
        return
    for line in (*_deliveries(posted), *_silent(readers)):
        click.echo(line)
    if not posted and not readers:
        click.echo(f"nothing waits, and all of {plural(len(everybody), 'recipient')} get mail")


def _deliveries(posted: tuple[Posted, ...]) -> Iterator[str]:
    for each in posted:
        when = f"next try {each.next_try:%-d %b, %H:%M} UTC" if each.next_try else "due"
        state = "given up" if each.state == "failed" else when
        tries = f" after {plural(each.attempts, 'try', 'tries')}" if each.attempts else ""
        yield f"{each.digest}  {each.channel}  {each.to}: {state}{tries}" + (f": {each.reason}" if each.reason else "")


def _silent(readers: list[Reader]) -> Iterator[str]:
    for each in readers:
        if each.left_at:
            yield f"{each.address}: unsubscribed {each.left_at:%-d %b %Y}"
        else:
            yield f"{each.address}: paused since {each.paused_at:%-d %b %Y}, refused too often: {each.reason}"


@mail.command()
@home_options
@click.argument("to", required=False)
@click.pass_obj
def test(obj: Context, to: str | None) -> None:
    """Send a test message to an address, or, without one, only log in; exit 4 when that fails."""
    from datetime import UTC, datetime

    from monitor.edges.mail import MailChannel
    from monitor.errors import DeliveryError, SetupError
    from monitor.model import Delivery
    from monitor.stages.letter import write_test_letter
    from monitor.wire import smtp_server

    settings = obj.settings()
    server = smtp_server(settings)
    if server is None:
        raise SetupError("no mail is set up; set SMTP_HOST and SMTP_FROM in .env")
    channel = MailChannel(server)
    place = f"{server.host}:{server.port} ({server.tls})"
    try:
        if to is None:
            channel.check()
            click.echo(f"{place} lets us in; nothing was sent: name an address to send a test to")
            return
        letter = write_test_letter(obj.watch_alone().name, sender=server.sender, to=to, now=datetime.now(UTC))
        channel.deliver(Delivery(0, 0, "mail", letter.to, letter.payload), lambda: None)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    except DeliveryError as error:
        click.echo(f"not delivered: {error}", err=True)
        sys.exit(4)
    click.echo(f"{place} took a test message for {letter.to}")


@mail.command()
@home_options
@click.pass_obj
def retry(obj: Context) -> None:
    """Make everything that waits or was given up due again; the next run, digest or tick sends it."""
    with obj.look() as look:
        count = look.store.retry_failed()
    click.echo(f"{plural(count, 'delivery is', 'deliveries are')} due")


@mail.command()
@home_options
@click.argument("address")
@click.pass_obj
def resume(obj: Context, address: str) -> None:
    """Let a recipient who is paused or has left get mail again."""
    from monitor.stages.letter import ascii_address

    try:
        known = ascii_address(address)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with obj.look() as look:
        if not look.store.welcome_back(known):
            raise click.UsageError(f"{address!r} has never been written to; see monitor mail list")
    click.echo(f"{known} gets mail again")


@mail.command()
@home_options
@click.argument("who")
@click.pass_obj
def unsubscribe(obj: Context, who: str) -> None:
    """Send no more to an address, or to the one with this token."""
    from datetime import UTC, datetime

    from monitor.stages.letter import ascii_address

    now = datetime.now(UTC)
    with obj.look() as look:
        token = who
        if "@" in who:
            try:
                known = ascii_address(who)
            except ValueError as error:
                raise click.UsageError(str(error)) from error
            token = look.store.readers([known])[known].token
        address = look.store.leave(token, now)
    if not address:
        raise click.UsageError("nobody has this token")
    click.echo(f"{address} gets no more mail; monitor mail resume undoes it")


@mail.command()
@home_options
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; keep it on this machine.")
@click.option("--port", type=click.IntRange(0, 65535), default=8025, show_default=True, help="Its port; 0: any.")
@click.pass_obj
def listen(obj: Context, host: str, port: int) -> None:
    """Take one-click requests to unsubscribe, for the web server that serves MONITOR_PUBLIC_URL."""
    import signal
    import threading
    from datetime import UTC, datetime

    from monitor.edges.leaving import leaving_server
    from monitor.errors import SetupError
    from monitor.wire import open_store

    settings = obj.settings()

    def leave(token: str) -> bool:
        with open_store(settings) as look:
            return bool(look.store.leave(token, datetime.now(UTC)))

    try:
        server = leaving_server(host, port, leave)
    except OSError as error:
        raise SetupError(f"{host}:{port}: cannot listen there ({error})") from error
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: threading.Thread(target=server.shutdown).start())
    click.echo(f"listening on {host}:{server.server_port}", err=True)
    with server:
        server.serve_forever(poll_interval=0.2)
