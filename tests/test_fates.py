"""What became of an article and of each of its sentences, in words for a reader."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.builders import make_article, make_stored

from monitor.model import Account, KnownLine, KnownSentence, Match, Novelty, Sentence, Span, Verdict
from monitor.stages.fates import fates, foretold, is_known, outcome, summary

DAY = datetime(2024, 3, 18, 9, tzinfo=UTC)


def line(number: int, reason: str, **changes: object) -> KnownLine:
    said = {"text": f"Sentence {number}.", "score": 0.2, "reason": reason} | changes
    return KnownLine(number, **said)  # type: ignore[arg-type]


KNOWN = line(
    0, "known", near_text="The dockers met.", near_outlet="Tide Courier", near_title="Talks", near_published=DAY,
    near_at=3, near_id="other",
)  # fmt: skip


@pytest.mark.parametrize(
    ("given", "fate", "because"),
    [
        (line(0, "nobody had reported this", new=True, digest="2024-03-20"), "told",
         "in the digest 2024-03-20: nobody had reported this"),
        (line(0, "the figure is new: 14, 20", new=True), "to be told", "14 and 20 had not been reported"),
        (line(0, "nobody had reported this"), "not told", "nobody had reported this"),
        (KNOWN, "known", "said before"),
        (line(0, "known", near_text="Sentence 0."), "known", "said before word for word"),
        (line(0, "known (said in other words)"), "known", "said before in other words"),
        (line(0, "said earlier in the same article"), "known", "said earlier in this article"),
        (line(0, "not about the story"), "not about the story",
         "it names nobody, no place, no figure and nothing of the story"),
        (line(0, "a question"), "no statement", "it is a question"),
        (line(0, "the site says so on page after page"), "page furniture", "the site says so on page after page"),
    ],
)  # fmt: skip
def test_a_sentence_has_a_fate_and_a_reason_in_plain_words(given: KnownLine, fate: str, because: str) -> None:
    (told,) = fates(Account((given,)), UTC)
    assert (told.fate, told.because, told.number) == (fate, because, 1)


def test_a_known_sentence_names_the_one_that_said_it_and_where() -> None:
    (told,) = fates(Account((KNOWN,)), UTC)
    assert told.near == "The dockers met."
    assert told.near_in == "Tide Courier, 18 Mar 2024: Talks, sentence 4"
    (own,) = fates(
        Account((line(5, "said earlier in the same article", near_text="x", near_at=1, near_id="a"),)), UTC, "a"
    )
    assert own.near_in == "this article, sentence 2"


def test_what_is_far_from_a_new_sentence_is_not_shown_beside_it() -> None:
    far = line(0, "nobody had reported this", new=True, score=0.9, near_text="Far.", near_outlet="Tide Courier")
    (told,) = fates(Account((far,)), UTC)
    assert (told.near, told.near_in) == ("", "")


def test_every_sentence_is_counted_once() -> None:
    told = fates(Account((KNOWN, line(1, "a question"), line(2, "nobody had reported this", new=True))), UTC)
    assert summary(told) == "3 sentences: 1 to be told, 1 known, 1 no statement"


def test_a_text_that_is_not_stored_is_foretold() -> None:
    nearest = KnownSentence("other", 3, "The dockers met.", frozenset(), "Tide Courier", DAY)
    read = (
        Novelty(Sentence(0, "They met.", Span(0, 9), frozenset(), frozenset()), 0.1, False, "known", nearest),
        Novelty(
            Sentence(1, "A crane fell.", Span(9, 22), frozenset(), frozenset()), 1.0, True, "nothing like it was known"
        ),
    )
    near = make_stored(make_article("other", outlet="Tide Courier", title="Talks", published=DAY))
    told = foretold(read, {"other": near}, UTC)
    assert [each.fate for each in told] == ["known", "new"]
    assert told[0].near_in == "Tide Courier, 18 Mar 2024: Talks, sentence 4"


def test_what_became_of_an_article_is_one_sentence() -> None:
    stored = make_stored()
    new, known = line(0, "nobody had reported this", new=True), KNOWN

    def said(*lines: KnownLine, **changes: object) -> tuple[str, str]:
        account = Account(lines, **changes)  # type: ignore[arg-type]
        return outcome(stored, account, fates(account, UTC))

    assert said(new, known) == ("to be told", "to be told in the next digest: 1 sentence of it")
    told = line(0, "nobody had reported this", new=True, digest="2024-03-20")
    assert said(told, digest="2024-03-20") == ("told", "told in the digest 2024-03-20: 1 sentence of it")
    assert said(known, digest="2024-03-20") == (
        "nothing new", "left out of the digest 2024-03-20: nothing in it about the story was new",
    )  # fmt: skip
    assert said(known, quiet=True)[0] == "not told"
    assert said(known, seed=True)[0] == "seed"


def test_a_copy_that_is_not_stored_would_be_left_out_as_one() -> None:
    copy = make_stored(verdict=Verdict.COPY, original_title="Talks", original_outlet="Tide Courier")
    group, words = outcome(copy, None, ())
    assert (group, words) == ("known", "would be left out: a copy of what Tide Courier had (“Talks”)")


def test_an_article_of_which_every_sentence_was_known_is_known_though_its_text_is_new() -> None:
    known, off = (fates(Account((each,)), UTC) for each in (KNOWN, line(0, "not about the story")))
    new = fates(Account((line(0, "nobody had reported this", new=True),)), UTC)
    assert is_known(Match(Verdict.NEW), known)
    assert not is_known(Match(Verdict.NEW), (*known, *new))
    assert not is_known(Match(Verdict.NEW), off)
    assert is_known(Match(Verdict.COPY, "other"), off)
