"""Processes that die or race: no mail is lost, one digest is told, and a stop is quick."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from end_to_end import stored
from end_to_end.command import Started, monitor
from end_to_end.folder import lay
from support.builders import WATCH, make_filed
from support.mail import mail_server

from monitor.edges.store import SqlStore
from monitor.model import Recipient
from monitor.pipeline.letters import Post
from monitor.pipeline.telling import tell
from monitor.schedule import Ticker

SENDER = "bot@news.example"
# Nobody waits so long on an idle machine.
LONGEST = 60.0


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A working folder without sources, with a digest's mails in its outbox for each recipient."""
    return lay(tmp_path / "home")


def opened(home: Path) -> SqlStore:
    return SqlStore.open(f"sqlite:///{home}/monitor.db", datetime.now(UTC))


def queue(home: Path, count: int) -> None:
    store = opened(home)
    everybody = tuple(Recipient(f"reader{number}@example.org") for number in range(count))
    watch = replace(WATCH, digest=replace(WATCH.digest, formats=(), recipients=everybody))
    assert tell(watch, store, datetime.now(UTC), post=Post(SENDER), say_so=True) is not None
    store.close()


def server(port: int) -> dict[str, str]:
    return {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_TLS": "none", "SMTP_FROM": SENDER}


def test_mails_sent_by_runs_that_are_killed_are_not_lost_and_each_crash_repeats_at_most_one(home: Path) -> None:
    queue(home, 12)
    kills = 0
    with mail_server() as inbox:
        for enough in (3, 7):
            run = Started("run", "--home", home, env=server(inbox.port))
            limit = time.monotonic() + LONGEST
            while run.running() and len(inbox.taken) < enough and time.monotonic() < limit:
                time.sleep(0.001)
            kills += run.kill() == -signal.SIGKILL
        done = monitor("run", "--home", home, env=server(inbox.port))
        assert done.code == 0, done.all
    came = Counter(recipients[0] for _, recipients, _ in inbox.taken)
    assert set(came) == {f"reader{number}@example.org" for number in range(12)}, "none is lost"
    assert sum(came.values()) - 12 <= kills, "at most one a crash comes twice"
    contents = {(recipients[0], content) for _, recipients, content in inbox.taken}
    assert len(contents) == 12, "and then it is the same message to the byte"
    assert stored.query(home, "SELECT DISTINCT state FROM delivery WHERE channel = 'mail'") == [("done",)]


def test_six_programs_that_race_for_a_slot_and_one_is_killed_tell_it_once(home: Path, tmp_path: Path) -> None:
    database = {"MONITOR_DATABASE": f"sqlite:///{home}/monitor.db"}
    # A first tick, so that the slot before is not owed; then one is owed that nobody has taken.
    assert monitor("tick", "--home", home).code == 0
    store = opened(home)
    store.file(None, make_filed())
    store.close()
    assert len(stored.query(home, "SELECT slot FROM skipped")) == 1
    _forget_slot(home)
    homes = [home, *(tmp_path / f"home{number}" for number in range(5))]
    for folder in homes[1:]:
        folder.mkdir()
        shutil.copyfile(home / "watch.toml", folder / "watch.toml")
    runs = [Started("tick", "--home", folder, env=database) for folder in homes]
    runs[2].kill()
    for run in runs:
        if run.running():
            run.wait(LONGEST)
    # Where the killed one held the lease, the others were refused: then the next tick of its folder tells.
    assert monitor("tick", "--home", homes[2], env=database).code == 0
    made = stored.query(home, "SELECT slot FROM digest")
    assert len(made) == 1, made
    assert stored.query(home, "SELECT count(*) FROM article WHERE NOT seed AND digest_id IS NULL") == [(0,)]


def _forget_slot(home: Path) -> None:
    """The slot that the first tick passed over is due again, as if it had come only now."""
    with sqlite3.connect(home / "monitor.db") as connection:
        connection.execute("UPDATE skipped SET slot = 'daily:2000-01-01T07:00', at = '2000-01-01 07:00:00.000000'")
    connection.close()


def _stop_after(event: threading.Event, ticker: Ticker) -> None:
    def wait() -> None:
        event.wait(LONGEST)
        ticker.stop()

    threading.Thread(target=wait, daemon=True).start()


def test_a_step_that_does_not_end_is_left_after_its_grace() -> None:
    begun, over = threading.Event(), threading.Event()

    def hang(step: object) -> None:
        begun.set()
        over.wait(LONGEST)

    ticker = Ticker(hang)
    _stop_after(begun, ticker)
    try:
        assert not ticker.run(grace=0.05)
    finally:
        over.set()


def test_start_ends_at_once_between_two_steps() -> None:
    ended = threading.Event()
    ticker = Ticker(lambda step: ended.set())
    _stop_after(ended, ticker)
    assert ticker.run(grace=LONGEST)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_start_stops_in_ten_seconds_in_the_middle_of_a_message(home: Path, name: str) -> None:
    queue(home, 1)
    with ExitStack() as stack:
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        silent.settimeout(LONGEST)
        run = Started("start", "--home", home, env=server(silent.getsockname()[1]))
        stack.callback(run.kill)
        connection, _ = silent.accept()
        stack.enter_context(connection)
        os.kill(run.pid, getattr(signal, name))
        begun = time.monotonic()
        assert run.wait(LONGEST) == 0
        assert time.monotonic() - begun < 20, "ten seconds on a machine that has nothing else to do"
    assert stored.query(home, "SELECT state FROM delivery WHERE channel = 'mail'") == [("pending",)]
