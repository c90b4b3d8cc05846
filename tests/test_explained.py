"""An article's decision as a person reads it: sheets with their verdicts, and the text with its marks."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from support.builders import make_article

from monitor.model import Aligned, Article, Decision, Evidence, Filing, Span, TopicHit, Trip, TripScore
from monitor.stages.explained import Explained, explain, why
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
        "filed: 2.5 is at least 2.0, and 2.0 ahead of the next",
        "not this one: 2.0 behind the best",
    ]
    assert found.silent == ("Trip 3",)


def test_what_is_lacking_and_what_speaks_against_is_said() -> None:
    low = Filing(Decision.NONE, "", (), (TripScore("t1", 1.5, (ARNA, BEL)),), ())
    assert why(low, low.scores[0], WEIGHTS) == "not filed: 0.5 is lacking; most speaks against it place off (“Bel”)"
    close = Filing(Decision.UNCERTAIN, "", (), (TripScore("t1", 3.0, (ARNA,)), TripScore("t2", 2.5, (ARNA,))), ())
    assert why(close, close.scores[0], WEIGHTS) == "uncertain: only 0.5 ahead of the next, 1.0 is asked for"
    copied = Filing(Decision.FILED, "t1", (), (TripScore("t1", 0.5, (ARNA,)),), ())
    assert why(copied, copied.scores[0], WEIGHTS) == "filed where the report that it copies or retells is filed"


def test_the_text_is_marked_where_the_evidence_stands() -> None:
    _, found = _laid_out()
    marked = {piece.text: (piece.kinds, piece.tip) for line in found.text for piece in line if piece.kinds}
    assert marked == {
        "Arna": ("for", "t1 +3.0 place"),
        "Bel": ("against", "t1 -1.0 place off"),
        "aid": ("topic", "aid"),
    }
    assert ["".join(piece.text for piece in line) for line in found.text] == TEXT.split("\n\n")


def test_the_page_is_whole_and_escapes_what_strangers_wrote() -> None:
    article, found = _laid_out()
    page = render_page(
        "explain.html.j2", article=article, filing=FILED, explained=found, answer="trip: t1", known="known: no",
        alignment=(Aligned("The <b>envoy</b>", "An envoy", 0.5),), original="Envoy <b>in</b> Arna",
        story=("report in 2 outlets, first by <b>A</b>", "8 May  A (new, first)  Envoy <b>in</b> Arna"),
    )  # fmt: skip
    assert "<td>50 %</td><td>An envoy</td>" in page
    assert '<mark class="for" title="t1 +3.0 place">Arna</mark>' in page
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
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
