"""Which sentences of an article say something new, on cases of ours."""

from __future__ import annotations

import pytest
from support.texts import FOLLOW_UP, REPORT, UNRELATED, known_from

from monitor.model import KnownSentence, Novelty, Sentence
from monitor.stages.details import read_details
from monitor.stages.furniture import is_boilerplate
from monitor.stages.known import KnownIndex
from monitor.stages.novelty import read_article, weigh
from monitor.stages.sentences import read_each
from monitor.text import read_sentences

# The first sentence of an article is judged more kindly; most cases are about the others.
OPENING = "The harbour office opened its windows at seven and closed them at nine in the evening. "


def index_of(*texts: str) -> KnownIndex:
    index = KnownIndex()
    for number, text in enumerate(texts):
        for sentence in known_from(text, f"k{number}"):
            index.add(sentence)
    return index


def read(text: str, *known: str, outlet: str = "") -> tuple[Novelty, ...]:
    return read_article(read_each(read_sentences(text), outlet), index_of(*known))


def judge(sentence: str, *known: str, outlet: str = "") -> Novelty:
    """One sentence, not the first of its article, against what is known."""
    return read(OPENING + sentence, *known, outlet=outlet)[1]


def one(text: str) -> Sentence:
    (sentence,) = read_sentences(text)
    return sentence


class TestKnownSentences:
    def test_a_known_text_says_nothing_new(self) -> None:
        assert [novelty for novelty in read(REPORT, REPORT) if novelty.new] == []

    @pytest.mark.parametrize(
        "retold",
        [
            "Eleven days earlier crane drivers had stopped work, when a third roster in one spring moved free Sundays.",
            "In one spring a third roster moved free Sundays of crane drivers, who stopped work eleven days earlier.",
            "The crane drivers stopped their work 'eleven days earlier', after their free Sundays were moved "
            "by a third roster in one spring.",
        ],
    )
    def test_the_same_words_in_another_order_are_known(self, retold: str) -> None:
        novelty = judge(retold, REPORT)
        assert not novelty.new
        assert novelty.reason == "known"
        assert novelty.nearest is not None
        assert novelty.nearest.text.startswith("Crane drivers had stopped work")

    def test_two_neighbouring_sentences_told_as_one_are_known(self) -> None:
        both = (
            "Members of all four depots meet in the fish hall on Friday morning to decide there, and nobody "
            "is asked to cross a picket line until the count is over."
        )
        assert not judge(both, REPORT).new

    def test_the_same_two_sentences_far_apart_are_less_known(self) -> None:
        near, far = index_of(REPORT), KnownIndex()
        for sentence in known_from(REPORT):
            far.add(KnownSentence("k0", sentence.index * 2, sentence.text, sentence.words, "", None))
        text = one("Members meet in the fish hall on Friday, and no picket line is crossed until the count is over.")
        assert weigh(text, far).score > weigh(text, near).score

    def test_what_earlier_articles_of_the_run_said_is_known(self) -> None:
        index = index_of(REPORT)
        news = "Bakers in the hill towns began to sell by the half loaf on Saturday."
        assert weigh(one(news), index).new
        for sentence in known_from(news, "k9"):
            index.add(sentence)
        assert not weigh(one(news), index).new
        assert len(index) == len(known_from(REPORT)) + 1


