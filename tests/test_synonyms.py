"""Words that reports use for one another."""

from __future__ import annotations

from collections import Counter
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.texts import known_from

import monitor.stages
from monitor.stages.known import KnownIndex
from monitor.stages.synonyms import read_groups, sense, senses
from monitor.text import content_hash_of, content_hashes, stem

GROUPS = read_groups(resources.files(monitor.stages).joinpath("synonyms.txt").read_text("utf-8"))


def test_no_stem_stands_in_two_groups() -> None:
    stems = Counter(each for group in GROUPS for each in {stem(word) for word in group})
    assert [each for each, count in stems.items() if count > 1] == []


def test_each_group_joins_two_stems_at_least_and_every_word_carries_meaning() -> None:
    assert [group for group in GROUPS if len({stem(word) for word in group}) < 2] == []
    assert [word for group in GROUPS for word in group if not content_hash_of(word)] == []


@pytest.mark.parametrize(
    ("one", "two"), [("killed", "deaths"), ("lorries", "trucks"), ("Turkish", "Türkiye"), ("truce", "ceasefire")]
)
def test_words_for_one_thing_have_one_sense(one: str, two: str) -> None:
    assert senses(content_hashes(one)) == senses(content_hashes(two))


@pytest.mark.parametrize(
    ("one", "two"),
    [("accepted", "rejected"), ("weeks", "months"), ("open", "closed"), ("rise", "fall")],
)
def test_opposites_keep_their_senses(one: str, two: str) -> None:
    assert senses(content_hashes(one)) != senses(content_hashes(two))


@given(st.frozensets(st.integers(1, 2**32 - 1)))
def test_a_sense_is_its_own_sense(hashes: frozenset[int]) -> None:
    assert senses(senses(hashes)) == senses(hashes) == frozenset(map(sense, hashes))


def test_a_known_sentence_is_found_by_other_words_for_the_same() -> None:
    index = KnownIndex()
    for sentence in known_from("Twelve lorries were destroyed near the harbour.\nThe mayor keeps a parrot.", "k1"):
        index.add(sentence)
    (near, *_) = index.nearest(content_hashes("Twelve trucks were ruined near the port."))
    assert near.sentence.text.startswith("Twelve lorries")
    assert near.share == 1.0
