"""What a person wrote for a leaf (a word, a phrase, dates, a regular expression) -> its node, or a Mistake. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from functools import lru_cache

import regex  # type: ignore[import-untyped]  # ships no annotations; used for its time limit, which `re` lacks

from monitor.rules.tree import Dates, Piece, Regex, Term
from monitor.text import clean, tokens

_PLAIN_WORD = re.compile(r"[^\W_](?:[\w.,;!?'’&+-]*[^\W_])?\*?")
_OPERATORS = frozenset({"OR", "AND", "NOT", "SAME", "NEAR", "ONEAR", "ATLEAST"})
_DURATION = re.compile(r"[Pp]?[0-9]{1,4}[dwDW]")
_REGEX_LENGTH = 200
_WIDE_REPEATS = 3
_WIDE = 50


class Mistake(Exception):
    """A leaf does not read. `offset`: characters from the leaf's beginning."""

    def __init__(self, what: str, mend: str, offset: int = 0) -> None:
        self.what = what
        self.mend = mend
        self.offset = offset
        super().__init__(what)


def read_term(raw: str, *, phrase: bool, exact: bool = False) -> Term:
    """A word or the inside of a phrase -> Term; raises Mistake."""
    text = clean(raw)
    pieces: list[Piece] = []
    ends: set[int] = set()
    for token in tokens(text):
        prefix = text[token.end : token.end + 1] == "*"
        if prefix and len(token.word) < 2:
            raise Mistake(
                f"'{text[token.start : token.end + 1]}' is too short a prefix",
                "give at least two letters",
                token.start,
            )
        if prefix:
            ends.add(token.end)
        pieces.append(Piece(token.word, prefix, text[token.start : token.end] if exact else ""))
    _check_stars(text, ends)
    if not any(piece.word for piece in pieces):
        if phrase and not text:
            raise Mistake("the quotes are empty", "put words between them or delete them")
        raise Mistake(f"'{text}' holds no word", "rules match letters and digits; delete it")
    plain = not phrase and _PLAIN_WORD.fullmatch(text) and text not in _OPERATORS
    written = text if plain else f'"{text}"'
    return Term(tuple(pieces), f"={written}" if exact else written)


def _check_stars(text: str, ends: set[int]) -> None:
    """A star may only end a word."""
    for offset, char in enumerate(text):
        if char != "*":
            continue
        after = text[offset + 1 : offset + 2]
        if offset not in ends:
            if after.isalnum():
                raise Mistake("a word cannot begin with '*'", "write the beginning of the word, as in strik*", offset)
            raise Mistake("'*' stands alone", "put it directly after the beginning of a word, as in strik*", offset)
        if after.isalnum() or after == "*":
            raise Mistake("'*' can only end a word", "end the word with one '*'", offset)


def read_dates(raw: str) -> Dates:
    """What stands after `published:` -> Dates; raises Mistake."""
    first, dots, last = raw.partition("..")
    if not first and not last:
        raise Mistake("'published:' has no date", "write published:2023-11-02..2023-11-06, without spaces")
    if dots and (_DURATION.fullmatch(first) or _DURATION.fullmatch(last)):
        return _read_lasting(first, last)
    begin = _read_day(first, 0) if first else None
    if not dots:
        return Dates(begin, begin)
    end = _read_day(last, len(first) + 2) if last else None
    if begin and end and end < begin:
        raise Mistake(f"the range ends ({last}) before it begins ({first})", f"write published:{last}..{first}")
    return Dates(begin, end)


def _read_lasting(first: str, last: str) -> Dates:
    """A range of which one side is how many days it has, both ends counted: 5d, 2w, or ISO 8601's P5D, P2W."""
    before, after = _DURATION.fullmatch(first), _DURATION.fullmatch(last)
    if (before and after) or not (first and last):
        raise Mistake("a duration needs a day on the other side", "write published:2023-11-02..5d")
    offset = len(first) + 2
    written = (first if before else last).lower().removeprefix("p")
    days = int(written[:-1]) * (7 if written[-1] == "w" else 1)
    if days == 0:
        raise Mistake("the range has no days", "write at least 1d", 0 if before else offset)
    try:
        if after:
            begin = _read_day(first, 0)
            return Dates(begin, begin + timedelta(days=days - 1))
        end = _read_day(last, offset)
        return Dates(end - timedelta(days=days - 1), end)
    except OverflowError:
        raise Mistake("there is no such day", "write a shorter duration", 0 if before else offset) from None


def _read_day(written: str, offset: int) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
        raise Mistake(f"'{written}' is not a date", "write a day as 2023-11-02 and a range with two dots", offset)
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Mistake(f"there is no day {written}", "look at the month and the day", offset) from None


def read_regex(pattern: str) -> Regex:
    """The inside of /…/ -> Regex; raises Mistake for one that is wrong or could run away."""
    pattern = unicodedata.normalize("NFC", pattern)
    if len(pattern) > _REGEX_LENGTH:
        raise Mistake(f"the regular expression is longer than {_REGEX_LENGTH} characters", "use words and OR instead")
    _check_parts(pattern)
    try:
        empty = compiled(pattern).search("", timeout=1.0)
    except regex.error as error:
        raise Mistake(
            f"the regular expression is wrong: {error.msg}",
            "mend it, or put the words in quotes",
            (error.pos or 0) + 1,
        ) from None
    if empty:
        raise Mistake("the regular expression matches everywhere", "let it ask for at least one character")
    return Regex(pattern)


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> regex.Pattern[str]:
    """The compiled form, case ignored."""
    return regex.compile(pattern, regex.IGNORECASE | regex.VERSION0)


_PART = re.compile(r"\\[pP]\{\w+\}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?(?:<?[=!]|.?)|[()|*+?]|\{\d*,?\d*\}|.", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:[bBdDsSwWtnxu]|[^\w]|[pP]\{\w+\})")
_GROUPS = frozenset({"(", "(?:", "(?=", "(?!", "(?<=", "(?<!"})


def _check_parts(pattern: str) -> None:
    """Allow only the plain parts of the syntax, and refuse what makes backtracking explode."""
    open_groups: list[bool] = []  # for each open group: does it hold a repeat or a choice?
    closed = False  # the part before was a group that does
    wide = 0
    for found in _PART.finditer(pattern):
        part, offset, was_closed, closed = found.group(), found.start() + 1, closed, False
        if part[0] == "\\" and not _ESCAPE.fullmatch(part):
            raise Mistake(f"'{part}' is not allowed in a rule", "use \\b \\d \\s \\w or plain letters", offset)
        if part[0] == "(":
            if part not in _GROUPS:
                raise Mistake(f"'{part}' is not allowed in a rule", "use (?:…) for a group", offset)
            open_groups.append(False)
        elif part == ")" and open_groups:
            closed = open_groups.pop()
            if closed and open_groups:
                open_groups[-1] = True
        elif part in "|?" and open_groups:
            open_groups[-1] = True
        elif part == "{":
            raise Mistake("'{' does not begin a number of repeats", "write \\{ for the brace itself", offset)
        elif part in "*+" or part[0] == "{":
            if was_closed:
                raise Mistake(
                    "a repeat of a group that repeats or chooses can run for ever",
                    "repeat single characters only",
                    offset,
                )
            wide += part in "*+" or part.endswith(",}") or int("0" + re.findall(r"\d*", part)[-2]) > _WIDE
            if open_groups:
                open_groups[-1] = True
    if wide > _WIDE_REPEATS:
        raise Mistake(f"the regular expression has more than {_WIDE_REPEATS} wide repeats", "limit some, as in {0,40}")
