"""Files that are no text: told by their first bytes, or by what they read as. Pure."""

from __future__ import annotations

import re

from monitor.errors import ExtractError

# Beginnings of files that people take for texts.
_KINDS = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP, Word or EPUB file"),
    (b"\xd0\xcf\x11\xe0", "an old Word file"),
    (b"{\\rtf", "an RTF file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
)
# What no text is written in: of its bytes, where a character is not several of them, and once it is decoded.
_ODD_BYTES = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_ODD = re.compile("[\x7f-\x84\x86-\x9f\ufffd]")
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_LOOKED_AT = 4000
_FEWEST, _SHARE = 5, 0.02


def refuse_binary(data: bytes, text: str, name: str) -> None:
    """Raise ExtractError for a file that is no text. `text`: what it reads as, as far as that goes."""
    for mark, kind in _KINDS:
        if data.startswith(mark):
            raise ExtractError(f"{name}: this is {kind}, and no text; give a .txt, .md or .html file with its text")
    head, said = data[:_LOOKED_AT], text[:_LOOKED_AT]
    # In UTF-16 every second byte of a Latin text is zero.
    wide = head.startswith(_WIDE) or 3 * head.count(0) > len(head)
    odd = len(_ODD.findall(said)) + (0 if wide else len(_ODD_BYTES.findall(head)))
    if odd >= _FEWEST and odd > _SHARE * len(head):
        raise ExtractError(f"{name}: this is a binary file, and no text; give a .txt, .md or .html file with its text")
