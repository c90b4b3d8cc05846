"""A cheap first pass over a page, believed only where two extractors that know nothing of each other agree. Pure.

One is ours (`paragraphs`), the other Resiliparse's rule-based main content (Bevendorff et al., ECIR 2018). They are
compared paragraph by paragraph; where they differ by much, there is no answer and the caller asks trafilatura.

Measured by `bench/extraction.py` on two gold sets, 181 whole texts and 990 pages with snippets: 69 % and 65 % of the
pages are believed, and with them F1, precision and recall are no lower than trafilatura's alone, on the half of each
set that the limits were set on as on the other. The figures are in bench/README.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from resiliparse.extract.html2text import extract_plain_text
from selectolax.lexbor import LexborHTMLParser

from monitor.stages.paragraphs import is_sentence, paragraphs


@dataclass(frozen=True, slots=True)
class Limits:
    """When the two are believed. Lengths are in characters, shares between 0 and 1."""

    whole: int = 400  # at least so much in paragraphs that both found
    paragraphs: float = 0.9  # of the characters in one's paragraphs the other has as much as this
    lines: float = 0.8  # and of all its lines as much as this
    short: int = 20  # a line up to this length must be a line of the other's, not a part of one
    work: int = 200_000_000  # characters to be searched at most for lines of one inside the other's: under a second


LIMITS = Limits()


def first_pass(tree: LexborHTMLParser, known: str, limits: Limits = LIMITS) -> str:
    """The article's text, one paragraph a line, or "" where the two do not agree.

    `tree` is used up. `known`: what the page's head says of it (title, description), with
    single spaces; a headline or standfirst that only one of the two takes for text is no disagreement.
    """
    markup = tree.html or ""
    ours = paragraphs(tree)
    if sum(len(line) for line in ours if is_sentence(line)) < limits.whole:
        return ""
    return "\n".join(agreed(ours, _main_content(markup), known, limits))


def _main_content(markup: str) -> list[str]:
    text = extract_plain_text(
        markup, preserve_formatting=True, main_content=True, list_bullets=False, alt_texts=False, comments=False
    )
    return [line for line in (" ".join(row.split()) for row in text.split("\n")) if line]


def agreed(ours: list[str], theirs: list[str], known: str, limits: Limits = LIMITS) -> list[str]:
    """Our lines from the first to the last that both found, or none where the two texts are not the same article.

    They are the same when each has nearly all paragraphs and most lines of the other, and when the first paragraph of
    `theirs`, which is where the news is, is in `ours`. Lines of `theirs` that are no paragraphs count between the first
    and the last line of `ours` only: before and after stand menus and teasers. Lines have single spaces.
    """
    our_text, our_lines = " ".join(ours), set(ours)
    their_text, their_lines = " ".join(theirs), set(theirs)
    if len(our_lines - their_lines) * len(their_text) + len(their_lines - our_lines) * len(our_text) > limits.work:
        return []
    mine, his = Tally(), Tally()
    shared = [line in their_lines or line in their_text for line in ours]
    for line, found in zip(ours, shared, strict=True):
        mine.count(line, found)
    missed: list[str] = []
    told: set[str] = set()
    for line in theirs:
        found = line in our_lines or (len(line) > limits.short and line in our_text)
        if not found and (line in known or line in told):
            continue
        told.add(line)
        if found:
            for between in missed:
                his.count(between, found=False)
            missed.clear()
            his.count(line, found=True)
        elif is_sentence(line):
            if not his.all_paragraphs:
                return []
            his.count(line, found=False)
        elif his.lines:
            missed.append(line)
    if not (mine.sound(limits) and his.sound(limits) and mine.paragraphs >= limits.whole):
        return []
    return ours[shared.index(True) : len(shared) - shared[::-1].index(True)]


class Tally:
    """Characters of one's lines and of its paragraphs, all of them and those that the other has too."""

    __slots__ = ("all_lines", "all_paragraphs", "lines", "paragraphs")

    def __init__(self) -> None:
        self.lines = self.all_lines = self.paragraphs = self.all_paragraphs = 0

    def count(self, line: str, found: bool) -> None:
        """A line, and whether the other has it."""
        size = len(line)
        self.all_lines += size
        self.lines += size * found
        if is_sentence(line):
            self.all_paragraphs += size
            self.paragraphs += size * found

    def sound(self, limits: Limits) -> bool:
        """Whether the other has enough of it."""
        return (
            self.paragraphs >= limits.paragraphs * self.all_paragraphs and self.lines >= limits.lines * self.all_lines
        )
