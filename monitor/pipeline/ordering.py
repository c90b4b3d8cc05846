"""What came too late is filed in its place: the same articles of one digest give the same digest in any order."""

from __future__ import annotations

from collections.abc import Callable

from monitor.model import Article, Page, Prepared, Watch
from monitor.pipeline.filing import Filer, Outcome
from monitor.ports import Store
from monitor.stages import dedup
from monitor.stages.ordering import out_of_place


def restore_order(
    watch: Watch,
    store: Store,
    filer: Filer,
    changed: frozenset[str] = frozenset(),
    note: Callable[[Outcome], None] = lambda outcome: None,
) -> int:
    """File again, in order of publication, the untold articles that were filed too early; returns how many.

    `changed`: articles whose texts are others by now; they and what came after them are filed again as well; `note`
    hears of each one that was filed again.

    All in one transaction. Articles that a digest has told stay as they were told.
    """
    late = out_of_place(store.untold_order(), changed)
    if not late:
        return 0
    compared = {source.id: source.dedup for source in watch.sources}
    with store.batch():
        store.take_back(late)
        with filer.without(late):
            for article_id in late:
                kept = store.kept_article(article_id)
                if kept is None:
                    continue
                article, settled = kept.article, kept.filing.settled
                outcome = filer.keep(
                    article, prepare_kept(article), None, compare=compared.get(article.source_id, True),
                    quiet=kept.quiet, settled=settled, again=True,
                )  # fmt: skip
                note(outcome)
    return len(late)


def prepare_kept(article: Article) -> Prepared:
    """An article as its page once came."""
    page = Page(article.url, article.title, article.text, article.author, article.outlet, article.published)
    return Prepared(page, dedup.fingerprint(article.text), article.content_hash)
