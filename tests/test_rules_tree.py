"""Rules print as text that reads back the same, and match as a plain reading of the text would."""

from __future__ import annotations

import pickle
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.clock import cpu_seconds

from monitor.model import Span
from monitor.rules import RuleSet, compile_rule, find, read_document
from monitor.rules.document import Words
from monitor.text import tokens, words

WORDS = [
    "gaza",
    "Erdoğan",
    "al-Sudani",
    "U.S.",
    "hostage*",
    "=May",
    "2+2",
    '"humanitarian pause*"',
    '="Prime Minister"',
]
FIELDS = ["title", "lead", "text", "url", "outlet", "author", "language"]

terms = st.sampled_from(WORDS)
places = st.recursive(
    terms | st.builds("{}:{}".format, st.sampled_from(FIELDS), terms),
    lambda inner: (
        st.lists(inner, min_size=2, max_size=3).map(lambda each: f"({' OR '.join(each)})")
        | inner.map(lambda each: f"{{a label: {each}}}")
    ),
    max_leaves=5,
)
near = st.builds("{} {}/{} {}".format, places, st.sampled_from(["NEAR", "ONEAR"]), st.integers(1, 20), places)
same = st.lists(places, min_size=2, max_size=3).map(" SAME ".join)
leaves = (
    places
    | near.map("({})".format)
    | same.map("({})".format)
    | st.builds("ATLEAST/{} {}".format, st.integers(1, 9), places)
    | st.sampled_from(
        ["/x+y/", "url:/a{2}/", "published:2023-11-02..", "published:2023-11-02", "@other", "title:@other"]
    )
)
rules = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, min_size=2, max_size=4).map(lambda each: f"({' OR '.join(each)})")
        | st.lists(inner, min_size=2, max_size=4).map(lambda each: f"({' '.join(each)})")
        | st.builds("(gaza AND {} AND NOT {})".format, inner, inner)
        | st.builds("{{clause: {}}}".format, inner)
        | st.builds("title:({})".format, inner)
    ),
    max_leaves=10,
)
OTHER = {"other": compile_rule("truce OR url:talks")}


@given(rules)
def test_a_printed_rule_reads_back_to_the_same_tree(text: str) -> None:
    rule = compile_rule(text, named=OTHER)
    again = compile_rule(str(rule), named=OTHER)
    assert again.node == rule.node
    assert str(again) == str(rule)


def test_the_canonical_text_has_only_the_parentheses_it_needs() -> None:
    rule = compile_rule("((a b)) ((c OR (d OR e))) -(f) title:(g (h NEAR/3 (i OR j)))")
    shown = "a AND b AND (c OR d OR e) AND NOT f AND title:g AND title:h NEAR/3 (title:i OR title:j)"
    assert str(rule) == shown


def test_a_rule_travels_to_a_worker_process() -> None:
    rule = compile_rule("hostage* NEAR/6 gaza /x+/ published:2023-11-02..")
    assert pickle.loads(pickle.dumps(rule)) == rule


small_texts = st.lists(st.sampled_from(["a", "b", "c", "aa", "ab", "Á", ".", "\n"]), max_size=40).map(" ".join)


@given(small_texts, st.sampled_from(["aaa", "ab", "abc", "cab", "aab"]))
def test_phrases_stand_where_a_plain_reading_finds_them(text: str, letters: str) -> None:
    phrase = list(letters)
    read = words(text)
    expected = [number for number in range(len(read)) if read[number : number + len(phrase)] == phrase]
    found = find(compile_rule(f'"{" ".join(phrase)}"'), read_document({"text": text})) or ()
    starts = [token.start for token in tokens(text)]
    assert [hit.span.start for hit in found] == [starts[number] for number in expected]


