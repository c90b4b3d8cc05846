"""The same articles in many orders and in pieces: is the same filed and told?

.venv/bin/python bench/orders.py [--articles 2000] [--orders 20] [--pieces 5]

The demo's pages and edited copies of them by sixty papers, all before one digest. Ends with 1 where an order differs.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support.orders import many_articles, outcome  # noqa: E402

from monitor.watch import read_watch  # noqa: E402

NOW = datetime(2024, 8, 24, 20, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--orders", type=int, default=20)
    parser.add_argument("--pieces", type=int, default=5)
    given = parser.parse_args()
    watch = read_watch((ROOT / "watch.toml").read_text("utf-8"), "watch.toml")
    articles = many_articles(given.articles, NOW, seed=1)
    expected: dict[str, object] = {}
    differ = 0
    for order in range(given.orders + 1):
        came, chance = list(articles), random.Random(order)
        if order:
            chance.shuffle(came)
        else:
            came.sort(key=lambda article: (article.published or NOW, article.canonical))
        cuts = [0, *sorted(chance.sample(range(1, len(came)), given.pieces - 1 if order else 0)), len(came)]
        pieces = [came[start:end] for start, end in itertools.pairwise(cuts)]
        begun = time.process_time()
        with tempfile.TemporaryDirectory() as folder:
            found = outcome(Path(folder), watch, pieces, NOW)
        if not order:
            expected = found
            told = len(expected["told"])  # type: ignore[arg-type]
            print(f"{len(articles)} articles in order of publication: {told} developments")
            continue
        wrong = [what for what in expected if expected[what] != found[what]]
        differ += bool(wrong)
        taken = time.process_time() - begun
        print(
            f"order {order:2}, {len(pieces)} pieces: {', '.join(wrong) or 'the same'} ({taken:.0f} s of CPU)",
            flush=True,
        )
    print(f"{differ} of {given.orders} orders differ")
    raise SystemExit(differ > 0)


if __name__ == "__main__":
    main()
