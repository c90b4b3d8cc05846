"""The benchmarks of whole programs, one command: `python bench/run.py`. See README.md beside this file.

Ours runs as a person runs it (init, a watch with these sources, fetch), between the peers, on the same local world.
Only the standard library is needed here; the peers have an environment of their own.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import platform
import re
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
SAMPLE_S = 0.05  # between two looks at the memory of a process tree
LONGEST_S = 1800.0


def python_of(*places: Path) -> str:
    """The first interpreter that is there, or ""."""
    return next((str(place) for place in places if place.exists()), "")


# --- measuring -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Run:
    """One program, run once. Seconds, MB; `began` on the monotonic clock."""

    wall: float = 0.0
    cpu: float = 0.0
    peak: float = 0.0
    requests: int = 0
    megabytes: float = 0.0
    code: int = 0
    began: float = 0.0
    began_at: datetime | None = None
    trouble: str = ""  # why this run proves nothing; it is shown, and no ratio uses it
    said: dict[str, Any] = field(default_factory=dict)
    stats: dict[str, Any] = field(default_factory=dict)


class Sampler(threading.Thread):
    """The highest sum of resident memory over a process and all its descendants."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak, self.done = pid, 0, threading.Event()

    def run(self) -> None:
        page = os.sysconf("SC_PAGE_SIZE")
        while not self.done.wait(SAMPLE_S):
            total, todo = 0, [self.pid]
            while todo:
                pid = todo.pop()
                with contextlib.suppress(OSError, ValueError, IndexError):
                    total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page
                    for task in os.listdir(f"/proc/{pid}/task"):
                        todo += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())
            self.peak = max(self.peak, total)


def measure(command: Sequence[str], cwd: Path, env: dict[str, str], until: Callable[[], bool] | None = None) -> Run:
    """Run a command to its end (or kill it when `until` says so) and measure it and what it started."""
    run = Run()
    with (cwd / "out.log").open("wb") as out, (cwd / "err.log").open("wb") as err:
        run.began, run.began_at = time.monotonic(), datetime.now(UTC)
        process = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
        )
        sampler = Sampler(process.pid)
        sampler.start()
        if until is not None:
            while process.poll() is None and not until():
                time.sleep(0.05)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        timer = threading.Timer(LONGEST_S, process.kill)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0) if process.returncode is None else (0, 0, None)
        timer.cancel()
        run.wall = time.monotonic() - run.began
    sampler.done.set()
    process.returncode = run.code = os.waitstatus_to_exitcode(status)
    if usage:
        run.cpu = usage.ru_utime + usage.ru_stime
    sampler.join()
    run.peak = sampler.peak / 1e6
    with contextlib.suppress(ValueError, IndexError):
        run.said = json.loads((cwd / "out.log").read_text().strip() or "{}")
    if run.code and until is None:
        run.trouble = f"exit {run.code}"
        say(f"! {' '.join(command[:6])} ended with {run.code}: {(cwd / 'err.log').read_text()[-600:]}")
    return run


