"""Values in words, for messages. Pure."""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Iterable
from datetime import date, datetime, time


def quoted(words: Iterable[str]) -> str:
    """The words in double quotes, with commas."""
    return ", ".join(f'"{word}"' for word in words)


def meant(word: str, known: Iterable[str]) -> str:
    """The mend for a word that is not known: the one that is near, else all there are."""
    known = sorted(known)
    by_lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1)
    if near:
        return f'did you mean "{by_lower[near[0]]}"?'
    return f"write one of {quoted(known)}" if len(known) <= 12 else ""


def kind_of(value: object) -> str:
    """What a value is, for a person."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "true or false"),
        (str, "text"),
        (int, "a whole number"),
        (float, "a number"),
        (list, "a list"),
        (dict, "a table"),
        (datetime, "a date with a time"),
        (date, "a date"),
        (time, "a time without quotes"),
    )
    return next((words for kind, words in kinds if isinstance(value, kind)), "something else")


def toml(value: object) -> str:
    """The value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and '"' in value and "'" not in value:
        return f"'{plain(value)}'"
    if isinstance(value, str):
        return json.dumps(plain(value), ensure_ascii=False)
    if isinstance(value, list):
        return f"[{', '.join(toml(each) for each in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(key)} = {toml(each)}' for key, each in value.items())} }}" if value else "{}"
    return str(value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml(name)


def plain(text: str) -> str:
    """The text on one line of bearable length, without control characters."""
    text = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    return text if len(text) <= 240 else text[:239] + "…"
