"""Play the newsroom's three days through the real pipeline, the clock set to each evening."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from monitor.demo.press import Day, load
from monitor.demo.server import Newsroom
from monitor.errors import SetupError
from monitor.model import RunReport
from monitor.pipeline.telling import Told
from monitor.stages.seedfile import read_seed
from monitor.wire import App, load_settings, open_app, shipped

MARK = ".made-by-monitor-demo"
# Late evening there, when each day's last report is out.
EVENINGS: dict[Day, datetime] = {day: datetime(2024, 8, 17 + day, 21, 0, tzinfo=UTC) for day in (1, 2, 3)}


class SetClock:
    """`ports.Clock` that stands where it is put."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """The moment it was set to."""
        return self.moment


def prepare(folder: Path) -> None:
    """An empty working folder with the shipped seeds; refuses a folder that no demo made."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise SetupError(f"{folder}: is not empty and was not made by the demo; name another with --into")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        (folder / "seeds").mkdir(parents=True)
        (folder / "digests").mkdir()
        (folder / MARK).write_text("monitor demo empties this folder each time\n", encoding="utf-8")
        for seed in sorted(shipped("seeds").glob("*.md")):
            shutil.copyfile(seed, folder / "seeds" / seed.name)
    except OSError as error:
        raise SetupError(f"{folder}: cannot be written ({error}); name another folder with --into") from error


def briefs() -> dict[str, tuple[str, ...]]:
    """The sentences of each shipped seed's brief, by seed id."""
    records = [read_seed(path.read_text("utf-8"), path.name) for path in sorted(shipped("seeds").glob("*.md"))]
    return {seed.id: tuple(seed.brief.splitlines()) for seed in records}


def write_watch(folder: Path, newsroom: Newsroom) -> None:
    """The shipped watch with the newsroom's papers in place of its sources."""
    text = shipped("watch.toml").read_text("utf-8")
    blocks = text.split("\n[[source]]")
    # Sources stand together at the end of the shipped file; what stands before them is kept as it is.
    papers = [
        f'\n[[source]]\nid = "{source.id}"\nname = "{source.name}"\nurl = "{source.url}"\n'
        f'kind = "{source.kind}"\nevery = "30m"\npause = "0ms"\n'
        for source in newsroom.watch_sources()
    ]
    (folder / "watch.toml").write_text(blocks[0] + "".join(papers), encoding="utf-8")


def play_day(app: App, newsroom: Newsroom, day: Day, clock: SetClock) -> tuple[RunReport, Told | None]:
    """One day: the papers print, the pipeline runs, the digest is told and written; what the run did and was told."""
    clock.moment = EVENINGS[day]
    newsroom.day = day
    report = app.fetch(only=frozenset(), now_all=True, tell_all=True)
    told = app.tell()
    app.deliver()
    return report, told


def play(folder: Path, say: Callable[[str], None]) -> None:
    """The whole demo; `say` gets one line at a time."""
    begun = time.monotonic()
    prepare(folder)
    press = load(briefs())
    clock = SetClock(EVENINGS[1])
    with Newsroom(press) as newsroom:
        write_watch(folder, newsroom)
        say(f"{len(press.publishers)} papers are in print on this machine; the watch is {folder / 'watch.toml'}")
        settings = load_settings(folder, None, {"MONITOR_HOSTS": "16", "MONITOR_ALLOW_ADDRESSES": "127.0.0.0/8"})
        with open_app(settings, clock) as app:
            for day in EVENINGS:
                _, told = play_day(app, newsroom, day, clock)
                if told is None:
                    say(f"day {day}: nothing to tell")
                    continue
                counts = told.digest.counts
                changed = sum(len(part.figures) for part in told.digest.trips)
                say(
                    f"day {day}, {told.digest.day:%A %-d %B %Y}: {counts.read} articles read, {counts.known} already "
                    f"known, {counts.developments} developments, "
                    f"{changed} figure{'' if changed == 1 else 's'} changed; "
                    f"{counts.answered} of {counts.sources} sources answered"
                )
                say(f"  {folder / 'digests' / told.digest.name}.md and .html")
    say(f"done in {time.monotonic() - begun:.0f} s. Look at:")
    last = folder / "digests" / "2024-08-20.md"
    say(f"  {last}: only what the first two did not tell; the figures that changed; who else carries each item")
    say("  its last part, 'Left out': each copy with its original, the other envoys' trips, and why")
    say(
        "  its 'Sources': the paper whose server answers 503, the one whose feed is none, the one whose feed is cut off"
    )
    say("the papers went out of print with the demo, so the links in its digests lead nowhere now")
    program = "python3 bootstrap.py" if Path("bootstrap.py").is_file() else "monitor"
    say(f"then ask why: {program} --home {folder} explain URL, with an address from a digest")
