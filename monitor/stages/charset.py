"""Bytes to text. Only encodings on the list are believed; bad bytes become U+FFFD."""

from __future__ import annotations

import codecs
import re

# What pages call an encoding, and the superset that browsers read it with.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "tis-620": "cp874",
}
_SINGLE_BYTE = frozenset(
    ["cp866", "cp874", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic"]
    + [f"cp125{digit}" for digit in range(9)]
    + [f"iso8859-{part}" for part in range(2, 17)]
)
_LATIN = frozenset(
    ["cp1250", "cp1254", "cp1257", "cp1258", "mac-roman"] + [f"iso8859-{n}" for n in (2, 3, 4, 9, 10, 13, 14, 15, 16)]
)
_MULTI_BYTE = frozenset("utf-8 gb18030 big5 big5hkscs euc_jp euc_kr shift_jis cp932 cp949 iso2022_jp".split())
_WIDE = frozenset("utf-16 utf-16-le utf-16-be".split())
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(
    rb"""(?:<\?xml[^>]{0,200}?encoding|<meta[^>]{0,400}?charset)\s*=\s*["']?\s*([\w:.-]{2,40})""", re.I
)
# What no XML tree may hold, and stray byte-order marks.
NULS = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff\ufeff\ufffe\uffff]")
_DETECT_BYTES = 65_536


def codec(name: str) -> str:
    """The Python codec for an encoding's name as pages write it, or "" when it is not on the list."""
    try:
        found = codecs.lookup(name.strip().strip("\"'")).name
    except (LookupError, ValueError):
        return ""
    found = _SUPERSETS.get(found, found)
    return found if found in _SINGLE_BYTE or found in _MULTI_BYTE or found in _WIDE else ""


def decode(body: bytes, charset: str = "") -> str:
    """The text of a feed or page: byte-order mark, then the header's charset, then the declared one, then detection.

    A single-byte charset fits any bytes at all, so bytes that are sound UTF-8 are read as such all the same.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return NULS.sub("", body[len(mark) :].decode(name, "replace"))
    declared = _DECLARED.search(body[:4096])
    names = (codec(charset), codec(declared[1].decode("ascii")) if declared else "")
    for name in names:
        # A page that says UTF-16 in ASCII letters does not speak UTF-16.
        if not name or name in _SINGLE_BYTE or (name in _WIDE and b"\x00" not in body[:200]):
            continue
        text = _utf8(body) if name == "utf-8" else _strictly(body, name)
        if text is not None:
            return text if name == "utf-8" else NULS.sub("", text)
    wide = _without_bom(body)
    text = _strictly(body, wide) if wide else _utf8(body)
    if text is not None and not wide:
        return text
    if text is None:
        named = next((name for name in names if name), "")
        text = body.decode(named or _detected(body), "replace")
    return NULS.sub("", text)


# The same characters in UTF-8: those of one byte, which go much faster before decoding, and the others.
_NUL_BYTES = bytes((*range(9), 0x0B, *range(0x0E, 0x20)))
_NUL_MARKS = ("\ufeff", "\ufffe", "\uffff")


def _utf8(body: bytes) -> str | None:
    text = _strictly(body.translate(None, _NUL_BYTES), "utf-8")
    if text is not None:
        for mark in _NUL_MARKS:
            if mark in text:
                text = text.replace(mark, "")
    return text


def _strictly(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (UnicodeDecodeError, ValueError):
        return None


def _without_bom(body: bytes) -> str:
    """UTF-16 without a mark shows as markup with every second byte zero."""
    head = body[:400]
    if len(head) < 8 or head.count(0) < len(head) // 4:
        return ""
    return "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"


def _detected(body: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - hardly any page needs it

    best = from_bytes(body[:_DETECT_BYTES]).best()
    found = codec(best.encoding) if best else ""
    # Latin alphabets look much alike to a detector; browsers read what nobody declares as Western European.
    return "cp1252" if not found or found in _LATIN else found
