"""Articles fed to a store in an order and in pieces, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from random import Random

from monitor.demo.play import briefs
from monitor.demo.press import load
from monitor.edges.store import SqlStore
from monitor.model import Article, Prepared, Watch
from monitor.pipeline.filing import Filer
from monitor.pipeline.ordering import prepare_kept, restore_order
from monitor.pipeline.telling import tell
from monitor.stages.identity import article_id, canonical_url, content_hash
from support.edits import EDITS


def demo_articles(now: datetime, day: int = 0) -> list[Article]:
    """The demo's pages of one day (0: of all three) as articles, in order of publication."""
    return [
        _article(page.publisher, page.path, page.title, "\n\n".join(page.paragraphs), page.published, now)
        for page in load(briefs()).pages
        if day in (0, page.day)
    ]


def many_articles(number: int, now: datetime, seed: int) -> list[Article]:
    """So many: the demo's pages, then edited copies of them by other papers within two days of the original."""
    chance, pages = Random(seed), demo_articles(now)
    made = list(pages[:number])
    while len(made) < number:
        page, edit = chance.choice(pages), chance.choice(sorted(EDITS))
        text = EDITS[edit](page.text, chance)
        at = (page.published or now) + timedelta(minutes=chance.randrange(5, 2880))
        made.append(_article(f"paper-{chance.randrange(60)}", f"/{len(made)}", page.title, text, at, now))
    return made


def _article(paper: str, path: str, title: str, text: str, published: datetime, now: datetime) -> Article:
    canonical = canonical_url(f"https://{paper}.example{path}")
    return Article(
        article_id(canonical), canonical, canonical, paper, paper, title, text, "", published, "en", now,
        content_hash(text), False,
    )  # fmt: skip


def outcome(
    folder: Path,
    watch: Watch,
    pieces: Sequence[Sequence[Article]],
    now: datetime,
    *,
    told: Sequence[bool] = (),
    prepare: Callable[[Article], Prepared] = prepare_kept,
) -> dict[str, object]:
    """What is stored of articles that come in these pieces: stories, verdicts, originals, trips, developments, figures.

    `told`: of each piece whether a digest is made after it; `prepare`: where texts are read once for many orders.
    """
    store = SqlStore.open(f"sqlite:///{folder / 'monitor.db'}", now)
    filer = Filer(watch, store)
    for number, piece in enumerate(pieces):
        with filer.together():
            for article in piece:
                filer.keep(article, prepare(article), None)
        restore_order(watch, store, filer, prepare=prepare)
        assert restore_order(watch, store, filer) == 0
        if number < len(told) and told[number]:
            assert tell(watch, store, now, slot=f"piece-{number}")
    material = store.told_material(now.date(), now.date()) if any(told) else store.material()
    stories = store.stories([article.id for piece in pieces for article in piece])
    filed = [each for article in chain(*pieces) if (each := store.article(article.id))]
    store.close()
    return {
        "stories": {(each.leader.article_id, frozenset(one.article_id for one in each.members)) for each in stories},
        "filed": {each.article.id: (each.verdict, each.original, each.filing.trip) for each in filed},
        "told": {(each.article.id, each.development.sentence): set(each.also) for each in material.developments},
        "figures": {(each.article_id, each.figure) for each in material.figures},
    }