class World:
    """A world in a process of its own."""

    def __init__(self, *args: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(BENCH / "newsworld.py"), *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("the world did not start")
        self.control: str = json.loads(line)["control"]

    def ask(self, order: str) -> Any:
        with urllib.request.urlopen(self.control + order) as answer:
            return json.loads(answer.read())

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.ask("/quit")
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(10)


@contextlib.contextmanager
def world(*args: object) -> Iterator[World]:
    say(f"  building the world: {' '.join(map(str, args))}")
    made = World(*map(str, args))
    try:
        yield made
    finally:
        made.close()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# --- the contenders ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bench:
    """What every scenario needs."""

    folder: Path
    tree: Path
    ours: str
    peers: str
    rounds: int
    feeds: int
    articles: int
    leads: int

    def fresh(self, name: str) -> Path:
        """An empty folder."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def env(self, **more: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MONITOR_", "SMTP_", "PYTHON"))}
        return kept | {"PYTHONPATH": str(self.tree), "MONITOR_ALLOW_ADDRESSES": "127.0.0.0/8"} | more

    def lay(self, place: World, name: str, pause: str = "0ms") -> Path:
        """A working folder: `init`, the shipped watch with this world's sources, `doctor` (which files the seeds)."""
        home = self.fresh(name)
        subprocess.run(
            [self.ours, "-m", "monitor", "init", str(home)], env=self.env(), check=True, stdout=subprocess.DEVNULL
        )
        watch = home / "watch.toml"
        text = watch.read_text("utf-8").split("\n[[source]]")[0]
        for row in place.ask("/sources"):
            text += (
                f'\n[[source]]\nid = "{row["id"]}"\nname = "{row["name"]} {row["id"]}"\nurl = "{row["url"]}"\n'
                f'every = "30m"\npause = "{pause}"\n'
            )
        watch.write_text(text, "utf-8")
        measure([self.ours, "-m", "monitor", "doctor"], home, self.env())
        return home

    def fetch(self, place: World, home: Path, pages: int = 0, until: Callable[[], bool] | None = None) -> Run:
        """`monitor fetch --now` in a laid folder. It proves nothing unless every feed and `pages` pages were asked."""
        place.ask("/reset")
        command = [self.ours, "-m", "monitor", "fetch", "--now", "--json"]
        run = self.counted(place, measure(command, home, self.env(), until))
        if until is not None:
            return run
        sick = set(run.stats["faulty_sites"])
        failed = [row for row in run.said.get("sources", []) if row["outcome"] == "failed" and row["id"] not in sick]
        read = run.said.get("filed", 0)
        if not run.said.get("sources"):
            run.trouble = run.trouble or "no report"
        elif failed:
            run.trouble = f"{len(failed)} healthy sources failed: {failed[0]['reason']}"
        elif run.stats["kinds"].get("feed", 0) < len(run.said["sources"]) - len(sick):
            run.trouble = f"only {run.stats['kinds'].get('feed', 0)} feeds were asked"
        elif run.stats["healthy_pages"] < pages or read < 0.95 * pages:
            run.trouble = f"{run.stats['healthy_pages']} pages asked and {read} filed, {pages} offered"
        return run

    def peer(self, place: World, name: str, folder: Path, least: int = 0) -> Run:
        """A peer; its state stays in the folder. It proves nothing unless it asked or read `least` things."""
        place.ask("/reset")
        run = measure([self.peers, str(BENCH / "peers.py"), name, place.control, str(folder)], folder, self.env())
        run = self.counted(place, run)
        did = max([value for value in run.said.values() if isinstance(value, int)], default=run.requests)
        if name != "extract" and run.requests < len(place.ask("/sources")):
            run.trouble = run.trouble or f"asked {run.requests} times, fewer than there are feeds"
        if did < least:
            run.trouble = run.trouble or f"did {did} of {least}"
        if "wall" in run.said:
            run.wall, run.cpu, run.requests, run.megabytes = run.said["wall"], run.said["cpu"], 0, 0.0
        return run

    @staticmethod
    def counted(place: World, run: Run) -> Run:
        run.stats = place.ask("/stats")
        run.requests, run.megabytes = run.stats["requests"], run.stats["bytes"] / 1e6
        return run


# --- tables --------------------------------------------------------------------------------------------------------

RESULTS: dict[str, Any] = {}


class Table:
    """Runs by row name; printed as medians."""

    def __init__(self, title: str) -> None:
        self.title, self.rows = title, dict[str, list[Run]]()
        self.notes: list[str] = []

    def add(self, name: str, run: Run) -> Run:
        self.rows.setdefault(name, []).append(run)
        say(f"  {self.title}: {name}: {run.wall:.2f} s, CPU {run.cpu:.2f} s, {run.peak:.0f} MB {run.trouble}")
        return run

    def median(self, name: str, what: str = "wall") -> float:
        return statistics.median(getattr(run, what) for run in self.rows[name]) if name in self.rows else float("nan")

    def ratio(self, above: str, below: str, goal: str, what: str = "wall") -> None:
        """The median of the rounds' ratios, with its goal."""
        if above in self.rows and below in self.rows:
            pairs = zip(self.rows[above], self.rows[below], strict=False)
            sound = [(a, b) for a, b in pairs if not (a.trouble or b.trouble) and getattr(b, what)]
            each = [getattr(a, what) / getattr(b, what) for a, b in sound]
            if each:
                self.figure(f"{above} / {below} ({what})", statistics.median(each), goal, each)
            else:
                self.notes.append(
                    f"{above} / {below} ({what}): NOT MEASURED, no sound pair of runs   goal {goal or '-'}"
                )

    def figure(self, what: str, value: float, goal: str, each: Sequence[float] = ()) -> None:
        """A figure beside its goal; a ratio whose rounds do not agree about the goal is called undecided."""
        limit = re.search(r"[\d.]+", goal)
        sides = {one <= float(limit[0]) for one in (value, *each)} if limit else set()
        verdict = {0: "", 1: " met" if True in sides else " MISSED", 2: " UNDECIDED: the rounds disagree"}[len(sides)]
        spread = f" ({min(each):.2f} to {max(each):.2f}, rounds {len(each)})" if each else ""
        self.notes.append(f"{what}: {value:.2f}{spread}   goal {goal or '-'}{verdict}")
        RESULTS.setdefault(self.title, {}).setdefault("figures", {})[what] = {
            "value": value,
            "goal": goal,
            "rounds": list(each),
        }

    def print(self) -> None:
        print(
            f"\n## {self.title}\n\n| | wall s | CPU s | peak MB | requests | MB received |\n|---|---|---|---|---|---|"
        )
        for name, every in self.rows.items():
            runs = [run for run in every if not run.trouble]
            if not runs:
                print(f"| {name} | not measured | | | | |")
                continue
            m = lambda what, runs=runs: statistics.median(getattr(run, what) for run in runs)  # noqa: E731
            print(
                f"| {name} | {m('wall'):.2f} | {m('cpu'):.2f} | {m('peak'):.0f} | {m('requests'):.0f} | "
                f"{m('megabytes'):.1f} |"
            )
        print()
        for name, runs in self.rows.items():
            for run in runs:
                if run.trouble:
                    print(f"- PROVES NOTHING: {name}: {run.trouble}")
        for note in self.notes:
            print(f"- {note}")
        sys.stdout.flush()
        RESULTS.setdefault(self.title, {})["rows"] = {
            name: [dataclasses.asdict(run) | {"began_at": str(run.began_at)} for run in runs]
            for name, runs in self.rows.items()
        }


def read_rows(home: Path, statement: str, *args: object) -> list[tuple[Any, ...]]:
    """Rows of the store of a working folder."""
    with contextlib.closing(sqlite3.connect(home / "monitor.db")) as database:
        return database.execute(statement, args).fetchall()


# --- scenarios -----------------------------------------------------------------------------------------------------


def cold_and_warm(bench: Bench) -> None:
    """The whole way, from nothing; then again with nothing changed."""
    cold, warm = Table(f"cold: {bench.feeds} feeds x {bench.articles} articles"), Table("warm: nothing changed")
    with world("--feeds", bench.feeds, "--articles", bench.articles) as place:
        for number in range(bench.rounds):
            home = bench.lay(place, "ours")
            count = bench.feeds * bench.articles
            run = cold.add("monitor fetch", bench.fetch(place, home, count))
            if number == 0 and run.said:
                cold.notes.append(
                    f"filed {run.said.get('filed')}, known {run.said.get('known')}, "
                    f"developments {run.said.get('developments')}, given up {len(run.said.get('given_up', []))}, "
                    f"to retry {len(run.said.get('retry', []))}"
                )
            warm.add("monitor fetch", bench.fetch(place, home))
            for name, label in (
                ("extract", "floor: extraction, trafilatura defaults, all cores"),
                ("scrapy", "scrapy + trafilatura"),
                ("fetch", "floor: requests alone, aiohttp"),
                ("reader", "lemon24/reader (feeds only)"),
            ):
                if bench.peers:
                    folder = bench.fresh(name)
                    least = bench.feeds if name == "fetch" else count * 95 // 100
                    cold.add(label, bench.peer(place, name, folder, least))
                    if name != "extract":
                        warm.add(label, bench.peer(place, name, folder, bench.feeds))
    cold.ratio("monitor fetch", "floor: extraction, trafilatura defaults, all cores", "<= 1.20")
    cold.ratio("monitor fetch", "floor: extraction, trafilatura defaults, all cores", "", "cpu")
    cold.ratio("monitor fetch", "scrapy + trafilatura", "<= 0.6")
    warm.ratio("monitor fetch", "scrapy + trafilatura", "")
    warm.ratio("monitor fetch", "lemon24/reader (feeds only)", "")
    cold.print()
    warm.print()


def feeds_1000(bench: Bench, feeds: int = 1000) -> None:
    """Many feeds: nothing changed; then one new entry in each."""
    same, new = Table(f"feeds-1000: {feeds} feeds, unchanged"), Table(f"feeds-1000: {feeds} feeds, new entries in each")
    with world("--feeds", feeds, "--articles", 20, "--page", "tiny") as place:
        place.ask("/advance?entries=1")
        place.ask("/level?to=0")
        # Read all feeds once. The pages of 20,000 entries are not what is measured: the run is killed when the last
        # feed is saved (which it must survive), and their leads are set aside.
        primed = bench.lay(place, "ours-primed")
        read = "SELECT count(*) FROM source WHERE ok_at IS NOT NULL"
        bench.fetch(place, primed, until=lambda: read_rows(primed, read)[0][0] == feeds)
        with contextlib.closing(sqlite3.connect(primed / "monitor.db")) as database, database:
            database.execute("UPDATE lead SET state = 'failed' WHERE state = 'pending'")
            leads = database.execute("SELECT count(*) FROM lead").fetchone()[0]
        say(f"  {leads} leads known")
        # A second run, as any but the first day sees: the hosts' robots.txt are known for the day.
        bench.fetch(place, primed)
        reader = bench.fresh("reader-primed")
        if bench.peers:
            bench.peer(place, "reader", reader)
        for _ in range(bench.rounds):
            for level, table in ((0, same), (1, new)):
                place.ask(f"/level?to={level}")
                home = bench.folder / "ours"
                shutil.rmtree(home, ignore_errors=True)
                shutil.copytree(primed, home)
                run = bench.fetch(place, home, feeds * level)
                if run.stats["kinds"].get("page", 0) > feeds * level:
                    run.trouble = run.trouble or "it read pages of before"
                table.add("monitor fetch", run)
                part = dataclasses.replace(run, wall=run.stats["last"]["feed"] - run.began, cpu=0.0, megabytes=0.0)
                part.requests = run.stats["kinds"].get("feed", 0)
                if level:
                    table.add("monitor fetch, until the last feed was answered", part)
                if bench.peers:
                    folder = bench.folder / "reader"
                    shutil.rmtree(folder, ignore_errors=True)
                    shutil.copytree(reader, folder)
                    table.add("lemon24/reader", bench.peer(place, "reader", folder, feeds * 20))
    same.ratio("monitor fetch", "lemon24/reader", "<= 0.4")
    new.ratio("monitor fetch, until the last feed was answered", "lemon24/reader", "<= 0.4")
    new.ratio("monitor fetch", "lemon24/reader", "")
    new.notes.append("ours also reads and files the new entries' pages; reader has no such part")
    same.print()
    new.print()


def latency(bench: Bench) -> None:
    """Each answer takes 100 ms."""
    table = Table("latency: 100 ms an answer")
    with world("--feeds", bench.feeds, "--articles", bench.articles) as place:
        for _ in range(bench.rounds):
            for label, seconds in (("no latency", 0.0), ("100 ms", 0.1)):
                place.ask(f"/set?latency={seconds}")
                table.add(label, bench.fetch(place, bench.lay(place, "ours"), bench.feeds * bench.articles))
    table.ratio("100 ms", "no latency", "<= 1.1")
    table.print()


def memory(bench: Bench) -> None:
    """Peak memory with a tenth of the leads and with all of them, tiny pages."""
    most = bench.leads
    few, many = f"{most // 10} leads", f"{most} leads"
    table = Table(f"memory: {few} and {many}")
    for name, articles in ((few, most // 1000), (many, most // 100)):
        with world("--feeds", 100, "--articles", articles, "--page", "tiny") as place:
            table.add(name, bench.fetch(place, bench.lay(place, "ours"), articles * 100))
    table.ratio(many, few, "<= 1.15", "peak")
    table.print()


def faults(bench: Bench) -> None:
    """A tenth of the hosts answers 503, hangs, drips, resets or sends bombs: when are the healthy ones done?"""
    table = Table("faults: a tenth of the hosts is faulty")
    articles = max(2, bench.articles // 4)
    with world("--feeds", bench.feeds, "--articles", articles) as place:
        place.ask("/set?faults=1")
        sick = set(place.ask("/stats")["faulty_sites"])
        for _ in range(bench.rounds):
            for label, on in (("no faults", 0), ("a tenth faulty", 1)):
                place.ask(f"/set?faults={on}")
                home = bench.lay(place, "ours")
                healthy_pages = (bench.feeds - len(sick) * on) * articles
                run = table.add(label, bench.fetch(place, home, healthy_pages))
                filed = [
                    datetime.fromisoformat(str(at)).replace(tzinfo=UTC)
                    for source, at in read_rows(home, "SELECT source_id, fetched_at FROM article WHERE NOT seed")
                    if source not in sick
                ]
                assert run.began_at
                done = (max(filed) - run.began_at).total_seconds() if filed else float("nan")
                part = dataclasses.replace(run, wall=done, cpu=0.0, requests=len(filed), megabytes=0.0)
                table.add(f"{label}: healthy hosts' last article filed", part)
    table.notes.append(f"requests in the rows of healthy hosts: their articles filed; faulty: {len(sick)} hosts")
    healthy = "healthy hosts' last article filed"
    table.ratio(f"a tenth faulty: {healthy}", f"no faults: {healthy}", "<= 1.25")
    table.ratio("a tenth faulty", "no faults", "")
    table.print()


def polite(bench: Bench) -> None:
    """What the servers see: 20 feeds with a pause, answers that take 30 ms, links that robots.txt forbids."""
    table = Table("polite: seen by the servers")
    pause = 0.2
    with world("--feeds", 20, "--articles", 6, "--page", "tiny", "--forbidden", 2) as place:
        place.ask("/set?latency=0.03")
        home = bench.lay(place, "ours", pause="200ms")
        total: dict[str, float] = {}
        for label, pages in (("first visit", 120), ("again, unchanged", 0), ("again, new entries", 40)):
            if "new" in label:
                place.ask("/advance?entries=2")
            table.add(label, bench.fetch(place, home, pages))
            seen = place.ask(f"/stats?pause={pause}")
            for key in ("hosts_asked_twice_at_once", "gaps_too_short", "rests_too_short", "forbidden"):
                total[key] = total.get(key, 0) + seen[key]
            # A steady 80 % of feeds sent a validator before; whoever has one must send it.
            total["careless"] = total.get("careless", 0) + seen["careless"]
            table.notes.append(
                f"{label}: {seen['requests']} requests ({seen['kinds']}), conditional {seen['conditional']}, shortest "
                f"time between two requests to a host {seen['least_gap'] * 1000:.0f} ms, from the end of an answer to "
                f"the next request {seen['least_rest'] * 1000:.0f} ms"
            )
    for key, words in (
        ("hosts_asked_twice_at_once", "hosts asked twice at once"),
        ("gaps_too_short", "pauses (start to start) under 200 ms"),
        ("rests_too_short", "pauses (end to start) under 200 ms"),
        ("forbidden", "requests that robots.txt forbids"),
        ("careless", "requests without a known validator"),
    ):
        if any(run.trouble for runs in table.rows.values() for run in runs):
            table.notes.append(f"{words}: NOT MEASURED   goal <= 0")
        else:
            table.figure(words, total[key], "<= 0")
    table.print()


SCENARIOS: dict[str, Callable[[Bench], None]] = {
    "cold": cold_and_warm,
    "feeds-1000": feeds_1000,
    "latency": latency,
    "memory": memory,
    "faults": faults,
    "polite": polite,
}


def versions(python: str, *names: str) -> str:
    code = "import importlib.metadata as m,sys;print(*[f'{n} {m.version(n)}' for n in sys.argv[1:]],sep=', ')"
    done = subprocess.run([python, "-c", code, *names], capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr.strip()[-200:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=100)
    parser.add_argument("--articles", type=int, default=20)
    parser.add_argument("--leads", type=int, default=20_000, help="for memory: compared with a tenth of it")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", action="append", choices=[*SCENARIOS, "warm"], help="a scenario (may be repeated)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="every run with its server-side counts")
    parser.add_argument("--ours", default=python_of(ROOT / ".venv/bin/python") or sys.executable)
    parser.add_argument(
        "--peers",
        default=os.environ.get("BENCH_PEERS") or python_of(BENCH / ".venv/bin/python"),
        help="interpreter with requirements-peers.txt (BENCH_PEERS); default bench/.venv/bin/python",
    )
    parser.add_argument("--tree", type=Path, default=ROOT, help="the checkout that is measured; default: this one")
    parser.add_argument("--folder", type=Path, help="where working folders are laid; default: a temporary one")
    given = parser.parse_args()
    wanted = {"cold" if name == "warm" else name for name in given.only or SCENARIOS}
    if not given.peers:
        say("no peers: see bench/README.md; running ours alone")
    folder = given.folder or Path(tempfile.mkdtemp(prefix="monitor-bench-"))
    bench = Bench(
        folder, given.tree.resolve(), given.ours, given.peers, given.rounds, given.feeds, given.articles, given.leads
    )
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"load {os.getloadavg()[0]:.1f}, {given.rounds} rounds, medians")  # fmt: skip
    print(f"ours: {versions(given.ours, 'trafilatura', 'lxml', 'httpx', 'feedparser', 'sqlalchemy')}")
    if given.peers:
        print(f"peers: {versions(given.peers, 'trafilatura', 'lxml', 'scrapy', 'reader', 'aiohttp', 'feedparser')}")
    try:
        for name, scenario in SCENARIOS.items():
            if name in wanted:
                say(f"{name}: {scenario.__doc__}")
                scenario(bench)
    finally:
        if given.json:
            given.json.write_text(json.dumps(RESULTS, indent=1, default=str))
        if not given.folder:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
