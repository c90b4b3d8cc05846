"""Two texts side by side: which paragraph of one is which of the other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Known
from monitor.stages.alignment import align
from monitor.stages.dedup import fingerprint

ORIGINAL = (
    "The mediator asked the dockers to reopen two grain berths before the weekend.",
    "The port authority said 14 ships were waiting outside the breakwater on Tuesday.",
    "Bakers along the coast have bought flour from the inland mills since the strike began.",
)
NEW = "A judge in Millpoint ordered the tugboat owners to hand over their pay slips by Friday."


def known(*paragraphs: str, kept: bool = True) -> Known:
    text = "\n\n".join(paragraphs)
    return Known("a1", "Gazette", "Berths", None, text if kept else "A brief.", None if kept else fingerprint(text))


@given(st.permutations(ORIGINAL))
def test_each_paragraph_finds_itself_wherever_it_stands(order: list[str]) -> None:
    rows = align("\n".join(order), known(*ORIGINAL))
    assert [(row.here, row.there, row.share) for row in rows] == [(each, each, 1.0) for each in order]


def test_an_edited_paragraph_stands_beside_what_it_was() -> None:
    edited = ORIGINAL[1].replace("14 ships were waiting", "nearly 20 vessels lay")
    (row, *rest) = align(edited, known(*ORIGINAL))
    assert row.there == ORIGINAL[1]
    assert 0.4 < row.share < 1
    assert [each.there for each in rest] == [ORIGINAL[0], ORIGINAL[2]]


def test_what_stands_in_one_text_only_stands_alone() -> None:
    rows = align(f"{ORIGINAL[0]}\n\n{NEW}", known(*ORIGINAL[:2]))
    assert [(bool(row.here), bool(row.there)) for row in rows] == [(True, True), (True, False), (False, True)]
    assert rows[1].here == NEW


def test_of_an_original_without_its_text_it_is_said_how_much_stands_there() -> None:
    rows = align(f"{ORIGINAL[0]}\n\n{NEW}", known(*ORIGINAL, kept=False))
    assert [(row.there, row.share) for row in rows] == [("", 1.0), ("", 0.0)]
