"""Everything stored, filed again by other rules: what is gained, lost and moved, and the digest of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.model import Decision, Digest, Filed, Filing, Kept, SourceState, Watch
from monitor.pipeline.filing import Filer
from monitor.pipeline.ordering import prepare_kept
from monitor.pipeline.room import no_progress
from monitor.ports import Store
from monitor.stages.digest import make_digest

GAINED, LOST, MOVED, UNSURE, TOPICS = "gained", "lost", "moved", "unsure", "topics"
KINDS = (GAINED, LOST, MOVED, UNSURE, TOPICS)


@dataclass(frozen=True, slots=True)
class Change:
    """One article that the rules file otherwise. `was`, `now`: a trip, "none" or "uncertain".

    `kind`: on a trip now, on none any more, on another, unsure in another way, or only with other topics.
    """

    article_id: str
    title: str
    outlet: str
    url: str
    kind: str
    was: str
    now: str
    topics_gained: tuple[str, ...]
    topics_lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Backtest:
    """What filing everything again came to. `filed`: what the store would keep of each changed article.

    `echoes`: for each of those the developments it says as well, as (article id, sentence); `digest`: what a digest
    of all stored articles would have told.
    """

    articles: int
    changes: tuple[Change, ...]
    filed: tuple[Filed, ...]
    echoes: dict[str, tuple[tuple[str, int], ...]]
    digest: Digest

    def counts(self) -> dict[str, int]:
        """How many articles changed in which way."""
        found = Counter(change.kind for change in self.changes)
        return {kind: found[kind] for kind in KINDS}


def backtest(
    kept: Iterable[Kept],
    scratch: Store,
    filer: Filer,
    watch: Watch,
    now: datetime,
    states: tuple[SourceState, ...] = (),
    progress: Callable[[str, int, int], None] = no_progress,
    total: int = 0,
) -> Backtest:
    """File what is kept again, in the order in which it was filed, into an empty store that knows the seeds.

    `filer` works by the new rules and on `scratch`. Nothing else is written.
    """
    changes: list[Change] = []
    filed: list[Filed] = []
    compared = {source.id: source.dedup for source in watch.sources}
    number = 0
    for number, each in enumerate(kept, 1):
        outcome = filer.keep(
            each.article, prepare_kept(each.article), None, compare=compared.get(each.article.source_id, True),
            quiet=each.quiet, settled=each.filing.settled,
        )  # fmt: skip
        progress("filing", number, max(total, number))
        if outcome.filed is not None and (change := _change(each, outcome.filed.filing)):
            changes.append(change)
            filed.append(outcome.filed)
    material = scratch.material()
    places = {
        stored.id: (stored.development.article_id, stored.development.sentence) for stored in material.developments
    }
    return Backtest(
        number,
        tuple(changes),
        tuple(filed),
        {one.article.id: tuple(places[id_] for id_ in one.echoes if id_ in places) for one in filed},
        make_digest(replace(material, states=states), watch, now=now, name="backtest"),
    )


def _change(each: Kept, now: Filing) -> Change | None:
    was, then = _place(each.filing), _place(now)
    before, after = ({hit.topic_id for hit in filing.topics} for filing in (each.filing, now))
    if was == then and before == after:
        return None
    on_trip, still = each.filing.trip != "", now.trip != ""
    kind = (
        TOPICS if was == then
        else MOVED if on_trip and still
        else GAINED if still
        else LOST if on_trip
        else UNSURE
    )  # fmt: skip
    article = each.article
    return Change(
        article.id, article.title, article.outlet, article.url, kind, was, then,
        tuple(sorted(after - before)), tuple(sorted(before - after)),
    )  # fmt: skip


def _place(filing: Filing) -> str:
    return filing.trip if filing.decision is Decision.FILED else filing.decision.value
