"""Sentences that lean on the one before them, and what they lean on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stages.leaning import FARTHEST, LONGEST, leans, leans_on


@pytest.mark.parametrize(
    "text",
    [
        "He also said that the berths stay shut.",
        "Its crews had not been paid.",
        "Many of them went home.",
        "The latest of them came at noon.",
        "The harbour, he said, was losing time.",
        "On Tuesday she goes to the union.",
        "If that is right, it falls short of the offer.",
        "The deputy opened the gates instead.",
    ],
)
def test_a_sentence_that_does_not_say_who_or_what_leans(text: str) -> None:
    assert leans(text)


@pytest.mark.parametrize(
    "text",
    [
        "The port authority said it had 14 ships waiting.",
        "In Northquay they opened two berths.",
        "On Monday the mediator met the union.",
        "Itineraries were changed.",
        "Dockers want a rise, and they say so.",
    ],
)
def test_a_sentence_that_names_who_it_is_about_stands_on_its_own(text: str) -> None:
    assert not leans(text)


def test_what_is_leant_on_is_the_nearest_whole_sentence_that_stands_on_its_own() -> None:
    text = "The mediator came late.\n\nMore on this\n\nHe was tired. He went home."
    assert leans_on(text, [(3, "He went home.")]) == {3: "The mediator came late."}


def test_nothing_is_given_where_the_text_is_pruned_or_has_another_sentence_there() -> None:
    assert leans_on("", [(3, "He went home.")]) == {}
    assert leans_on("The mediator came late. He was tired.", [(1, "He went home.")]) == {}


def test_what_is_leant_on_is_near_and_short() -> None:
    far = "The mediator came. " + "He spoke. " * (FARTHEST + 2)
    assert leans_on(far, [(FARTHEST + 1, "He spoke.")]) == {}
    long = "The mediator " + "walked and " * 40 + "came. He spoke."
    assert len(leans_on(long, [(1, "He spoke.")])[1]) <= LONGEST


@given(st.text(alphabet="Heit sad,.?\n“”", max_size=60), st.lists(st.integers(0, 5), max_size=4))
def test_any_text_is_read_without_trouble(text: str, places: list[int]) -> None:
    found = leans_on(text, [(place, text) for place in places])
    assert set(found) <= set(places)
    assert all(found.values())
