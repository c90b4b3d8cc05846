"""What came too late is filed in its place: the same articles of one digest give the same digest in any order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from monitor.model import Article, Page, Prepared, Watch
from monitor.pipeline.filing import Filer, Outcome
from monitor.pipeline.gathering import gather_stories
from monitor.ports import Store
from monitor.stages import dedup
from monitor.stages.ordering import following, out_of_place


def prepare_kept(article: Article) -> Prepared:
    """An article as its page once came."""
    page = Page(article.url, article.title, article.text, article.author, article.outlet, article.published)
    return Prepared(page, dedup.fingerprint(article.text), article.content_hash)


def restore_order(
    watch: Watch,
    store: Store,
    filer: Filer,
    changed: frozenset[str] = frozenset(),
    prepare: Callable[[Article], Prepared] = prepare_kept,
    note: Callable[[Outcome], None] = lambda outcome: None,
) -> int:
    """File again, in order of publication, the untold articles that were filed too early; returns how many. Then make
    the stories of all that was filed.

    `changed`: articles whose texts are others by now; they and what came after them are filed again as well.
    `prepare`: where more of an article is at hand than its text; `note` hears of each one that was filed again.

    All in one transaction. Articles that a digest has told stay as they were told.
    """
    again: frozenset[str] = frozenset()
    with store.batch():
        # Of a text that many share something with, not all were compared with it; either may be the other's copy.
        crowded = frozenset(filer.crowded) | (store.overlooked(filer.common) if filer.common else frozenset())
        # By what is filed anew, an article may turn out to bear on others that did not before, and be out of place.
        while late := out_of_place(store.untold_order(changed | again | crowded), changed, again | crowded):
            store.take_back(late, changed)
            order = following(store.untold_order(), late[0])
            _file_again(watch, store, filer, order, frozenset(late), prepare, note)
            again |= frozenset(late)
            # What comes after a text that changed may have been nothing to the former one, and be a copy of this.
            changed = _near(store, changed, prepare) & frozenset(order) - again
        gather_stories(store, watch)
    filer.crowded.clear()
    filer.common.clear()
    return len(again)


def _near(store: Store, changed: frozenset[str], prepare: Callable[[Article], Prepared]) -> frozenset[str]:
    """The articles that share something with the texts of these."""
    found: set[str] = set()
    for article_id in changed:
        kept = store.kept_article(article_id)
        if kept is not None:
            shingles = prepare(kept.article).fingerprint.shingles
            found.update(store.candidates(dedup.sketch(shingles), kept.article.fetched_at).ids)
    return frozenset(found)


def _file_again(
    watch: Watch,
    store: Store,
    filer: Filer,
    following: Sequence[str],
    late: frozenset[str],
    prepare: Callable[[Article], Prepared],
    note: Callable[[Outcome], None],
) -> None:
    """`following`: all that is untold from the first late one on; each is known only to those after it."""
    compared = {source.id: source.dedup for source in watch.sources}
    with filer.without(following):
        for article_id in following:
            kept = store.kept_article(article_id) if article_id in late else None
            if kept is None:
                filer.has_come(article_id)
                continue
            article, settled = kept.article, kept.filing.settled
            outcome = filer.keep(
                article, prepare(article), None, compare=compared.get(article.source_id, True),
                quiet=kept.quiet, settled=settled, again=True,
            )  # fmt: skip
            note(outcome)
