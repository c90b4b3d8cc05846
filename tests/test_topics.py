"""A topic's `not`: it takes back what stands in the sentences that it speaks of, and no more."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Topic, Watch
from monitor.rules import compile_rule
from monitor.rules.sense import taken_back
from monitor.stages.classify import classify, compile_watch, topics_of

AIDE = '"hostage envoy"'


def found(rule: str, back: str, text: str, title: str = "", url: str = "") -> list[str]:
    """What the topic's evidence says, word by word; empty where the article has not the topic."""
    engine = compile_watch(Watch(name="Talks", subject="envoy", topics=(Topic("t", "T", rule, back),)))
    hits = classify(engine, title, text, url).topics
    fields = {"title": title, "text": text, "lead": text, "url": url}
    return [fields[item.field][item.span.start : item.span.end] for hit in hits for item in hit.evidence]


def test_one_remark_does_not_silence_a_long_report() -> None:
    text = "Two hostages are home. The hostage envoy was there. A third hostage is ill."
    assert found("hostage*", AIDE, text) == ["hostages", "hostage"]


def test_where_every_sentence_is_spoken_of_nothing_is_left() -> None:
    assert found("hostage*", AIDE, "The hostage envoy came. He is the third hostage envoy.") == []


def test_a_rule_of_several_parts_is_asked_of_what_is_left() -> None:
    assert found("aid AND truck*", "military", "Military aid came. Trucks wait.") == []
    assert found("aid AND truck*", "military", "Military aid came. Trucks wait. More aid is due.") == ["Trucks", "aid"]


def test_a_not_that_would_have_matched_only_across_sentences_takes_nothing_back() -> None:
    assert found("truce", "truce AND lebanon", "A truce is near. Lebanon waits.") == ["truce"]


def test_a_not_with_an_exception_is_read_sentence_by_sentence() -> None:
    back = "(truce NEAR/8 lebanon) NOT gaza"
    assert found("truce", back, "A truce holds in Lebanon. In Gaza a truce is far.") == ["truce"]
    assert found("truce", back, "A truce holds in Lebanon. Gaza waits.") == []


def test_a_headline_is_a_sentence_of_its_own() -> None:
    assert found("hostage*", AIDE, "A hostage came home.", "The hostage envoy leaves") == ["hostage"]
    assert found("hostage*", AIDE, "The hostage envoy left.", "A hostage comes home") == ["hostage"]


@pytest.mark.parametrize("back", ["url:opinion", "title:podcast", "truce AND url:opinion"])
def test_a_not_about_another_field_holds_for_the_whole_article(back: str) -> None:
    text = "A truce is near. The truce holds."
    assert found("truce", back, text, "Our podcast", "https://news.example/opinion/1") == []
    assert found("truce", back, text, "Our report", "https://news.example/world/1") == ["truce", "truce"]


def test_not_inside_the_rule_vetoes_the_whole_article() -> None:
    assert found(f"hostage* NOT {AIDE}", "", "Two hostages are home. The hostage envoy was there.") == []


def test_a_sentence_alone_is_judged_the_same_way() -> None:
    engine = compile_watch(Watch(name="Talks", subject="envoy", topics=(Topic("t", "T", "hostage*", AIDE),)))
    assert topics_of(engine, "The hostage envoy met two hostages.") == ()
    assert topics_of(engine, "Two hostages are home.") == ("t",)


parts = st.sampled_from(["k", "kk*", '"k b"', "title:k", "k NEAR/2 b", "k SAME b", "b", "(k b)", "(k OR b)"])
rules = parts | st.builds("({} OR {})".format, parts, parts) | st.builds("({} AND {})".format, parts, parts)
texts = st.lists(st.sampled_from(["k", "b", "kk", "c", "."]), max_size=10).map(" ".join)


@settings(deadline=None)
@given(rules, rules, texts, texts)
def test_what_is_said_to_be_taken_back_always_is(rule: str, back: str, title: str, text: str) -> None:
    if taken_back(compile_rule(rule).node, compile_rule(back).node):
        assert found(rule, back, text, title) == []
