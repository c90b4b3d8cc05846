"""Known texts with their fingerprints at hand: what was compared lately is likely to be compared again.

What was only filed is not kept: few reports are ever compared with anything, and these with many.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace

from monitor.model import Known
from monitor.ports import Store
from monitor.stages.dedup import fingerprint

# Each takes some 100 KB: this many, and not one for every article of a run.
MOST = 64


class KnownTexts:
    """The texts used last, read from the store when they are not among them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[str, Known] = OrderedDict()

    def all(self, article_ids: Iterable[str]) -> tuple[Known, ...]:
        """The texts of these articles and seeds, in this order; those that are no longer stored are left out."""
        return tuple(known for known in map(self._one, article_ids) if known)

    def forget(self, article_id: str) -> None:
        """Its text may be another by now."""
        self._kept.pop(article_id, None)

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
