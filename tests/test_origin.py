"""Which agency a report says it is from: examples of ours, and texts that may be anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Origin
from monitor.stages.origin import origin_of

BODY = "The port authority counted fourteen ships.\n\nThe crane drivers want the hours in writing.\n\nThe talks go on."
EXAMPLES = [
    json.loads(line) for line in (Path(__file__).parent / "golden" / "origins.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: " ".join(map(str, each.values()))[:60])
def test_an_agency_is_read_where_papers_state_it_and_nowhere_else(example: dict[str, str]) -> None:
    text = "\n\n".join(filter(None, (example.get("first", ""), BODY, example.get("last", ""))))
    found = origin_of(text, author=example.get("author", ""), outlet=example.get("outlet", "Quay Gazette"))
    expected = Origin(example["agency"], bool(example.get("part", False))) if example["agency"] else None
    assert found == expected


def test_the_whole_text_counts_more_than_a_part() -> None:
    text = f"NORTHQUAY (Reuters) - The mediator came.\n\n{BODY}\n\nAFP contributed to this report."
    assert origin_of(text) == Origin("Reuters")


def test_what_stands_in_the_middle_says_nothing() -> None:
    lines = ["A line of the report."] * 6
    assert origin_of("\n".join([*lines, "(Reuters)", *lines])) is None


@given(st.text(max_size=400), st.text(max_size=80), st.text(max_size=40))
def test_any_text_is_read(text: str, author: str, outlet: str) -> None:
    found = origin_of(text, author=author, outlet=outlet)
    assert found is None or found.agency


def test_a_long_line_of_brackets_takes_no_time() -> None:
    assert origin_of("(" * 20_000 + "\n" + "A-" * 20_000 + "\nby " + "a, " * 20_000) is None
