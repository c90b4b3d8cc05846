"""Ways to extract on real pages: CPU time a page and F1, one command: `python bench/extraction.py [--pages DIR]`.

Runs in the project's own environment. DIR holds ground-truth.json and html/*.html.gz, as the public data set
article-extraction-benchmark does; without it there is nothing to measure, and this says so.
F1 as that data set computes it: runs of four words, counts of each page brought to the sum 1, then added up.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
PAGES = ROOT.parent / "shared" / "data" / "pages"
RUN_OF = 4  # words
Extract = Callable[[bytes], str]


def runs(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[at : at + RUN_OF]) for at in range(max(1, len(words) - RUN_OF + 1)) if words)


def score(found: list[str], true: list[str]) -> tuple[float, float, float]:
    """F1, precision, recall over all pages, each page weighing the same."""
    right = wrong = missed = 0.0
    for said, meant in zip(map(runs, found), map(runs, true), strict=True):
        both = sum((said & meant).values())
        more, less = sum(said.values()) - both, sum(meant.values()) - both
        whole = both + more + less
        if whole:
            right, wrong, missed = right + both / whole, wrong + more / whole, missed + less / whole
    precision, recall = right / (right + wrong or 1), right / (right + missed or 1)
    return 2 * precision * recall / (precision + recall or 1), precision, recall


def settings() -> dict[str, Extract]:
    import trafilatura

    from monitor.errors import ExtractError
    from monitor.model import Lead
    from monitor.stages.extract import read_page

    now = datetime.now(UTC)
    url = "https://news.example/story.html"

    def plain(**options: bool) -> Extract:
        return lambda body: trafilatura.extract(body, **options) or ""

    def described(body: bytes) -> str:
        # Not `extract`: it would print the metadata above the text, and they are no part of the article's body.
        found = trafilatura.bare_extraction(body, include_comments=False, with_metadata=True)
        return (found.text or "") if found else ""

    def ours(body: bytes) -> str:
        lead = Lead(source_id="bench", url=url, canonical=url, title="")
        try:
            return read_page(body, url=url, charset="", lead=lead, now=now).text
        except ExtractError:
            return ""

    return {
        "trafilatura, defaults": plain(),
        "no comments": plain(include_comments=False),
        "fast, no comments": plain(fast=True, include_comments=False),
        "fast, recall, no comments": plain(fast=True, favor_recall=True, include_comments=False),
        "fast, precision, no comments": plain(fast=True, favor_precision=True, include_comments=False),
        "no comments, with metadata": described,
        "ours: read_page (text, title, date, author, ...)": ours,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=PAGES)
    parser.add_argument("--rounds", type=int, default=3, help="the least CPU time of these counts for each page")
    given = parser.parse_args()
    if not (given.pages / "ground-truth.json").is_file():
        print(f"skipped: there are no reference pages at {given.pages} (--pages DIR)")
        return
    truth = json.loads((given.pages / "ground-truth.json").read_text("utf-8"))
    bodies = {page: gzip.decompress((given.pages / "html" / f"{page}.html.gz").read_bytes()) for page in truth}
    ways = settings()
    least: dict[str, dict[str, float]] = {name: {} for name in ways}
    texts: dict[str, dict[str, str]] = {name: {} for name in ways}
    for _ in range(given.rounds):
        for page, body in bodies.items():
            # One page after the other through every way, so that a busy machine is busy for all.
            for name, extract in ways.items():
                gc.collect(0)
                began = time.process_time()
                texts[name][page] = extract(body)
                used = time.process_time() - began
                least[name][page] = min(least[name].get(page, used), used)
    print(f"{len(bodies)} pages, mean {statistics.mean(map(len, bodies.values())) / 1000:.0f} KB, "
          f"least CPU of {given.rounds}\n")  # fmt: skip
    print("| | ms a page, mean | median | of the defaults | F1 | P | R |\n|---|---|---|---|---|---|---|")
    base = statistics.mean(least["trafilatura, defaults"].values())
    for name in ways:
        f1, precision, recall = score([texts[name][page] for page in bodies], [truth[p]["articleBody"] for p in bodies])
        mean, middle = statistics.mean(least[name].values()), statistics.median(least[name].values())
        print(
            f"| {name} | {mean * 1000:.1f} | {middle * 1000:.1f} | {mean / base:.2f} | {f1:.3f} | {precision:.3f} | "
            f"{recall:.3f} |"
        )


if __name__ == "__main__":
    main()
