"""Pages of one form are no copies of one another; edited copies on the same site still are."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from support.edits import EDITS
from support.texts import FOLLOW_UP, REPORT, paragraphs

from monitor.model import Known, Match, Verdict
from monitor.stages.dedup import compare, fingerprint, judge
from monitor.stages.template import beside

SITE = "quay.example"
FERRY = (
    "Ferries on {0}: the {1} sails from Northquay at {2}.10 and from the islands at {3}.40, with {4} places for cars.\n"
    "The {5} is in the dock for {6} more days, and {7} passengers were carried last week.\n"
    "Tickets cost {8} crowns on deck and {9} crowns below it."
)
NOTES = (
    "Tickets are sold on board, and children who are shorter than the rope at the gangway travel free of charge.\n"
    "Bicycles stand at the stern, where the crew ties them up; dogs are welcome on the upper deck only.\n"
    "When the red ball is up at the signal mast no ferry leaves, and the waiting room stays open all night."
)
MONDAY = FERRY.format("Monday", "Petrel", 6, 9, 14, "Gannet", 12, 3100, 45, 70)
FRIDAY = FERRY.format("Friday", "Razorbill", 7, 11, 22, "Puffin", 5, 2650, 52, 81)
LONG = REPORT + "\n" + FOLLOW_UP


def judged(text: str, of: str, *, one_site: bool = True) -> Match:
    return compare(text, Known("k1", "", "", None, of), one_site=one_site)


def test_a_form_filled_in_anew_is_new() -> None:
    assert judged(FRIDAY, MONDAY).verdict is Verdict.NEW
    laid = beside(FRIDAY, MONDAY, fingerprint(FRIDAY), fingerprint(MONDAY))
    assert laid.is_form
    assert laid.edited == 0.0


def test_under_long_notes_it_is_an_update_of_which_the_new_is_told() -> None:
    match = judged(f"{FRIDAY}\n{NOTES}", f"{MONDAY}\n{NOTES}")
    assert match.verdict is not Verdict.COPY
    assert judged(f"{NOTES}\n{FRIDAY[:300]}", f"{NOTES}\n{MONDAY[:300]}").verdict is not Verdict.COPY


def test_other_pieces_between_the_same_lines_are_no_copy() -> None:
    pieces = [line for part in paragraphs(FOLLOW_UP) for line in part.splitlines()]
    one, other = (f"{NOTES}\n{piece}\n{NOTES.upper()}" for piece in pieces[:2])
    assert judged(one, other, one_site=False).verdict is Verdict.COPY
    assert judged(one, other).verdict is Verdict.UPDATE


def test_one_figure_that_changed_makes_a_newer_version() -> None:
    assert judged(LONG.replace("3.5 million", "4.2 million"), LONG).verdict is Verdict.UPDATE


def test_one_word_that_changed_leaves_it_a_copy() -> None:
    assert judged(LONG.replace("lawyer", "clerk"), LONG).verdict is Verdict.COPY


def test_a_text_is_a_copy_of_itself_on_one_site_too() -> None:
    for text in (MONDAY, NOTES, REPORT):
        assert judged(text, text).verdict is Verdict.COPY


@pytest.mark.parametrize("edit", EDITS)
def test_every_edited_text_that_is_found_elsewhere_is_found_on_its_own_site(edit: str) -> None:
    for turn in range(4):
        text = EDITS[edit](LONG, Random(f"{edit} {turn}"))
        elsewhere, here = judged(text, LONG, one_site=False).verdict, judged(text, LONG).verdict
        assert (here is Verdict.NEW) == (elsewhere is Verdict.NEW)


def test_texts_of_two_sites_are_not_looked_at_as_forms() -> None:
    assert judged(FRIDAY, MONDAY, one_site=False).verdict is not Verdict.NEW
    here, there = (Known("k1", "", "", None, MONDAY, canonical=f"https://{site}/1") for site in (SITE, "b.example"))
    assert judge(FRIDAY, [here], site=SITE).verdict is Verdict.NEW
    assert judge(FRIDAY, [there], site=SITE).of == "k1"


def test_a_text_kept_as_a_fingerprint_only_is_compared_as_ever() -> None:
    seed = Known("s1", "", "", None, "A brief of ours.", replace(fingerprint(MONDAY), lines=()))
    assert compare(FRIDAY, seed, one_site=True) == compare(FRIDAY, seed)
