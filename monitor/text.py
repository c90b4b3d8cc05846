"""Words and sentences, the same everywhere: folding, tokens with their places, content words, hashes. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import chain, pairwise
from typing import NamedTuple, TypeVar

import Stemmer  # type: ignore[import-not-found]
from sentencex import get_sentence_boundaries

from monitor.model import Sentence, Span

_CONTROL = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_LINE_BREAKS = ("\r\n", "\r", "\u0085", "\u2028", "\u2029")
_WORD = re.compile(r"[^\W\d_][^\W_]*+(?:['\u2019.](?=[^\W\d_]\b)[^\W_]*+)*+|\d+(?:[.,]\d+)*[^\W\d_]*+|[^\W_]++")
# The same for a piece of text that is ASCII once typographic marks are plain ones: sets of letters are looked up
# several times as fast as classes of all alphabets.
_ASCII_WORD = re.compile(
    r"[A-Za-z][A-Za-z0-9]*+(?:['.](?=[A-Za-z](?![A-Za-z0-9_]))[A-Za-z0-9]*+)*+|[0-9]+(?:[.,][0-9]+)*[A-Za-z]*+"
)
# One character for one, and what they part and join stays parted and joined.
_MARKS = (("\u2019", "'"), ("\u2018", '"'), ("\u201c", '"'), ("\u201d", '"'), ("\u2013", "-"), ("\u2014", "-"),
          ("\u2026", "-"), ("\u00a0", " "))  # fmt: skip
_DIGIT = re.compile(r"\d")
_NO_NUMBERS: frozenset[str] = frozenset()
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201b": "'", "\u02bc": "'"})
_PLAIN = str.maketrans(
    {"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ħ": "h", "ʿ": "", "ʾ": ""}
)

STOP_WORDS = frozenset(
    """a about after again against all also although am an and any are as at be because been before being between
    both but by can could did do does doing during each few for from further had has have having he her here hers
    him his how i if in into is it its itself just me more most mr mrs ms my no nor not of off on once only or other
    our out over own s said same say says she should so some such t than that the their them then there these they
    this those through to too under until up us very was we were what when where which while who whom why will with
    would you your""".split()
)


class Token(NamedTuple):
    """A word: folded form and its place in the text."""

    word: str
    start: int
    end: int


def clean(text: str) -> str:
    """Text fit for storing: NFC, no control, bidi or zero-width characters, plain line breaks, and
    single spaces within lines only."""
    for mark in _LINE_BREAKS:
        text = text.replace(mark, "\n")
    text = _CONTROL.sub("", text.encode("utf-8", "replace").decode("utf-8"))
    return "\n".join([" ".join(line.split()) for line in unicodedata.normalize("NFC", text).split("\n")]).strip()


def one_line(text: str, limit: int = 200) -> str:
    """A title or name on one line, at most `limit` characters, cut at a word where possible."""
    line = " ".join(clean(text).split())
    if len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"


def fold(word: str) -> str:
    """Case, accents and typographic quotes folded: Zürich = zurich, Doğan = dogan, U.S. = us, 10,000 = 10000."""
    word = unicodedata.normalize("NFKD", word.translate(_QUOTES)).casefold().translate(_PLAIN)
    word = "".join(char for char in word if not unicodedata.combining(char))
    word = word.removesuffix("'s").replace("'", "")
    if word[:1].isdigit():
        return _THOUSANDS.sub("", word)
    return word.replace(".", "")


Value = TypeVar("Value")
_REMEMBERED = 16_384


class Remembered(dict[str, Value]):
    """What a function makes of words, kept: a look into it costs a third of a call."""

    def __init__(self, make: Callable[[str], Value]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, word: str) -> Value:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[word] = made = self._make(word)
        return made


_folded = Remembered(fold).__getitem__


class _Runs(dict[str, tuple[str, ...]]):
    """Runs of ASCII text that no word crosses the ends of, with their words: most runs are one, and met before."""

    def __missing__(self, run: str) -> tuple[str, ...]:
        # Not by way of `_folded`: nearly every run is a word, and two memories of it are one too many.
        found = tuple(map(fold, _ASCII_WORD.findall(run)))
        if len(run) <= _LONGEST_RUN:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[run] = found
        return found


_LONGEST_RUN = 40
_words_of_run = _Runs().__getitem__
_APART = bytes(code if chr(code).isalnum() or chr(code) in "_'.," else 32 for code in range(128)) + bytes(128)


def _apart(plain: str) -> str:
    """ASCII text in which what neither stands in a word nor decides where one ends is a space."""
    # As bytes: twenty times as fast as letters.
    return plain.encode("ascii").translate(_APART).decode("ascii")


def _words(plain: str) -> Iterable[str]:
    """The folded words of a piece of text whose typographic marks are plain ones."""
    if plain.isascii():
        return chain.from_iterable(map(_words_of_run, _apart(plain).split()))
    return map(_folded, _WORD.findall(plain))


def _plain_marks(text: str) -> str:
    """Typographic marks as ASCII has them, places kept."""
    if not text.isascii():
        for mark, plain in _MARKS:
            text = text.replace(mark, plain)
    return text


def tokens(text: str) -> list[Token]:
    """The words of a text in order, folded, with their places."""
    text = _plain_marks(text)
    found = (_ASCII_WORD if text.isascii() else _WORD).finditer(text)
    return [_token(Token, (_folded(each[0]), *each.span())) for each in found]


_token = tuple.__new__  # a named tuple's own constructor is a call more, for each word of each article


def word_places(text: str) -> list[tuple[int, int]]:
    """First and last character (exclusive) of each word of a text, in order."""
    text = _plain_marks(text)
    return [found.span() for found in (_ASCII_WORD if text.isascii() else _WORD).finditer(text)]


def words(text: str) -> list[str]:
    """The folded words of a text."""
    return list(_words(_plain_marks(text)))


def first_words(text: str, count: int) -> list[str]:
    """The first so many folded words of a text, of which most is not looked at when it is long."""
    found = words(text[: 12 * count])
    # The last one may have been cut.
    return (found if len(found) > count else words(text))[:count]


def has_words(text: str, least: int) -> bool:
    """Whether a text has so many words; of a long text only the beginning is looked at."""
    return len(words(text[: 12 * least])) >= least or (len(text) > 12 * least and len(words(text)) >= least)


def sentence_hash(folded: Sequence[str]) -> int:
    """63 stable bits of a sentence's folded words in order (BLAKE2b)."""
    said = " ".join(folded).encode("utf-8", "replace")
    return int.from_bytes(blake2b(said, digest_size=8).digest(), "big") >> 1


