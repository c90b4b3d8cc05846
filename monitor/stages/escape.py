"""Text from outside made harmless for each format, and small things in words. Pure; the templates' filters."""

from __future__ import annotations

import re
from datetime import date

from monitor.model import Carried, Item
from monitor.text import clean

_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~$])")
_MARKDOWN_START = re.compile(r"^(\s*\d*)([-+=.)])(?=\s|$)")
_LINK = re.compile(r"https?://[^\x00-\x1f\x7f-\xa0\u2028\u2029]+", re.IGNORECASE)
# What XML 1.0 cannot hold, even escaped, beside the control characters that are gone already.
_NOT_XML = re.compile("[\ufffe\uffff\ud800-\udfff]")
_SIGN = re.compile(r", (?=“)")
MOST_NAMED = 2


def plain(text: str) -> str:
    """One line without control characters."""
    return " ".join(_NOT_XML.sub("", clean(text)).split())


def markdown(text: str) -> str:
    """Text that means nothing to Markdown, on one line."""
    escaped = _MARKDOWN.sub(r"\\\1", plain(text)).replace("&", "&amp;")
    return _MARKDOWN_START.sub(r"\1\\\2", escaped)


def safe_link(url: str) -> str:
    """An http(s) address on one line, or "" for anything else."""
    return url.strip().replace(" ", "%20") if _LINK.fullmatch(url.strip()) else ""


def markdown_url(url: str) -> str:
    """An address that a Markdown link can hold."""
    replacements = {"(": "%28", ")": "%29", " ": "%20", "<": "%3C", ">": "%3E", "\\": "%5C", "|": "%7C"}
    return "".join(replacements.get(char, char) for char in safe_link(url))


def long_day(day: date) -> str:
    """Tuesday 20 August 2024."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def short_day(day: date) -> str:
    """20 Aug."""
    return f"{day.day} {day:%b}"


def count(number: int, noun: str) -> str:
    """1 report, 2 reports."""
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number} {noun if number == 1 else plural}"


def named(outlets: tuple[str, ...]) -> str:
    """The outlets that carry an item as well: "3: A, B, C", and how many more."""
    more = len(outlets) - MOST_NAMED
    return f"{len(outlets)}: {', '.join(outlets[:MOST_NAMED])}" + (f" and {more} more" if more > 0 else "")


def carriers(item: Item) -> str:
    """Who has an item's report, where "also in" does not say it: "first by A, retold in 2 more, Reuters copy, 3 other
    outlets on this event"."""
    carried = item.carried
    if carried is None:
        return ""
    more = 0 if item.also else len({*carried.outlets} - {item.outlet, carried.first})
    said = [f"first by {carried.first}"] if carried.first != item.outlet else []
    said += [f"retold in {more} more"] if more else []
    said += _origin(carried)
    said += [f"{count(carried.others, 'other outlet')} on this event"] if carried.others else []
    return ", ".join(said)


def carried_by(carried: Carried) -> str:
    """Who has a story, by its leader's report: "in 5 outlets, first by A (Reuters copy)"; "" where there is
    nothing to say."""
    origin, outlets = "".join(_origin(carried)), len(carried.outlets) + carried.others
    if outlets == 1:
        return origin
    said = f"in {outlets} outlets, first by {carried.first}"
    return f"{said} ({origin})" if origin else said


def _origin(carried: Carried) -> list[str]:
    # An agency's own page says nothing by naming it.
    if not carried.agency or carried.agency == carried.first:
        return []
    return [f"with {carried.agency}" if carried.part else f"{carried.agency} copy"]


def brief_why(why: str) -> str:
    """The short form of an item's reason: that it is new, or which figure is, and two signs of where it belongs."""
    parts = why.split(" · ")
    head = parts[0].replace("new: the figure is new: ", "new figure: ").removesuffix(": nobody had reported this")
    kept = [head.removesuffix(": nothing like it was known")]
    kept += [part for part in parts[1:] if part.startswith("from the feed")]
    signs = next((part for part in parts[1:] if part.startswith("filed by ")), "")
    if signs:
        found = [sign for sign in _SIGN.split(signs.removeprefix("filed by ")) if not sign.endswith(" as its date")]
        kept += ["filed by " + found[0]] if found else []
    return " · ".join(kept)


def first_clause(reason: str) -> str:
    """A source's trouble without its history."""
    return reason.partition(";")[0]
