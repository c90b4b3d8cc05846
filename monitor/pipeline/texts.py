"""Known texts with their fingerprints at hand: what was compared lately is likely to be compared again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace

from monitor.model import Article, Fingerprint, Known
from monitor.ports import Store
from monitor.stages.dedup import fingerprint

# Each takes some 100 KB: this many, and not one for every article of a run.
MOST = 128


class KnownTexts:
    """The texts used last, read from the store when they are not among them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[str, Known] = OrderedDict()

    def all(self, article_ids: Iterable[str]) -> tuple[Known, ...]:
        """The texts of these articles and seeds, in this order; those that are no longer stored are left out."""
        return tuple(known for known in map(self._one, article_ids) if known)

    def add(self, article: Article, fingerprint: Fingerprint) -> None:
        """One that was just filed."""
        known = Known(
            article.id, article.outlet, article.title, article.published, article.text, fingerprint,
            canonical=article.canonical,
        )  # fmt: skip
        self._keep(known)

    def _one(self, article_id: str) -> Known | None:
        known = self._kept.get(article_id) or self._store.known(article_id)
        if known is None:
            return None
        if known.fingerprint is None:
            known = replace(known, fingerprint=fingerprint(known.text))
        self._keep(known)
        return known

    def _keep(self, known: Known) -> None:
        self._kept[known.article_id] = known
        self._kept.move_to_end(known.article_id)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