_stemmer = Stemmer.Stemmer("english")


def stem(word: str) -> str:
    """The English stem of a folded word; numbers are left alone."""
    return word if word[:1].isdigit() else str(_stemmer.stemWord(word))


def word_hash(word: str) -> int:
    """64 stable bits of a word (BLAKE2b)."""
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big")


def _carries_meaning(word: str) -> bool:
    return word not in STOP_WORDS and (len(word) > 1 or word.isdigit())


def _content_hash(word: str) -> int:
    return (word_hash(stem(word)) & 0xFFFFFFFF or 1) if _carries_meaning(word) else 0


# 32 bits of a folded word's stem, never 0; 0 for a word that carries no meaning.
content_hash_of: Callable[[str], int] = Remembered(_content_hash).__getitem__


def hashes_of(folded: Iterable[str]) -> frozenset[int]:
    """32-bit hashes of the distinct words that carry meaning."""
    return frozenset(filter(None, map(content_hash_of, folded)))


def content_hashes(text: str) -> frozenset[int]:
    """32-bit hashes of the distinct content words of a text."""
    return hashes_of(words(text))


_ABBREVIATION_END = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Gen|Col|Lt|Sgt|Rep|Sen|Gov|Amb|Oct|Nov|Dec|Jan|Feb|Aug|Sept|St|No|U\.S|U\.N|U\.K|E\.U)"
    r"|\b[A-Z])\.[\"')\]]*\s*$"
)


def sentences(text: str) -> list[Span]:
    """The places of the sentences; a line break always ends one (Wikimedia's sentencex, then mended)."""
    spans: list[Span] = []
    offset = 0
    for line in text.split("\n"):
        if line.strip():
            spans.extend(_line_sentences(line, offset))
        offset += len(line) + 1
    return spans


