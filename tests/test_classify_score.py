"""Precision, recall and F1 of filings against labels, counted by hand on small sets."""

import json
import re
from datetime import date

import pytest

from monitor.model import Decision, Episode, Evidence, Filing, Span, Stop, Topic, TopicHit, Trip, Watch
from monitor.stages.classify import compile_watch
from monitor.stages.floor import fallen, read_floor
from monitor.stages.labelled import Given, file_given, read_labelled, unknown_labels
from monitor.stages.misses import Missed, explain_miss
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


def test_a_floor_names_each_score_that_fell() -> None:
    report = score([Labelled("a", "one", ("aid",)), Labelled("b", "none")], [Predicted("none"), Predicted("none")])
    floor = read_floor("articles = 3\ntrip_micro = 0.5\nnone_f1 = 0.6\ntopic_micro = 0.0\n", "floor.toml")
    assert fallen(report, floor) == ("articles is 2, the floor is 3", "trip_micro is 0, the floor is 0.5")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("trips = 0.5", "there is no score 'trips'"),
        ("trip_micro = true", "trip_micro must be a number"),
        ("trip_micro", "floor.toml: "),
    ],
)
def test_a_floor_that_is_none_is_refused(text: str, what: str) -> None:
    with pytest.raises(ValueError, match=re.escape(what)):
        read_floor(text, "floor.toml")


def test_a_labelled_file_is_read_row_by_row() -> None:
    text = '{"id": "a", "title": "T", "published": "2024-05", "trip": "one", "topics": ["aid"]}\n\n{"text": "x"}\n'
    (given, label), (_, unnamed) = read_labelled(text, "f.jsonl")
    assert (given.title, given.published, label) == ("T", None, Labelled("a", "one", ("aid",)))
    assert (unnamed.id, unnamed.trip) == ("3", "none")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[1]", "the line is a list; write one JSON object a line, without brackets around all"),
        ("7", "the line is no object; write one JSON object a line"),
        ("{", "one article stands on several lines; write each as one JSON object on one line"),
        ('{"id": a1}', "no JSON (Expecting value at character 8); write one object, as"),
        ('{"topics": "aid"}', '"topics" is not a list of names; write it in brackets, as "topics": ["aid"]'),
        ('{"also_accept": [1]}', '"also_accept" is not a list of names; write it in brackets'),
        ('{"trip": ["one"]}', '"trip" is not text; write it in quotes'),
        ("[" * 100_000, "its JSON is nested too deeply; write one plain object"),
    ],
)
def test_a_line_that_is_no_labelled_article_is_named_with_its_mend(line: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"f.jsonl:2: no labelled article: {said}")):
        list(read_labelled(f'{{"id": "a"}}\n{line}', "f.jsonl"))


def test_all_lines_that_are_wrong_are_named_at_once_but_no_more_than_a_screenful() -> None:
    with pytest.raises(ValueError, match=r"f\.jsonl:1: no lab") as caught:
        list(read_labelled("oops\n" * 25, "f.jsonl"))
    assert len(str(caught.value).splitlines()) == 11
    assert str(caught.value).endswith("f.jsonl: 15 more lines are wrong")


def test_labels_that_the_watch_does_not_have_are_named_with_their_line_and_the_near_one() -> None:
    watch = Watch(
        name="Talks",
        subject="envoy",
        trips=(Trip("round-1", 1, "First", date(2025, 3, 1), date(2025, 3, 2)),),
        topics=(Topic("aid", "Aid", "aid"),),
    )
    text = (
        '{"trip": "round-1", "topics": ["aid"], "also_accept": ["none"]}\n'
        '{"trip": "round1", "topics": ["aids", "ships"]}\n{"also_accept": ["round-9"]}'
    )
    labels = [label for _, label in read_labelled(text, "f.jsonl")]
    assert unknown_labels(labels, watch, "f.jsonl") == (
        'f.jsonl:2: the watch has no trip "round1"; did you mean "round-1"?',
        'f.jsonl:2: the watch has no topic "aids"; did you mean "aid"?',
        'f.jsonl:2: the watch has no topic "ships"; write the id of a [[topic]] of the watch file',
        'f.jsonl:3: the watch has no trip "round-9"; did you mean "round-1"?',
    )


TALKS = compile_watch(
    Watch(
        name="Talks",
        subject="envoy",
        episode=Episode(words=("trip",), region=("the valley",)),
        trips=(
            Trip("t1", 1, "First", date(2025, 3, 1), date(2025, 3, 2), (Stop("Arna", "Nordland"),)),
            Trip("t2", 2, "Second", date(2025, 4, 1), date(2025, 4, 2), (Stop("Bel", "Sudland"),)),
        ),
        topics=(Topic("aid", "Aid", "aid AND truck*"), Topic("talks", "Talks", "talk*", "small talk")),
    )
)


def _miss(title: str, text: str, trip: str, topics: tuple[str, ...] = ()) -> Missed | None:
    given = Given(title, text)
    filing = file_given(TALKS, given)
    return explain_miss(TALKS, given, Labelled("x", trip, topics), filing, predicted(filing))


def test_a_missed_trip_is_told_with_what_would_have_filed_it() -> None:
    found = _miss("Envoy in Bel", "", "t2")
    assert found is not None
    assert found.trip == "t2 was filed as none"
    assert [sheet.trip_id for sheet in found.sheets] == ["t2"]
    lacking = 2.0 - found.sheets[0].score
    assert found.ways[0].endswith(f"one more sign of weight {lacking:.1f} would have filed it")
    assert "ordinal" in found.ways[1]


def test_a_missed_topic_is_told_with_its_near_miss_and_a_wrong_one_with_its_hits() -> None:
    lost = _miss("Aid for Bel", "", "none", ("aid",))
    assert lost is not None
    assert (lost.topics, lost.ways) == (("-aid",), ("aid: aid is there, truck* is missing",))
    back = _miss("A small talk", "", "none", ("talks",))
    assert back is not None
    assert back.ways == ("talks: its `not` takes back what its rule finds",)
    extra = _miss("Aid trucks", "", "none")
    assert extra is not None
    assert (extra.topics, extra.ways) == (("+aid",), ("aid: not labelled, but “aid”, “truck*” stands in the title",))


def test_what_was_filed_as_its_label_says_is_no_miss() -> None:
    assert _miss("Nothing", "", "none") is None
