"""The same report in other words, within one trip."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from support.builders import NOW
from support.texts import FOLLOW_UP, REPORT, UNRELATED, known_from, paragraphs

from monitor.model import Known
from monitor.stages.known import KnownIndex
from monitor.stages.story import LEAST_ALIKE, SAME_REPORT, WINDOW, Report, StoryIndex, cosine, read_report

RETOLD = """\
Both sides have read, though not signed, the paper with which the mediator left the harbour office late on Tuesday.
For ten days two grain berths at Northquay would open again, and a smaller circle would talk about wages meanwhile.
The crane drivers' spokesman wants the hours in writing before a vote, and speaks of a first step.
On Friday morning the members of the four depots decide in the fish hall; until then picket lines stand.
According to the port authority every day costs 3.5 million crowns, with fourteen ships lying beyond the breakwater.
The minister of transport sent her thanks and promised two inspectors, but no money for brakes.
Traders in grain see flour running out in the hill towns if no ship is unloaded by Monday.
"""
WEIGHT = KnownIndex([*known_from(REPORT, "k1"), *known_from(FOLLOW_UP, "k2"), *known_from(UNRELATED, "k3")]).weight


def known(text: str, article_id: str = "k1", outlet: str = "Tide Courier", published: datetime | None = NOW) -> Known:
    return Known(article_id, outlet, "A report", published, text)


def same(text: str, *reports: Known, outlet: str = "Quay Gazette", published: datetime | None = NOW) -> str:
    return retold(StoryIndex(reports), read_report("", outlet, published, text))


def retold(index: StoryIndex, report: Report) -> str:
    """The most alike of those that are alike enough."""
    found = index.alike(report, WEIGHT)
    assert all(how >= LEAST_ALIKE for _, how in found)
    of, how = max(found, key=lambda each: each[1], default=("", 0.0))
    return of if how >= SAME_REPORT else ""


def test_a_report_retold_in_other_words_is_recognised() -> None:
    assert same(RETOLD, known(UNRELATED, "k0"), known(REPORT, "k1")) == "k1"


def test_the_next_report_on_the_subject_is_a_report_of_its_own() -> None:
    assert same(paragraphs(FOLLOW_UP)[0], known(REPORT)) == ""


def test_another_subject_retells_nothing() -> None:
    assert same(UNRELATED, known(REPORT)) == ""


def test_nothing_is_retold_when_nothing_is_known() -> None:
    assert StoryIndex().alike(read_report("", "Quay Gazette", NOW, RETOLD), WEIGHT) == ()


def test_an_outlet_does_not_retell_itself() -> None:
    assert same(RETOLD, known(REPORT), outlet="Tide Courier") == ""


@pytest.mark.parametrize("side", [-1, 1])
def test_only_reports_of_nearly_the_same_time_are_compared(side: int) -> None:
    just, later = WINDOW, WINDOW + timedelta(minutes=1)
    assert same(RETOLD, known(REPORT, published=NOW + side * just)) == "k1"
    assert same(RETOLD, known(REPORT, published=NOW + side * later)) == ""


def test_without_a_date_the_words_decide() -> None:
    assert same(RETOLD, known(REPORT, published=None)) == "k1"
    assert same(RETOLD, known(REPORT), published=None) == "k1"


def test_the_most_alike_is_the_original() -> None:
    assert same(RETOLD, known(RETOLD + UNRELATED, "mixed"), known(RETOLD, "exact"), known(REPORT, "k1")) == "exact"


def test_texts_that_are_not_kept_are_passed_over() -> None:
    assert same(RETOLD, known("", "hidden")) == ""


def test_a_report_added_later_is_found() -> None:
    index = StoryIndex()
    index.add(read_report("k7", "Tide Courier", NOW, REPORT))
    assert retold(index, read_report("", "Quay Gazette", NOW, RETOLD)) == "k7"


def test_the_cosine_is_one_for_equals_and_nothing_for_strangers() -> None:
    bag = Counter({1: 2, 2: 1})
    assert cosine(bag, bag, lambda word: 1.5) == pytest.approx(1.0)
    assert cosine(bag, Counter({3: 1}), lambda word: 1.5) == 0.0
    assert cosine(bag, Counter(), lambda word: 1.5) == 0.0
    assert cosine(bag, bag, lambda word: 0.0) == 0.0


def test_a_word_of_the_same_share_is_as_rare_however_much_is_known() -> None:
    said = [*known_from(REPORT, "k1"), *known_from(FOLLOW_UP, "k2"), *known_from(UNRELATED, "k3")]
    some, more = KnownIndex(said * 40), KnownIndex(said * 400)
    for word in {word for sentence in said for word in sentence.words}:
        assert more.rarity(word) == pytest.approx(some.rarity(word), rel=0.01)
    stranger = max(word for sentence in said for word in sentence.words) + 1
    assert more.rarity(stranger) == pytest.approx(some.rarity(stranger))
    assert more.weight(stranger) > some.weight(stranger) + 1
