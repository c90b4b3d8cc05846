"""Is a text known, and which of its sentences? For `seeds check`; nothing is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.model import Article, Match, Novelty, Page, Verdict, Watch
from monitor.pipeline.filing import Filer
from monitor.pipeline.reading import Reading, read_given
from monitor.pipeline.verdicts import settle
from monitor.ports import Store
from monitor.stages.known import KnownIndex
from monitor.stages.novelty import read_article
from monitor.stages.sentences import read_each
from monitor.stages.story import NAMES_SHARED, SAME_ANYWHERE, alike, read_report
from monitor.text import content_hashes, read_sentences

# This much of the shorter sentence's words: then a brief's sentence says what an original's says.
SAME_FACT = 0.30
# A text of no trip is compared with so many known ones.
MOST_LOOKED_AT = 6


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
        said = read_each(read_sentences(reading.article.text), page.outlet)
        read = read_article(said, self._everything)
        match = settle(reading.match, read)
        if match.verdict is Verdict.NEW:
            match = self._retold(reading.article, read, self._everything) or match
        return replace(reading, match=match, sentences=read)

    def _retold(self, article: Article, read: Sequence[Novelty], index: KnownIndex) -> Match | None:
        """The known report that an article of no trip retells, among those whose sentences are nearest to its own."""
        votes = Counter(novelty.nearest.article_id for novelty in read if novelty.nearest)
        mine = read_report(article.id, article.outlet, article.published, article.text)
        best: Match | None = None
        for article_id, _ in votes.most_common(MOST_LOOKED_AT):
            known = self._store.known(article_id)
            if known is None or not known.text:
                continue
            report = read_report(article_id, known.outlet, known.published, known.text)
            likeness = alike(mine, report, index.rarity)
            shared = mine.names.keys() & report.names.keys()
            border = max(SAME_ANYWHERE, best.similarity if best else 0.0)
            if len(shared) >= NAMES_SHARED and likeness >= border:
                best = Match(Verdict.REWRITE, article_id, similarity=likeness)
        return best

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
