"""One page on its way into the store: identity, dedup, classification, novelty, figures, one transaction."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from monitor.model import (
    Article,
    Decision,
    Development,
    Figure,
    Filed,
    Filing,
    Fingerprint,
    KnownSentence,
    Link,
    Match,
    Novelty,
    Origin,
    PendingLead,
    Prepared,
    ReadSentence,
    Settled,
    Source,
    Verdict,
    Watch,
)
from monitor.pipeline.articles import make_article
from monitor.pipeline.gathering import gather_stories
from monitor.pipeline.texts import KnownTexts
from monitor.pipeline.verdicts import doubt, echoes_of, inherit, links_of, said_on, settle
from monitor.ports import Store
from monitor.stages import dedup
from monitor.stages.classify import Classifier, classify, compile_watch, topics_of
from monitor.stages.evidence import explain_development, rank_development
from monitor.stages.figures import Patterns, find_figures, patterns_with
from monitor.stages.identity import site_of, version_of
from monitor.stages.known import KnownIndex
from monitor.stages.lines import furniture, places
from monitor.stages.novelty import read_article
from monitor.stages.origin import origin_of
from monitor.stages.sentences import Substance, read_each
from monitor.stages.settled import by_hand
from monitor.stages.story import SAME_REPORT, Report, StoryIndex, read_report
from monitor.text import read_sentences

STORY_DAYS = timedelta(days=4)
# A text is compared with so many known ones; so many that share something with it are noted.
MOST_COMPARED, MOST_NEAR = 8, 64


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a page. `fresh`: whether the article was not stored before; `quiet`: known without being told.

    `filed`: what was saved of it, when it was.
    """

    article_id: str
    verdict: Verdict
    filing: Filing | None
    developments: int
    fresh: bool
    quiet: bool = False
    filed: Filed | None = None


