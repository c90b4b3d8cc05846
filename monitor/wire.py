"""The one place where edges are built and joined with the pipeline."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import socket
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
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
from monitor.edges.store import SqlStore
from monitor.errors import LeaseError, Problem, SetupError, StoreError, WatchError
from monitor.model import DigestRow, HostMemory, RunReport, Source, Watch
from monitor.pipeline import Filer, Room, fetch_all, sync_seeds
from monitor.pipeline.gathering import gather_stories
from monitor.pipeline.ordering import restore_order
from monitor.pipeline.room import no_progress
from monitor.pipeline.seeding import SeedReport
from monitor.ports import Channel, Clock
from monitor.settings import Settings, read_settings
from monitor.watch import check_figures, find_doubts, read_watch

# Each start imports these; what not every command needs is imported where it is used.
if TYPE_CHECKING:
    from monitor.edges.fetch import HttpFetcher
    from monitor.edges.mail import SmtpServer
    from monitor.pipeline.backtest import Backtest
    from monitor.pipeline.letters import Post
    from monitor.pipeline.telling import DeliveryReport, Told

Progress = Callable[[str, int, int], None]
# What hosts asked of us is saved this often during a run.
KEEP_SECONDS = 2.0
log = logging.getLogger("monitor")
# So long a run that died on another machine keeps others out. Longer than handing over one message may take.
LEASE = timedelta(minutes=6)


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


def load_watch(settings: Settings, *, rules: bool = True) -> Watch:
    """The watch of a working folder, with the figures.toml beside it; raises WatchError or SetupError.

    `rules`: whether its rules are read; those of a watch whose rules are not are good for nothing.
    """
    text, name = _watch_text(settings), settings.watch.name
    watch = read_watch(text, name) if rules else read_watch(text, name, None)
    own = settings.watch.with_name("figures.toml")
    try:
        figures = own.read_text("utf-8-sig") if own.is_file() else ""
    except (OSError, UnicodeError) as error:
        raise SetupError(f"{own}: cannot be read ({error}); it must be UTF-8 text") from error
    return replace(watch, figures=check_figures(figures, own.name)) if figures else watch


def look_at_watch(settings: Settings) -> tuple[Watch, tuple[Problem, ...]]:
    """The watch for what needs no rules: where only rules are wrong, it comes with what is wrong with them.

    Raises WatchError or SetupError for any other mistake.
    """
    try:
        return load_watch(settings), ()
    except WatchError as error:
        try:
            return load_watch(settings, rules=False), error.problems
        except WatchError:
            raise error from None


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
class Look:
    """A working folder, opened to look at what is stored. `problems`: rules that do not parse; none is asked here."""

    settings: Settings
    watch: Watch
    store: SqlStore
    clock: Clock
    problems: tuple[Problem, ...]

    def templates(self) -> dict[str, str]:
        """The working folder's own templates by name; raises SetupError when one cannot be read."""
        return read_templates(self.settings.home / "templates")


