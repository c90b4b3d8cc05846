"""What on a page tells nothing: calls to subscribe, credits, fragments, and what follows a report: questions already
answered in it, readers' comments. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.model import Sentence
from monitor.stages.details import read_details

# Why a sentence that was learned to be furniture is not told.
EVERYWHERE = "the site says so on page after page"
COMMENTS = "a reader's comment"
ANSWERS = "questions and answers on the report above"

# Content words that a sentence needs to tell anything; fewer are enough for a number or a *not*.
SHORTEST = 4
SHORTEST_WITH_DETAIL = 2

_BOILERPLATE = re.compile(
    r"""subscri|newsletter|sign\ up|click\ here|read\ (?:more|also|next)|cookie|all\ rights\ reserved|©|copyright
    |follow\ us|share\ this|advertis|(?:story|report)\ (?:has\ been|was)\ (?:corrected|updated)|more\ on\ this\ story
    |privacy\ polic|terms\ of\ (?:use|service)|download\ (?:our|the)\ app|contributed\ (?:to\ )?this\ report
    |(?:report|story|article)\ (?:includes|included|contains|has)\ contributions\b|additional\ reporting\b
    |\bis\ an?\ (?:[\w-]+\ ){0,3}news\ (?:portal|site|website|platform|service)\ (?:that|which|offering|covering)\b
    |support\ our|log\ ?in\b|your\ e-?mail|leave\ a\ comment
    |this\ (?:page|article|story)\ (?:is|was)\ (?:a|first|also|written|produced)
    |photo(?:graph)?\s*(?:by|:)|frequently\ asked|related\ (?:stories|posts)""",
    re.IGNORECASE | re.VERBOSE,
)
_BEGINNING = re.compile(r"\s*(?:by|reporting by|editing by|written by|follow|watch|listen|see also)\s", re.IGNORECASE)
# One of these stands in all that the pattern finds, which costs ten times as much to look for.
_SIGNS = tuple(
    """subscri|newsletter|sign up|click here|read |cookie|all rights|©|copyright|follow us|share this|advertis|corrected
    |updated|more on this|privacy |terms of|download|contribut|additional|news |support our|log|mail|comment|this page
    |this article|this story|photo|frequently|related """.replace("\n    ", "").split("|")
)
_OF_OURSELVES = re.compile(
    r"\b(?:readers?|pages?|prints?|archives?|desk|coverage|follows|keeps|website|site|subscribers?|edition|staff|stories"
    r"|articles|reports)\b",
    re.IGNORECASE,
)
_PAPERS = frozenset(
    """Post Times Gazette Bulletin Review Courier Record Daily News Herald Tribune Star Observer Wire Journal Press
    Mail Guardian Telegraph Independent Examiner Chronicle Standard Globe Monitor Online""".split()
)

# A report comes before what is added to it.
_EARLIEST = 5
_ANSWERS = re.compile(r"^(?:frequently asked questions|faqs?\b)", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_COMMENTS = re.compile(
    rf"^(?:leave\ a\ (?:comment|reply)|(?:\d+|readers['\u2019]?|your)\ comments?|comments?(?:\ \(\d+\))?)\W*$"
    # A reader's name, the day and the hour, and nothing else on the line.
    rf"|^\S.{{1,48}}?[,|\s](?:on\s+)?(?:{_MONTH}\s+\d{{1,2}},?\s+\d{{4}}|\d{{1,2}}\s+{_MONTH}\s+\d{{4}})"
    rf"\W+(?:at\s+)?\d{{1,2}}[:.]\d\d(?:\s*[ap]\.?m\.?)?\W*$",
    re.IGNORECASE,
)


def is_boilerplate(text: str, outlet: str = "") -> bool:
    """Whether a sentence is a page's furniture: calls to subscribe, credits, captions, the outlet about itself."""
    folded = text.casefold()
    if _BEGINNING.match(text) or (any(sign in folded for sign in _SIGNS) and _BOILERPLATE.search(text)):
        return True
    if not outlet or not _OF_OURSELVES.search(text):
        return False
    # "Readers of the Gazette find more in our archive" is furniture; a sentence on Essex in the Essex Times is not.
    name = outlet.removeprefix("The ").strip()
    short = [rf"the {word}" for word in name.split() if word in _PAPERS]
    return any(re.search(rf"\b{re.escape(said)}\b", text, re.IGNORECASE) for said in (name, *short))


def added(sentences: Sequence[Sentence]) -> dict[int, str]:
    """Indexes of the sentences that follow a report on its page, with what they are.

    They begin at a heading of questions and answers, or of comments, or at the first reader's name with day and hour;
    nothing of the report comes after these.
    """
    found: dict[int, str] = {}
    what = ""
    for sentence in sentences[_EARLIEST:]:
        if _COMMENTS.search(sentence.text):
            what = COMMENTS
        elif not what and _ANSWERS.search(sentence.text) and sentence.text.rstrip()[-1:] not in ".!":
            what = ANSWERS
        if what:
            found[sentence.index] = what
    return found


def _has_detail(sentence: Sentence) -> bool:
    details = read_details(sentence.text)
    return bool(details.figures or details.nots)


def furniture(sentence: Sentence, outlet: str = "") -> str:
    """Why a sentence tells nothing, "" where it may tell something."""
    if is_boilerplate(sentence.text, outlet):
        return "page furniture"
    if len(sentence.words) < SHORTEST_WITH_DETAIL or (len(sentence.words) < SHORTEST and not _has_detail(sentence)):
        return "too short to tell anything"
    if sentence.text.rstrip("\"'”’)").endswith("?"):
        return "a question"
    if sentence.text.rstrip()[-1:] not in ".!\"'”’)…»":
        return "a heading or a fragment"
    return ""
