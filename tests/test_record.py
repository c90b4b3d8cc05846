"""A digest as versioned JSON: the same bytes, every version that was ever stored, and a clear refusal."""

from __future__ import annotations

import json

import pytest
from support.golden import FOLDER, golden_digest

from monitor.errors import RecordError
from monitor.record import VERSION, read_record, write_record
from monitor.stages.render import FORMATS, render

FIRST = (FOLDER / "strike-v1.json").read_text("utf-8")


def test_what_is_written_is_read_back_and_written_the_same() -> None:
    text = write_record(golden_digest())
    assert read_record(text) == golden_digest()
    assert write_record(read_record(text)) == text


@pytest.mark.parametrize("form", FORMATS)
def test_a_stored_digest_is_rendered_again_byte_for_byte(form: str) -> None:
    assert render(read_record(write_record(golden_digest())), form) == render(golden_digest(), form)


def test_a_record_of_the_first_version_is_read_with_its_reports_as_timeline() -> None:
    digest = read_record(FIRST)
    assert digest.version == VERSION
    assert [(mark.day.isoformat(), mark.reports) for mark in digest.trips[0].timeline] == [
        ("2024-03-18", 4),
        ("2024-03-19", 0),
        ("2024-03-20", 8),
    ]
    assert digest.kind == "daily"


@pytest.mark.parametrize("form", FORMATS)
def test_a_record_of_the_first_version_is_rendered_by_todays_templates(form: str) -> None:
    assert "Tug crews asked for the same" in render(read_record(FIRST), form)


def test_a_record_of_a_newer_program_is_refused() -> None:
    newer = json.dumps(json.loads(FIRST) | {"version": VERSION + 1})
    with pytest.raises(RecordError, match=f"version {VERSION + 1}, this program reads up to {VERSION}"):
        read_record(newer)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"version": "x"}', '{"name": 1}', FIRST[:-300]])
def test_a_damaged_record_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(RecordError, match="cannot be read"):
        read_record(text)
