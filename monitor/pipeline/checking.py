"""Is a text known, and which of its sentences? For `seeds check`; nothing is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.model import Novelty, Page, Watch
from monitor.pipeline.filing import Filer
from monitor.pipeline.reading import Reading, read_given
from monitor.pipeline.verdicts import settle
from monitor.ports import Store
from monitor.stages.novelty import KnownIndex, read_article
from monitor.text import content_hashes, read_sentences

# This much of the shorter sentence's words: then a brief's sentence says what an original's says.
SAME_FACT = 0.30


class Checker:
    """Judges texts against one store, which is looked at once for all of them."""

    def __init__(self, filer: Filer, store: Store, watch: Watch) -> None:
        self._filer, self._store, self._watch = filer, store, watch
        self._everything: KnownIndex | None = None
        self._briefs: dict[str, list[tuple[str, frozenset[int]]]] = {}

    def check(self, page: Page, now: datetime) -> Reading:
        """A page judged as the pipeline would; what belongs to no trip is compared with what is known for any."""
        reading = read_given(self._filer, page, now)
        if reading.filing.trip:
            return reading
        if self._everything is None:
            trips = ("", *(trip.id for trip in self._watch.trips))
            self._everything = KnownIndex(each for trip in trips for each in self._store.known_sentences(trip))
        said = read_sentences(reading.article.text)
        read = read_article(said, self._everything, telling=lambda _: True, outlet=page.outlet)
        return replace(reading, match=settle(reading.match, read), sentences=read)

    def wording(self, novelty: Novelty) -> str:
        """The nearest known sentence; of an original whose text is not kept, the brief's on that fact, or ""."""
        nearest = novelty.nearest
        if nearest is None or nearest.text:
            return nearest.text if nearest else ""
        if nearest.article_id not in self._briefs:
            known = self._store.known(nearest.article_id)
            lines = known.text.splitlines() if known else []
            self._briefs[nearest.article_id] = [(line, content_hashes(line)) for line in lines]
        shares = [(_overlap(nearest.words, words), line) for line, words in self._briefs[nearest.article_id]]
        share, line = max(shares, default=(0.0, ""))
        return line if share >= SAME_FACT else ""


def _overlap(one: frozenset[int], two: frozenset[int]) -> float:
    return len(one & two) / (min(len(one), len(two)) or 1)
