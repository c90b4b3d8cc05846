"""An article's decision as a person reads it: sheets with their verdicts, and the text with its marks."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from support.builders import make_article

from monitor.model import (
    Aligned,
    Article,
    Decision,
    Evidence,
    Filing,
    Match,
    Span,
    TopicHit,
    Trip,
    TripScore,
    Verdict,
)
from monitor.rules.weights import WEIGHTS as SHIPPED
from monitor.rules.wording import SIGNS, meaning
from monitor.stages.explained import WHERE, Explained, explain, said_of_text, said_of_trip, why
from monitor.stages.fates import Told
from monitor.stages.render import render_page

TRIPS = tuple(
    Trip(f"t{n}", n, f"Trip {n}", date(2025, n, 1), date(2025, n, 2)) for n in (1, 2, 3)
)  # fmt: skip
WEIGHTS = {"file": 2.0, "margin": 1.0}
TEXT = "The envoy is in Arna.\n\nHe left <b>Bel</b> & spoke of aid."


def _evidence(said: str, weight: float, signal: str = "place", field: str = "text") -> Evidence:
    start = TEXT.index(said)
    return Evidence(signal, said, field, Span(start, start + len(said)), weight)


ARNA, BEL, AID = _evidence("Arna", 3.0), _evidence("Bel", -1.0, "place off"), _evidence("aid", 1.0, "aid")
FILED = Filing(
    Decision.FILED,
    "t1",
    (),
    (TripScore("t1", 2.5, (ARNA, BEL)), TripScore("t2", 0.5, (_evidence("Bel", 0.5),))),
    (TopicHit("aid", (AID,)),),
)


def _laid_out(filing: Filing = FILED) -> tuple[Article, Explained]:
    article = make_article("a", TEXT, title="Envoy in Arna")
    return article, explain(article, filing, TRIPS, WEIGHTS)


def test_each_sheet_says_why_it_is_this_trip_or_why_not() -> None:
    _, found = _laid_out()
    assert [sheet.verdict for sheet in found.sheets] == [
        "filed here: 2.5 points, 2.0 are asked for; 2.0 ahead of the next trip, 1.0 are asked for",
        "not this one: 2.0 points behind the best",
    ]
    assert found.silent == ("Trip 3",)


def test_what_is_lacking_and_what_speaks_against_is_said() -> None:
    low = Filing(Decision.NONE, "", (), (TripScore("t1", 1.5, (ARNA, BEL)),), ())
    assert why(low, low.scores[0], WEIGHTS) == (
        "not filed: 1.5 points, 2.0 are asked for; against it: names a place that is not on the trip (“Bel”)"
    )
    close = Filing(Decision.UNCERTAIN, "", (), (TripScore("t1", 3.0, (ARNA,)), TripScore("t2", 2.5, (ARNA,))), ())
    assert (
        why(close, close.scores[0], WEIGHTS) == "uncertain: only 0.5 points ahead of the next trip, 1.0 are asked for"
    )
    copied = Filing(Decision.FILED, "t1", (), (TripScore("t1", 0.5, (ARNA,)),), ())
    assert why(copied, copied.scores[0], WEIGHTS) == "filed where the report that it copies or retells is filed"


def test_the_text_is_marked_where_the_evidence_stands() -> None:
    _, found = _laid_out()
    marked = {piece.text: (piece.kinds, piece.tip) for line in found.text for piece in line if piece.kinds}
    assert marked == {
        "Arna": ("for", "t1 +3.0: names a place of the trip"),
        "Bel": ("against", "t1 -1.0: names a place that is not on the trip"),
        "aid": ("topic", "aid"),
    }
    assert ["".join(piece.text for piece in line) for line in found.text] == TEXT.split("\n\n")


def test_the_page_is_whole_and_escapes_what_strangers_wrote() -> None:
    article, found = _laid_out()
    page = render_page(
        "explain.html.j2", article=article, filing=FILED, explained=found, outcome="told in the digest", trip="t1",
        text="new", counted="1 sentence: 1 known", meaning=meaning, where=WHERE,
        sentences=(Told(1, "The <b>envoy</b>", "known", "said before", "An <i>envoy</i>", "Gazette: Talks", 0.1),),
        alignment=(Aligned("The <b>envoy</b>", "An envoy", 0.5),), original="Envoy <b>in</b> Arna",
        story=("report in 2 outlets, first by <b>A</b>", "8 May  A (new, first)  Envoy <b>in</b> Arna"),
    )  # fmt: skip
    assert "<td>50 %</td><td>An envoy</td>" in page
    assert '<mark class="for" title="t1 +3.0: names a place of the trip">Arna</mark>' in page
    assert "<strong>known</strong>: said before" in page
    assert "“An &lt;i&gt;envoy&lt;/i&gt;” (Gazette: Talks)" in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert "<i>" not in page
    assert "not this one" in page
    assert "story: report in 2 outlets" in page
    assert "<script" not in page
    assert "http://" not in page.replace(article.url, "")


spans = st.tuples(st.integers(0, len(TEXT)), st.integers(0, len(TEXT))).map(lambda both: Span(min(both), max(both)))


@given(st.lists(spans, max_size=12))
def test_marks_that_overlap_lose_no_character(places: list[Span]) -> None:
    evidence = tuple(Evidence("place", "x", "text", span, 1.0) for span in places)
    _, found = _laid_out(Filing(Decision.FILED, "t1", (), (TripScore("t1", 1.0, evidence),), ()))
    assert ["".join(piece.text for piece in line) for line in found.text] == TEXT.split("\n\n")


def test_every_sign_that_has_a_weight_has_words_for_a_reader() -> None:
    of_decisions = {"file", "unsure", "margin", "mention", "background", "address"}
    assert set(SHIPPED) - of_decisions <= set(SIGNS)
    assert meaning("a sign of tomorrow") == "a sign of tomorrow"


def test_a_trip_and_a_text_are_told_in_words() -> None:
    assert said_of_trip(FILED, TRIPS) == "Trip 1 (t1)"
    assert said_of_trip(Filing(Decision.NONE, "", (), (), (), "no subject"), TRIPS) == "none (no subject)"
    assert said_of_text(Match(Verdict.NEW), "").startswith("new as a whole")
    copy = said_of_text(Match(Verdict.COPY, "x", 1.0, 1.0, 0.5, 0.9), "Envoy in Arna (Gazette)")
    assert copy.startswith("a copy of Envoy in Arna (Gazette); 100% of its words in a row stand there, 50% of")
    assert said_of_text(Match(Verdict.REWRITE, "x"), "") == "in other words, the same report as x"
