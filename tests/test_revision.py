"""What changed between two texts of a page, and what of it corrects what was told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support.builders import TEXT

from monitor.stages.revision import believable, corrections, edit
from monitor.text import read_sentences

SHIPS = "The port authority said 14 ships were waiting outside the breakwater on Tuesday."


def changed(before: str, after: str, told: str = "") -> tuple[list[str], list[str]]:
    withdrawn, instead = corrections(edit(before, after), {told or before})
    return [each.text for each in withdrawn], [each.text for each in instead]


class TestEdit:
    def test_finds_the_sentences_that_one_text_has_alone(self) -> None:
        found = edit(TEXT, TEXT.replace("14 ships", "19 ships") + " The harbour master went home.")
        assert [each.text for each in found.removed] == [SHIPS]
        assert [each.text for each in found.added] == [
            SHIPS.replace("14", "19"),
            "The harbour master went home.",
        ]

    def test_takes_typography_case_and_order_for_no_change(self) -> None:
        said = [each.text for each in read_sentences(TEXT)]
        found = edit(TEXT, " ".join(reversed(said)).replace("'", "\u2019").replace("port", "Port"))
        assert found.removed == found.added == ()

    @given(st.permutations([each.text for each in read_sentences(TEXT)]), st.integers(0, 2))
    def test_what_stands_in_both_is_neither_removed_nor_added(self, said: list[str], dropped: int) -> None:
        after = " ".join(said[dropped:])
        found = edit(TEXT, after)
        assert found.added == ()
        assert {each.text for each in found.removed} == set(said[:dropped])


class TestCorrections:
    def test_a_told_number_that_changed_is_corrected(self) -> None:
        assert changed(SHIPS, SHIPS.replace("14", "19")) == ([SHIPS], [SHIPS.replace("14", "19")])

    def test_a_told_sentence_that_is_denied_now_is_corrected(self) -> None:
        denied = "The port authority said no ships were ever waiting outside the breakwater on Tuesday."
        before = "The port authority said ships were waiting outside the breakwater on Tuesday."
        assert changed(before, denied) == ([before], [denied])

    def test_a_told_sentence_that_is_gone_is_withdrawn(self) -> None:
        assert changed(SHIPS, "The harbour master went home early.") == ([SHIPS], [])

    def test_an_edit_of_style_corrects_nothing(self) -> None:
        after = "The port authority said that 14 ships were still waiting outside the breakwater on Tuesday."
        assert changed(SHIPS, after) == ([], [])

    def test_what_was_not_told_needs_no_correction(self) -> None:
        assert changed(SHIPS, SHIPS.replace("14", "19"), told="Something else.") == ([], [])


def test_a_wall_in_the_place_of_a_page_is_no_edition_of_it() -> None:
    assert not believable(TEXT, "Please subscribe to read on.")
    assert believable(TEXT, TEXT.replace("14 ships", "19 ships"))
