"""Mails under kill -9: `python bench/mailkill.py`. How many are lost, and how many go out twice and why.

A digest to 300 recipients is sent by a process that is killed twenty times while it sends; the server keeps everything
it took and when. A mail that came twice must be one whose taking was not noted yet when the process died.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.builders import WATCH  # noqa: E402
from support.mail import Inbox, mail_server  # noqa: E402

from monitor.edges.clock import SystemClock  # noqa: E402
from monitor.edges.mail import MailChannel, SmtpServer  # noqa: E402
from monitor.edges.store import SqlStore  # noqa: E402
from monitor.model import Delivery  # noqa: E402
from monitor.pipeline.letters import Post  # noqa: E402
from monitor.pipeline.telling import deliver_all, tell  # noqa: E402

# A lease that outlives the killed holder would only make the next one wait.
MOMENT = timedelta(0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `twice` counts recipients who got the same Message-ID again; `window`: those of them whose
    message had been taken and not been noted when a process died."""

    mails: int
    kills: int
    lost: int
    twice: int
    window: int
    other_bytes: int
    seconds: float


def send(database: str, port: int) -> None:
    """One process: empty the outbox."""
    store = SqlStore.open(database, datetime.now(UTC))
    store.take_lease("bench", MOMENT, datetime.now(UTC))
    server = SmtpServer("127.0.0.1", port, "", "", "none", "bot@news.example", 10.0)
    deliver_all(store, {"mail": MailChannel(server)}, SystemClock())


def kill_while_sending(mails: int, kills: int, seed: int, folder: Path) -> Outcome:
    """Queue `mails`, kill the sender `kills` times at random numbers of taken mails, then let it finish."""
    database = f"sqlite:///{folder}/monitor.db"
    begun = time.monotonic()
    store = SqlStore.open(database, datetime.now(UTC))
    to = tuple(f"reader{number}@example.org" for number in range(mails))
    watch = replace(WATCH, digest=replace(WATCH.digest, formats=(), to=to))
    told = tell(watch, store, datetime.now(UTC), post=Post("bot@news.example"), say_so=True)
    assert told is not None
    chance = random.Random(seed)
    with mail_server() as inbox:
        done, window = 0, 0
        for number in range(kills):
            if _killed_after(database, inbox, chance, (number + 1) * mails // (kills + 2)):
                done += 1
            waiting = {row.to for row in _outbox(store)}
            window += sum(1 for row in _newly_taken(inbox) if row in waiting)
        while _outbox(store):
            send(database, inbox.port)
        came = Counter(recipients[0] for _, recipients, _ in inbox.taken)
        payloads: dict[str, set[bytes]] = {}
        for _, recipients, content in inbox.taken:
            payloads.setdefault(recipients[0], set()).add(content)
    store.close()
    return Outcome(
        mails=mails,
        kills=done,
        lost=sum(1 for each in to if not came[each]),
        twice=sum(count - 1 for count in came.values()),
        window=window,
        other_bytes=sum(1 for each in payloads.values() if len(each) > 1),
        seconds=round(time.monotonic() - begun, 1),
    )


def _outbox(store: SqlStore) -> tuple[Delivery, ...]:
    return store.outbox(datetime.now(UTC) + timedelta(days=9))


_SEEN: dict[int, int] = {}


def _newly_taken(inbox: Inbox) -> list[str]:
    """Who got something since the last look."""
    start = _SEEN.get(id(inbox), 0)
    _SEEN[id(inbox)] = len(inbox.taken)
    return [recipients[0] for _, recipients, _ in inbox.taken[start:]]


def _killed_after(database: str, inbox: Inbox, chance: random.Random, enough: int) -> bool:
    """Start a sender; kill it at a random moment of the tenth of a second after so many mails were taken in all."""
    sender = multiprocessing.get_context("fork").Process(target=send, args=(database, inbox.port))
    sender.start()
    limit = time.monotonic() + 120
    while sender.is_alive() and len(inbox.taken) < enough and time.monotonic() < limit:
        time.sleep(0.0005)
    time.sleep(chance.uniform(0, 0.1))
    if sender.is_alive() and sender.pid:
        os.kill(sender.pid, signal.SIGKILL)
    sender.join()
    # What the server had taken off the line by then is noted by it a moment later.
    _settled(inbox)
    return sender.exitcode == -signal.SIGKILL


def _settled(inbox: Inbox) -> None:
    before, still = len(inbox.taken), threading.Event()
    for _ in range(100):
        still.wait(0.05)
        if len(inbox.taken) == before:
            return
        before = len(inbox.taken)


def main() -> None:
    """Run it and print the outcome as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=300)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = kill_while_sending(args.mails, args.kills, args.seed, Path(folder))
    print(json.dumps({name: getattr(outcome, name) for name in Outcome.__slots__}))
    sys.exit(1 if outcome.lost or outcome.twice != outcome.window or outcome.other_bytes else 0)


if __name__ == "__main__":
    main()