def _line_sentences(line: str, offset: int) -> list[Span]:
    cut: list[tuple[int, int]] = []
    for boundary in get_sentence_boundaries("en", line):
        start, end = boundary["start_index"], boundary["end_index"]
        if start == end:
            continue
        if line[start].isspace() or line[end - 1].isspace():
            start, end = _trim(line, start, end)
            if start == end:
                continue
        # An abbreviation or an initial does not end a sentence, and no sentence ends within a word.
        if cut and (_abbreviated(line, *cut[-1]) or _within_word(line, start)):
            cut[-1] = (cut[-1][0], end)
        else:
            cut.append((start, end))
    return [Span(offset + start, offset + end) for start, end in cut]


def _abbreviated(line: str, start: int, end: int) -> bool:
    """Whether a piece of a line ends with an abbreviation or an initial."""
    last = line[end - 1]
    if last == "." and line[end - 6 : end - 1].isalpha():  # most sentences: the last word is too long for one
        return False
    return last in _ENDS and _ABBREVIATION_END.search(line, max(start, end - _LONGEST_END), end) is not None


_ENDS = frozenset(".\"')]")
_LONGEST_END = 40


def _within_word(line: str, start: int) -> bool:
    return line[start].isalnum() and (line[start - 1].isalnum() or line[start - 1] in "'\u2019.,")


def _trim(line: str, start: int, end: int) -> tuple[int, int]:
    while start < end and line[start].isspace():
        start += 1
    while end > start and line[end - 1].isspace():
        end -= 1
    return start, end


_DATELINE = re.compile(
    r"^[A-Z][A-Z\u00c0-\u00de .,'’/-]{2,60}?(?:,?\s+(?:[A-Z][a-z]{2,8}\.?\s+\d{1,2}|\d{1,2}\s+[A-Z][a-z]{2,8}))?,?"
    r"(?:\s*\([^()]{2,40}\))?\s*(?:[-–—]{1,2}|:)\s+(?=\S)"
)
_AGENCY = re.compile(r"^\((?:[A-Z][\w./ ]{1,30})\)\s*[-–—]{0,2}\s*(?=[A-Z\"“‘'])")


def dateline(sentence: str) -> int:
    """How many characters of a sentence are its dateline or agency credit ("AMMAN, Nov 4 (Agency) - ")."""
    if sentence[1:2].islower():  # nearly every sentence: a capital, then small letters
        return 0
    found = _DATELINE.match(sentence) or _AGENCY.match(sentence)
    return found.end() if found else 0


@dataclass(frozen=True, slots=True)
class Wording:
    """A text cut into sentences and words, once for all stages.

    `spans`: the sentences; `words`: every folded word of the text, in order; `firsts`: the number of each sentence's
    first word, and at the end how many words there are.
    """

    spans: tuple[Span, ...]
    words: tuple[str, ...]
    firsts: tuple[int, ...]


# The stages that read one article ask for the same text one after the other.
@lru_cache(maxsize=8)
def read_wording(text: str) -> Wording:
    """The sentences and words of an article's text, kept for whoever asks next."""
    return cut_wording(text)


def cut_wording(text: str) -> Wording:
    """The sentences and words of a text. No word crosses the border of a sentence: its words are `words(text)`."""
    spans = sentences(text)
    plain = _plain_marks(text)
    found: list[str] = []
    firsts = [0]
    # Most texts are plain letters throughout: they are taken apart as one.
    apart = _apart(plain) if plain.isascii() else ""
    for span in spans:
        if apart:
            found += chain.from_iterable(map(_words_of_run, apart[span.start : span.end].split()))
        else:
            found += _words(plain[span.start : span.end])
        firsts.append(len(found))
    return Wording(tuple(spans), tuple(found), tuple(firsts))


def read_sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of an article's text with their content words and numbers, datelines left off."""
    wording = read_wording(text)
    found = []
    for index, (whole, (first, end)) in enumerate(zip(wording.spans, pairwise(wording.firsts), strict=True)):
        piece, said = text[whole.start : whole.end], wording.words[first:end]
        span, left_off = whole, dateline(piece)
        if left_off:
            span, piece = Span(whole.start + left_off, whole.end), piece[left_off:]
            said = tuple(words(piece))
        numbers = frozenset(word for word in said if word[:1].isdigit()) if _DIGIT.search(piece) else _NO_NUMBERS
        found.append(Sentence(index, piece, span, hashes_of(said), numbers))
    return tuple(found)
