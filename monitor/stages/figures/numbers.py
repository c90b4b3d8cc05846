"""Quantities in a sentence: digits, words, ranges, qualifiers, money; not dates, ages, times. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from monitor.stages.figures.numerals import NUMBER_WORDS, value_at
from monitor.text import tokens

# A longer "sentence" is a table or a list without full stops; nothing after this many words is read.
LONGEST = 300

_SHORT = re.compile(r"\d{1,9}")
_VAGUE: dict[tuple[str, ...], tuple[float, float]] = {
    ("hundreds", "of", "thousands"): (200_000, 999_999),
    ("tens", "of", "thousands"): (20_000, 99_999),
    ("tens", "of", "millions"): (20_000_000, 99_999_999),
    ("several", "thousand"): (2_000, 9_999),
    ("several", "hundred"): (200, 999),
    ("several", "dozen"): (24, 99),
    ("a", "few", "thousand"): (2_000, 9_999),
    ("a", "few", "hundred"): (200, 999),
    ("a", "few", "dozen"): (24, 99),
    ("few", "hundred"): (200, 999),
    ("many", "thousands"): (2_000, 99_999),
    ("many", "hundreds"): (200, 999),
    ("many", "dozens"): (24, 99),
    ("dozens",): (24, 99),
    ("scores",): (40, 199),
    ("hundreds",): (200, 999),
    ("thousands",): (2_000, 99_999),
    ("millions",): (2_000_000, 99_999_999),
}
_VAGUE_BEGINS = frozenset(words[0] for words in _VAGUE)
_BEGINS = frozenset({*_VAGUE_BEGINS, *NUMBER_WORDS, "a", "an"})
_COUNTS = re.compile(rf"\d|\b(?:{'|'.join(sorted({*NUMBER_WORDS, *(words[-1] for words in _VAGUE)}))})", re.IGNORECASE)
_MANY = {
    "at least": "at least|no fewer than|no less than|not less than|a minimum of",
    "about": "about|around|some|roughly|approximately|an estimated|estimated|the estimated|approx|circa",
    "more than": "more than|over|well over|just over|upwards of|upward of|in excess of|above|beyond|past",
    "nearly": "nearly|almost|close to|just under|just short of|not quite|approaching",
    "fewer than": "fewer than|less than|under|below",
    "up to": "up to|as many as|as much as|a maximum of|at most|no more than|not more than",
    "": "another|only|just|a further|further|an additional|additional|a total of|the|all|all the|all of the|a record|"
    "now|a mere|mere|between",
}
_BEFORE = {tuple(phrase.split()): name for name, many in _MANY.items() for phrase in many.split("|")}
# These verbs say how far the number reached; they stay readable for the patterns.
_PASSING = frozenset(
    "passed passes pass passing exceeded exceeds exceeding surpassed surpasses topped tops topping".split()
)
_AFTER = {
    ("or", "so"): "about",
    ("or", "more"): "at least",
    ("or", "fewer"): "up to",
    ("odd",): "about",
    ("plus",): "more than",
}
_NEVER_AFTER = frozenset(
    """percent per pc km kilometre kilometer kilometres kilometers mile miles metre metres meter meters feet
    foot acres am pm oclock gmt est degrees years year minutes minute seconds tons tonnes ton tonne mph
    litres liters kg kilos pounds lb storey story stop point points seat seats page pages th st nd
    rd""".split()
)
_NEVER_BEFORE = frozenset(
    """his her their my our aged age ages resolution no article channel phase stage chapter page flight
    highway route section paragraph episode day week psalm room gate figure top best""".split()
)
# "handed over 12 letters" is no "over 12".
_HANDED = frozenset("hand hands handed handing turned turning took taking passed flew".split())
_MONTHS = {
    short: month
    for month in ("january february march april may june july august september october november december".split())
    for short in (month, month[:3])
} | {"sept": "september"}
_CURRENCY = {"$": "USD", "€": "EUR", "£": "GBP"}
_CURRENCY_WORDS = {"dollars": "USD", "dollar": "USD", "usd": "USD", "euros": "EUR", "euro": "EUR"}
_HYPHENED = frozenset("year member month story point mile km".split())
_PUNCTUATION = (";:!?", "—–…", "(),[]")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written.

    `first`..`last`: its words; `outer`: where its qualifier begins; `vague`: "dozens" and the like;
    `money`: ISO code or ""; `link`: "from" or "to" where one stands before it; `signed`: a "$" does.
    """

    low: float
    high: float
    qualifier: str
    money: str
    outer: int
    first: int
    last: int
    vague: bool
    link: str
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence's folded words (a date is one: "october 7"), their places, and the mark before each."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    marks: tuple[str, ...]
    quantities: tuple[Quantity, ...]


