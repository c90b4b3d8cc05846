"""Pages that their sources offer as changed are read again; what had changed on them is kept, and told if it matters.

Of a page that no digest has told, the newest text takes the place of the former one, and is filed in its place with all
that came after it. Of a told page the added sentences alone are compared with what is known; what is new among them is
told by the next digest, and what was told and does not hold any more is corrected there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from monitor.errors import MonitorError
from monitor.model import (
    Decision,
    Figure,
    Filing,
    Page,
    Prepared,
    ReadAgain,
    Request,
    Revised,
    Revision,
    Sentence,
    Source,
    StoredArticle,
    Verdict,
)
from monitor.pipeline.filing import Filer, Outcome
from monitor.pipeline.ordering import restore_order
from monitor.pipeline.room import Room
from monitor.pipeline.verdicts import echoes_of
from monitor.stages import dedup
from monitor.stages.errands import packed, read_prepared
from monitor.stages.revision import believable, corrections, edit

MOST = 200
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of one page; `prepared` is None where the server says that it has not changed."""

    again: ReadAgain
    prepared: Prepared | None


async def read_again(room: Room, filer: Filer, note: Callable[[Outcome], None] = lambda outcome: None) -> int:
    """Read the pages that are offered as changed; returns how many had changed. Nothing that fails stops the others.

    `note` hears of each untold article that was filed again because of it.
    All changes are kept in one transaction, so a run that is ended before reads the same pages once more.
    """
    due = room.store.to_read_again(room.clock.now(), MOST)
    if not due:
        return 0
    turn = asyncio.Semaphore(AT_ONCE)
    sources = {source.id: source for source in room.watch.sources}
    watch = packed(room.watch)

    async def one(again: ReadAgain) -> _Answer | MonitorError:
        async with turn:
            return await _read(room, again, sources.get(again.lead.source_id), watch)

    answers = await asyncio.gather(*(one(each) for each in due))
    now, changed, done = room.clock.now(), set[str](), 0
    with room.store.batch():
        untold = {each.article_id for each in room.store.untold_order()}
        for again, answer in zip(due, answers, strict=True):
            if isinstance(answer, MonitorError):
                room.store.not_read_again(again.lead_id, now)
                continue
            prepared = answer.prepared
            room.store.was_read_again(again.lead_id, now, *_validators(prepared))
            stored = room.store.article(again.article_id)
            if prepared is None or stored is None or not _differs(stored, prepared.page, prepared):
                continue
            done += 1
            if revise(room, filer, stored, prepared, now, untold=stored.article.id in untold):
                changed.add(stored.article.id)
        if changed:
            restore_order(room.watch, room.store, filer, frozenset(changed), note=note)
    return done


def _validators(prepared: Prepared | None) -> tuple[str, str]:
    return (prepared.etag, prepared.last_modified) if prepared else ("", "")


def _differs(stored: StoredArticle, page: Page, prepared: Prepared) -> bool:
    was = stored.article
    return (
        not page.summary_only
        and prepared.content_hash not in ("", was.content_hash)
        and believable(was.text, page.text)
    )


async def _read(room: Room, again: ReadAgain, source: Source | None, watch: bytes) -> _Answer | MonitorError:
    lead = again.lead
    pause = source.pause.total_seconds() if source else 1.0
    try:
        answer = await room.fetcher.fetch(Request(lead.url, again.etag, again.last_modified, pause, as_sent=True))
        if answer.status == 304:
            return _Answer(again, None)
        work = partial(
            read_prepared,
            answer,
            lead=lead,
            now=room.clock.now(),
            watch=watch,
            outlet=source.name if source else lead.source_id,
            language=source.language if source else "",
        )
        prepared: Prepared = await room.pool.run(work)
        return _Answer(again, replace(prepared, etag=answer.etag, last_modified=answer.last_modified))
    except MonitorError as error:
        return error


def revise(room: Room, filer: Filer, stored: StoredArticle, prepared: Prepared, now: datetime, *, untold: bool) -> bool:
    """Keep one change of a page. Returns whether the article is to be filed anew: `untold`, or on a trip by now."""
    store, was, page = room.store, stored.article, prepared.page
    article = replace(
        was, title=page.title or was.title, text=page.text, content_hash=prepared.content_hash, summary_only=False
    )
    changed = edit(was.text, page.text)
    told, first = store.told_sentences(was.id)
    withdrawn, instead = ((), ()) if was.summary_only else corrections(changed, told)
    revision = Revision(
        was.id, len(store.revisions(was.id)) + 1, now, was.title, _texts(changed.removed), _texts(changed.added),
        _texts(withdrawn), _texts(instead),
    )  # fmt: skip
    filing = filer.classify(article, stored.match, prepared.filing)
    sketch = dedup.sketch(prepared.fingerprint.shingles)
    found = stored.digest_id is not None and stored.filing.decision is not Decision.FILED
    if untold or (found and filing.decision is Decision.FILED and stored.filing.settled is None):
        # What is filed anew settles its match and filing itself.
        store.revise(Revised(article, revision, stored.filing, stored.match, sketch), untold=not untold)
        return True
    filing = _as_it_was(filing, stored.filing)
    added = {sentence.index for sentence in changed.added}
    sentences = filer.sentences(article, filing)
    read = tuple(each for each in filer.read(sentences, stored.match, filing) if each.sentence.index in added)
    read = tuple(replace(each, sentence=replace(each.sentence, index=first + each.sentence.index)) for each in read)
    told_there = set(revision.instead)
    developments = () if stored.digest_id is None else filer.developments(article, filing, read)
    figures: tuple[Figure, ...] = ()
    if filing.trip and stored.digest_id is not None and stored.match.verdict is not Verdict.COPY:
        figures = tuple(
            replace(each, sentence=first + each.sentence)
            for each in (prepared.figures if prepared.figures is not None else filer.figures(article.text))
            if each.sentence in added
        )
    revised = Revised(
        article, revision, filing, stored.match, sketch, read,
        # What stands in the correction is not told twice.
        tuple(replace(each, why=f"{each.why}; added to the page later") for each in developments
              if each.text not in told_there),
        figures, echoes_of(article, read),
    )  # fmt: skip
    ids = store.revise(revised)
    filer.learn(article, filing, read, ids)
    return False


def _texts(sentences: Sequence[Sentence]) -> tuple[str, ...]:
    return tuple(sentence.text for sentence in sentences)


def _as_it_was(filing: Filing, was: Filing) -> Filing:
    """The evidence of the newest text under the decision that was told."""
    return replace(filing, decision=was.decision, trip=was.trip, reason=was.reason, settled=was.settled)
