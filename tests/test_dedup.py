"""Known or new: edited versions of a text are known, follow-ups on the same story are not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.texts import FOLLOW_UP, REPORT, UNRELATED, paragraphs

from monitor.model import Fingerprint, Known, Match, Verdict
from monitor.stages.dedup import (
    SKETCH_MOST,
    SKETCH_ONE_IN,
    aligned,
    compare,
    fingerprint,
    judge,
    questions,
    shingles,
    sketch,
)
from monitor.text import clean, word_hash

KNOWN = Verdict.COPY, Verdict.UPDATE
WORDS = st.lists(st.sampled_from("mediator docker berth grain tug crane vote night paper quay".split()), min_size=1)


def known(text: str, article_id: str = "k1") -> Known:
    return Known(article_id, "Tide Courier", "A report", None, text)


def judged(text: str, of: str = REPORT) -> Match:
    return compare(text, known(of))


def typography(text: str) -> str:
    """Other quotes, dashes, spaces, case and hidden hyphens, then cleaned as every page is."""
    curly = text.replace("'", "’").replace(" - ", " — ").replace("ss", "s\u00ads")
    return clean(curly.upper().replace(" ", "\u00a0").replace("\n", "\r\n"))


def half(text: str) -> str:
    return "\n\n".join(paragraphs(text)[:3])


def reordered(text: str) -> str:
    first, *rest = paragraphs(text)
    return "\n\n".join([first, *rest[::-1]])


def framed(text: str) -> str:
    before = "Home | World | Weather\nSign up for our letter and never miss a tide.\n"
    after = "\nMore from the quays\nLeave a comment below. All prices include tax. Back to the top of this page."
    return before + text + after


def reworded(text: str, share: float = 0.1) -> str:
    chance = random.Random(4)
    return " ".join("something" if chance.random() < share else word for word in text.split(" "))


EDITS = {each.__name__: each for each in (typography, half, reordered, framed, reworded)}


class TestEdits:
    @pytest.mark.parametrize("edit", EDITS)
    def test_of_a_known_text_are_known(self, edit: str) -> None:
        match = judged(EDITS[edit](REPORT))
        assert match.verdict in KNOWN
        assert match.of == "k1"

    @pytest.mark.parametrize("edit", ["typography", "half", "reordered", "framed"])
    def test_that_keep_the_words_are_copies(self, edit: str) -> None:
        assert judged(EDITS[edit](REPORT)).verdict is Verdict.COPY

    def test_a_longer_edition_of_a_known_text_is_known(self) -> None:
        assert judged(REPORT, half(REPORT)).verdict in KNOWN

    def test_typography_does_not_count_at_all(self) -> None:
        assert judged(typography(REPORT)).similarity == 1.0


class TestNews:
    def test_a_follow_up_that_repeats_background_is_new(self) -> None:
        match = judged(FOLLOW_UP)
        assert match.verdict is Verdict.NEW
        assert match.of == ""
        assert match.similarity > 0.05

    def test_another_subject_is_new_and_shares_nothing(self) -> None:
        assert judged(UNRELATED) == Match(Verdict.NEW)

    def test_a_new_lead_over_the_old_text_is_an_update_or_copy_never_lost_as_unknown(self) -> None:
        assert judged(paragraphs(FOLLOW_UP)[0] + "\n\n" + REPORT).verdict in KNOWN

    @pytest.mark.parametrize("text", ["", " \n", "…", "?!"])
    def test_a_text_without_words_is_like_nothing(self, text: str) -> None:
        assert judged(text) == Match(Verdict.NEW)
        assert judged(REPORT, text) == Match(Verdict.NEW)


class TestCompare:
    @given(WORDS)
    @settings(max_examples=60)
    def test_a_text_is_a_copy_of_itself(self, words: list[str]) -> None:
        text = " ".join(words)
        match = judged(text, text)
        assert (match.verdict, match.of) == (Verdict.COPY, "k1")
        assert (match.similarity, match.inside, match.covers, match.lead) == (1.0, 1.0, 1.0, 1.0)

    @given(WORDS, WORDS)
    @settings(max_examples=60)
    def test_every_share_is_between_nothing_and_all(self, one: list[str], two: list[str]) -> None:
        match = judged(" ".join(one), " ".join(two))
        assert all(0 <= each <= 1 for each in (match.inside, match.covers, match.aligned, match.lead))
        assert match.similarity == max(match.inside, match.covers)
        assert (match.of == "") == (match.verdict is Verdict.NEW)

    def test_the_fingerprint_serves_where_the_text_is_not_kept(self) -> None:
        original = Known("s1", "", "", None, "A brief of ours.", fingerprint(REPORT), seed=True)
        assert compare(REPORT, original) == compare(REPORT, known(REPORT, "s1"))

    def test_sentences_in_any_order_align(self) -> None:
        mine, theirs = fingerprint(REPORT), fingerprint("\n".join(REPORT.splitlines()[::-1]))
        assert aligned(mine, theirs, 0.7) == 1.0
        assert aligned(mine, fingerprint(UNRELATED), 0.7) == 0.0
        assert aligned(Fingerprint((), (), 0), theirs, 0.7) == 0.0


class TestJudge:
    def test_nothing_known_makes_it_new(self) -> None:
        assert judge(REPORT, []) == Match(Verdict.NEW)
        assert judge(REPORT, [known(UNRELATED)]) == Match(Verdict.NEW)

    def test_the_first_of_two_equals_is_the_original(self) -> None:
        assert judge(REPORT, [known(REPORT, "one"), known(REPORT, "two")]).of == "one"

    def test_the_most_alike_wins(self) -> None:
        match = judge(REPORT, [known(FOLLOW_UP, "follow"), known(reworded(REPORT), "edited"), known(REPORT, "same")])
        assert match.of == "same"


class TestSketches:
    @given(st.sets(st.integers(min_value=0, max_value=2**63 - 1), max_size=400))
    def test_are_few_sorted_and_part_of_the_questions(self, hashes: set[int]) -> None:
        kept = sketch(hashes)
        assert len(kept) <= SKETCH_MOST
        assert list(kept) == sorted(set(kept))
        assert all(hash_ in hashes and hash_ % SKETCH_ONE_IN == 0 for hash_ in kept)
        assert set(kept) <= set(questions(hashes))

    def test_of_a_text_and_its_edits_share_enough_to_be_found(self) -> None:
        stored = set(sketch(fingerprint(REPORT).shingles))
        for edit in EDITS.values():
            assert len(stored & set(questions(fingerprint(edit(REPORT)).shingles))) >= 2

    def test_shingles_fit_the_database_and_know_the_order_of_words(self) -> None:
        words = REPORT.casefold().split()
        hashes = shingles(words)
        assert len(hashes) == len(words) - 4
        assert all(0 <= hash_ < 2**63 for hash_ in hashes)
        assert not set(hashes) & set(shingles(words[::-1]))
        assert shingles(words[:2]) != shingles(words[1:3])
        assert len(shingles(words[:2])) == 1
        assert shingles([]) == []

    def test_a_fingerprint_is_the_same_on_every_machine(self) -> None:
        assert fingerprint("the mediator left the harbour").shingles == (7650204785911486596,)


@given(st.lists(st.sampled_from("aid convoy ceasefire talks 14 hostages minister crossing".split()), max_size=40))
def test_a_run_is_the_polynomial_of_its_words(folded: list[str]) -> None:
    base, modulus = 0x1E3779B97F4A7C15, 1 << 63
    padded = [*map(word_hash, folded), *[0] * (5 - len(folded))]
    runs = [padded[start : start + 5] for start in range(len(padded) - 4)] if folded else []
    assert shingles(folded) == [sum(value * base ** (4 - at) for at, value in enumerate(run)) % modulus for run in runs]