@lru_cache(maxsize=4096)
def phrase(term: str) -> tuple[str, ...]:
    """A term as the words that a reading would have for it."""
    return tuple(word for word, _, _ in _dated([(t.word, t.start, t.end) for t in tokens(term)], term))


def counts(text: str) -> bool:
    """Whether there may be a quantity in a sentence: a cheap look, for most have none."""
    return _COUNTS.search(text) is not None


def read(text: str, counted: frozenset[str] = frozenset()) -> Reading:
    """Read one sentence. `counted`: nouns after which even "2000" is a count and not a year."""
    row = _dated([(t.word, t.start, t.end) for t in tokens(text)[:LONGEST]], text)
    words = tuple(word for word, _, _ in row)
    gaps = [text[row[i - 1][2] if i else 0 : row[i][1]] for i in range(len(row))]
    tail = text[row[-1][2] :] if row else ""
    comma = frozenset(i for i, (_, start, end) in enumerate(row) if "," in text[start:end])
    scan = _Scan(words, (*gaps, tail), comma, counted)
    found: list[Quantity] = []
    at = 0
    while at < len(words):
        if words[at] not in _BEGINS and not words[at][0].isdigit():
            at += 1
            continue
        quantity, at = scan.quantity(at)
        if quantity:
            found.append(quantity)
    marks = tuple("" if gap == " " else _mark(gap) for gap in gaps)
    return Reading(words, tuple(r[1] for r in row), tuple(r[2] for r in row), marks, tuple(found))


def _mark(gap: str) -> str:
    if any(char in gap for char in _PUNCTUATION[0]):
        return ";"
    if any(char in gap for char in _PUNCTUATION[1]) or " - " in gap or " -- " in gap:
        return "-"
    return "," if any(char in gap for char in _PUNCTUATION[2]) else ""


def _dated(row: list[tuple[str, int, int]], text: str) -> list[tuple[str, int, int]]:
    """Join month and day (and year) into one word, and "10 000" into one number."""
    done: list[tuple[str, int, int]] = []
    at = 0
    while at < len(row):
        word, start, end = row[at]
        after = row[at + 1][0] if at + 1 < len(row) else ""
        month, day, size = "", "", 1
        if word in _MONTHS and (word not in ("may", "march", "mar") or text[start].isupper()):
            month = _MONTHS[word]
            if _is_day(after):
                day, size = after, 2
        elif _is_day(word) and after in _MONTHS and text[row[at + 1][1]].isupper():
            month, day, size = _MONTHS[after], word, 2
        elif (
            # Not after a date: "on October 7 150 people" has two numbers.
            word[0].isdigit()
            and re.fullmatch(r"\d{1,3}", word)
            and re.fullmatch(r"\d{3}", text[row[at + 1][1] : row[at + 1][2]] if after else "")
            and text[end : row[at + 1][1]] in (" ", "\u00a0", "\u202f", "\u2009")
        ):
            done.append((word + after, start, row[at + 1][2]))
            at += 2
            continue
        if month:
            if at + size < len(row) and re.fullmatch(r"(19|20)\d\d", row[at + size][0]):
                size += 1
            done.append((f"{month} {re.sub(r'[a-z]+', '', day)}".strip(), start, row[at + size - 1][2]))
        else:
            done.append(row[at])
        at += size
    return done


def _is_day(word: str) -> bool:
    found = re.fullmatch(r"(\d{1,2})(st|nd|rd|th)?", word) if word[:1].isdigit() else None
    return found is not None and 1 <= int(found[1]) <= 31


