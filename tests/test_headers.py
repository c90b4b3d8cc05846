"""What stands at the head of a text file is its metadata, and no part of its text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.stages.given import read_file
from monitor.stages.headers import read_headers

NOW = datetime(2024, 9, 1, tzinfo=UTC)
BODY = "The mediator left the harbour office late on Tuesday, with a paper under his arm.\n"
FENCED = f'---\ntitle: "Berths to open"\nlink: https://example.org/a\ntags: [port]\ndate: 2024-03-20\n---\n\n{BODY}'
BARE = f"Title: Berths to open\nURL: https://example.org/a\nDate: 20 March 2024, 08:30 UTC\n\n{BODY}"


@pytest.mark.parametrize(
    ("text", "published"),
    [(FENCED, datetime(2024, 3, 20, 12, tzinfo=UTC)), (BARE, datetime(2024, 3, 20, 8, 30, tzinfo=UTC))],
)
def test_a_head_is_read_and_left_out_of_the_text(text: str, published: datetime) -> None:
    page = read_file(text.encode(), "given.txt", NOW)
    assert (page.title, page.url, page.published) == ("Berths to open", "https://example.org/a", published)
    assert page.text == BODY.strip()


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        f"Note: the fence is closed\n\n{BODY}",
        f"By: the harbour desk\n\n{BODY}",
        f"---\ntitle: never closed\n{BODY}",
        f"Title: one\nThe rest is prose.\n\n{BODY}",
    ],
)
def test_prose_is_no_head(text: str) -> None:
    assert read_headers(text).body == text


@pytest.mark.parametrize(
    "day", ["soon", "2024-13-45", "99999999999999999999", "0001-01-01T00:00+23:00", "2099-01-01", "5 May"]
)
def test_a_date_that_cannot_be_is_left_out(day: str) -> None:
    page = read_file(f"Title: a\nDate: {day}\n\n{BODY}".encode(), "given.txt", NOW)
    assert page.published is None
    assert page.text == BODY.strip()


@given(st.text(max_size=300))
def test_whatever_a_file_holds_its_head_is_read_without_an_error(text: str) -> None:
    assert read_headers(f"---\n{text}").body
    assert isinstance(read_headers(text).body, str)
