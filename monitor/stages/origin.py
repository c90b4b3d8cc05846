"""Which news agency a report says it is from: its dateline, its byline, the credits at its end. Pure.

Only places where papers state their source are read. What a sentence says of an agency ("he told Reuters") and whose
picture it is say nothing of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from monitor.model import Origin

AGENCIES = "agencies"
# How papers write each. What is written in capitals or in small letters only has to stand so.
_SPELLINGS = {
    "Reuters": ("Reuters", "Thomson Reuters"),
    "AP": ("AP", "AP News", "Associated Press"),
    "AFP": ("AFP",),
    "dpa": ("dpa", "DPA", "Deutsche Presse-Agentur"),
    "UPI": ("UPI", "United Press International"),
    "PA": ("PA", "PA Media", "Press Association"),
    "CP": ("CP", "Canadian Press"),
    "AAP": ("AAP", "Australian Associated Press"),
    "Xinhua": ("Xinhua", "Xinhua News Agency"),
    "TASS": ("TASS",),
    "Interfax": ("Interfax",),
    "Anadolu": ("AA", "Anadolu", "Anadolu Agency", "Anadolu Ajansı"),
    "EFE": ("EFE",),
    "ANSA": ("ANSA",),
    "Kyodo": ("Kyodo", "Kyodo News"),
    "Yonhap": ("Yonhap", "Yonhap News Agency"),
    "PTI": ("PTI",),
    "ANI": ("ANI", "Asian News International"),
    "IANS": ("IANS", "Indo-Asian News Service"),
    "Bloomberg": ("Bloomberg", "Bloomberg News"),
    AGENCIES: (
        "Agencies", "News Agencies", "Wire Agencies", "International Agencies", "Other Agencies", "Wires",
        "Wire Services", "Agency Reports", "Agency Report",
    ),
}  # fmt: skip
# Two that have a country in their names, as any agency may.
_WORDED = {
    "AFP": re.compile(r"agence \w+[ -]presse?", re.IGNORECASE),
    "PTI": re.compile(r"press trust of \w+", re.IGNORECASE),
}
_EXACT = {said: name for name, every in _SPELLINGS.items() for said in every if said.isupper() or said.islower()}
_FOLDED = {said.casefold(): name for name, every in _SPELLINGS.items() for said in every if said not in _EXACT}

# "of" and "de" in the name of a place.
_SHORT = 3
_FIRST_LINES, _LAST_LINES = 3, 5
_LONGEST_LINE, _LONGEST_NAME, _TAIL = 240, 90, 80

_SPLIT = re.compile(r"\s*(?:[,;/|&+]|\band\b)\s*", re.IGNORECASE)
_BEFORE = re.compile(r"^(?:the|from|by|via)\s+", re.IGNORECASE)
# "LONDON, Aug 20 (Reuters) - ", "(AP) — ", "Northquay (dpa/Own) -"
_DATELINE = re.compile(r"^(?P<place>[^()]{0,70}?)\s*\((?P<by>[^()]{2,40})\)\s*(?:[-–—:|]|$)")
_BRACKETED = re.compile(r"^(?P<place>)\((?P<by>[^()]{2,40})\)\s+(?=[“\"A-Z])")
# "Reuters - ", "Northquay, AFP – "
_HEAD = re.compile(r"^(?:(?P<place>[^()\-–—,]{2,40}),\s+)?(?P<by>[^()\-–—,.]{2,40}?)(?:\s*[–—|]|\s+--?)\s+\S")
_BYLINE = re.compile(
    r"^(?:(?:report(?:ed|ing)?|written|words|compiled)\s+)?(?:by|from)[:\s]\s*(?P<who>.+)$", re.IGNORECASE
)
# What stands between a person and whom she writes for.
_FOR = re.compile(r"\s*[,|/(–—]\s*|\s+-\s+|\s+(?:of|for|at)\s+(?:the\s+)?", re.IGNORECASE)

_CONTRIBUTED = re.compile(
    r"^\W*(?P<by>[^.:]{2,90}?)\s+(?:(?:also|has|have)\s+)*contribut(?:ed|es|ing)\b", re.IGNORECASE
)
_WITH = re.compile(
    r"""(?:^|[(\[.–—]\s*|\breport\w*\s+|\bstaff\s+)with\s+
    (?:(?:additional\s|further\s|some\s)?(?:inputs?|reporting|reports?|files|material|information|contributions?)\s+
       (?:from|by|of)\s+)?
    (?P<by>[^().]{2,60}?)\s*[).\]]*$""",
    re.IGNORECASE | re.VERBOSE,
)
_ADDITIONAL = re.compile(
    r"\b(?:additional|further)\s+(?:reporting|material|information)\s+(?:by|from)\s+(?P<by>[^().]{2,60})", re.IGNORECASE
)
_RIGHTS = re.compile(
    r"""(?:©|\(c\)|copyright)[\s©]*(?:\(c\)\s*)?(?:\d{4}\s*,?\s*)?(?:by\s+)?
    (?P<by>[^().,©]{2,40}?)\s*(?:[.,]|$)""",
    re.IGNORECASE | re.VERBOSE,
)
_SOURCE = re.compile(r"^(?:sources?|agency|via|text|credit)\s*:\s*(?P<by>.{2,60}?)\.?$", re.IGNORECASE)
_ALONE = re.compile(r"^[-–—(\[\s]*(?P<by>[^().\[\]–—]{2,40}?)[)\]\s.]*$")
_AT_THE_END = re.compile(r"[.!?”\"’]\s*(?:\((?P<by>[^()]{2,40})\)|[-–—]{1,3}\s*(?P<by2>[^().\-–—]{2,30}))\.?$")
_PICTURE = re.compile(
    r"\b(?:photo|picture|image|file|video|graphic|illustration|caption)(?:s|graphs?)?\b", re.IGNORECASE
)


def origin_of(text: str, *, author: str = "", outlet: str = "") -> Origin | None:
    """The agency that a report names, or None. An agency's own page is from that agency."""
    own = _named(outlet)
    if own is not None and not own.part:
        return own
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    first = lines[:_FIRST_LINES]
    last = [line for line in lines[-_LAST_LINES:] if len(line) <= _LONGEST_LINE and not _PICTURE.search(line)]
    found = (
        *(_dateline(line) for line in first),
        _byline(author, stated=True),
        *(_byline(line, stated=False) for line in first),
        *(_credit(line) for line in reversed(last)),
        _ending(lines[-1]) if lines else None,
        *(_share(line) for line in (*first, *reversed(last))),
    )
    return min(filter(None, found), key=lambda origin: origin.part, default=None)