class TestNewSentences:
    def test_everything_is_new_when_nothing_is_known(self) -> None:
        novelty = weigh(one("The mediator left the harbour office with a paper."), KnownIndex())
        assert (novelty.new, novelty.score, novelty.nearest) == (True, 1.0, None)

    def test_a_follow_ups_news_is_new_and_its_background_is_not(self) -> None:
        novelties = read(FOLLOW_UP, REPORT)
        assert [novelty.new for novelty in novelties] == [True] * 6 + [False] * 2

    def test_another_subject_is_nothing_like_what_is_known(self) -> None:
        assert all(novelty.new and novelty.score > 0.6 for novelty in read(UNRELATED, REPORT))

    def test_scores_lie_between_known_and_new(self) -> None:
        for text in (REPORT, FOLLOW_UP, UNRELATED):
            assert all(-1e-9 < novelty.score < 1 + 1e-9 for novelty in read(text, REPORT))

    def test_a_new_figure_makes_an_old_sentence_new(self) -> None:
        novelty = judge("Nineteen ships, or 19, were waiting outside the breakwater by then, most with wheat.", REPORT)
        assert novelty.new
        novelty = judge(
            "The port authority put the cost at 4.2 million crowns a day and said it could not go on.", REPORT
        )
        assert novelty.new
        assert "4.2" in novelty.reason

    def test_the_same_figure_leaves_it_old(self) -> None:
        assert not judge(
            "The port authority put the cost at 3.5 million crowns a day, and could not go on.", REPORT
        ).new

    def test_ordinals_are_told_as_they_are_written(self) -> None:
        said = read_details("A third offer, the 22nd day, the 11th hour and the 1th of a kind " + "9" * 5000 + "th")
        assert {"3rd", "22nd", "11th", "1st"} <= set(said.figures)

    @pytest.mark.parametrize("date", ["on April 14", "on 14 April", "at 14:30", "in 2024", "on the 14th", "on Apr. 14"])
    def test_a_date_is_no_figure(self, date: str) -> None:
        sentence = f"The port authority put the cost at 3.5 million crowns a day {date} and said it could not go on."
        assert set(read_details(sentence).figures) == {"3.5", "1000000"}
        assert not judge(sentence, REPORT).new

    @pytest.mark.parametrize(
        "sentence",
        [
            "The ministry declared 40 berths unsafe.",
            "Wages declined 12 percent over the winter.",
            "The judges decided 20 cases.",
        ],
    )
    def test_a_word_that_begins_like_a_month_is_none(self, sentence: str) -> None:
        assert read_details(sentence).figures


class TestNeverNew:
    @pytest.mark.parametrize(
        ("sentence", "reason"),
        [
            ("Sign up for our letter and never miss a tide in the harbour again.", "page furniture"),
            ("Photo: the harbour at night, seen from the hill above the mill.", "page furniture"),
            ("Three reporters contributed to this report from the quays and the mills.", "page furniture"),
            ("Will the mediator come back with a better page about the night work?", "a question"),
            ("“Who is going to pay the bakers of the hill towns for the flour?”", "a question"),
            ("The tugs left.", "too short to tell anything"),
            ("Harbour strike enters its third week as talks falter over night work", "a heading or a fragment"),
        ],
    )
    def test_furniture_questions_and_fragments(self, sentence: str, reason: str) -> None:
        novelty = judge(sentence)
        assert (novelty.new, novelty.reason) == (False, reason)

    def test_what_the_same_article_said_before(self) -> None:
        news = "Bakers in the hill towns began to sell bread by the half loaf on Saturday morning."
        again = "On Saturday morning bakers in hill towns began to sell bread by the half loaf."
        first, second = read(f"{news}\n{again}", REPORT)
        assert first.new
        assert (second.new, second.reason) == (False, "said earlier in the same article")
        assert second.nearest is not None
        assert second.nearest.text == news

    def test_what_is_not_about_the_story(self) -> None:
        sentences = read_each(read_sentences(UNRELATED), telling=lambda sentence: "lily" in sentence.text)
        novelties = read_article(sentences, index_of(REPORT))
        assert [(novelty.new, novelty.reason == "not about the story") for novelty in novelties] == [
            (True, False),
            (False, True),
            (False, True),
        ]

    def test_the_outlet_about_itself(self) -> None:
        about = "Readers of the Gazette can find the full map of the berths in our weekend pages."
        assert is_boilerplate(about, "Quay Gazette")
        assert not is_boilerplate(about, "Tide Courier")
        assert not is_boilerplate("The minister told the Gazette that she would pay for the brakes.", "Quay Gazette")

    @pytest.mark.parametrize(
        ("sentence", "outlet"),
        [
            ("Jordan closed the bridge to lorries on Monday.", "Jordan Times"),
            ("Israel opened a second crossing for flour on Monday.", "The Times of Israel"),
            ("Protesters blocked the main road to Jerusalem for two hours.", "Jerusalem Post"),
        ],
    )
    def test_a_place_in_the_outlets_name_is_not_the_outlet(self, sentence: str, outlet: str) -> None:
        assert not is_boilerplate(sentence, outlet)