@dataclass(frozen=True, slots=True)
class _Scan:
    """A sentence that is searched for quantities. `gaps`: the text before each word and after the last."""

    words: tuple[str, ...]
    gaps: tuple[str, ...]
    comma: frozenset[int]
    counted: frozenset[str]

    def word(self, at: int) -> str:
        return self.words[at] if 0 <= at < len(self.words) else ""

    def quantity(self, at: int) -> tuple[Quantity | None, int]:
        """The quantity that begins at `at`, if any, and where to go on."""
        for size in (3, 2, 1) if self.words[at] in _VAGUE_BEGINS else ():
            if at + size <= len(self.words) and (bounds := _VAGUE.get(self.words[at : at + size])):
                name = " ".join(self.words[at : at + size]).removeprefix("many ")
                return self.placed(Quantity(*bounds, name, "", at, at, at + size, True, "")), at + size
        got = None if " " in self.words[at] else value_at(self.words, at)
        if not got:
            return None, at + 1
        low, last, scaled = got
        if skip := self.joined(at, last):
            return None, skip
        high = low
        if second := self.second(at, last):
            top, after, top_scaled = second
            if top_scaled and not scaled and low < 1_000:
                low *= 1_000_000 if top >= 1_000_000 else 1_000 if top >= 1_000 else 1
            if top <= low:
                return None, after
            high, last = top, after
        if self.other_kind(at, last, low):
            return None, last
        money = _CURRENCY.get(self.gaps[at][-1:], "") or _CURRENCY_WORDS.get(self.word(last), "")
        if self.word(last) in _CURRENCY_WORDS:
            last += 1
        signed = self.gaps[at][-1:] in _CURRENCY
        quantity = self.placed(Quantity(low, high, "", money, at, at, last, False, "", signed))
        for extra, name in _AFTER.items():
            if self.words[last : last + len(extra)] == extra and not quantity.qualifier:
                return replace(quantity, qualifier=name, last=last + len(extra)), last + len(extra)
        if self.gaps[last].startswith("+"):
            quantity = replace(quantity, qualifier="more than")
        return quantity, last

    def joined(self, at: int, last: int) -> int:
        """Where a phone number, score or clock time that begins here ends; 0 when it is none of these."""
        end, parts = last, 1
        hard = False
        while self.word(end)[:1].isdigit() and len(self.gaps[end]) == 1 and self.gaps[end] in "-–—‑:/+":
            hard = hard or self.gaps[end] in ":/+"
            end, parts = end + 1, parts + 1
        if parts > 2 or hard or self.gaps[at].endswith("+"):
            return end
        if parts == 2 and _SHORT.fullmatch(self.words[at]) and _SHORT.fullmatch(self.words[last]):
            # 2-0 is a score; 2023-24 a season.
            falls = int(self.words[last]) <= int(self.words[at])
            return end if falls else 0
        return 0

    def second(self, at: int, last: int) -> tuple[float, int, bool] | None:
        """The upper end of a range that goes on at `last`: "30 to 40", "30-40", "between 30 and 40"."""
        gap, joint = self.gaps[last], self.word(last)
        if gap in ("-", "–", "—", "‑") and joint[:1].isdigit():
            return value_at(self.words, last)
        before = self.word(at - 1)
        allowed = (
            joint == "or"
            or (joint == "to" and before not in ("from", "by"))
            or (joint == "and" and before == "between")
        )
        if before == "from" and self.word(at - 2) in ("ranging", "anywhere", "ranges"):
            allowed = joint == "to"
        if not allowed or last + 1 >= len(self.words) or " " in self.words[last + 1] or gap.strip():
            return None
        got = value_at(self.words, last + 1)
        low = value_at(self.words, at)
        return got if got and low and (got[0] > low[0] or got[2]) and not self.gaps[last + 1].strip(" $€£") else None

    def other_kind(self, at: int, last: int, low: float) -> bool:
        """Whether the number is a year, an age, a measure, a label or a pronoun."""
        following, gap, before = self.word(last), self.gaps[last], self.word(at - 1)
        if following in _NEVER_AFTER or gap.startswith("%") or (gap.startswith("-") and following in _HYPHENED):
            return True
        if before in _NEVER_BEFORE and not self.gaps[at].strip(" #-\u2019'"):
            return True
        if following == "old" or self.word(last + 1) == "old":
            return True
        plain = last == at + 1 and at not in self.comma and following not in self.counted
        year = plain and 1900 <= low <= 2100 and len(self.words[at]) == 4
        # "one" is mostly a pronoun.
        return year or (plain and self.words[at] == "one")

    def placed(self, quantity: Quantity) -> Quantity:
        """With the qualifier and the "from" or "to" that stand before it."""
        at, name = quantity.first, ""
        for _ in range(4):
            size = next((n for n in (5, 4, 3, 2, 1) if n <= at and self.words[at - n : at] in _BEFORE), 0)
            if not size or any(_mark(gap) for gap in self.gaps[at - size + 1 : at + 1]):
                break
            if self.word(at - 1) == "over" and self.word(at - 2) in _HANDED:
                break
            name = name or _BEFORE[self.words[at - size : at]]
            at -= size
            # "beyond the three weeks" lies after them, it is not more than three.
            if self.words[at : at + size] == ("the",):
                break
        before = self.word(at - 1)
        if not name and before in _PASSING:
            name = "more than"
        return replace(
            quantity,
            qualifier=quantity.qualifier if quantity.vague else name,
            outer=at,
            link=before if before in ("from", "to") else "",
        )
