"""Precision, recall and F1 of filings against labels, counted by hand on small sets."""

import json

import pytest

from monitor.model import Decision, Evidence, Filing, Span, TopicHit
from monitor.stages.score import Labelled, Miss, Predicted, Tally, predicted, report_as_dict, score


def test_a_right_a_wrong_and_a_missed_trip_are_counted() -> None:
    rows = [Labelled("a", "one"), Labelled("b", "two"), Labelled("c", "one")]
    report = score(rows, [Predicted("one"), Predicted("one"), Predicted("none")])
    assert report.trips["one"] == Tally(right=1, wrong=1, missed=1)
    assert report.trips["two"] == Tally(missed=1)
    assert report.none == Tally(wrong=1)
    assert report.trip_micro == pytest.approx(2 * 1 / (2 * 1 + 1 + 2))
    assert report.trip_macro == pytest.approx((0.5 + 0.0) / 2)
    assert report.trip_misses == (Miss("b", "two", "one"), Miss("c", "one", "none"))


def test_an_accepted_trip_counts_as_right() -> None:
    report = score([Labelled("a", "one", accept=("none",))], [Predicted("none")])
    assert report.none == Tally(right=1)
    assert report.trip_misses == ()


def test_topics_are_counted_each_for_itself() -> None:
    report = score([Labelled("a", "none", ("aid", "pay"))], [Predicted("none", ("aid", "law"))])
    assert (report.topics["aid"].f1, report.topics["pay"].recall, report.topics["law"].precision) == (1.0, 0.0, 0.0)
    assert report.topic_micro == pytest.approx(0.5)
    assert report.topic_misses == (Miss("a", "pay", ""), Miss("a", "", "law"))


def test_a_class_that_never_occurs_is_perfect_and_an_empty_set_too() -> None:
    assert Tally().f1 == Tally().precision == Tally().recall == 1.0
    assert score([], []).trip_micro == 1.0


def test_as_many_predictions_as_rows_are_needed() -> None:
    with pytest.raises(ValueError, match="shorter"):
        score([Labelled("a", "one")], [])


def test_only_a_filed_article_predicts_a_trip() -> None:
    hit = TopicHit("aid", (Evidence("aid", "aid", "text", Span(0, 3), 1.0),))
    assert predicted(Filing(Decision.FILED, "one", (), (), (hit,))) == Predicted("one", ("aid",))
    assert predicted(Filing(Decision.UNCERTAIN, "", ("one",), (), ())) == Predicted("none")


def test_a_report_is_plain_values_for_json() -> None:
    report = score([Labelled("a", "one", ("aid",))], [Predicted("one", ("aid",))])
    plain = json.loads(json.dumps(report_as_dict(report)))
    assert plain["trips"]["by_trip"]["one"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "articles": 1}
    assert plain["topics"]["macro_f1"] == 1.0
