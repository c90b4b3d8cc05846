"""What follows a report on its page is no news."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stages import furniture as module
from monitor.stages.furniture import ANSWERS, COMMENTS, added, furniture, is_boilerplate
from monitor.text import read_sentences

REPORT = """The ferry ran aground at noon.
Nobody was hurt, the harbour master said.
Two tugs pulled for three hours.
The captain was asked for the log.
A second ferry took the passengers on.
The inquiry begins on Thursday."""


def behind(text: str) -> dict[str, str]:
    sentences = read_sentences(text)
    return {sentences[index].text: what for index, what in added(sentences).items()}


@pytest.mark.parametrize(
    "line",
    [
        "Jonna Vik November 7, 2023 - 12:16 am",
        "Jonna Vik, 7 November 2023, 14:05",
        "jv_84 | Nov. 7, 2023 at 9.12 p.m.",
        "Leave a comment",
        "12 comments",
        "Comments (3)",
        "Readers' comments",
    ],
)
def test_from_the_first_comment_on_nothing_is_news(line: str) -> None:
    said = "The tugs were late again and nobody ever pays for it."
    assert behind(f"{REPORT}\n{line}\n{said}") == {line: COMMENTS, said: COMMENTS}


def test_questions_answered_once_more_are_no_news_and_comments_may_follow_them() -> None:
    found = behind(f"{REPORT}\nFrequently asked questions about the ferry\nWas anybody hurt?\nNobody was hurt at all.\n"
                   "Jonna Vik November 7, 2023 - 12:16 am\nGlad to hear that.")  # fmt: skip
    assert list(found.values()) == [ANSWERS] * 3 + [COMMENTS] * 2


@pytest.mark.parametrize(
    "line",
    [
        "The ferry left on November 7, 2023 and was due at 12:16.",
        "He made no comment.",
        "Comments by the captain were read out in court on Monday.",
        "Frequently asked questions about the ferry fill nine pages of the log.",
    ],
)
def test_a_sentence_of_the_report_ends_nothing(line: str) -> None:
    assert behind(f"{REPORT}\n{line}\nThe tide was high.") == {}


@pytest.mark.parametrize("line", ["By Jonna Vik, November 7, 2023 - 12:16 am", "Comments", "FAQ: what it carried"])
def test_at_the_head_of_a_page_nothing_ends_either(line: str) -> None:
    assert behind(f"{line}\n{REPORT}") == {}


@pytest.mark.parametrize(
    "line",
    [
        "This report includes contributions from Jonna Vik in Oslo.",
        "Additional reporting by Jonna Vik in Oslo and the night desk.",
        "The Quay is an independent online news portal that offers the latest from the coast.",
    ],
)
def test_credits_and_the_outlet_about_itself_are_furniture(line: str) -> None:
    assert furniture(read_sentences(line)[0]) == "page furniture"


PIECES = """
    Subscribe|newsletter|sign up|Click here|read more|read also|Cookie|All rights reserved|© 2024|COPYRIGHT|follow us
    |share this|Advertisement|this story has been updated|the report was corrected|More on this story|privacy policy
    |terms of service|download our app|contributed to this report|the story includes contributions|support our|log in
    |additional reporting|is a leading news site that|login|your e-mail|your email|leave a comment|this page is a
    |this article was|photo by|file photo:|photograph by|frequently asked|related stories|by|the|harbour|news|mail|photo
    |read|story""".replace("\n    ", "").split("|")


@given(st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join))
def test_the_quick_look_misses_nothing_that_the_pattern_finds(text: str) -> None:
    found = module._BOILERPLATE.search(text) or module._BEGINNING.match(text)
    assert is_boilerplate(text) == bool(found)
