"""One stored article filed anew by a person's word, its sentences compared with what is known there by now."""

from __future__ import annotations

from monitor.model import Decision, Filed, Kept, Match, Settled, Verdict, Watch
from monitor.pipeline.filing import Filer
from monitor.pipeline.verdicts import echoes_of
from monitor.stages.settled import by_hand


def settle(kept: Kept, match: Match, settled: Settled | None, filer: Filer, watch: Watch) -> Filed:
    """What the store shall keep of it; None for `settled` gives it back to the rules. Nothing is written."""
    article = kept.article
    filing = by_hand(filer.classify(article, match), settled, watch)
    if filing.trip:
        filer.forget(filing.trip, article.id)
    read = filer.read(article, match, filing)
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
