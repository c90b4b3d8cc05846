"""Reports on the trips of the shipped seeds in words of ours: facts from a list, worded and ordered by chance. Pure."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

_CHOICE = re.compile(r"\[([^\]]+)\]")
_BLOCK = re.compile(r"^# (\S+)\n(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)
TRIPS = {
    trip: facts.split("\n")
    for trip, facts in _BLOCK.findall((Path(__file__).parents[1] / "golden" / "retold.txt").read_text("utf-8"))
}


def retelling(trip: str, chance: Random, filler: str = "") -> str:
    """A report on the trip: most of its facts in some order, with a paragraph of something else (`filler`) inside."""
    lines = [line for line in TRIPS[trip] if line and chance.random() < 0.8]
    first, *rest = (_CHOICE.sub(lambda found: chance.choice(found.group(1).split("|")), line) for line in lines)
    chance.shuffle(rest)
    pieces = [first, *(" ".join(rest[at : at + 2]) for at in range(0, len(rest), 2))]
    if filler:
        pieces.insert(chance.randrange(1, len(pieces)), filler)
    return "\n\n".join(pieces)
