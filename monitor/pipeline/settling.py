"""One stored article filed anew by a person's word, its sentences compared with what is known there by now.

Its copies and retellings follow it, as they would have when they came.
"""

from __future__ import annotations

from dataclasses import replace

from monitor.model import Decision, Filed, Filing, Kept, Match, Settled, Verdict, Watch
from monitor.pipeline import verdicts
from monitor.pipeline.filing import Filer
from monitor.pipeline.verdicts import echoes_of, inherit
from monitor.ports import Store
from monitor.stages.settled import by_hand


def settle_with_copies(
    store: Store, kept: Kept, match: Match, word: Settled | None, filer: Filer, watch: Watch
) -> tuple[Filed, int]:
    """Settle an article in the store, and file its copies and retellings anew; how many of those changed.

    All in one transaction. What a person settled itself stays.
    """
    article_id = kept.article.id
    with store.batch():
        filed = settle(kept, match, word, filer, watch)
        store.settle(filed, untold=untold(kept.filing.decision, filed.filing.decision))
        followed = 0
        for copy_id in store.copies_of(article_id):
            copy, stored = store.kept_article(copy_id), store.article(copy_id)
            if copy is None or stored is None or copy.filing.settled is not None:
                continue
            filing = _following(store, copy, stored.match, filer)
            if _place(filing) == _place(copy.filing):
                continue
            again = _filed(copy, stored.match, filing, filer)
            again = replace(again, match=verdicts.settle(again.match, again.sentences))
            store.settle(again, untold=untold(copy.filing.decision, filing.decision))
            followed += 1
    return filed, followed


def _following(store: Store, copy: Kept, match: Match, filer: Filer) -> Filing:
    """Where a copy, an update or a retelling belongs now."""
    filing = filer.classify(copy.article, match)
    original = store.article(match.of)
    if match.verdict is Verdict.REWRITE and filing.decision is not Decision.FILED and original is not None:
        return inherit(filing, original)
    return filing


def _place(filing: Filing) -> tuple[Decision, str, tuple[str, ...]]:
    return filing.decision, filing.trip, tuple(hit.topic_id for hit in filing.topics)


def settle(kept: Kept, match: Match, settled: Settled | None, filer: Filer, watch: Watch) -> Filed:
    """What the store shall keep of it; None for `settled` gives it back to the rules. Nothing is written."""
    return _filed(kept, match, by_hand(filer.classify(kept.article, match), settled, watch), filer)


def _filed(kept: Kept, match: Match, filing: Filing, filer: Filer) -> Filed:
    article = kept.article
    if filing.trip:
        filer.forget(filing.trip, article.id)
    sentences = filer.sentences(article, filing)
    read = filer.read(sentences, match, filing)
    return Filed(
        article=article,
        match=match,
        filing=filing,
        sentences=read,
        developments=() if kept.quiet else filer.developments(article, filing, read),
        figures=filer.figures(article.text) if filing.trip and match.verdict is not Verdict.COPY else (),
        sketch=(),
        echoes=echoes_of(article, read),
        quiet=kept.quiet,
    )


def untold(was: Decision, now: Decision) -> bool:
    """Whether its sentences are to be told yet: a digest lists what is on no trip, and tells none of it."""
    return was is not Decision.FILED and now is Decision.FILED
