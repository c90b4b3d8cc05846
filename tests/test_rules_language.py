"""The rule language: what matches, what does not, and where the hits point."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from monitor.rules import Document, Hit, Rule, compile_rule, find, read_document, vocabulary

TITLE = "Envoy lands in Türkiye as pause talks stall"
TEXT = (
    "The envoy met President Erdoğan in Ankara on Monday. Hostages were on the agenda.\n"
    "A humanitarian pause was discussed; humanitarian pauses were refused before. In May he may return.\n"
    "Mohammed Shia al-Sudani of Iraq called the U.S. plan late, and Hamas's leader agreed. Hamas waited."
)


def article(text: str = TEXT, title: str = TITLE, published: date | None = date(2023, 11, 4), **more: str) -> Document:
    return read_document({"title": title, "text": text, **more}, published)


def hits(rule: str, document: Document | None = None, **named: Rule) -> tuple[Hit, ...] | None:
    return find(compile_rule(rule, named=named), document or article())


def matches(rule: str, document: Document | None = None) -> bool:
    return hits(rule, document) is not None


def seen(rule: str, document: Document | None = None) -> list[tuple[str, str]]:
    """Field and characters of each hit."""
    document = document or article()
    return [(hit.field, document.text(hit.field)[hit.span.start : hit.span.end]) for hit in hits(rule, document) or ()]


@pytest.mark.parametrize(
    "rule",
    [
        "ankara",
        "ANKARA",
        "Turkiye",
        "türkiye",
        "TÜRKİYE",
        "Tu\u0308rkiye",
        "erdogan",
        "U.S.",
        "us",
        "al-sudani",
        "hamas",
    ],
)
def test_case_accents_and_inner_punctuation_do_not_matter(rule: str) -> None:
    assert matches(rule)


def test_a_bare_word_looks_in_title_and_text_only() -> None:
    document = article(url="https://example.org/quarry/1", author="Quarry")
    assert not matches("quarry", document)
    assert matches("url:quarry author:quarry", document)


def test_words_match_whole() -> None:
    assert not matches("host")
    assert not matches("erdo")
    assert seen("host*") == [("text", "Hostages")]


def test_a_phrase_wants_its_words_side_by_side_in_order() -> None:
    assert seen('"humanitarian pause"') == [("text", "humanitarian pause")]
    assert seen('"humanitarian pause*"') == [("text", "humanitarian pause"), ("text", "humanitarian pauses")]
    assert not matches('"pause humanitarian"')
    assert matches('"human* pauses were"')


def test_a_phrase_does_not_run_over_the_end_of_a_text() -> None:
    assert not matches('"hamas waited long"')
    assert matches('"hamas waited"')


def test_a_word_with_inner_punctuation_is_a_phrase_as_in_the_text() -> None:
    assert seen("al-Sudani") == [("text", "al-Sudani")]
    assert not matches("al-Sudani", article("Sudani met al Jazeera"))
    assert matches("2+2", article("The 2 + 2 meeting"))


def test_pasted_quotes_and_dashes_mean_the_plain_ones() -> None:
    assert compile_rule("“humanitarian pause” –sport").node == compile_rule('"humanitarian pause" -sport').node


def test_exact_case_tells_the_month_from_the_verb() -> None:
    assert seen("=May") == [("text", "May")]
    assert seen("=may") == [("text", "may")]
    assert not matches("=Erdogan")
    assert matches("=Erdoğan")
    assert seen('="President Erd*"') == [("text", "President Erdoğan")]
    assert matches("=Hamas")


def test_not_and_minus_take_away() -> None:
    assert matches("ankara -cairo")
    assert not matches("ankara -iraq")
    assert not matches("ankara AND NOT (cairo OR iraq)")
    assert matches("ankara NOT NOT iraq")


def test_words_beside_each_other_are_joined_with_and() -> None:
    assert compile_rule("ankara iraq").node == compile_rule("ankara AND iraq").node
    assert not matches("ankara cairo")


def test_not_binds_tighter_than_near_near_than_and_and_than_or() -> None:
    loose = compile_rule("a OR b c NEAR/2 d AND NOT e")
    tight = compile_rule("a OR (b AND (c NEAR/2 d) AND (NOT e))")
    assert loose.node == tight.node


def test_near_counts_words_in_either_order() -> None:
    document = article("one two three four five six seven eight")
    assert matches("two NEAR/3 five", document)
    assert matches("five NEAR/3 two", document)
    assert not matches("two NEAR/2 five", document)
    assert matches("two ONEAR/3 five", document)
    assert not matches("five ONEAR/3 two", document)
    assert seen('"two three" NEAR/1 (seven OR four)', document) == [("text", "two three"), ("text", "four")]


def test_near_does_not_join_a_word_with_itself_nor_title_with_text() -> None:
    assert not matches("two NEAR/5 (two OR three)", article("one two", title=""))
    assert matches("two NEAR/5 two", article("two and two", title=""))
    assert not matches("end NEAR/9 begin", article("begin here", title="the end"))


def test_near_shows_only_the_words_that_are_near() -> None:
    document = article("gaza " + "x " * 20 + "hamas in gaza", title="")
    found = hits("hamas NEAR/3 gaza", document)
    assert found is not None
    assert [hit.span.start for hit in found] == [45, 54]


def test_near_finds_partners_past_a_word_that_overlaps() -> None:
    document = article("hostage envoy met hostage families", title="")
    assert seen('"hostage envoy" NEAR/3 hostage', document) == [
        ("text", "hostage envoy"),
        ("text", "hostage"),
    ]


def test_same_wants_one_sentence() -> None:
    assert matches("erdogan SAME ankara")
    assert not matches("erdogan SAME hostages")
    assert matches("sudani SAME plan SAME agreed")
    assert not matches("sudani SAME plan SAME waited")
    assert seen("hamas SAME waited") == [("text", "Hamas"), ("text", "waited")]


def test_atleast_counts_occurrences_that_do_not_overlap() -> None:
    assert matches("ATLEAST/2 hamas")
    assert not matches("ATLEAST/3 hamas")
    assert matches("ATLEAST/3 (hamas OR iraq)")
    assert not matches('ATLEAST/2 ("hamas leader" OR hamas)', article("a hamas leader", title=""))


def test_fields_narrow_words_phrases_and_groups() -> None:
    assert matches("title:envoy")
    assert not matches("title:ankara")
    assert matches('title:"pause talks"')
    assert matches("title:(ankara OR stall)")
    assert matches("title:(stall text:ankara)")
    assert matches("outlet:(example daily) language:en", article(outlet="Example Daily", language="en"))


def test_the_lead_is_the_first_eighty_words_of_the_text() -> None:
    document = article("filler " * 78 + "alpha beta gamma", lead="gamma")
    assert matches('lead:"alpha beta"', document)
    assert not matches("lead:gamma", document)
    assert not matches('lead:"beta gamma"', document)
    assert document.text("lead").endswith("beta")
    assert seen("lead:beta", document) == [("lead", "beta")]


def test_url_words_stand_between_punctuation() -> None:
    document = article(url="https://news.example.org/world/2023/11/envoy-visits_ankara.html?x=1")
    assert matches('url:"envoy visits" url:ankara url:world', document)
    assert not matches("url:env", document)


@pytest.mark.parametrize(
    ("dates", "inside"),
    [
        ("2023-11-02..2023-11-06", True),
        ("2023-11-04", True),
        ("2023-11-04..", True),
        ("..2023-11-04", True),
        ("2023-11-05..", False),
        ("..2023-11-03", False),
    ],
)
def test_published_takes_a_day_a_range_and_open_ends(dates: str, inside: bool) -> None:
    assert matches(f"published:{dates} ankara") is inside
    assert matches(f"ankara -published:{dates}") is not inside


def test_published_takes_a_duration_on_either_side() -> None:
    for written in ("published:2023-11-02..5d", "published:5d..2023-11-06", "published:2023-11-02..P5D"):
        assert compile_rule(written).node == compile_rule("published:2023-11-02..2023-11-06").node
    assert str(compile_rule("published:2w..2023-11-14")) == "published:2023-11-01..2023-11-14"
    assert str(compile_rule("published:2023-11-02..1d")) == "published:2023-11-02"


def test_published_takes_the_day_of_a_time_and_no_day_is_no_match() -> None:
    assert matches("published:2023-11-04", read_document({"text": "a"}, datetime(2023, 11, 4, 23, 30, tzinfo=UTC)))
    assert not matches("published:2000-01-01..", article(published=None))
    assert seen("published:2023-11-04") == [("published", "2023-11-04")]


def test_regular_expressions_see_characters_and_ignore_case() -> None:
    assert seen(r"/HUMAN\w+ pause(?=s)/") == [("text", "humanitarian pause")]
    assert not matches("/erdogan/")
    assert matches(r"url:/\d{4}\/11/", article(url="https://example.org/2023/11/x"))


def test_a_slow_page_cannot_hold_a_regular_expression() -> None:
    assert not matches(r"/\w+\s*\w+@@/", article("a" * 300_000, title=""))


def test_hits_of_a_labelled_clause_carry_its_label() -> None:
    found = hits("{talks: pause OR stall} ankara")
    assert found is not None
    assert {hit.term for hit in found} == {"talks", "ankara"}


def test_another_rule_is_used_by_its_name() -> None:
    known = {"places": compile_rule("ankara OR title:cairo")}
    assert find(compile_rule("envoy @places", named=known), article()) is not None
    assert find(compile_rule("envoy title:@places", named=known), article()) is None


def test_hits_are_in_reading_order_and_each_once() -> None:
    document = article(url="https://example.org/envoy")
    assert seen("(url:envoy OR envoy) (ankara OR envoy)", document) == [
        ("title", "Envoy"), ("text", "envoy"), ("text", "Ankara"), ("url", "envoy"),
    ]  # fmt: skip


def test_a_match_by_absence_has_no_hits() -> None:
    assert hits("cairo OR NOT tokyo") == ()
    assert hits("cairo") is None


def test_a_hit_says_its_term_as_the_rule_writes_it() -> None:
    found = hits('hostage* =May al-Sudani "humanitarian pause*"')
    assert found is not None
    assert {hit.term for hit in found} == {"hostage*", "=May", "al-Sudani", '"humanitarian pause*"'}


def test_words_that_look_like_operators_are_words() -> None:
    document = article("order and OR-gates near ANDROID", title="")
    assert seen("and", document) == [("text", "and")]
    assert matches('ORDER ANDROID OR-gates near "AND"', document)


def test_a_rule_may_span_lines_and_hold_comments() -> None:
    rule = "ankara      # the capital\n  OR\n  (cairo    # (not closed here\n   iraq)"
    assert compile_rule(rule).node == compile_rule("ankara OR (cairo iraq)").node


def test_the_vocabulary_is_what_could_match() -> None:
    rule = compile_rule('hostage* OR title:"Gaza Truce" NEAR/6 {who: Erdoğan} -sport published:2023-11-02')
    assert vocabulary(rule) == ("erdogan", "gaza", "hostage", "truce")


def test_an_empty_article_matches_nothing_and_harms_nothing() -> None:
    empty = read_document({})
    rule = 'a* b OR "c d" OR e NEAR/3 f OR g SAME h OR ATLEAST/2 i'.replace("a*", "aa*")
    assert not matches(rule, empty)
    assert not matches("lead:a OR /x+/", empty)
    assert empty.text("lead") == ""


def test_an_unknown_field_of_an_article_is_a_bug_of_the_caller() -> None:
    with pytest.raises(ValueError, match="headline"):
        read_document({"headline": "x"})


@pytest.mark.parametrize("text", ["gaza " * 30_000, "gaza hamas. " * 15_000, "a" * 1_000_000, "gaza\n" * 30_000])
def test_a_huge_page_is_read_and_matched_in_the_time_its_size_asks_for(text: str) -> None:
    # Anything that grows faster than the page would take minutes here, not a second.
    document = article(text)
    for rule in [
        "gaza NEAR/6 (hamas OR gaza)",
        "ATLEAST/3 ga*",
        '"gaza gaza gaza"',
        "lead:gaza -hamas",
        "=Gaza",
    ]:
        hits(rule, document)