def _named(said: str) -> Origin | None:
    """The agencies of a list of names; those beside others gave a part."""
    pieces = [piece for piece in _SPLIT.split(said.strip()) if piece]
    known = [name for piece in pieces if (name := _agency(piece))]
    # Agencies in general, beside one that is named, add nothing.
    names = [name for name in dict.fromkeys(known) if name != AGENCIES] or known[:1]
    return Origin(" and ".join(names[:2]), part=len(known) < len(pieces)) if names else None


def _agency(piece: str) -> str:
    bare = _BEFORE.sub("", piece.strip(" .'’"))
    worded = (name for name, said in _WORDED.items() if said.fullmatch(bare))
    return _EXACT.get(bare) or _FOLDED.get(bare.casefold()) or next(worded, "")


def _whole(said: str) -> Origin | None:
    found = _named(said)
    return found if found and not found.part else None


def _dateline(line: str) -> Origin | None:
    match = _DATELINE.match(line) or _BRACKETED.match(line)
    if match and (not match["place"] or _is_place(match["place"])):
        return _named(match["by"])
    match = _HEAD.match(line)
    return _whole(match["by"]) if match else None


def _is_place(said: str) -> bool:
    """Whether it reads as a place with a date, and not as the beginning of a sentence."""
    words = re.findall(r"[^\W\d_]+", said)
    return bool(words) and all(word[0].isupper() or len(word) <= _SHORT for word in words)


def _byline(line: str, *, stated: bool) -> Origin | None:
    """`stated`: it is known to say who wrote the text; else only a line that says so is believed."""
    if not line or len(line) > _LONGEST_NAME:
        return None
    by = _BYLINE.match(line)
    who = by["who"] if by else line
    if whole := _whole(who.strip("() ")):
        return whole
    for cut in _FOR.finditer(who):
        house = _whole(who[cut.end() :].strip("() "))
        if house and (by or stated or _is_person(who[: cut.start()])):
            return house
    # "By staff and agencies"
    named = _named(who.strip("() "))
    return named if named and (by or stated or not named.part) else None


def _is_person(said: str) -> bool:
    words = said.split()
    return 2 <= len(words) <= 6 and all(word[0].isupper() or word == "and" for word in words)


def _credit(line: str) -> Origin | None:
    for pattern in (_SOURCE, _RIGHTS):
        match = pattern.search(line)
        found = _named(match["by"]) if match else None
        if found:
            return found
    match = _ALONE.match(line)
    return _whole(match["by"]) if match else None


def _ending(line: str) -> Origin | None:
    match = _AT_THE_END.search(line)
    return _whole(match["by"] or match["by2"]) if match and not _PICTURE.search(line[-_TAIL:]) else None


def _share(line: str) -> Origin | None:
    """Who gave some of the text."""
    if len(line) > _LONGEST_LINE:
        return None
    for pattern in (_CONTRIBUTED, _WITH, _ADDITIONAL):
        match = pattern.search(line)
        names = _names_within(match["by"]) if match else ()
        if names:
            return Origin(" and ".join(names[:2]), part=True)
    return None


def _names_within(said: str) -> tuple[str, ...]:
    """The agencies in a list of contributors, people's houses among them."""
    pieces: Iterable[str] = (part for piece in _SPLIT.split(said) for part in (piece, *_FOR.split(piece)[1:]))
    return tuple(dict.fromkeys(name for piece in pieces if (name := _agency(piece))))
