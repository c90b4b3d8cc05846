"""What a site says on every page is learned, dropped before texts are compared, and never told."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, NOW, WATCH, make_article, make_filed
from support.texts import FOLLOW_UP, REPORT, UNRELATED, paragraphs

from monitor.edges.store import SqlStore
from monitor.model import Article, Filed, Known, Line, Verdict
from monitor.pipeline.filing import Filer, Outcome
from monitor.pipeline.ordering import prepare_kept, restore_order
from monitor.pipeline.reading import read_given
from monitor.stages.dedup import bare, fingerprint, without
from monitor.stages.furniture import EVERYWHERE
from monitor.stages.lines import MOST, cut, furniture, lines_of, places
from monitor.text import read_sentences, read_wording

pytest_plugins = ("support.store_fixtures", "support.quick_store")

TODAY = NOW.date()
SITE = "gazette.example"
FOOT = (
    "The harbour desk of this paper is open from six in the morning until the last ferry has left the quay. "
    "Letters on the strike, the dockers and the mediator are read by two of us and printed on the Saturday page. "
    "Tide tables, crane rosters and the list of ships outside the breakwater hang in the window of our office. "
    "Whoever brings five new readers before Easter gets a print of the old lighthouse, framed by our own printers."
)
BRIEFS = (
    "The mediator left Northquay on Monday without an answer from the dockers.",
    "Dockers at Southquay painted their gate green while a band played outside.",
    "A second tug ran aground near Millpoint, and its cook swam ashore with a cat.",
)


def on(day: int, text: str, *, name: str = "", site: str = SITE) -> Article:
    """A page of the site, read so many days after the first."""
    name = name or f"{site}-{day}"
    address = f"https://{site}/{name}"
    return make_article(name, text, url=address, canonical=address, fetched_at=NOW + day * DAY)


def page(brief: str) -> str:
    return f"{brief}\n{FOOT}"


def said(article: Article) -> Filed:
    return make_filed(article, site=SITE, lines=fingerprint(article.text).lines, new=())


class TestLines:
    @given(st.lists(st.sampled_from([*paragraphs(REPORT), *paragraphs(FOLLOW_UP), "Oh no.", ""]), max_size=8))
    def test_every_sentence_has_a_hash_and_short_ones_none(self, parts: list[str]) -> None:
        text = "\n".join(parts)
        lines, sentences = lines_of(read_wording(text)), read_sentences(text)
        assert len(lines) == len(sentences)
        assert all((line == 0) == (each.text == "Oh no.") for line, each in zip(lines, sentences, strict=True))
        assert all(0 <= line < 2**63 for line in lines)

    def test_typography_does_not_count_and_the_order_of_words_does(self) -> None:
        one, same, other = (lines_of(read_wording(text)) for text in ("“It's a tide.”", "it’s a TIDE", "Tide a it's."))
        assert one == same != other

    def test_a_page_without_end_costs_no_more_than_a_long_one(self) -> None:
        lines = lines_of(read_wording("\n".join(f"This is sentence number {at}" for at in range(MOST + 50))))
        assert len([line for line in lines if line]) == MOST

    def test_what_is_left_of_a_text_is_cut_as_the_text_was(self) -> None:
        lines = lines_of(read_wording(REPORT))
        left = cut(REPORT, lines, {lines[0], lines[5]})
        assert lines_of(read_wording(left)) == tuple(line for line in lines if line not in (lines[0], lines[5]))
        assert places(lines, {lines[0], lines[5]}) == {0, 5}


class TestFurniture:
    @pytest.mark.parametrize(
        ("days", "first", "last", "is_it"),
        [(2, 8, 1, True), (2, 7, 1, True), (2, 6, 1, False), (1, 9, 9, False), (3, 9, 0, True), (2, 9, 0, False)],
    )
    def test_is_what_was_said_on_three_days_over_a_week_today_counted(
        self, days: int, first: int, last: int, is_it: bool
    ) -> None:
        line = Line(5, days, TODAY - first * DAY, TODAY - last * DAY)
        assert furniture([line], TODAY) == ({5} if is_it else set())

    @given(st.sets(st.integers(0, 30), min_size=1, max_size=12))
    def test_is_found_as_the_days_themselves_would_show_it(self, days: set[int]) -> None:
        *before, today = sorted(days)
        line = Line(1, len(before), TODAY + before[0] * DAY, TODAY + before[-1] * DAY) if before else None
        found = furniture([line] if line else [], TODAY + today * DAY)
        assert bool(found) == (len(days) >= 3 and today - min(days) >= 7)

    def test_is_cut_from_both_texts_and_a_text_of_nothing_else_is_left_whole(self) -> None:
        foot = frozenset(fingerprint(FOOT).lines)
        text, left = without(page(BRIEFS[0]), fingerprint(page(BRIEFS[0])), foot)
        assert (text, left) == (BRIEFS[0], fingerprint(BRIEFS[0]))
        assert without(FOOT, fingerprint(FOOT), foot) == (FOOT, fingerprint(FOOT))
        original = replace(fingerprint(FOOT), lines=())
        assert bare(Known("s", "", "", None, "A brief.", original), foot).fingerprint == original
        assert bare(Known("a", "", "", None, page(BRIEFS[0])), foot).text == BRIEFS[0]


class TestInTheStore:
    def test_days_are_counted_and_not_pages(self, store: SqlStore) -> None:
        lines = fingerprint(FOOT).lines
        for day in (0, 0, 4, 4, 9):
            store.file(None, said(on(day, FOOT, name=f"p{next(NUMBERS)}")))
        counted = store.lines(SITE, [*lines, 77])
        assert {(line.days, line.first, line.last) for line in counted} == {(3, TODAY, TODAY + 9 * DAY)}
        assert {line.hash for line in counted} == set(lines)
        assert store.lines("other.example", lines) == ()
        assert store.lines("", lines) == store.lines(SITE, ()) == ()

    def test_what_was_said_on_one_day_only_is_not_handed_out(self, store: SqlStore) -> None:
        store.file(None, said(on(0, FOOT)))
        assert store.lines(SITE, fingerprint(FOOT).lines) == ()

    def test_a_day_before_the_first_counts_and_one_between_does_not_count_again(self, store: SqlStore) -> None:
        for day in (5, 9, 0, 7, 5, 9, 0):
            store.file(None, said(on(day, FOOT, name=f"p{next(NUMBERS)}")))
        assert {(line.days, line.first) for line in store.lines(SITE, fingerprint(FOOT).lines)} == {(3, TODAY)}

    def test_an_article_that_is_not_kept_counts_for_nothing(self, store: SqlStore) -> None:
        store.file(None, said(on(0, FOOT, name="one")))
        store.file(None, said(on(4, FOOT, name="one")))
        assert store.lines(SITE, fingerprint(FOOT).lines) == ()

    def test_what_is_not_said_any_more_is_forgotten(self, store: SqlStore) -> None:
        store.file(None, said(on(0, FOOT, name="one")))
        store.file(None, said(on(1, FOOT, name="two")))
        store.file(None, said(on(1, UNRELATED, name="three")))
        assert store.forget_lines(TODAY + 46 * DAY) == 0
        assert store.forget_lines(TODAY + 47 * DAY) == len(fingerprint(UNRELATED).lines)
        assert len(store.lines(SITE, fingerprint(FOOT).lines)) == len(fingerprint(FOOT).lines)
        assert store.forget_lines(TODAY + 182 * DAY) == len(fingerprint(FOOT).lines)
        assert store.lines(SITE, fingerprint(FOOT).lines) == ()


NUMBERS = count()


class TestFiling:
    @pytest.fixture
    def filer(self, quick_store: SqlStore) -> Filer:
        return Filer(WATCH, quick_store)

    def keep(self, filer: Filer, article: Article) -> Outcome:
        return filer.keep(article, prepare_kept(article), None)

    def test_until_it_is_learned_two_pages_with_one_foot_are_taken_for_one(self, filer: Filer) -> None:
        self.keep(filer, on(0, page(BRIEFS[0]), site="one.example"))
        assert self.keep(filer, on(1, page(BRIEFS[1]), site="two.example")).verdict is not Verdict.NEW

    def test_then_only_what_they_tell_is_compared_and_told(self, filer: Filer) -> None:
        for day, brief in zip((0, 4), BRIEFS, strict=False):
            self.keep(filer, on(day, page(brief)))
        done = self.keep(filer, on(8, page(BRIEFS[2])))
        assert done.filed is not None
        assert (done.verdict, done.filed.match.of, done.filed.match.similarity) == (Verdict.NEW, "", 0.0)
        assert done.filed.filing.trip
        first, *rest = done.filed.sentences
        assert (first.sentence.text, first.new) == (BRIEFS[2], True)
        assert {novelty.reason for novelty in rest} == {EVERYWHERE}
        assert len(rest) == 4
        assert [each.text for each in done.filed.developments] == [BRIEFS[2]]

    def test_a_copy_of_a_page_is_still_found(self, filer: Filer) -> None:
        for day, text in zip((0, 4, 8), (UNRELATED, FOLLOW_UP, REPORT), strict=True):
            self.keep(filer, on(day, page(text)))
        again = self.keep(filer, on(8, page("\n\n".join(paragraphs(REPORT)[:3])), name="again"))
        assert again.filed is not None
        assert (again.verdict, again.filed.match.of) == (Verdict.COPY, f"{SITE}-8")

    def test_a_text_given_by_hand_is_judged_the_same(self, filer: Filer) -> None:
        for day, brief in zip((0, 4), BRIEFS, strict=False):
            self.keep(filer, on(day, page(brief)))
        given_page = replace(prepare_kept(on(8, page(BRIEFS[2]))).page)
        reading = read_given(filer, given_page, NOW + 8 * DAY)
        assert reading.match.verdict is Verdict.NEW
        assert reading.sentences[-1].reason == EVERYWHERE

    def test_the_same_text_at_another_address_teaches_nothing(self, filer: Filer, quick_store: SqlStore) -> None:
        for day in (0, 4, 8):
            self.keep(filer, on(day, REPORT))
        assert quick_store.lines(SITE, fingerprint(REPORT).lines) == ()

    def test_a_page_that_is_watched_for_change_teaches_nothing(self, filer: Filer, quick_store: SqlStore) -> None:
        for day, brief in zip((0, 4, 8), BRIEFS, strict=True):
            article = on(day, page(brief))
            version = f"https://{SITE}/live#version-{day:032x}"
            self.keep(filer, replace(article, canonical=version))
        assert quick_store.lines(SITE, fingerprint(FOOT).lines) == ()

    def test_filing_again_counts_nothing_twice(self, filer: Filer, quick_store: SqlStore) -> None:
        late = replace(on(4, page(BRIEFS[1])), published=NOW + 4 * DAY)
        early = replace(on(5, page(BRIEFS[0])), published=NOW + 2 * DAY)
        for article in (late, early):
            self.keep(filer, article)
        before = quick_store.lines(SITE, fingerprint(FOOT).lines)
        assert {line.days for line in before} == {2}
        assert restore_order(WATCH, quick_store, filer) == 2
        assert quick_store.lines(SITE, fingerprint(FOOT).lines) == before
