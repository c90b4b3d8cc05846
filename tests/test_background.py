"""Background: how the story began, told again below a report, makes no topic of it."""

from __future__ import annotations

import pickle

import pytest
from end_to_end.command import ROOT
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules.background import Recap
from monitor.stages.classify import classify, compile_watch
from monitor.text import sentences
from monitor.watch import read_watch

RECAP = Recap(["the strike began", "dockers' walkout"])
WATCH = """
[watch]
name = "The harbour strike"
subject = "mediator"
[watch.episode]
since = ["the strike began"]
[[topic]]
id = "ships"
name = "Ships"
rule = "ship* OR anchor"
"""
LEAD = "The mediator came on Monday. Talks lasted a day. No date was set.\n"


def background(text: str, subject: str = "mediator") -> list[str]:
    """The sentences of a text that are background."""
    at = [span for span in sentences(text) if subject in text[span.start : span.end]]
    found = RECAP.sentences(text, at)
    return [text[span.start : span.end] for n, span in enumerate(sentences(text)) if found.holds(n)]


def test_what_tells_the_beginning_is_background_and_so_is_what_follows_it_in_its_paragraph() -> None:
    text = f"{LEAD}The strike began in spring. Forty ships wait. Ports are full.\nA shop closed."
    assert background(text) == ["The strike began in spring.", "Forty ships wait.", "Ports are full."]


def test_no_more_than_two_sentences_follow() -> None:
    assert background(f"{LEAD}The strike began in spring. One. Two. Three.") == [
        "The strike began in spring.",
        "One.",
        "Two.",
    ]


@pytest.mark.parametrize(
    "sentence", ["The mediator spoke of it since the strike began.", "He has come twice since the strike began."]
)
def test_a_sentence_on_the_subject_is_none(sentence: str) -> None:
    assert background(LEAD + sentence) == []


def test_the_report_itself_may_begin_with_it() -> None:
    assert background("It is May. The strike began today. Ships wait.") == []


def test_pointers_and_credits_are_background() -> None:
    lines = ["Read more: Ships wait", "Reporting by our staff", "Photo: ships at anchor"]
    assert background(LEAD + "\n".join(lines)) == lines
    assert background(LEAD + "Photographers stood on the quay.") == []


def test_typographic_quotes_are_the_same() -> None:
    assert len(background(f"{LEAD}Since the dockers\u2019 walkout ships wait.")) == 1


@given(st.text(alphabet="abT.h \n", max_size=60), st.integers(0, 80))
def test_sentences_are_the_same_in_whatever_order_they_are_asked(text: str, ahead: int) -> None:
    text = f"{LEAD}{text} The strike began. {text}"
    one, other = RECAP.sentences(text, ()), RECAP.sentences(text, ())
    numbers = range(len(sentences(text)))
    assert [one.holds(n) for n in numbers] == [other.holds(n) for n in reversed(numbers)][::-1]
    assert pickle.loads(pickle.dumps(RECAP)).sentences(text, ()).holds(ahead % len(numbers)) in (True, False)


def topics(text: str, more: str = "") -> list[tuple[str, list[float]]]:
    filing = classify(compile_watch(read_watch(WATCH + more)), "The mediator", text)
    return [(hit.topic_id, [item.weight for item in hit.evidence]) for hit in filing.topics]


def test_a_topic_that_stands_only_in_background_is_not_the_articles() -> None:
    assert topics(f"{LEAD}Since the strike began forty ships wait.") == []


def test_with_one_sentence_of_the_report_it_is_and_background_weighs_less() -> None:
    assert topics(f"{LEAD}A ship came in.\nSince the strike began forty ships wait.") == [("ships", [1.0, 0.3])]


def test_much_background_is_a_topic_all_the_same() -> None:
    recap = "Since the strike began ships wait.\n"
    assert topics(LEAD + recap * 3) == []
    assert topics(LEAD + recap * 4) == [("ships", [0.3] * 4)]


def test_a_watch_may_weigh_background_otherwise() -> None:
    assert topics(f"{LEAD}Since the strike began ships wait.", '[weights]\n"background" = 1\n') == [("ships", [1.0])]


def test_recaps_of_the_default_story_do_not_make_topics() -> None:
    classifier = compile_watch(read_watch((ROOT / "watch.toml").read_text("utf-8")))
    text = (
        "Blinken met Egypt's minister in Cairo on Wednesday. They spoke of trade. Schools were another subject.\n"
        "The war began on October 7, when Hamas took 250 hostages. A ceasefire has been sought for months."
    )
    assert [hit.topic_id for hit in classify(classifier, "Blinken in Cairo", text).topics] == []
