"""A working folder for a test: laid by the real `init`, its watch the shipped one with other sources."""

from __future__ import annotations

from pathlib import Path

from end_to_end.command import monitor


def lay(home: Path, *feeds: str) -> Path:
    """Lay `home` and let its watch follow these feeds alone, as source-1, source-2, …, without pauses."""
    done = monitor("init", home)
    assert done.code == 0, done.all
    follow(home, *feeds)
    return home


def follow(home: Path, *feeds: str) -> None:
    """Put these feeds in the place of the watch's sources."""
    watch = home / "watch.toml"
    head = watch.read_text("utf-8").split("\n[[source]]")[0]
    sources = [
        f'\n[[source]]\nid = "source-{number}"\nname = "Paper {number}"\nurl = "{feed}"\nevery = "30m"\npause = "0ms"\n'
        for number, feed in enumerate(feeds, 1)
    ]
    watch.write_text(head + "".join(sources), encoding="utf-8")
