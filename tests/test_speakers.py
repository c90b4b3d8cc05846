"""Who says a sentence, in its own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stages.speakers import LONGEST, speaker


@pytest.mark.parametrize(
    ("sentence", "who"),
    [
        ("The harbour office, which counts the ships, said 14 were waiting.", "harbour office"),
        ("About 70 ships wait each day, the pilots' union says.", "pilots' union"),
        ("Some 900 walked out on Monday, the port authority said on Tuesday.", "port authority"),
        ("The ships that wait outside, says Harbourmaster Brandt.", "Harbourmaster Brandt"),
        ("Four cranes were shut, according to drivers.", "drivers"),
        ("Medics said 12 people were hurt.", "Medics"),
    ],
)
def test_whoever_is_named_as_saying_it_is_named(sentence: str, who: str) -> None:
    assert speaker(sentence) == who


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "On Sunday it had still spoken of some 70.",
        "He said 14 ships were waiting.",
        "In a statement it said 14 ships were waiting.",
        "Nobody said how many ships were waiting.",
        "The port authority said 14 were waiting, but the union said there were 30.",
        "Fourteen ships wait outside the breakwater.",
    ],
)
def test_where_nobody_is_named_or_two_speak_nobody_is(sentence: str) -> None:
    assert speaker(sentence) == ""


@given(st.text(max_size=200) | st.text(alphabet="aB ,.said14’", max_size=400))
def test_any_text_is_read_without_trouble(sentence: str) -> None:
    assert len(speaker(sentence)) <= LONGEST
