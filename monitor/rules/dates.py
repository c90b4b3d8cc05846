"""Days in running text and in addresses, with the year inferred where it is not written. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from monitor.model import Span
from monitor.rules.reading import Passage

WEEKDAYS = {
    name: number for number, name in enumerate("monday tuesday wednesday thursday friday saturday sunday".split())
}

# Folded month names and abbreviations; English ones count only with a capital ("may", "march" are words too).
_ENGLISH = (
    "january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sept sep"
    "|october oct|november nov|december dec"
)
_OTHERS = (
    "januar janvier enero janeiro gennaio gen januari|februar fevrier febrero fevereiro febbraio februari"
    "|marz mars marzo marco maart mart|avril abril aprile nisan|mai mayo maio maggio mei mayis"
    "|juni juin junio junho giugno giu haziran|juli juillet julio julho luglio|aout agosto augustus agustus agustos"
    "|septembre septiembre setembro settembre eylul|oktober octobre octubre outubro ottobre ekim"
    "|novembre noviembre novembro kasim|dezember decembre diciembre dezembro dicembre desember aralik"
)
_MONTHS = {
    name: number
    for table in (_ENGLISH, _OTHERS)
    for number, names in enumerate(table.split("|"), 1)
    for name in names.split()
}
_CAPITAL_ONLY = frozenset(_ENGLISH.replace("|", " ").split())
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?$")
_YEAR = re.compile(r"(?:19|20)\d\d$")
_BETWEEN = frozenset({"de", "of", "den", "the", "del"})
_ISO = re.compile(r"(?<!\d)(20\d\d)-(\d\d)-(\d\d)(?!\d)")
_NUMERIC = re.compile(r"\b(\d{1,2})([./])(\d{1,2})\2(20\d\d)\b")


@dataclass(frozen=True, slots=True)
class Mention:
    """A day, a range of days or (`whole`) a month as written. `year` is 0 where none is written."""

    year: int
    month: int
    day: int
    until: int
    span: Span
    sentence: int
    whole: bool = False

    def days(self, anchor: date | None) -> tuple[date, date] | None:
        """First and last day, the year taken from the anchor when it is not written; None without either."""
        if self.year:
            return self._in(self.year)
        if anchor is None:
            return None
        found = [days for year in (-1, 0, 1) if (days := self._in(anchor.year + year))]
        return min(found, key=lambda days: abs((days[0] - anchor).days), default=None)

    def fits(self, first: date, last: date) -> bool:
        """Whether the day without its year falls between two days."""
        return any(
            days is not None and days[0] <= last and days[1] >= first
            for days in (self._in(first.year), self._in(last.year))
        )

    def _in(self, year: int) -> tuple[date, date] | None:
        try:
            first = date(year, self.month, self.day)
            if self.whole:
                return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            last = date(year, self.month, self.until)
        except ValueError:
            return None
        return (first, last) if first <= last else (first, first)


def find_dates(passage: Passage) -> list[Mention]:
    """Every day or month-with-year in a passage, in order."""
    found = [*_worded(passage), *_numeric(passage)]
    return sorted(found, key=lambda mention: mention.span.start)


def _worded(passage: Passage) -> Iterator[Mention]:
    size = len(passage.words)
    named = [index for index, word in enumerate(passage.words) if word in _MONTHS]
    for index in named:
        word = passage.words[index]
        month = _MONTHS[word]
        if word in _CAPITAL_ONLY and not passage.capital(index):
            continue
        after = index + 1
        day, until, after = _days_after(passage, after)
        before = index
        if not day:
            day, until, before = _days_before(passage, index)
        while after < size and passage.words[after] in _BETWEEN:
            after += 1
        year = 0
        if after < size and _YEAR.match(passage.words[after]) and _close(passage, after - 1):
            year, after = int(passage.words[after]), after + 1
        else:
            after = max(index + 1, after if day and before == index else index + 1)
        if day or year:
            place = passage.span(before, after)
            yield Mention(year, month, day or 1, until or 1, place, passage.sentence_of[index], whole=not day)


def _days_after(passage: Passage, index: int) -> tuple[int, int, int]:
    day = _day(passage, index) if _close(passage, index - 1) else 0
    if not day:
        return 0, 0, index
    nxt = index + 1
    if nxt < len(passage.words):
        gap = passage.gap(index, nxt).strip()
        joined = passage.words[nxt] in {"to", "through", "until"}
        until = _day(passage, nxt + 1) if joined else _day(passage, nxt) if gap in {"-", "\u2013", "\u2014", "/"} else 0
        if until > day:
            return day, until, nxt + (2 if joined else 1)
    return day, day, nxt


def _days_before(passage: Passage, index: int) -> tuple[int, int, int]:
    before = index - 1
    while before >= 0 and passage.words[before] in _BETWEEN:
        before -= 1
    until = _day(passage, before) if before >= 0 and _close(passage, before) else 0
    if not until:
        return 0, 0, index
    if before >= 1:
        gap = passage.gap(before - 1, before).strip()
        day = _day(passage, before - 1) if gap in {"-", "\u2013", "\u2014", "/"} else 0
        if 0 < day < until:
            return day, until, before - 1
    return until, until, before


def _day(passage: Passage, index: int) -> int:
    found = _DAY.match(passage.words[index]) if 0 <= index < len(passage.words) else None
    return int(found[1]) if found and 1 <= int(found[1]) <= 31 else 0


def _close(passage: Passage, index: int) -> bool:
    """Whether the token after `index` follows it with nothing but a space, a point or a comma between."""
    if not 0 <= index < len(passage.words) - 1:
        return False
    return passage.gap(index, index + 1).strip() in {"", ".", ",", ".,"}


def _numeric(passage: Passage) -> Iterator[Mention]:
    if "20" not in passage.text:
        return
    for found in _ISO.finditer(passage.text):
        yield from _plain(passage, int(found[1]), int(found[2]), int(found[3]), found)
    if ".20" not in passage.text and "/20" not in passage.text:
        return
    for found in _NUMERIC.finditer(passage.text):
        one, two = int(found[1]), int(found[3])
        # 3/4/2024 may be March or April; only an unambiguous order is read.
        if found[2] == "." or one > 12:
            yield from _plain(passage, int(found[4]), two, one, found)
        elif two > 12:
            yield from _plain(passage, int(found[4]), one, two, found)


def _plain(passage: Passage, year: int, month: int, day: int, found: re.Match[str]) -> Iterator[Mention]:
    if 1 <= month <= 12 and 1 <= day <= 31:
        number = next((n for n, span in enumerate(passage.sentences) if span.end > found.start()), 0)
        yield Mention(year, month, day, day, Span(found.start(), found.end()), number)


_URL_DAY = (
    re.compile(r"(?<!\d)(?P<y>20[12]\d)[/_.-](?P<m>0?[1-9]|1[0-2]|[a-z]{3})[/_.-](?P<d>0?[1-9]|[12]\d|3[01])(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>20[12]\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?=\D|$|\d{4,8}(?!\d))"),
    re.compile(r"(?<!\d)(?P<y>20[12]\d)(?P<m>0[1-9]|1[0-2])/(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"),
    re.compile(r"(?<!\d)(?P<d>0[1-9]|[12]\d|3[01])(?P<m>0[1-9]|1[0-2])(?P<y>20[12]\d)\d{0,2}(?!\d)"),
    re.compile(r"(?<!\d)(?P<d>0?[1-9]|[12]\d|3[01])-(?P<m>0?[1-9]|1[0-2])-(?P<y>20[12]\d)(?!\d)"),
    re.compile(r"(?P<m>[a-z]{3,9})-(?P<d>0?[1-9]|[12]\d|3[01])-(?P<y>20[12]\d)(?!\d)"),
)
_URL_MONTH = re.compile(r"(?<!\d)(20[12]\d)/(0[1-9]|1[0-2])(?=/|$)")
_EPOCH = re.compile(r"(?<!\d)(1[3-9]\d{8})(?!\d)")


def url_days(url: str) -> tuple[date, date, Span] | None:
    """The day or the month that an address carries, and where; days win over months."""
    low = url.lower()
    for pattern in _URL_DAY:
        for found in pattern.finditer(low):
            month = _MONTHS.get(found["m"]) or (int(found["m"]) if found["m"].isdigit() else 0)
            try:
                day = date(int(found["y"]), month, int(found["d"]))
            except ValueError:
                continue
            return day, day, Span(found.start(), found.end())
    if month_found := _URL_MONTH.search(low):
        first = date(int(month_found[1]), int(month_found[2]), 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return first, last, Span(*month_found.span())
    # Some publishers end a slug with the second it was written, counted from 1970.
    if second := _EPOCH.search(low.partition("//")[2].partition("/")[2]):
        day = datetime.fromtimestamp(int(second[1]), UTC).date()
        at = low.find(second[1])
        return day, day, Span(at, at + len(second[1]))
    return None
