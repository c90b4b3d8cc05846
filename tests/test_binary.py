"""What is text and what is not, by a file's bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ExtractError
from monitor.stages.binary import refuse_binary
from monitor.stages.charset import decode

PROSE = "Grüße vom Hafen: zwei Liegeplätze öffnen wieder, sagte der Schlichter."


def _refused(data: bytes) -> bool:
    try:
        refuse_binary(data, decode(data), "x")
    except ExtractError:
        return True
    return False


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
def test_text_in_any_charset_is_text(charset: str) -> None:
    assert not _refused(PROSE.encode(charset))
    assert not _refused(b"")
    assert not _refused(PROSE.encode(charset)[:9])


@pytest.mark.parametrize(
    "data", [b"%PDF-1.4 text", b"PK\x03\x04doc", b"\x7fELF\x02", bytes(range(32)) * 20, b"\x00\x01\x02\x03\x04\x05\x06"]
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    assert _refused(data)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=300))
def test_no_text_without_control_characters_is_refused(text: str) -> None:
    refuse_binary(("a" + text).encode(), "a" + text.replace("\ufffd", ""), "x")
