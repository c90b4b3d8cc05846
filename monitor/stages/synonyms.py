"""One sense for words that reports use for one another: killed and dead, lorry and truck, Norwegian and Norway. Pure.

The groups are in synonyms.txt. They widen what is compared and never what is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from monitor.text import content_hash_of, fold


def read_groups(text: str) -> list[list[str]]:
    """The groups of a table: a line each, words parted by spaces; what follows a # is no part of it."""
    lines = (line.partition("#")[0].split() for line in text.splitlines())
    return [list(map(fold, group)) for group in lines if group]


@cache
def _senses() -> Mapping[int, int]:
    text = resources.files(__package__).joinpath("synonyms.txt").read_text("utf-8")
    senses: dict[int, int] = {}
    for group in read_groups(text):
        hashes = [content_hash_of(word) for word in group]
        senses.update({each: hashes[0] for each in hashes if each not in senses})
    return MappingProxyType({word: sense for word, sense in senses.items() if word != sense})


def sense(word: int) -> int:
    """The hash that stands for a content word (its 32-bit hash) and for all words of its group."""
    return _senses().get(word, word)


def senses(hashes: Iterable[int]) -> frozenset[int]:
    """The senses of many words."""
    known = _senses()
    return frozenset([known.get(word, word) for word in hashes])
