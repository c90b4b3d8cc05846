"""The same articles in many orders and in pieces: is the same filed and told, and are the same articles one story?

.venv/bin/python bench/orders.py [--articles 2000] [--orders 20] [--pieces 5] [--digests none|days|pieces]

The demo's pages and edited copies of them by sixty papers, over five days. Each order is compared with that of
publication. `--digests none`: all before one digest. `days`: each day's articles in any order and in pieces, and a
digest after each day. `pieces`: everything in any order and a digest after each piece; told in another order it
is told otherwise, so only the stories are compared. Ends with 1 where an order differs.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.orders import many_articles, outcome  # noqa: E402

from monitor.model import Article, Page, Prepared, Watch  # noqa: E402
from monitor.stages.classify import classify, compile_watch  # noqa: E402
from monitor.stages.prepare import prepare  # noqa: E402
from monitor.watch import read_watch  # noqa: E402

NOW = datetime(2024, 8, 24, 20, tzinfo=UTC)
Pieces = list[list[Article]]


def cut(articles: Sequence[Article], number: int, chance: random.Random) -> Pieces:
    """So many pieces of any length."""
    places = sorted(chance.sample(range(1, len(articles)), min(number, len(articles)) - 1))
    return [list(articles[start:end]) for start, end in itertools.pairwise([0, *places, len(articles)])]


def shuffled(articles: Sequence[Article], number: int, chance: random.Random) -> Pieces:
    """The articles in any order, in so many pieces."""
    return cut(chance.sample(list(articles), len(articles)), number, chance)


def arrangement(articles: Sequence[Article], pieces: int, digests: str, order: int) -> tuple[Pieces, list[bool]]:
    """The articles as they come, and after which of the pieces there is a digest; order 0 is that of publication."""
    chance = random.Random(order)
    if digests != "days":
        came = shuffled(articles, pieces, chance) if order else [list(articles)]
        return came, [digests == "pieces" and order > 0] * len(came)
    found: Pieces = []
    told: list[bool] = []
    for _, each in itertools.groupby(articles, key=lambda article: (article.published or NOW).date()):
        day = list(each)
        came = shuffled(day, pieces, chance) if order else [day]
        found += came
        told += [False] * (len(came) - 1) + [True]
    return found, told


def read_once(articles: Sequence[Article], watch: Watch) -> dict[str, Prepared]:
    """What is worked out of each text alone, as the workers of a run do it: once for all orders."""
    classifier, found = compile_watch(watch), {}
    for each in articles:
        filing = classify(classifier, each.title, each.text, each.url, each.outlet, each.language, each.published)
        page = Page(each.url, each.title, each.text, each.author, each.outlet, each.published)
        found[each.id] = prepare(page, filing, watch.figures)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--orders", type=int, default=20)
    parser.add_argument("--first", type=int, default=1, help="the number of the first order, to go on where one ended")
    parser.add_argument("--pieces", type=int, default=5)
    parser.add_argument("--digests", choices=["none", "days", "pieces"], default="none")
    given = parser.parse_args()
    watch = read_watch((ROOT / "watch.toml").read_text("utf-8"), "watch.toml")
    articles = sorted(
        many_articles(given.articles, NOW, seed=1), key=lambda article: (article.published or NOW, article.canonical)
    )
    read = read_once(articles, watch)
    expected: dict[str, object] = {}
    differ = 0
    for order in (0, *range(given.first, given.first + given.orders)):
        pieces, told = arrangement(articles, given.pieces, given.digests, order)
        begun = time.process_time()
        with tempfile.TemporaryDirectory() as folder:
            found = outcome(Path(folder), watch, pieces, NOW, told=told, prepare=lambda article: read[article.id])
        taken = time.process_time() - begun
        if not order:
            expected = found if given.digests != "pieces" else {"stories": found["stories"]}
            counts = ", ".join(f"{len(found[what])} {what}" for what in ("stories", "told"))  # type: ignore[arg-type]
            print(f"{len(articles)} articles in order of publication: {counts} ({taken:.0f} s of CPU)", flush=True)
            continue
        wrong = [
            f"{what} ({_apart(expected[what], found[what])})" for what in expected if expected[what] != found[what]
        ]
        differ += bool(wrong)
        said = ", ".join(wrong) or "the same"
        print(f"order {order:2}, {len(pieces)} pieces: {said} ({taken:.0f} s of CPU)", flush=True)
    print(f"{differ} of {given.orders} orders differ")
    raise SystemExit(differ > 0)


def _apart(expected: object, found: object) -> int:
    """How many of the expected are not found so."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return sum(1 for key, value in expected.items() if found.get(key) != value) + len(
            found.keys() - expected.keys()
        )
    assert isinstance(expected, set)
    return len(expected - found)  # type: ignore[operator]


if __name__ == "__main__":
    main()
