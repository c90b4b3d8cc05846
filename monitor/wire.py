"""The one place where edges are built and joined with the pipeline."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import dotenv_values

from monitor import __version__
from monitor.edges.clock import SystemClock
from monitor.edges.corpus import read_corpus
from monitor.edges.files import FileChannel, read_templates
from monitor.edges.lock import folder_lock
from monitor.edges.mail import MailChannel, SmtpServer
from monitor.edges.store import SqlStore
from monitor.errors import Problem, SetupError, StoreError
from monitor.model import DigestRow, HostMemory, RunReport, Source, Watch
from monitor.pipeline import Filer, Room, Told, deliver_all, fetch_all, sync_seeds, tell
from monitor.pipeline.again import tell_week
from monitor.pipeline.backtest import Backtest, backtest
from monitor.pipeline.room import no_progress
from monitor.pipeline.seeding import SeedReport
from monitor.pipeline.telling import DeliveryReport, tell_again
from monitor.ports import Channel, Clock
from monitor.settings import Settings, read_settings
from monitor.watch import check_figures, find_doubts, read_watch

if TYPE_CHECKING:
    from monitor.edges.fetch import HttpFetcher

Progress = Callable[[str, int, int], None]
# What hosts asked of us is saved this often during a run.
KEEP_SECONDS = 2.0


def load_settings(home: Path | None, watch: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings of a working folder; command-line paths win over the environment, it over .env."""
    given = dict(environ)
    folder = (home or Path(given.get("MONITOR_HOME") or ".").expanduser()).absolute()
    given["MONITOR_HOME"] = str(folder)
    if watch is not None:
        given["MONITOR_WATCH"] = str(watch.absolute())
    try:
        dotenv = dotenv_values(folder / ".env") if (folder / ".env").is_file() else {}
    except (OSError, UnicodeError) as error:
        raise SetupError(f"{folder / '.env'}: cannot be read ({error})") from error
    return read_settings(given, dotenv)


def load_watch(settings: Settings) -> Watch:
    """The watch of a working folder, with the figures.toml beside it; raises WatchError or SetupError."""
    watch = read_watch(_watch_text(settings), settings.watch.name)
    own = settings.watch.with_name("figures.toml")
    try:
        figures = own.read_text("utf-8-sig") if own.is_file() else ""
    except (OSError, UnicodeError) as error:
        raise SetupError(f"{own}: cannot be read ({error}); it must be UTF-8 text") from error
    return replace(watch, figures=check_figures(figures, own.name)) if figures else watch


def watch_doubts(settings: Settings) -> tuple[Problem, ...]:
    """Rules of the watch that parse and cannot be meant."""
    return find_doubts(_watch_text(settings), settings.watch.name)


def _watch_text(settings: Settings) -> str:
    try:
        return settings.watch.read_text("utf-8")
    except FileNotFoundError as error:
        raise SetupError(
            f"{settings.watch}: there is no watch file; lay out a working folder with `monitor init DIR`, "
            "or name one with --home or --watch"
        ) from error
    except (OSError, UnicodeError) as error:
        raise SetupError(f"{settings.watch}: cannot be read ({error}); it must be UTF-8 text") from error


def add_sources(settings: Settings, sources: Sequence[Source]) -> int:
    """Write sources at the end of the watch file and return the line of the first; see `edges.watchfile`.

    Raises WatchError or SetupError, and then the file is as it was.
    """
    from monitor.edges.watchfile import append_sources

    return append_sources(settings.watch, sources, lambda text: read_watch(text, settings.watch.name))


def shipped(name: str) -> Path:
    """A file or folder that comes along: beside the package in a checkout, inside it when installed."""
    root = Path(str(files("monitor")))
    inside = root / "shipped" / name.removeprefix(".")
    return inside if inside.exists() else root.parent / name


@dataclass(frozen=True, slots=True)
class App:
    """A working folder, opened: what every command works with."""

    settings: Settings
    watch: Watch
    store: SqlStore
    clock: Clock
    filer: Filer
    seeds: SeedReport

    def channels(self) -> dict[str, Channel]:
        """The ways to hand a digest over that are set up."""
        ways: dict[str, Channel] = {"file": FileChannel(self.settings.home / "digests")}
        server = smtp_server(self.settings)
        if server is not None:
            ways["mail"] = MailChannel(server)
        return ways

    def fetch(
        self,
        *,
        only: frozenset[str] = frozenset(),
        now_all: bool = False,
        tell_all: bool = False,
        patient: bool = False,
        progress: Progress = no_progress,
    ) -> RunReport:
        """Visit sources and file what they offer. `tell_all`: tell the old items of new sources too.

        `patient`: read no page before every source has answered, so that the order does not depend on the time taken.
        """
        return asyncio.run(
            self.fetching(only=only, now_all=now_all, tell_all=tell_all, patient=patient, progress=progress)
        )

    async def fetching(
        self,
        *,
        only: frozenset[str] = frozenset(),
        now_all: bool = False,
        tell_all: bool = False,
        patient: bool = False,
        progress: Progress = no_progress,
    ) -> RunReport:
        """The same inside an event loop, where it can be cancelled."""
        async with open_room(self, progress, tell_all=tell_all, patient=patient) as room:
            return await fetch_all(room, self.filer, only=only, now_all=now_all)

    def tell(self, *, slot: str = "", say_so: bool = False) -> Told | None:
        """Make the digest of what is untold, and the week's where one is due; returns the first."""
        sender = self.settings.smtp_from if smtp_server(self.settings) else ""
        now, templates = self.clock.now(), self.templates()
        told = tell(self.watch, self.store, now, sender=sender, slot=slot, say_so=say_so, templates=templates)
        tell_week(self.watch, self.store, now, sender=sender, templates=templates)
        return told

    def templates(self) -> dict[str, str]:
        """The working folder's own templates by name; raises SetupError when one cannot be read."""
        return read_templates(self.settings.home / "templates")

    def tell_again(self, row: DigestRow) -> tuple[str, ...]:
        """Queue a stored digest once more; returns problems in words."""
        sender = self.settings.smtp_from if smtp_server(self.settings) else ""
        return tell_again(self.watch, self.store, row, sender=sender, templates=self.templates())

    def backtest(self, progress: Progress = no_progress) -> Backtest:
        """File everything stored again by this watch, in a store of its own that is thrown away."""
        with tempfile.TemporaryDirectory(prefix="monitor-backtest-") as folder:
            scratch = SqlStore.open(f"sqlite:///{folder}/scratch.db", self.clock.now())
            try:
                filer = Filer(self.watch, scratch)
                sync_seeds(read_corpus(self.settings.home / "seeds"), scratch, filer, self.clock.now())
                states = self.store.material().states
                return backtest(
                    self.store.kept(), scratch, filer, self.watch, self.clock.now(), states, progress,
                    self.store.kept_count(),
                )  # fmt: skip
            finally:
                scratch.close()

    def deliver(self) -> DeliveryReport:
        """One round of the outbox."""
        return deliver_all(self.store, self.channels(), self.clock)