@given(small_texts, st.integers(1, 6), st.booleans())
def test_near_agrees_with_trying_every_pair(text: str, distance: int, ordered: bool) -> None:
    read = words(text)
    pairs = [
        (left, right)
        for left in (n for n, word in enumerate(read) if word == "a")
        for right in (n for n, word in enumerate(read) if word in ("b", "aa"))
        if 0 < (right - left if ordered else abs(right - left)) <= distance
    ]
    rule = compile_rule(f"a {'ONEAR' if ordered else 'NEAR'}/{distance} (b OR aa)")
    found = find(rule, read_document({"text": text}))
    starts = [token.start for token in tokens(text)]
    expected = sorted({starts[number] for pair in pairs for number in pair})
    assert [hit.span.start for hit in found or ()] == expected


@settings(max_examples=200)
@given(rules, st.text(max_size=200), small_texts)
def test_hits_lie_inside_the_field_they_name(text: str, title: str, body: str) -> None:
    document = read_document({"title": title, "text": body, "url": "https://example.org/talks/xxy"}, date(2023, 11, 3))
    found = find(compile_rule(text, named=OTHER), document)
    for hit in found or ():
        assert 0 <= hit.span.start < hit.span.end <= len(document.text(hit.field))
    assert found is None or len(set(found)) == len(found)


@given(st.text(max_size=300))
def test_the_index_counts_words_as_tokens_does(text: str) -> None:
    # The index takes the cheaper `words` and asks `tokens` for places later: both must agree on every text.
    assert words(text) == [token.word for token in tokens(text)]


@given(st.text(alphabet="ab1.,'’- \t\n\u00a0\u2028é\u02bf", max_size=400))
def test_a_text_read_by_sentences_gives_the_places_of_its_tokens(text: str) -> None:
    read = Words(text)
    expected = tokens(text)
    assert list(read.words) == [token.word for token in expected]
    spans = [read.span(number, number) for number in range(len(expected))]
    assert spans == [Span(token.start, token.end) for token in expected]


@settings(max_examples=150, deadline=None)
@given(st.lists(rules, min_size=1, max_size=6), st.text(max_size=60), small_texts)
def test_rules_asked_together_answer_as_each_does_alone(texts: list[str], title: str, body: str) -> None:
    asked = [compile_rule(text, named=OTHER) for text in texts]
    body += " humanitarian pauses Gaza May Prime Minister truce hostages 2+2" if len(body) % 2 else ""
    fields = {"title": title, "text": body, "url": "https://example.org/talks/xxy"}
    together = RuleSet(asked)
    alone = {n: find(rule, read_document(fields, date(2023, 11, 3))) for n, rule in enumerate(asked)}
    expected = {n: hits for n, hits in alone.items() if hits is not None}
    for each in (together, pickle.loads(pickle.dumps(together))):
        assert each.find_all(read_document(fields, date(2023, 11, 3))) == expected
        first = each.find_first(read_document(fields, date(2023, 11, 3)))
        assert first == {n: hits[0] for n, hits in expected.items() if hits}


def test_a_rule_whose_words_are_absent_is_not_asked() -> None:
    together = RuleSet([compile_rule(f"(word{n} AND gaza) OR {n}gaza") for n in range(1000)])
    answers = together.ask(read_document({"text": "Gaza and word7 and 12gaza."}))
    assert answers.left == {7, 12}
    assert sorted(answers.all(range(10))) == [7]


@pytest.mark.parametrize(
    ("rule", "piece"),
    [
        ("aa NEAR/9 bb", "aa bb "),
        ("aa NEAR/9 bb", "aa " * 50 + "bb " * 50),
        ("aa SAME bb SAME cc", "aa bb. cc aa. bb cc. "),
        ('"aa aa aa aa bb"', "aa "),
        ("ATLEAST/99 (aa OR aa* OR bb)", "aa aab bb "),
        ("/a+ b/", "aa "),
        ("(aa OR bb) ONEAR/50 (bb OR aa*)", "bb aa "),
    ],
)
def test_time_grows_with_the_text_and_not_faster(rule: str, piece: str) -> None:
    together = RuleSet([compile_rule(rule)])

    def seconds(letters: int) -> float:
        document = read_document({"text": (piece * letters)[:letters]})
        return cpu_seconds(lambda: together.find_all(document))

    seconds(2_000)
    # Eight times the text: a square would take 64 times as long.
    assert seconds(160_000) < 24 * seconds(20_000) + 0.05
