"""What an article has said already."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Sentence, Span
from monitor.stages.said import Said
from monitor.text import read_sentences

TEXT = (
    "The mediator left the harbour office with a paper that both sides had read. "
    "Crane drivers had stopped work eleven days earlier over a third roster. "
    "The port authority put the cost at 3.5 million crowns a day."
)
FIRST, SECOND, THIRD = read_sentences(TEXT)


def plain(_: int) -> float:
    return 1.0


def said(*sentences: Sentence) -> Said:
    made = Said(plain)
    for each in sentences:
        made.add(each)
    return made


def sentence(text: str) -> Sentence:
    (read,) = read_sentences(text)
    return read


def test_nothing_said_is_nothing_repeated() -> None:
    assert Said(plain).repeated(FIRST, 0.75) is None


def test_the_same_again_is_repeated_and_names_the_sentence() -> None:
    assert said(FIRST, SECOND, THIRD).repeated(SECOND, 0.75) == SECOND
    assert said(FIRST, THIRD).repeated(SECOND, 0.75) is None


def test_two_neighbours_together_may_say_it() -> None:
    both = sentence("The mediator left the harbour office, and crane drivers had stopped work eleven days earlier.")
    assert said(FIRST, SECOND).repeated(both, 0.9) in (FIRST, SECOND)
    # What stood between them, and was not new, keeps them apart.
    assert said(FIRST, THIRD).repeated(both, 0.9) is None
    assert said(FIRST).repeated(both, 0.9) is None


def test_a_word_that_tells_more_counts_for_more() -> None:
    crane = next(iter(sentence("Crane.").words))
    heavy = Said(lambda word: 9.0 if word == crane else 1.0)
    heavy.add(SECOND)
    close = sentence("A crane fell into the water near the lighthouse on a bright morning.")
    assert heavy.repeated(close, 0.5) == SECOND
    assert said(SECOND).repeated(close, 0.5) is None


some = st.frozensets(st.integers(1, 12), min_size=1, max_size=6)


@given(st.lists(some, max_size=8), some, st.sampled_from([0.5, 0.75, 1.0]))
def test_is_what_a_look_at_every_pair_gives(earlier: list[frozenset[int]], words: frozenset[int], least: float) -> None:
    made = said(*(Sentence(at, "", Span(0, 0), each, frozenset()) for at, each in enumerate(earlier)))
    found = made.repeated(Sentence(99, "", Span(0, 0), words, frozenset()), least)
    beside = [one | two for one, two in zip(earlier, [*earlier[1:], frozenset[int]()], strict=True)] if earlier else []
    assert (found is not None) == any(len(words & each) >= least * len(words) for each in beside)
