"""Pictures of the demo's third digest, as mail and as page, on a phone and on a desk, light and dark.

    .venv/bin/python bench/pictures.py            writes docs/pictures/*.png and docs/example-digest.md

Wants Chromium (`apt-get install chromium`). Plays the demo first.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from monitor.demo.play import play
from monitor.model import Digest
from monitor.stages.render import render
from monitor.wire import load_settings, open_app

ROOT = Path(__file__).parents[1]
DAY = "2024-08-20"
# Width and height of the window, in CSS pixels.
SIZES = {"phone": (390, 1150), "desk": (800, 720)}
SCHEMES = {"light": 1, "dark": 0}
NAMES = ("chromium", "chromium-browser", "google-chrome")


def browser() -> str:
    """Where a Chromium is; "" where there is none."""
    return next((found for name in NAMES if (found := shutil.which(name))), "")


def command(width: int, height: int, scheme: str) -> list[str]:
    """Chromium without a window, a network or a profile of its own left behind."""
    return [
        browser(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
        "--disable-background-networking", "--no-first-run", "--force-device-scale-factor=1",
        f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}", f"--window-size={width},{height}",
    ]  # fmt: skip


def framed(page: Path, width: int, top: int = 0) -> str:
    """A page that shows another one as wide as a phone: a window of Chromium's cannot be as narrow."""
    return (
        '<!doctype html><meta name="color-scheme" content="light dark"><body style="margin:0;overflow:hidden">'
        f'<iframe src="{page.as_uri()}" width="{width}" height="9000" style="border:0;margin-top:-{top}px"></iframe>'
    )


def take(page: Path, picture: Path, size: str, scheme: str, top: int = 0) -> None:
    """One picture of a page from `top` pixels on; raises CalledProcessError or TimeoutExpired."""
    width, height = SIZES[size]
    frame = page.with_name(f"frame-{page.name}")
    frame.write_text(framed(page, width, top), "utf-8")
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [*command(width, height, scheme), f"--user-data-dir={profile}", f"--screenshot={picture}", frame.as_uri()],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip


def digest_of_the_demo(folder: Path) -> Digest:
    """The demo's third digest."""
    play(folder, lambda line: None)
    with open_app(load_settings(folder, None, {})) as app:
        row = app.store.digest(DAY)
        assert row is not None
        return row.digest


def example(digest: Digest) -> str:
    """The whole digest as Markdown, with addresses that do not change from play to play."""
    text = re.sub(r"http://127\.0\.0\.1:\d+/", "http://newsroom.example/", render(digest, "md"))
    return text.replace("?utm_source=rss&utm_medium=feed&utm_campaign=top", "")


def main() -> None:
    """Everything, into docs/."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=ROOT / "docs")
    into = parser.parse_args().into
    if not browser():
        sys.exit("no Chromium here: install one (apt-get install chromium)")
    (into / "pictures").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        digest = digest_of_the_demo(Path(folder) / "newsroom")
        (into / "example-digest.md").write_text(example(digest), "utf-8")
        for form in ("mail", "html"):
            page = Path(folder) / f"{form}.html"
            page.write_text(render(digest, form), "utf-8")
            for size in SIZES:
                for scheme in SCHEMES:
                    name = {"mail": "mail", "html": "page"}[form]
                    take(page, into / "pictures" / f"{name}-{size}-{scheme}.png", size, scheme)
            if form == "mail":
                take(page, into / "pictures" / "mail-phone-below.png", "phone", "light", 1650)
    for picture in sorted((into / "pictures").glob("*.png")):
        print(f"{picture.name}: {picture.stat().st_size // 1000} KB")


if __name__ == "__main__":
    main()