def smtp_server(settings: Settings) -> SmtpServer | None:
    """The mail server of the settings, or None when mail is not set up."""
    if not settings.smtp_host or not settings.smtp_from:
        return None
    return SmtpServer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_user,
        settings.smtp_password,
        settings.smtp_tls,
        settings.smtp_from,
    )


@contextlib.asynccontextmanager
async def open_room(
    app: App, progress: Progress = no_progress, *, tell_all: bool = False, patient: bool = False
) -> AsyncIterator[Room]:
    """The network and the workers around a run."""
    from monitor.edges.fetch import HttpFetcher, user_agent
    from monitor.edges.guard import Guard, networks
    from monitor.edges.network import online
    from monitor.edges.pool import ProcessPool

    settings = app.settings
    guard = Guard(networks(settings.allow_addresses))
    fetcher = HttpFetcher(
        user_agent(__version__, settings.contact),
        deadline=settings.deadline,
        most_bytes=settings.max_bytes,
        hosts=settings.hosts,
        guard=guard,
        obey_robots=settings.robots == "obey",
        recall=app.store.recall(app.clock.now()),
        now=app.clock.now,
    )
    workers = settings.workers or os.cpu_count() or 1
    pool = ProcessPool(workers, seconds=settings.page_seconds, megabytes=settings.page_memory)

    def keep(news: tuple[HostMemory, ...]) -> None:
        app.store.keep_hosts(news, app.clock.now())

    async with fetcher, pool:
        keeping = asyncio.create_task(_keep_hosts(fetcher, keep))
        try:
            yield Room(
                app.watch,
                app.store,
                fetcher,
                pool,
                app.clock,
                tries=settings.retries,
                jitter=random.random,
                tell_all=tell_all,
                patient=patient,
                progress=progress,
                online=partial(online, others=[source.url for source in app.watch.sources], guard=guard),
            )
        finally:
            keeping.cancel()
            fetcher.hand_over(keep)


async def _keep_hosts(fetcher: HttpFetcher, keep: Callable[[tuple[HostMemory, ...]], None]) -> None:
    """Now and then, so that a run that is killed forgets hardly anything that hosts asked of us."""
    while True:
        await asyncio.sleep(KEEP_SECONDS)
        with contextlib.suppress(StoreError):  # it is tried again, at the end for the last time
            fetcher.hand_over(keep)


@contextlib.contextmanager
def open_app(settings: Settings, clock: Clock | None = None, *, lock: bool = False) -> Iterator[App]:
    """Open a working folder: watch, database, seeds. `lock`: refuse while another run writes here."""
    the_clock = clock or SystemClock()
    watch = load_watch(settings)
    with contextlib.ExitStack() as stack:
        if lock:
            stack.enter_context(folder_lock(settings.home))
        store = SqlStore.open(settings.database, the_clock.now())
        stack.callback(store.close)
        filer = Filer(watch, store)
        seeds = sync_seeds(read_corpus(settings.home / "seeds"), store, filer, the_clock.now())
        yield App(settings, watch, store, the_clock, filer, seeds)


@contextlib.contextmanager
def open_seeds(settings: Settings, folder: Path, clock: Clock | None = None) -> Iterator[App]:
    """A folder of seeds alone, in a store that is thrown away; the shipped watch where the working folder has none."""
    the_clock = clock or SystemClock()
    if not settings.watch.is_file():
        settings = replace(settings, watch=shipped("watch.toml"))
    watch = load_watch(settings)
    with tempfile.TemporaryDirectory(prefix="monitor-seeds-") as scratch:
        store = SqlStore.open(f"sqlite:///{scratch}/seeds.db", the_clock.now())
        try:
            filer = Filer(watch, store)
            seeds = sync_seeds(read_corpus(folder), store, filer, the_clock.now())
            yield App(settings, watch, store, the_clock, filer, seeds)
        finally:
            store.close()
