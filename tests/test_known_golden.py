"""Our own labelled pairs and sentences keep their recorded quality (bench/known.py prints it in full)."""

from __future__ import annotations

import tomllib
from collections import Counter
from typing import Any

import pytest
from support import known_golden as golden
from support import seed_labels
from support.known_golden import Judged, Score

from monitor.stages.novelty import weigh
from monitor.stages.story import SAME_REPORT

FLOORS = tomllib.loads((golden.FOLDER / "floors.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return golden.judge_pairs()


@pytest.fixture(scope="module")
def told() -> list[tuple[bool, bool]]:
    return [(said.new, golden.told_new(said)[0]) for said in golden.sentences()]


def test_there_are_enough_pairs_and_sentences_of_every_kind() -> None:
    kinds = Counter(pair.kind for pair in golden.pairs())
    assert sum(kinds.values()) >= 150
    assert set(kinds) == {"copy", "update", "rewrite", "same topic", "follow-up", "template", "unrelated"}
    assert min(kinds.values()) >= 10
    labels = Counter(said.new for said in golden.sentences())
    assert sum(labels.values()) >= 300
    assert min(labels.values()) >= 100


def test_no_labelled_text_or_sentence_stands_there_twice() -> None:
    texts = list(golden.texts().values())
    said = Counter(each.text for each in golden.sentences())
    assert len({pair.name for pair in golden.pairs()}) == len(golden.pairs())
    assert len(texts) > 100
    assert max(said.values()) == 1


def test_copies_and_updates_are_found(judged: list[Judged]) -> None:
    assert golden.copies(judged).f1 >= FLOORS["pairs"]["copies_f1"]


def test_nothing_is_dropped_that_is_no_copy(judged: list[Judged]) -> None:
    assert len(golden.dropped_wrongly(judged)) <= FLOORS["pairs"]["wrongly_dropped"]
    assert len(golden.dropped_wrongly(judged, templates=True)) <= FLOORS["pairs"]["templates_dropped"]


def test_rewrites_are_told_from_other_reports(judged: list[Judged]) -> None:
    assert golden.rewrites(judged, SAME_REPORT).f1 >= FLOORS["pairs"]["rewrites_f1"]
    best = max(golden.rewrites(judged, border / 100).f1 for border in range(10, 60, 2))
    assert best >= FLOORS["pairs"]["rewrites_best_f1"]


def test_new_sentences_are_told_from_known_ones(told: list[tuple[bool, bool]]) -> None:
    found = golden.score(told)
    assert found.f1 >= FLOORS["sentences"]["new_f1"]
    assert found.recall >= FLOORS["sentences"]["new_recall"]


@pytest.mark.skipif(not seed_labels.SEEDS.is_dir(), reason="the seed documents are not at hand")
def test_three_reports_of_one_trip_read_in_turn_tell_what_is_new_and_little_else() -> None:
    found = golden.score((new, novelty.new) for new, _, novelty in seed_labels.read_in_turn())
    assert found.recall >= FLOORS["seeds"]["new_recall"]
    assert found.f1 >= FLOORS["seeds"]["new_f1"]


@pytest.mark.skipif(not seed_labels.SEEDS.is_dir(), reason="the seed documents are not at hand")
def test_in_the_seed_documents_repeats_score_lower_than_what_is_new() -> None:
    judged = [(each.new, weigh(each.sentence, each.index)) for each in seed_labels.labelled()]
    new, known = ([found.score for label, found in judged if label is wanted] for wanted in (True, False))
    above = sum((one > other) + (one == other) / 2 for one in new for other in known)
    assert above / (len(new) * len(known)) >= FLOORS["seeds"]["auc"]


def test_a_score_counts_as_is_usual() -> None:
    outcomes: list[Any] = [(True, True)] * 6 + [(True, False)] * 2 + [(False, True)] * 4 + [(False, False)] * 9
    found = golden.score(outcomes)
    assert found == Score(6, 4, 2)
    assert (found.precision, found.recall) == (0.6, 0.75)
    assert found.f1 == pytest.approx(2 / 3)
    assert Score(0, 0, 0).f1 == 0.0
