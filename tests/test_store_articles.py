"""Articles in the store: filing, what is known by them, seeds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from support.builders import (
    DAY,
    HOUR,
    NOW,
    TEXT,
    TRIP,
    make_article,
    make_digest,
    make_figure,
    make_filed,
    make_filing,
    make_lead,
    make_seed,
    make_state,
)
from support.stores import MakeStore, visit

from monitor.edges import store_known
from monitor.edges.store import SqlStore
from monitor.edges.store_known import MOST_CANDIDATES, MOST_POSTINGS, PART_DAYS
from monitor.model import Candidates, Decision, Fingerprint, Match, Verdict
from monitor.stages import dedup

pytest_plugins = ("support.store_fixtures",)

OTHER = "The tug crews met in the canteen. Nobody wished to speak about the vote that evening."


def add_lead(store: SqlStore, slug: str) -> int:
    visit(store, make_state(), [make_lead(slug)])
    return next(each.id for each in store.pending(NOW, 100) if each.lead.title == f"Report {slug}")


class TestCandidates:
    def test_what_few_have_counts_before_what_many_have(self, store: SqlStore) -> None:
        # Furniture that all share, and a little of the one original.
        for number in range(12):
            store.file(None, make_filed(make_article(f"f{number}"), sketch=(1, 2, 3, 4)))
        store.file(None, make_filed(make_article("original"), sketch=(8, 9)))
        found = store.candidates((1, 2, 3, 4, 8, 9), NOW).ids
        assert found[0] == "original"
        assert len(found) == MOST_CANDIDATES

    def test_few_rows_and_many_are_the_same_candidates(self, store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
        for number in range(2 * MOST_POSTINGS):
            back = timedelta(days=PART_DAYS * (number % 5))
            article = make_article(f"a{number:03}", fetched_at=NOW - back)
            store.file(None, make_filed(article, sketch=(1, 2 + number % 2, 7 + number % 3, 100 + number)))
        store.add_seed(make_seed(), None)
        asked = ((1, 2, 7, 110), (1, 3, 8, 9), (1, 2, 3, 7, 8, 9, 111, 112), (500, 501))
        found = {}
        for rows in (0, 3, 10_000):
            monkeypatch.setattr(store_known, "FEW_ROWS", rows)
            found[rows] = [
                store.candidates(each, NOW, without=without) for each in asked for without in ((), ("a001",))
            ]
        assert found[0] == found[3] == found[10_000]
        assert any(each.ids for each in found[0])
        assert any(each.common for each in found[0])

    def test_those_that_do_not_count_make_nothing_common(self, store: SqlStore) -> None:
        others = [f"o{number}" for number in range(MOST_POSTINGS)]
        for each in ("early", *others, "late"):
            store.file(None, make_filed(make_article(each), sketch=(1, 2)))
        rare = range(10, 15)
        assert store.candidates((1, 2, *rare), NOW) == Candidates((), frozenset({1, 2}))
        assert store.candidates((1, 2, *rare), NOW, without=others) == Candidates(("early", "late"))

    def test_a_report_that_very_many_carry_is_found_by_the_first_of_them(self, store: SqlStore) -> None:
        for number in range(MOST_POSTINGS + 10):
            store.file(None, make_filed(make_article(f"a{number:03}"), sketch=(1, 2, 3, 50 + number)))
        found = store.candidates((1, 2, 3, 7, 8), NOW, most=MOST_POSTINGS + 10)
        assert found == Candidates(tuple(f"a{number:03}" for number in range(MOST_POSTINGS)), frozenset({1, 2, 3}))

    def test_a_hash_that_more_have_than_carry_any_report_is_never_counted(
        self, store: SqlStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(store_known, "MOST_CARRIERS", MOST_POSTINGS + 5)
        for number in range(MOST_POSTINGS + 6):
            store.file(None, make_filed(make_article(f"a{number:03}"), sketch=(1, 2) if number else (1, 2, 3)))
        assert store.candidates((1, 2), NOW).ids == ()


class TestOverlooked:
    """Articles that a common hash hid from each other, although it is common only by what is untold."""

    def filed(self, store: SqlStore, told: int, untold: int) -> list[str]:
        names = [f"t{number}" for number in range(told)] + [f"u{number}" for number in range(untold)]
        for each in names:
            store.file(None, make_filed(make_article(each), sketch=(1, 2, 3)))
        if told:
            store.save_digest("s1", make_digest(), names[:told], [])
        return names[told:]

    def test_are_those_untold_that_share_two_hashes(self, store: SqlStore) -> None:
        untold = self.filed(store, told=MOST_POSTINGS - 1, untold=3)
        store.file(None, make_filed(make_article("one"), sketch=(1, 5)))
        assert store.overlooked({1, 2}) == set(untold)

    def test_are_none_where_as_many_have_the_hash_without_them(self, store: SqlStore) -> None:
        self.filed(store, told=MOST_POSTINGS + 1, untold=3)
        assert store.overlooked({1, 2}) == frozenset()

    def test_are_none_where_nothing_was_common_or_all_is_told(self, store: SqlStore) -> None:
        assert store.overlooked({1, 2}) == frozenset()
        self.filed(store, told=0, untold=2)
        assert store.overlooked(()) == frozenset()


class TestFiling:
    def test_an_article_is_found_by_its_id_and_by_its_addresses(self, make_store: MakeStore) -> None:
        article = make_article(url="https://gazette.example/a1?from=feed", author="The harbour desk", summary_only=True)
        match = Match(Verdict.UPDATE, "a0", 0.5, 0.4, 0.5, 0.6, 0.1)
        filing = make_filing(mentioned=("round-02",))
        make_store().file(None, make_filed(article, match=match, filing=filing))
        store = make_store()
        for key in (article.id, article.canonical, article.url):
            found = store.article(key)
            assert found is not None
            assert (found.article, found.match, found.filing, found.verdict) == (article, match, filing, Verdict.UPDATE)
        assert store.article("https://gazette.example/other") is None
        assert store.known_url(article.canonical) == "a1"
        assert store.known_url("https://gazette.example/other") == ""

    def test_filing_ends_the_lead_in_the_same_step(self, store: SqlStore) -> None:
        store.file(add_lead(store, "x"), make_filed())
        assert store.pending(NOW, 10) == ()

    def test_developments_get_ids_by_their_sentence(self, store: SqlStore) -> None:
        ids = store.file(None, make_filed(new=(0, 2)))
        assert set(ids) == {0, 2}
        told = {each.id: each.development.sentence for each in store.material().developments}
        assert told == {ids[0]: 0, ids[2]: 2}

    def test_filing_again_changes_nothing(self, store: SqlStore) -> None:
        filed = make_filed(figures=(make_figure(),))
        store.file(None, filed)
        before = store.material(), store.known_sentences(TRIP), store.known_figures(TRIP)
        assert store.file(None, filed) == {}
        assert (store.material(), store.known_sentences(TRIP), store.known_figures(TRIP)) == before

    def test_another_article_at_a_known_address_only_ends_its_lead(self, store: SqlStore) -> None:
        store.file(None, make_filed())
        lead_id = add_lead(store, "x")
        second = make_article("a2", OTHER, canonical=make_article().canonical)
        assert store.file(lead_id, make_filed(second)) == {}
        assert store.article("a2") is None
        assert store.pending(NOW, 10) == ()
        assert [each.article.id for each in store.material().articles] == ["a1"]

    def test_an_error_in_the_middle_leaves_nothing_behind(self, store: SqlStore) -> None:
        lead_id = add_lead(store, "x")
        nobody_has_this_development = 4711
        with pytest.raises(IntegrityError):
            store.file(lead_id, make_filed(figures=(make_figure(),), echoes=(nobody_has_this_development,)))
        assert store.article("a1") is None
        assert store.material().articles == ()
        assert store.known_sentences(TRIP) == ()
        assert store.known_figures(TRIP) == ()
        assert store.candidates(dedup.fingerprint(TEXT).shingles, NOW).ids == ()
        assert [each.id for each in store.pending(NOW, 10)] == [lead_id]

    def test_a_copy_names_its_original(self, store: SqlStore) -> None:
        store.file(None, make_filed(make_article("a1", title="Berths to open")))
        store.file(None, make_filed(make_article("a2"), match=Match(Verdict.COPY, "a1", 1.0)))
        copy = store.article("a2")
        assert copy is not None
        assert (copy.original, copy.original_title, copy.original_outlet) == ("a1", "Berths to open", "Quay Gazette")


class TestKnownTexts:
    def test_the_same_text_is_known_by_the_first_article_that_had_it(self, store: SqlStore) -> None:
        store.file(None, make_filed(make_article("a2")))
        store.file(None, make_filed(make_article("a1")))
        assert store.known_hash(make_article().content_hash) == "a2"
        assert store.known_hash("0" * 32) == ""

    def test_an_empty_hash_is_never_known(self, store: SqlStore) -> None:
        store.file(None, make_filed(make_article(content_hash="")))
        assert store.known_hash("") == ""

    def test_candidates_share_at_least_two_hashes(self, store: SqlStore) -> None:
        store.file(None, make_filed(make_article("a1"), sketch=(16, 32, 48)))
        assert [*store.candidates((16, 32, 64), NOW).ids] == ["a1"]
        assert store.candidates((16, 64), NOW).ids == ()
        assert store.candidates((16, 16, 64), NOW).ids == ()
        assert store.candidates((), NOW).ids == ()

    def test_candidates_come_most_shared_first_and_the_first_filed_wins_a_tie(self, store: SqlStore) -> None:
        for name, sketch in {"b": (1, 2), "a": (1, 2), "c": (1, 2, 3), "d": (3, 4)}.items():
            store.file(None, make_filed(make_article(name), sketch=sketch))
        assert [*store.candidates((1, 2, 3), NOW).ids] == ["c", "b", "a"]

    def test_candidates_are_few(self, store: SqlStore) -> None:
        for number in range(MOST_CANDIDATES + 3):
            store.file(None, make_filed(make_article(f"a{number}"), sketch=(1, 2)))
        found = [*store.candidates((1, 2), NOW).ids]
        assert found == [f"a{number}" for number in range(MOST_CANDIDATES)]

    def test_a_hash_that_stands_everywhere_tells_nothing(self, store: SqlStore) -> None:
        for number in range(MOST_POSTINGS + 1):
            rare = (100 + number, 200 + number)
            filed = make_filed(make_article(f"a{number}", "Short."), new=(), sentences=(), sketch=(1, 2, *rare))
            store.file(None, filed)
        assert store.candidates((1, 2, 8, 9, 10), NOW).ids == ()
        assert [*store.candidates((1, 2, 105, 205, 8), NOW).ids] == ["a5"]

    def test_many_hashes_may_be_asked_for_at_once(self, store: SqlStore) -> None:
        store.file(None, make_filed(sketch=(5, 39_999)))
        assert [*store.candidates(range(40_000), NOW).ids] == ["a1"]

    def test_the_largest_hashes_are_kept(self, store: SqlStore) -> None:
        largest = (2**63 - 1, 2**63 - 17)
        store.file(None, make_filed(sketch=largest))
        assert len(store.candidates(largest, NOW).ids) == 1

    def test_old_articles_are_no_candidates_but_seeds_always_are(self, store: SqlStore) -> None:
        part = timedelta(days=PART_DAYS)
        ages = {"now": NOW, "old": NOW - 2 * part, "too old": NOW - 3 * part, "later": NOW + part}
        for name, read_at in ages.items():
            store.file(None, make_filed(make_article(name, fetched_at=read_at), sketch=(1, 2)))
        store.add_seed(make_seed(sketch=(1, 2)), None)
        assert [*store.candidates((1, 2), NOW).ids] == ["now", "old", "seed-1"]
        assert [*store.candidates((), NOW, (1, 2)).ids] == ["seed-1"]
        assert [*store.candidates((1, 2), NOW, ()).ids] == ["now", "old"]
        assert store.known("nobody") is None

    def test_a_candidate_brings_what_the_comparison_needs(self, store: SqlStore) -> None:
        article = make_article()
        store.file(None, make_filed(article))
        (found,) = store.candidates(dedup.fingerprint(TEXT).shingles, NOW).ids
        known = store.known(found)
        assert known is not None
        assert (known.article_id, known.outlet, known.title) == ("a1", "Quay Gazette", article.title)
        assert (known.published, known.text, known.fingerprint, known.seed) == (NOW - HOUR, TEXT, None, False)
        assert dedup.compare(TEXT, known).verdict is Verdict.COPY

    def test_recent_texts_are_those_of_the_trip_since_then_and_its_seeds(self, store: SqlStore) -> None:
        for name, age in {"old": 3 * DAY, "edge": DAY, "new": HOUR}.items():
            store.file(None, make_filed(make_article(name, fetched_at=NOW - age)))
        store.file(None, make_filed(make_article("other trip"), filing=make_filing("round-02")))
        # What a copy says its original says.
        store.file(None, make_filed(make_article("a copy"), match=Match(Verdict.COPY, "new")))
        seed = make_seed()
        store.add_seed(replace(seed, article=replace(seed.article, fetched_at=NOW - 99 * DAY)), None)
        found = store.recent_texts(TRIP, NOW - DAY)
        assert [(each.article_id, each.seed) for each in found] == [
            ("edge", False),
            ("new", False),
            ("seed-1", True),
        ]


class TestKnownSentences:
    def test_come_in_order_of_filing_and_then_of_the_text(self, store: SqlStore) -> None:
        first, second = make_filed(make_article("b")), make_filed(make_article("a", OTHER))
        ids = store.file(None, replace(first, sentences=first.sentences[::-1]))
        store.file(None, second)
        store.file(None, make_filed(make_article("c", "Elsewhere."), filing=make_filing("round-02"), new=()))
        known = store.known_sentences(TRIP)
        assert [(each.article_id, each.index) for each in known] == [("b", 0), ("b", 1), ("b", 2), ("a", 0), ("a", 1)]
        assert known[0].development_id == ids[0]
        assert known[1].development_id is None
        assert [each.words for each in known[:3]] == [each.sentence.words for each in first.sentences]
        assert (known[3].outlet, known[3].published, known[3].text) == (
            "Quay Gazette",
            NOW - HOUR,
            second.sentences[0].sentence.text,
        )

    def test_an_article_of_no_trip_adds_none_to_any(self, store: SqlStore) -> None:
        store.file(None, make_filed(new=(), filing=make_filing("")))
        assert store.known_sentences(TRIP) == ()

    def test_figures_come_by_the_time_they_speak_of(self, store: SqlStore) -> None:
        for name, published in {"late": NOW, "early": NOW - DAY, "undated": None}.items():
            article = make_article(name, published=published, fetched_at=NOW - HOUR)
            store.file(None, make_filed(article, figures=(make_figure(), make_figure(15))))
        ledger = store.known_figures(TRIP)
        assert [each.article_id for each in ledger] == ["early", "early", "undated", "undated", "late", "late"]
        assert ledger[0].figure == make_figure()
        assert (ledger[0].trip, ledger[0].outlet, ledger[0].as_of) == (TRIP, "Quay Gazette", NOW - DAY)
        assert ledger[0].as_of.tzinfo is UTC
        assert ledger[0].sentence == make_filed().sentences[ledger[0].figure.sentence].sentence.text
        assert store.known_figures("round-02") == ()


class TestSeeds:
    def test_a_seed_is_known_but_never_told(self, store: SqlStore) -> None:
        store.add_seed(make_seed(figures=(make_figure(),)), None)
        assert store.known_url("seed:seed-1") == "seed-1"
        assert {each.article_id for each in store.known_sentences(TRIP)} == {"seed-1"}
        material = store.material()
        assert (material.articles, material.developments, material.figures) == ((), (), ())
        assert [each.article.id for each in store.seeds()] == ["seed-1"]

    def test_a_seeds_figures_are_earlier_ones(self, store: SqlStore) -> None:
        store.add_seed(make_seed(figures=(make_figure(9),)), None)
        store.file(None, make_filed(figures=(make_figure(14),)))
        material = store.material()
        assert [each.figure.high for each in material.figures] == [14]
        assert [each.figure.high for each in material.earlier_figures] == [9]

    def test_a_seed_with_the_same_id_replaces_the_one_before(self, store: SqlStore) -> None:
        store.add_seed(make_seed(figures=(make_figure(),), sketch=(1, 2)), None)
        edited = make_seed(text=OTHER, sketch=(3, 4))
        edited = replace(edited, article=replace(edited.article, content_hash="version-2"))
        for _ in range(2):
            store.add_seed(edited, None)
        assert store.seed_versions() == {"seed-1": "version-2"}
        assert [each.text for each in store.known_sentences(TRIP)] == [each.sentence.text for each in edited.sentences]
        assert store.known_figures(TRIP) == ()
        assert store.candidates((1, 2), NOW).ids == ()
        assert len(store.candidates((3, 4), NOW).ids) == 1

    def test_a_removed_seed_is_forgotten_and_the_others_stay(self, store: SqlStore) -> None:
        store.add_seed(make_seed("seed-1", sketch=(1, 2)), None)
        store.add_seed(make_seed("seed-2", sketch=(1, 2)), None)
        store.remove_seed("seed-1")
        store.remove_seed("seed-1")
        assert list(store.seed_versions()) == ["seed-2"]
        assert {each.article_id for each in store.known_sentences(TRIP)} == {"seed-2"}
        assert [*store.candidates((1, 2), NOW).ids] == ["seed-2"]

    def test_removing_never_touches_an_article(self, store: SqlStore) -> None:
        store.file(None, make_filed())
        store.remove_seed("a1")
        assert store.article("a1") is not None

    def test_the_originals_fingerprint_comes_back_as_it_was(self, store: SqlStore) -> None:
        original = dedup.fingerprint(OTHER)
        sentences = make_seed().sentences
        hidden = tuple(
            replace(
                sentences[0],
                sentence=replace(sentences[0].sentence, index=100 + index, text="", words=words),
            )
            for index, words in enumerate(original.sentences)
        )
        store.add_seed(make_seed(sentences=sentences + hidden, sketch=original.shingles), original)
        (found,) = store.candidates(original.shingles, NOW).ids
        known = store.known(found)
        assert known is not None
        assert known.seed
        assert isinstance(known.fingerprint, Fingerprint)
        assert known.fingerprint.shingles == original.shingles
        assert set(known.fingerprint.sentences) == set(original.sentences)
        assert dedup.compare(OTHER, known).verdict is Verdict.COPY

    def test_a_seed_and_an_article_at_one_address_are_both_kept(self, store: SqlStore) -> None:
        article = make_article()
        store.file(None, make_filed(article))
        seed = make_seed()
        seed = replace(seed, article=replace(seed.article, canonical=article.canonical, url=article.url))
        store.add_seed(seed, None)
        assert store.seed_versions() == {"seed-1": "version-1"}
        assert {each.article_id for each in store.known_sentences(TRIP)} == {"a1", "seed-1"}
        assert store.known_url(article.canonical) == "a1"

    def test_a_seed_of_no_trip_is_kept_as_none(self, store: SqlStore) -> None:
        store.add_seed(make_seed(filing=make_filing("")), None)
        (seed,) = store.seeds()
        assert seed.filing.decision is Decision.NONE


class TestEchoes:
    def test_outlets_that_say_a_development_too_are_named_once_in_order(self, store: SqlStore) -> None:
        ids = store.file(None, make_filed(make_article("a1")))
        for name, outlet in (("a2", "Tide Courier"), ("a3", "Lock Observer"), ("a4", "Tide Courier")):
            store.file(None, make_filed(make_article(name, outlet=outlet), new=(), echoes=(ids[0], ids[0])))
        (told,) = [each for each in store.material().developments if each.id == ids[0]]
        assert told.also == ("Tide Courier", "Lock Observer")

    def test_articles_keep_their_times_in_utc(self, store: SqlStore) -> None:
        east = NOW.astimezone(datetime(2024, 1, 1, tzinfo=UTC).astimezone().tzinfo)
        store.file(None, make_filed(make_article(published=east, fetched_at=east)))
        found = store.article("a1")
        assert found is not None
        assert found.article.published == NOW
        assert found.article.fetched_at.tzinfo is UTC
