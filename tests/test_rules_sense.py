"""Rules that parse and cannot be meant are told; rules that can match are left alone."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rules import compile_rule, find, read_document
from monitor.rules.sense import everything, implies, never
from monitor.watch import find_doubts

NAMED = {"truce": compile_rule("truce* OR ceasefire*")}


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("truce AND NOT truce", "truce is asked for, and excluded by NOT truce"),
        ("truce -truce*", "truce is asked for, and excluded by NOT truce*"),
        ('"gaza truce" AND NOT (truce OR pause)', '"gaza truce" is asked for, and excluded by NOT (truce OR pause)'),
        ("(aid NEAR/3 gaza) NOT gaza", "(aid NEAR/3 gaza) is asked for, and excluded by NOT gaza"),
        ("title:truce AND (aid OR food) NOT truce", "title:truce is asked for, and excluded by NOT truce"),
        ("lead:truce NOT text:truce", "lead:truce is asked for, and excluded by NOT text:truce"),
        ("@truce AND NOT (ceasefire* OR truce*)", "@truce is asked for, and excluded by NOT (ceasefire* OR truce*)"),
        ("aid published:..2023-11-01 published:2023-12-01..", "no day is in both ranges of days"),
        ("(aid NOT aid) OR (food NOT food)", "aid is asked for, and excluded by NOT aid"),
        ("gaza NOT (truce OR NOT aid)", "NOT (truce OR NOT aid) excludes everything"),
        ("aid AND NOT the", "NOT the excludes everything"),
    ],
)
def test_a_rule_that_can_never_match_is_told(rule: str, why: str) -> None:
    assert never(compile_rule(rule, named=NAMED).node) == why


@pytest.mark.parametrize(
    "rule",
    [
        "truce OR the",
        "th*",
        "aid OR NOT gaza",
        r"/\w+/",
        "/[a-z]/",
        "{any: of OR truce}",
        "(the OR aid) AND (a OR truce)",
    ],
)
def test_a_rule_that_matches_everything_is_told(rule: str) -> None:
    assert everything(compile_rule(rule).node)


@pytest.mark.parametrize(
    "rule",
    [
        "blinken", '"secretary of state"', "aid NOT gaza", "title:the", "hostage*", r"/\d+-point plan/",
        "of NEAR/2 gaza", "aid published:2023-11-02..",
        "truce NOT truces", "=May", "=The", "published:2023-11-02..", "(the truce)", "he",
        "aid published:2023-11-02 published:2023-11-01..", "gaza NOT title:gaza", 'truce NOT "gaza truce"',
    ],
)  # fmt: skip
def test_a_rule_that_can_be_meant_is_left_alone(rule: str) -> None:
    node = compile_rule(rule).node
    assert (never(node), everything(node)) == ("", "")


# No letter here is a word that stands in every text, as "a" does.
parts = st.sampled_from(
    ["k", "b", "kk*", "kkb", '"k b"', '"b k"', "title:k", "text:b", "lead:k", "k NEAR/2 b", "k SAME b"]
)
small = st.recursive(
    parts.map("({})".format),
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3).map(lambda each: f"({' OR '.join(each)})")
        | st.lists(inner, min_size=2, max_size=3).map(lambda each: f"({' '.join(each)})")
        | st.builds("({} AND NOT {})".format, inner, inner)
    ),
    max_leaves=5,
)
texts = st.lists(st.sampled_from(["k", "b", "kk", "kkb", "c", "."]), max_size=12).map(" ".join)


@given(small, texts, texts)
def test_what_is_said_never_to_match_matches_nothing(rule: str, title: str, body: str) -> None:
    compiled = compile_rule(rule)
    if never(compiled.node):
        assert find(compiled, read_document({"title": title, "text": body}, date(2023, 11, 2))) is None


@given(small, small, texts, texts)
def test_what_is_implied_matches_as_well(one: str, other: str, title: str, body: str) -> None:
    left, right = compile_rule(one), compile_rule(other)
    document = read_document({"title": title, "text": body})
    if implies(left.node, right.node) and find(left, document) is not None:
        assert find(right, document) is not None


def test_doubts_of_a_watch_file_have_their_line_and_their_mend() -> None:
    head = "[watch]\nname = 'Story'\nsubject = 'envoy'\n[[topic]]\nid = 'aid'\nname = 'Aid'\n"
    text = head + "rule = 'aid'\nnot = 'aid*'\n[[topic]]\nid = 'all'\nname = 'All'\nrule = 'truce OR the'\n"
    assert [str(problem) for problem in find_doubts(text)] == [
        'watch.toml:8: topic "aid": not: takes back every match of this topic\'s rule; make it narrower than the rule',
        'watch.toml:12: topic "all": rule: matches everything: the stands in nearly every text; '
        "ask for a word that only these articles have",
    ]