@dataclass(frozen=True, slots=True)
class App(Look):
    """A working folder, opened: what every command works with."""

    filer: Filer
    seeds: SeedReport

    def channels(self) -> dict[str, Channel]:
        """The ways to hand a digest over that are set up."""
        from monitor.edges.mail import MailChannel
        from monitor.edges.notify import NotifyChannel

        ways: dict[str, Channel] = {"file": FileChannel(self.settings.home / "digests")}
        server = smtp_server(self.settings)
        if server is not None:
            ways["mail"] = MailChannel(server)
        if self.settings.notify:
            ways["notify"] = NotifyChannel(self.settings.services)
        return ways

    def post(self) -> Post:
        """How digests leave, by the settings."""
        from monitor.pipeline.letters import Post

        settings = self.settings
        sender = settings.smtp_from if smtp_server(settings) else ""
        return Post(sender, settings.public_url, tuple(settings.services), self.templates())

    def ping(self, what: str) -> bool:
        """Tell the dead man's switch: "start", "success" or "fail"; whether it heard. Never raises."""
        from monitor.edges.ping import ping

        settings = self.settings
        return ping({"start": settings.ping_start, "success": settings.ping_success}.get(what, settings.ping_fail))

    def fetch(
        self,
        *,
        only: frozenset[str] = frozenset(),
        now_all: bool = False,
        tell_all: bool = False,
        progress: Progress = no_progress,
    ) -> RunReport:
        """Visit sources and file what they offer. `tell_all`: tell the old items of new sources too."""
        from monitor.edges import loop

        return loop.run(self.fetching(only=only, now_all=now_all, tell_all=tell_all, progress=progress))

    async def fetching(
        self,
        *,
        only: frozenset[str] = frozenset(),
        now_all: bool = False,
        tell_all: bool = False,
        progress: Progress = no_progress,
    ) -> RunReport:
        """The same inside an event loop, where it can be cancelled."""
        async with open_room(self, progress, tell_all=tell_all) as room:
            report = await fetch_all(room, self.filer, only=only, now_all=now_all)
        self.store.forget_lines(self.clock.now().date())
        return report

    def tell(self, *, slot: str = "", say_so: bool = False) -> Told | None:
        """Make the digest of what is untold, and the week's where one is due; returns the first."""
        from monitor.pipeline.again import tell_week
        from monitor.pipeline.telling import tell

        # A run that was killed may have left some out of order.
        restore_order(self.watch, self.store, self.filer)
        now, post = self.clock.now(), self.post()
        told = tell(self.watch, self.store, now, post=post, slot=slot, say_so=say_so)
        tell_week(self.watch, self.store, now, post=post)
        return told

    def tell_again(self, row: DigestRow) -> tuple[str, ...]:
        """Queue a stored digest once more; returns problems in words."""
        from monitor.pipeline.telling import tell_again

        return tell_again(self.watch, self.store, row, post=self.post())

    def backtest(self, progress: Progress = no_progress) -> Backtest:
        """File everything stored again by this watch, in a store of its own that is thrown away."""
        from monitor.pipeline.backtest import backtest

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

    def apply(self, found: Backtest) -> int:
        """Keep the articles that a backtest filed otherwise as it filed them; returns how many there were."""
        with self.store.batch():
            done = self.store.refile(found.filed, found.echoes)
            gather_stories(self.store, self.watch)
        return done

    def deliver(self, stopping: Callable[[], bool] = lambda: False) -> DeliveryReport:
        """One round of the outbox; it ends early when `stopping` says so."""
        from monitor.pipeline.telling import deliver_all

        return deliver_all(self.store, self.channels(), self.clock, stopping=stopping)


def smtp_server(settings: Settings) -> SmtpServer | None:
    """The mail server of the settings, or None when mail is not set up."""
    if not settings.smtp_host or not settings.smtp_from:
        return None
    from monitor.edges.mail import SmtpServer

    return SmtpServer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_user,
        settings.smtp_password,
        settings.smtp_tls,
        settings.smtp_from,
    )


@contextlib.asynccontextmanager
async def open_room(app: App, progress: Progress = no_progress, *, tell_all: bool = False) -> AsyncIterator[Room]:
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
def _lease(store: SqlStore, settings: Settings, clock: Clock) -> Iterator[None]:
    """Hold the store's lease, and keep it from another thread as long as this process runs."""
    # The lock on the folder keeps others of this machine out, so that a holder of the same name is dead.
    store.take_lease(f"{socket.gethostname()}:{settings.home}", LEASE, clock.now())
    over = threading.Event()

    def keep() -> None:
        while not over.wait(LEASE.total_seconds() / 6):
            try:
                store.keep_lease(LEASE, clock.now())
            except LeaseError:
                return  # the next write finds out as well, and says so
            except Exception as error:
                log.warning("the lease could not be kept this time: %s", error)

    keeper = threading.Thread(target=keep, name="lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
        with contextlib.suppress(StoreError):
            store.give_lease_back()


@contextlib.contextmanager
def open_store(settings: Settings) -> Iterator[Look]:
    """The watch and the store alone, for commands that only look or change a line, and ask no rule."""
    watch, problems = look_at_watch(settings)
    clock = SystemClock()
    store = SqlStore.open(settings.database, clock.now())
    try:
        yield Look(settings, watch, store, clock, problems)
    finally:
        store.close()


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
        if lock:
            stack.enter_context(_lease(store, settings, the_clock))
        filer = Filer(watch, store)
        seeds = sync_seeds(read_corpus(settings.home / "seeds"), store, filer, the_clock.now())
        yield App(settings, watch, store, the_clock, (), filer, seeds)


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
            yield App(settings, watch, store, the_clock, (), filer, seeds)
        finally:
            store.close()