class Filer:
    """Files pages one after the other; keeps what is known of each trip at hand during one run."""

    def __init__(self, watch: Watch, store: Store, patterns: Patterns | None = None) -> None:
        self._watch = watch
        self._store = store
        self._given_patterns = patterns
        self._indexes: dict[str, KnownIndex] = {}
        self._stories: dict[str, StoryIndex] = {}
        self._texts = KnownTexts(store)
        # Articles that are filed again and have not had their turn: nothing is compared with them.
        self._later: set[str] = set()
        # Articles that share something with more texts than are compared: who came before whom may matter to them.
        self.crowded: set[str] = set()
        # The hashes that so many have that they did not count.
        self.common: set[int] = set()
        # Inside `together`: stories are made later.
        self._together = False

    # Made with the first page: most runs find nothing new, and have none.
    @cached_property
    def classifier(self) -> Classifier:
        """The compiled watch."""
        return compile_watch(self._watch)

    @cached_property
    def _telling(self) -> Substance:
        return Substance(self._watch, self.classifier)

    @cached_property
    def _patterns(self) -> Patterns:
        return self._given_patterns or patterns_with(self._watch.figures)

    def index(self, trip: str) -> KnownIndex:
        """What is known for a trip, read once a run."""
        if trip not in self._indexes:
            self._indexes[trip] = KnownIndex(self._store.known_sentences(trip))
        return self._indexes[trip]

    def forget(self, trip: str, article_id: str) -> None:
        """Leave an article out of what is known for a trip, so that it can be read again."""
        known = self._store.known_sentences(trip)
        self._indexes[trip] = KnownIndex([each for each in known if each.article_id != article_id])

    def has_come(self, article_id: str) -> None:
        """Inside `without`: it counts as filed from now on."""
        self._later.discard(article_id)

    @contextlib.contextmanager
    def without(self, article_ids: Iterable[str]) -> Iterator[None]:
        """Inside it these articles count as not filed, each until it is kept again or `has_come`."""
        self._later = set(article_ids)
        self._indexes.clear()
        self._stories.clear()
        try:
            yield
        except BaseException:
            # The store goes back to what it was; what is known is read from it again.
            self._indexes.clear()
            self._stories.clear()
            raise
        finally:
            self._later = set()

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Inside it all is filed in one transaction; its stories are for `gather` to make in the end."""
        with self._store.batch():
            self._together = True
            try:
                yield
            finally:
                self._together = False

    def gather(self) -> None:
        """Make the stories of all that was filed."""
        gather_stories(self._store, self._watch)

    def stories(self, trip: str, now: datetime) -> StoryIndex:
        """The recent reports of a trip, read once a run."""
        if trip not in self._stories:
            recent = self._store.recent_texts(trip, now - STORY_DAYS)
            self._stories[trip] = StoryIndex(each for each in recent if each.article_id not in self._later)
        return self._stories[trip]

    def furniture(self, article: Article, fingerprint: Fingerprint) -> frozenset[int]:
        """The hashes of the article's sentences that its site says on every page."""
        said = self._store.lines(site_of(article.canonical), fingerprint.lines)
        return furniture(said, article.fetched_at.date())

    def judge(
        self, article: Article, fingerprint: Fingerprint, furniture: frozenset[int] = frozenset()
    ) -> tuple[Match, tuple[Link, ...]]:
        """Whether the article's text is known (a copy of a copy points to the first), and what is one report with it.

        `furniture`: hashes of sentences that do not count; the article and its fingerprint are without them.
        """
        same = self._store.known_hash(article.content_hash, self._later)
        if same and same != article.id:
            match = self._first(Match(Verdict.COPY, same, 1.0, 1.0, 1.0, 1.0, 1.0))
            return match, (Link(same, Verdict.COPY),)
        near = self._store.candidates(
            dedup.sketch(fingerprint.shingles), article.fetched_at, dedup.questions(fingerprint.shingles), self._later,
            MOST_NEAR,
        )  # fmt: skip
        found, others = near.ids[:MOST_COMPARED], near.ids[MOST_COMPARED:]
        if not self._later:
            self.common |= near.common
            if others:
                self.crowded.update((article.id, *others))
        site = site_of(article.canonical)
        match, links = dedup.compare_all(
            article.text, self._texts.all(found), fingerprint, site=site, furniture=furniture
        )
        return self._first(match), links

    def _first(self, match: Match) -> Match:
        if not match.of:
            return match
        known = self._store.article(match.of)
        if known and known.verdict in (Verdict.COPY, Verdict.REWRITE) and known.original:
            return replace(match, of=known.original)
        return match

    def classify(self, article: Article, match: Match, filing: Filing | None = None) -> Filing:
        """Trip and topics; a copy or update of something filed belongs where that belongs.

        `filing`: the text's own, where it is at hand.
        """
        filing = filing or classify(
            self.classifier,
            article.title,
            article.text,
            article.url,
            article.outlet,
            article.language,
            article.published,
        )
        if match.verdict in (Verdict.COPY, Verdict.UPDATE):
            original = self._store.article(match.of)
            if original and (match.verdict is Verdict.COPY or filing.decision is not Decision.FILED):
                return inherit(filing, original)
        return filing

    def retold(self, article: Article, match: Match, filing: Filing) -> tuple[Match, Filing, tuple[Link, ...]]:
        """When a new text retells a report of the trip it may belong to: a rewrite, filed where that is filed.

        Also its links to the reports of the trip that it is most alike.
        """
        best = filing.scores[0] if filing.scores and filing.scores[0].score > 0 else None
        trip = filing.trip or (best.trip_id if best else "")
        if match.verdict is not Verdict.NEW or not trip or article.summary_only:
            return match, filing, ()
        alike = self.stories(trip, article.fetched_at).alike(_report(article), self.index(trip).rarity)
        of, most = max(alike, key=lambda each: each[1], default=("", 0.0))
        original = self._store.article(of) if most >= SAME_REPORT else None
        if original is not None:
            match = self._first(Match(Verdict.REWRITE, of, similarity=most))
            if filing.decision is not Decision.FILED:
                filing = inherit(filing, original)
        if filing.trip != trip:
            return match, filing, ()
        return match, filing, tuple(Link(each, Verdict.NEW, how) for each, how in alike)

    def sentences(self, article: Article, filing: Filing) -> tuple[ReadSentence, ...]:
        """Every sentence read by itself; () when the article belongs to no trip."""
        return read_each(read_sentences(article.text), article.outlet, self._telling) if filing.trip else ()

    def read(
        self, sentences: Sequence[ReadSentence], match: Match, filing: Filing, everywhere: Collection[int] = ()
    ) -> tuple[Novelty, ...]:
        """Every sentence against what is known for the article's trip; () when it belongs to none.

        `everywhere`: indexes of those that the site says on every page.
        """
        if not filing.trip:
            return ()
        read = read_article(sentences, self.index(filing.trip), everywhere=everywhere)
        return tuple(doubt(novelty, match) for novelty in read)

    def file(
        self, prepared: Prepared, source: Source, pending: PendingLead | None, now: datetime, *, quiet: bool = False
    ) -> Outcome:
        """All the stages for one page, and the transaction that saves the result.

        `quiet`: it becomes known, and none of it is ever told.
        """
        version = version_of(pending.lead.canonical) if pending else ""
        article = make_article(prepared.page, source, now, version, prepared.content_hash)
        lead_id = pending.id if pending else None
        known = self._store.known_url(article.canonical)
        if known:
            if lead_id is not None:
                self._store.drop_lead(lead_id, known)
            return Outcome(known, Verdict.COPY, None, 0, fresh=False)
        return self.keep(article, prepared, lead_id, compare=source.dedup, quiet=quiet)

    def keep(
        self,
        article: Article,
        prepared: Prepared,
        lead_id: int | None,
        *,
        compare: bool = True,
        quiet: bool = False,
        settled: Settled | None = None,
        again: bool = False,
    ) -> Outcome:
        """The same for an article whose identity is settled. `compare`: whether it may be found to be a copy or a
        retelling; its sentences are compared in any case.

        `settled`: what a person said of it; `again`: it is kept already, and was taken back.
        """
        fingerprint = prepared.fingerprint
        everywhere = self.furniture(article, fingerprint)
        text, left = dedup.without(article.text, fingerprint, everywhere)
        bare = replace(article, text=text) if everywhere else article
        match, links = self.judge(bare, left, everywhere) if compare else (Match(Verdict.NEW), ())
        filing = self.classify(article, match, prepared.filing)
        if compare:
            match, filing, alike = self.retold(bare, match, filing)
            links += alike
        filing = by_hand(filing, settled, self._watch)
        sentences = prepared.sentences
        if sentences is None or not filing.trip:
            sentences = self.sentences(article, filing)
        read = self.read(sentences, match, filing, places(fingerprint.lines, everywhere))
        if compare:
            match = settle(match, read)
        developments = () if quiet else self.developments(article, filing, read)
        figures: tuple[Figure, ...] | None = ()
        if filing.trip and match.verdict is not Verdict.COPY:
            figures = prepared.figures
            if figures is None:
                figures = find_figures(article.text, [novelty.sentence for novelty in read], self._patterns)
        origin = prepared.origin or origin_of(article.text, author=article.author, outlet=article.outlet) or Origin("")
        filed = Filed(
            article=article,
            match=match,
            filing=filing,
            sentences=read,
            developments=developments,
            figures=figures or (),
            sketch=dedup.sketch(left.shingles),
            echoes=echoes_of(article, read),
            quiet=quiet,
            etag=prepared.etag,
            last_modified=prepared.last_modified,
            site=site_of(article.canonical),
            lines=said_on(article, match, fingerprint),
            links=links_of(links, match),
            words=fingerprint.words,
            origin=origin if origin.agency else None,
        )
        if again:
            # Whoever files many again makes their stories when all are there.
            ids = self._store.file_again(filed)
        else:
            with contextlib.nullcontext() if self._together else self._store.batch():
                ids = self._store.file(lead_id, filed)
                if not self._together:
                    self.gather()
        self._later.discard(article.id)
        self.learn(article, filing, read, ids, copy=match.verdict is Verdict.COPY)
        return Outcome(article.id, match.verdict, filing, len(developments), fresh=True, quiet=quiet, filed=filed)

    def figures(self, text: str) -> tuple[Figure, ...]:
        """The figures of a text."""
        return tuple(find_figures(text, read_sentences(text), self._patterns))

    def developments(self, article: Article, filing: Filing, read: Sequence[Novelty]) -> tuple[Development, ...]:
        """What an article adds: its new sentences."""
        found = []
        for novelty in read:
            if not novelty.new:
                continue
            topics = topics_of(self.classifier, novelty.sentence.text)
            found.append(
                Development(
                    article_id=article.id,
                    sentence=novelty.sentence.index,
                    text=novelty.sentence.text,
                    trip=filing.trip,
                    topics=topics,
                    score=round(novelty.score, 4),
                    why=explain_development(novelty, filing, summary_only=article.summary_only),
                    nearest=novelty.nearest.text if novelty.nearest else "",
                    rank=rank_development(novelty, len(topics), len(read), self._watch.trip(filing.trip)),
                )
            )
        return tuple(found)

    def learn(
        self, article: Article, filing: Filing, read: Sequence[Novelty], ids: dict[int, int], *, copy: bool = False
    ) -> None:
        """From now on this text is known; `ids`: the developments by sentence; `copy`: it stands there already."""
        self._texts.forget(article.id)
        if not filing.trip:
            return
        index = self.index(filing.trip)
        if not copy:
            self.stories(filing.trip, article.fetched_at).add(_report(article))
        for novelty in read:
            sentence = novelty.sentence
            index.add(
                KnownSentence(
                    article.id,
                    sentence.index,
                    sentence.text,
                    sentence.words,
                    article.outlet,
                    article.published,
                    ids.get(sentence.index),
                )
            )


def _report(article: Article) -> Report:
    return read_report(article.id, article.outlet, article.published, article.text)
