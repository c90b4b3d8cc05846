"""Fitting weights: what is fitted, what is held back, and that nothing of a fold leaks into its own figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from monitor.model import Episode, Stop, Trip, Watch
from monitor.stages.labelled import Given
from monitor.stages.score import Labelled
from monitor.stages.tune import tune

WATCH = Watch(
    name="Talks",
    subject="envoy",
    episode=Episode(words=("trip",), region=("the valley",)),
    trips=(
        Trip("t1", 1, "First", date(2025, 3, 1), date(2025, 3, 2), (Stop("Arna", "Nordland"),)),
        Trip("t2", 2, "Second", date(2025, 4, 1), date(2025, 4, 2), (Stop("Bel", "Sudland"),)),
        Trip("t3", 3, "Third", date(2025, 5, 1), date(2025, 5, 2), (Stop("Cole", "Westland"),)),
    ),
)
ROWS = [
    (Given(f"Envoy in {place}", f"The envoy came to {place}, report {number}."), Labelled(f"{trip}-{number}", trip))
    for trip, place in (("t1", "Arna"), ("t2", "Bel"), ("t3", "Cole"))
    for number in range(5)
]
WEAK = replace(WATCH, weights=(("place", 0.1),))


def test_a_weight_that_is_too_small_grows_until_its_articles_are_filed() -> None:
    found = tune(WEAK, ROWS)
    assert found.before.trip_micro == 0.0
    assert found.seen.trip_micro == found.unseen.trip_micro == 1.0
    assert found.weights["place"] > 0.5


def test_what_only_one_group_shows_is_not_learnt_for_that_group() -> None:
    # Only the articles of one group show by a count which trip it is: fitted without them, counts stay worthless.
    deaf = replace(WATCH, weights=(("ordinal", 0.2), ("place", 3.0)))
    counted = [
        (Given("Envoy on second trip to the valley", "A report."), Labelled(f"c{number}", "t2", group="counted"))
        for number in range(4)
    ]
    found = tune(deaf, [*ROWS, *counted])
    assert found.seen.trip_micro == 1.0
    assert sorted(miss.id for miss in found.unseen.trip_misses) == ["c0", "c1", "c2", "c3"]


def test_flat_weights_keep_their_sign_and_forget_their_size() -> None:
    found = tune(WATCH, ROWS, flat=True)
    assert found.weights["ordinal"] == 2.0
    assert found.weights["passing"] == -2.0
    assert "file" not in found.weights


def test_the_same_articles_give_the_same_weights() -> None:
    assert tune(WEAK, ROWS).weights == tune(WEAK, ROWS).weights


def test_fewer_groups_than_folds_are_refused() -> None:
    with pytest.raises(ValueError, match="5 folds need at least as many groups"):
        tune(WATCH, ROWS[:3])
