"""Words and sentences: what is folded away, and that places point into the text."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.text import (
    STOP_WORDS,
    clean,
    content_hash_of,
    content_hashes,
    dateline,
    first_words,
    fold,
    has_words,
    one_line,
    read_sentences,
    read_wording,
    sentences,
    stem,
    tokens,
    word_hash,
    word_places,
    words,
)

ANY = st.text()
# Letters that papers use, with the marks that get in their way.
PROSE = st.text(alphabet="aeiostnrMSéßøıŞʿ'’.,-10 2\n\t\u00a0\u200b\u00ad\u0301\u202e“”…?!")


@given(ANY | PROSE)
@example("\r\n\u2028\x85\x0b")
@example("a\u200d\u0301")
@example("\ud800")
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(ANY)
def test_cleaned_text_holds_nothing_that_hides_or_turns(text: str) -> None:
    cleaned = clean(text)
    assert all(char == "\n" or unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp") for char in cleaned)
    assert not set(cleaned) & set("\u200b\u200e\u202e\u2066\ufeff\u00ad")
    assert cleaned == cleaned.strip()
    assert "  " not in cleaned
    cleaned.encode()


@given(PROSE, st.integers(min_value=2, max_value=60))
def test_one_line_is_one_line_within_its_limit(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert "\n" not in line
    assert len(line) <= limit
    assert one_line(line, limit) == line


def test_a_long_line_is_cut_at_a_word() -> None:
    assert one_line("the mediator, however, left", 15) == "the mediator…"
    assert one_line("x" * 30, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Türkiye", "turkiye"),
        ("Erdoğan", "erdogan"),
        ("İstanbul", "istanbul"),
        ("Ankara’s", "ankara"),
        ("Ankara's", "ankara"),
        ("U.S.", "us"),
        ("10,000", "10000"),
        ("1,234,567", "1234567"),
        ("3.5", "3.5"),
        ("2,5", "2,5"),
        ("Straße", "strasse"),
        ("al-Sisi", "al-sisi"),
        ("o’clock", "oclock"),
        ("ﬁsh", "fish"),
        ("Kyrgyz\u0301", "kyrgyz"),
    ],
)
def test_spellings_of_one_word_fold_to_one(word: str, folded: str) -> None:
    assert fold(word) == folded


@given(PROSE)
def test_folding_twice_changes_nothing(text: str) -> None:
    for word in words(text):
        assert fold(word) == word


@given(ANY | PROSE)
def test_tokens_point_into_the_text_in_order(text: str) -> None:
    end = 0
    for token in tokens(text):
        assert end <= token.start < token.end <= len(text)
        assert fold(text[token.start : token.end]) == token.word
        end = token.end
    assert words(text) == [token.word for token in tokens(text)]


def test_words_keep_what_belongs_together() -> None:
    text = "The U.S. mediator's 3.5m crowns: 10,000 dockers’ wages (and 1st-class tea) — isn’t it?"
    assert words(text) == ("the us mediator 3.5m crowns 10000 dockers wages and 1st class tea isnt it".split())


@given(ANY | PROSE)
def test_sentences_point_into_the_text_and_lose_no_word(text: str) -> None:
    spans = sentences(text)
    end = 0
    for span in spans:
        assert end <= span.start < span.end <= len(text)
        assert text[end : span.start].strip() == ""
        piece = text[span.start : span.end]
        assert piece == piece.strip()
        end = span.end
    assert text[end:].strip() == ""


@pytest.mark.parametrize(
    "sentence",
    [
        "Gen. Marlow met Dr. Ames of the U.S. embassy on Nov. 4.",
        "The offer was 3.5 per cent, the port said.",
        "“Not yet.” is what she wrote.",
        "J. R. Ames of the U.N. Port Office signed.",
    ],
)
def test_abbreviations_and_figures_do_not_end_a_sentence(sentence: str) -> None:
    found = sentences(f"{sentence} The tugs left.")
    assert len(found) <= 2 or sentence.startswith("“")
    assert f"{sentence} The tugs left."[found[-1].start :] == "The tugs left."


def test_a_line_break_ends_a_sentence() -> None:
    text = "A heading without a stop\nThe tugs left. The cranes stood."
    assert [text[span.start : span.end] for span in sentences(text)] == [
        "A heading without a stop",
        "The tugs left.",
        "The cranes stood.",
    ]


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("NORTHQUAY, March 4 (Agency) - The tugs left.", "The tugs left."),
        ("NORTHQUAY (Agency) — The tugs left.", "The tugs left."),
        ("PORT OF MILL: The tugs left.", "The tugs left."),
        ("(Agency) The tugs left.", "The tugs left."),
        ("The tugs left - all of them.", "The tugs left - all of them."),
        ("UN envoys left - all of them.", "UN envoys left - all of them."),
    ],
)
def test_datelines_are_left_off(line: str, rest: str) -> None:
    assert line[dateline(line) :] == rest
    (sentence,) = read_sentences(line)
    assert sentence.text == rest
    assert line[sentence.span.start : sentence.span.end] == rest


@given(ANY | PROSE)
def test_read_sentences_are_what_their_spans_hold(text: str) -> None:
    read = read_sentences(text)
    assert [each.index for each in read] == list(range(len(read)))
    for each in read:
        assert text[each.span.start : each.span.end] == each.text
        assert each.words == content_hashes(each.text)


@given(ANY | PROSE | st.text(alphabet="aB1.,'\u2019-\" \n\u3002", max_size=200))
@example("At 3.30 p.m.x.y z.Then it was 10,000.5.")
def test_a_text_cut_into_sentences_and_words_at_once_has_the_same_words(text: str) -> None:
    wording = read_wording(text)
    assert list(wording.words) == words(text)
    assert len(wording.firsts) == len(wording.spans) + 1
    for span, (first, end) in zip(wording.spans, pairwise(wording.firsts), strict=True):
        assert list(wording.words[first:end]) == words(text[span.start : span.end])


@given(ANY | PROSE | st.text(alphabet="aB1.,'\u2019\u2018\u201c\u2013\u2026\u00a0-\" _\n", max_size=200))
@example("The U.S.\u2019s \u201c10,000\u201d\u2026 he\u2019ll 3.x y.Z_ a_b")
def test_a_text_of_plain_letters_has_the_words_that_it_has_among_others(text: str) -> None:
    assert ["e", *words(text)] == words(f"\u00e9 {text}")  # the accent makes the whole text be read the slow way
    assert [token.word for token in tokens(text)] == words(text)
    assert [(token.start, token.end) for token in tokens(text)] == word_places(text)
    for token in tokens(text):
        assert fold(text[token.start : token.end]) == token.word


@given(st.text(alphabet="aB1.,'\u2019\u00e9- \n\t", max_size=120), st.integers(min_value=1, max_value=12))
@example("U.S. a-b 10,000 x.y.z" * 4, 3)
def test_a_text_has_as_many_words_as_are_counted(text: str, least: int) -> None:
    assert has_words(text, least) == (len(words(text)) >= least)


def test_of_a_long_text_only_the_beginning_is_counted() -> None:
    assert has_words("quay " * 1000, 400)
    assert has_words("-" * 5000 + " quay" * 400, 400)
    assert not has_words("-" * 5000 + " quay" * 399, 400)


@given(st.text(alphabet="a \t\n\u00a0\u2003\x0b", max_size=60))
def test_white_space_in_a_line_becomes_single_spaces_and_none_at_its_ends(text: str) -> None:
    rows = (re.sub(r"[^\S\n]+", " ", row.replace("\x0b", "")).strip() for row in text.split("\n"))
    assert clean(text) == "\n".join(rows).strip()


def test_numbers_of_a_sentence_are_its_figures() -> None:
    (sentence,) = read_sentences("Of 10,000 dockers, 3.5 per cent and two cooks voted on 4 March.")
    assert sentence.numbers == {"10000", "3.5", "4"}


def test_content_words_are_stems_without_stop_words() -> None:
    said = [content_hash_of(word) for word in words("The dockers were voting, and he voted on 7 votes")]
    stems = [word_hash(word) & 0xFFFFFFFF for word in ("docker", "vote", "vote", "7", "vote")]
    assert [hash_ for hash_ in said if hash_] == stems
    assert not {stem(word) for word in ("votes", "voted", "voting")} - {"vote"}
    assert all(word == word.casefold() for word in STOP_WORDS)


def test_hashes_do_not_change_from_run_to_run() -> None:
    assert content_hashes("mediator") == {word_hash("mediat") & 0xFFFFFFFF}
    assert word_hash("quay") == 0x2C02DD8D892884B4


@given(st.text(alphabet="ab é’.,1 \n", max_size=400), st.integers(1, 30))
def test_the_first_words_are_the_first_of_all_words(text: str, count: int) -> None:
    assert first_words(text, count) == words(text)[:count]
