"""Who says a sentence, in the sentence's own words: "UNRWA, the UN agency, said ..." is UNRWA's. English. Pure."""

from __future__ import annotations

import re

_SAYS = (
    r"(?:said|says|say|told|reported|reports|announced|estimated|estimates|put|puts|confirmed|warned|counted|counts|"
    r"insisted|claimed|added|stated|acknowledged|admitted|believes?)"
)
# A name with what belongs to it, up to seven words without a comma. No pronoun and nobody says it; no number is in it,
# which would be the news.
_NOT = (
    r"(?!(?:he|she|it|they|we|i|you|who|which|that|this|his|her|its|their|nobody|nothing|none|in|on|at|for|by|as|if|when"
    r"|while|after|before|since|until|but|and)\b)"
)
_WHO = (
    rf"(?:(?:the|an?|local|senior|some) )?{_NOT}[a-z][^\s,;:.\d“”\"]*"
    rf"(?: (?!(?:he|she|it|they|who|which|that)\b)[^\s,;:.\d“”\"]+){{0,6}}?"
)
_ASIDE = r"(?:, (?:[^,;.]|\d,\d){2,90},)?"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^(?P<who>{_WHO}){_ASIDE} (?:has |have |had |also |later )?{_SAYS}\b",
        rf", (?P<who>{_WHO}){_ASIDE} (?:has |have |had |also )?{_SAYS}(?:[,.;]| on \w+day[,.]|$)",
        rf", says? (?P<who>{_WHO})[,.;]",
        rf"\baccording to (?P<who>{_WHO})(?:[,.;]|$)",
    )
)
_SPEECH = re.compile(rf"\b(?:{_SAYS}|according to)\b", re.IGNORECASE)
LONGEST = 50


def speaker(sentence: str) -> str:
    """Who says it, as it names them, without an article; "" where it names nobody, or more than one."""
    line = " ".join(sentence.split())
    for pattern in _PATTERNS:
        if found := pattern.search(line):
            who = re.sub(r"^(?:the|an?) ", "", found["who"], flags=re.IGNORECASE)
            others = _SPEECH.search(line[: found.start()]) or _SPEECH.search(line[found.end() :])
            return "" if others or len(who) > LONGEST else who
    return ""
