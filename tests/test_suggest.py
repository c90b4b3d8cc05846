"""Terms that separate a label's articles from the rest."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules import compile_rule
from monitor.stages.suggest import suggest

HERE = ["The pagers went off in Beirut.", "Pagers again, and a strategic dialogue.", "A strategic dialogue in Cairo."]
THERE = ["A warehouse in Cairo.", "The king and a warehouse.", "Rain in Beirut."]


def test_what_stands_here_and_not_there_comes_first() -> None:
    found = {each.term: each for each in suggest(HERE, THERE)}
    assert list(found)[:2] == ["pagers", "strategic dialogue"]
    assert (found["pagers"].inside, found["pagers"].outside) == (2, 0)


def test_common_words_single_articles_and_words_of_the_others_are_no_suggestion() -> None:
    terms = {each.term for each in suggest(HERE, THERE)}
    assert terms.isdisjoint({"the", "warehouse", "went", "cairo"})


def test_a_word_that_says_no_more_than_its_pair_is_left_out() -> None:
    assert {"strategic", "dialogue"}.isdisjoint(each.term for each in suggest(HERE, THERE))


def test_what_the_rules_ask_for_already_is_marked() -> None:
    found = {each.term: each.known for each in suggest(HERE, THERE, [compile_rule("pager* OR famine")])}
    assert found == {"pagers": True, "strategic dialogue": False}


def test_the_score_is_the_log_likelihood_ratio() -> None:
    (found,) = suggest(["pager", "pager", "rain"], ["rain", "sun", "moon"])
    likely = 2 * math.log(2 / 3) + math.log(1 / 3)
    both = 2 * math.log(2 / 6) + 4 * math.log(4 / 6)
    assert found.score == pytest.approx(2 * (likely - both), abs=0.01)


texts = st.lists(st.lists(st.sampled_from(["pager", "rain", "sun", "king"]), max_size=6).map(" ".join), max_size=8)


@given(texts, texts)
def test_any_articles_can_be_compared(inside: list[str], outside: list[str]) -> None:
    for each in suggest(inside, outside):
        assert each.inside >= 2
        assert each.score >= 0
        assert each.inside <= len(inside)
        assert each.outside <= len(outside)
