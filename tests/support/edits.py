"""Ways in which a text is published again, each with its own random choices: the same `chance`, the same edit."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

Edit = Callable[[str, Random], str]

_BEFORE = (
    "Home | World | Business | Weather | Sport",
    "Skip to the main content",
    "Good evening. It is 14 degrees in the city and the ring road is clear.",
    "Listen to this page (6 min)",
    "Our correspondent has followed this for years; write to the desk with questions.",
)
_AFTER = (
    "More from our world pages: a bridge reopens, a choir goes on tour, and the price of eggs.",
    "You have two free pages left this month. Subscribe for the price of a coffee.",
    "Follow us wherever you read. Errors are mended on the day they are found.",
    "Most read today: the ferry that came back, ten soups for a cold week, and a letter from the mayor.",
    "All rights reserved. Terms of use, privacy and cookies are explained on a page of their own.",
    "Leave a comment below and keep it friendly, please; the desk reads along until midnight.",
)
_HEADLINES = (
    "What to know this evening",
    "Envoy heads home as the talking goes on",
    "Long days, short answers: a tour in review",
)
# Words to put in place of others: they stand in news of every kind, and no run of them in any one text.
_OTHER = """quiet corner window later nearly summer carried without measure garden slowly market other people river
    between morning several station answer letter against early paper little yellow until number county across music
    handed whether bridge simple table nothing inside""".split()
_WORD = re.compile(r"[^\W\d_]{2,}")


def paragraphs_of(text: str) -> list[str]:
    """The lines of a text that hold anything."""
    return [line for line in text.splitlines() if line.strip()]


def typography(text: str, chance: Random) -> str:
    """Quotes, dashes, spaces, ligatures and hidden hyphens as another house sets them."""
    for old, new in (("“", '"'), ("”", '"'), ("’", "'"), ("‘", "'"), (" — ", " - "), (" – ", "--"), ("fi", "ﬁ")):
        text = text.replace(old, new)
    words = text.split(" ")
    for at in range(len(words)):
        if len(words[at]) > 7 and chance.random() < 0.3:
            words[at] = words[at][:4] + "\u00ad" + words[at][4:]
    return "".join(word + ("\u00a0" if chance.random() < 0.1 else " ") for word in words).replace("\n", "\r\n")


def dropped(text: str, chance: Random) -> str:
    """30 % of the paragraphs left out."""
    lines = paragraphs_of(text)
    out = set(chance.sample(range(len(lines)), round(0.3 * len(lines))))
    return "\n\n".join(line for at, line in enumerate(lines) if at not in out)


def beginning(text: str, chance: Random) -> str:
    """The first 15 % of the words, cut where that ends."""
    words = list(re.finditer(r"\S+", text))
    return text[: words[max(0, round(0.15 * len(words)) - 1)].end()]


def reordered(text: str, chance: Random) -> str:
    """The paragraphs in another order."""
    lines = paragraphs_of(text)
    chance.shuffle(lines)
    return "\n\n".join(lines)


def framed(text: str, chance: Random) -> str:
    """Another headline, and another site's furniture before and after."""
    lines = paragraphs_of(text)
    if len(lines[0].split()) < 20:
        lines = lines[1:]
    before = chance.sample(_BEFORE, 3)
    after = chance.sample(_AFTER, 4)
    return "\n\n".join([chance.choice(_HEADLINES), *before, *lines, *after])


def words_changed(share: float) -> Edit:
    """An edit in which this share of the words is another word, each as likely as the next."""

    def changed(text: str, chance: Random) -> str:
        return _WORD.sub(lambda word: chance.choice(_OTHER) if chance.random() < share else word.group(), text)

    return changed


def all_at_once(share: float) -> Edit:
    """Paragraphs dropped, the rest reordered, words changed, set in another house's type within its furniture."""

    def edited(text: str, chance: Random) -> str:
        for edit in (dropped, reordered, words_changed(share), framed, typography):
            text = edit(text, chance)
        return text

    return edited


EDITS: dict[str, Edit] = {
    "typography": typography,
    "30 % of paragraphs dropped": dropped,
    "first 15 % only": beginning,
    "reordered": reordered,
    "other headline and furniture": framed,
    "10 % of words changed": words_changed(0.10),
    "20 % of words changed": words_changed(0.20),
    "30 % of words changed": words_changed(0.30),
    "all at once, 10 % of words": all_at_once(0.10),
    "all at once, 20 % of words": all_at_once(0.20),
    "all at once, 30 % of words": all_at_once(0.30),
}
