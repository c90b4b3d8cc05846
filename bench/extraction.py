"""Ways to extract on real pages: CPU time a page, F1, precision and recall on two gold sets and on made-up pages.

    python bench/extraction.py [--pages DIR] [--snippets DIR] [--world N]

Runs in the project's own environment. `--pages`: ground-truth.json and html/*.html.gz, as the public data set
article-extraction-benchmark has them; F1 as that set computes it: runs of four words, the counts of each page brought
to the sum 1, then added up. `--snippets`: evaldata.json with its folders cache and eval, as in trafilatura's own
evaluation: pieces of text that must, and must not, be in the text; counted over all pages. `--world`: so many pages of
newsworld.py, measured as the first set is. What is not there is skipped, and this says so.
Both halves of a set are told, since limits are tuned on the first and held against the second.
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
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]
PAGES = ROOT.parent / "shared" / "data" / "pages"
RUN_OF = 4  # words
HALVES = ("all", "first half", "second half")
OURS = "read_page"
Extract = Callable[[bytes, str], str]
Scores = tuple[float, float, float]


@dataclass(frozen=True)
class Gold:
    """A page: its name in the set, bytes, address, and the text or (wanted, unwanted) snippets that people marked."""

    name: str
    body: bytes
    url: str
    truth: str | tuple[list[str], list[str]]

    @property
    def half(self) -> int:
        return 1 + md5(self.name.encode()).digest()[0] % 2


# --- the sets ------------------------------------------------------------------------------------------------------


def whole_texts(folder: Path) -> list[Gold]:
    truth = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    return [
        Gold(
            page, gzip.decompress((folder / "html" / f"{page}.html.gz").read_bytes()), said["url"], said["articleBody"]
        )
        for page, said in truth.items()
    ]


def snippets(folder: Path) -> list[Gold]:
    found = []
    for url, said in json.loads((folder / "evaldata.json").read_text("utf-8")).items():
        files = [folder / name / said["file"] for name in ("cache", "eval")]
        body = next((file.read_bytes() for file in files if file.is_file()), None)
        if body is not None:
            found.append(Gold(url, body, url, (said["with"], said["without"])))
    return found


def made_up(count: int) -> list[Gold]:
    from newsworld import Spec, page, report

    spec, found = Spec(feeds=10, articles=1 + count // 10), []
    for number in range(count):
        story, base = report(spec, number % 10, number // 10), f"https://site{number % 10}.example"
        body = page(spec, number % 10, base, story).encode()
        # A page with a film has one paragraph of its story.
        told = [text for text in story.paragraphs if plain(text) in plain(body.decode())]
        found.append(Gold(story.path, body, base + story.path, "\n".join(told)))
    return found


def plain(text: str) -> str:
    return re.sub(r"\W+", " ", re.sub(r"<[^>]*>", "", text).replace("&amp;", "&"))


# --- the measures --------------------------------------------------------------------------------------------------


def runs(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[at : at + RUN_OF]) for at in range(max(1, len(words) - RUN_OF + 1)) if words)


def f1(right: float, wrong: float, missed: float) -> Scores:
    precision, recall = right / (right + wrong or 1), right / (right + missed or 1)
    return 2 * precision * recall / (precision + recall or 1), precision, recall


def score(found: list[str], golds: list[Gold]) -> Scores:
    """F1, precision, recall: of whole texts each page weighing the same, of snippets each snippet."""
    right = wrong = missed = 0.0
    for text, gold in zip(found, golds, strict=True):
        if isinstance(gold.truth, str):
            said, meant = runs(text), runs(gold.truth)
            both = sum((said & meant).values())
            more, less = sum(said.values()) - both, sum(meant.values()) - both
            whole = both + more + less or 1
            right, wrong, missed = right + both / whole, wrong + more / whole, missed + less / whole
        else:
            line = " ".join(text.split())
            wanted, unwanted = ([" ".join(piece.split()) in line for piece in side] for side in gold.truth)
            right, missed, wrong = right + sum(wanted), missed + wanted.count(False), wrong + sum(unwanted)
    return f1(right, wrong, missed)


# --- the ways ------------------------------------------------------------------------------------------------------


class Ours:
    """`read_page`, with the first pass or without; `believed`: the pages that the first pass answered."""

    def __init__(self, cheap: bool) -> None:
        from monitor.stages import extract

        self._module, self._first = extract, extract.first_pass
        self._cheap, self._now = cheap, datetime.now(UTC)
        self.believed: set[str] = set()

    def __call__(self, body: bytes, url: str) -> str:
        from monitor.errors import ExtractError
        from monitor.model import Lead

        # A feed nearly always gives a date; without one the search for it would be measured too.
        lead = Lead(source_id="bench", url=url, canonical=url, title="", published=self._now)
        setattr(self._module, "first_pass", lambda *given: self._watched(url, *given))  # noqa: B010 - for mypy
        try:
            return self._module.read_page(body, url=url, charset="", lead=lead, now=self._now).text
        except ExtractError:
            return ""
        finally:
            setattr(self._module, "first_pass", self._first)  # noqa: B010 - the same

    def _watched(self, url: str, *given: object) -> str:
        text = self._first(*given) if self._cheap else ""  # type: ignore[arg-type]
        if text:
            self.believed.add(url)
        return text


def ways(every: bool) -> dict[str, Extract]:
    import trafilatura
    from resiliparse.extract.html2text import extract_plain_text
    from selectolax.lexbor import LexborHTMLParser

    from monitor.stages.charset import decode
    from monitor.stages.paragraphs import paragraphs

    def theirs(**options: bool) -> Extract:
        return lambda body, url: trafilatura.extract(body, **options) or ""

    def described(body: bytes, url: str) -> str:
        # Not `extract`: it would print the metadata above the text, and they are no part of the article's body.
        found = trafilatura.bare_extraction(body, include_comments=False, with_metadata=True)
        return (found.text or "") if found else ""

    found: dict[str, Extract] = {
        "trafilatura, defaults": theirs(),
        "fast, recall, no comments": theirs(fast=True, favor_recall=True, include_comments=False),
        "resiliparse, main content": lambda body, url: extract_plain_text(
            decode(body), main_content=True, preserve_formatting=True, comments=False, alt_texts=False
        ),
        "our paragraphs": lambda body, url: "\n".join(paragraphs(LexborHTMLParser(decode(body)))),
        f"{OURS} without the first pass": Ours(cheap=False),
        OURS: Ours(cheap=True),
    }
    if every:
        found |= {
            "no comments": theirs(include_comments=False),
            "fast, no comments": theirs(fast=True, include_comments=False),
            "fast, precision, no comments": theirs(fast=True, favor_precision=True, include_comments=False),
            "no comments, with metadata": described,
        }
    return found


def measure(name: str, golds: list[Gold], rounds: int, every: bool) -> None:
    tried = ways(every)
    least: dict[str, list[float]] = {way: [float("inf")] * len(golds) for way in tried}
    texts: dict[str, list[str]] = {way: [""] * len(golds) for way in tried}
    for _ in range(rounds):
        for at, gold in enumerate(golds):
            # One page after the other through every way, so that a busy machine is busy for all.
            for way, extract in tried.items():
                gc.collect(0)
                began = time.process_time()
                texts[way][at] = extract(gold.body, gold.url)
                least[way][at] = min(least[way][at], time.process_time() - began)
    size = statistics.mean(len(gold.body) for gold in golds)
    print(f"\n{name}: {len(golds)} pages, mean {size / 1000:.0f} KB, least CPU of {rounds}\n")
    halves = " | ".join(f"{half}: F1 · P · R" for half in HALVES)
    print(f"| | ms a page, mean | median | {halves} |\n|---|---|---|---|---|---|")
    for way in tried:
        cells = []
        for half in range(3):
            chosen = [at for at, gold in enumerate(golds) if half in (0, gold.half)]
            if chosen:
                scores = score([texts[way][at] for at in chosen], [golds[at] for at in chosen])
                cells.append(" · ".join(f"{value:.3f}".lstrip("0") for value in scores))
        mean, middle = statistics.mean(least[way]) * 1000, statistics.median(least[way]) * 1000
        print(f"| {way} | {mean:.1f} | {middle:.1f} | {' | '.join(cells)} |")
    believed = tried[OURS]
    assert isinstance(believed, Ours)
    print(f"\nanswered by the first pass: {len(believed.believed) / len(golds):.0%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=Path, default=PAGES, metavar="DIR")
    parser.add_argument("--snippets", type=Path, metavar="DIR")
    parser.add_argument("--world", type=int, default=100, metavar="N", help="pages of newsworld.py; 0 for none")
    parser.add_argument("--rounds", type=int, default=3, help="the least CPU time of these counts for each page")
    parser.add_argument("--every", action="store_true", help="more of trafilatura's settings")
    given = parser.parse_args()
    if (given.pages / "ground-truth.json").is_file():
        measure("whole texts", whole_texts(given.pages), given.rounds, given.every)
    else:
        print(f"skipped: there are no reference pages at {given.pages} (--pages DIR)")
    if given.snippets is not None and (given.snippets / "evaldata.json").is_file():
        measure("snippets", snippets(given.snippets), given.rounds, given.every)
    else:
        print(f"skipped: there are no snippets at {given.snippets or 'any place'} (--snippets DIR)")
    if given.world:
        measure("made-up pages", made_up(given.world), given.rounds, given.every)


if __name__ == "__main__":
    main()
