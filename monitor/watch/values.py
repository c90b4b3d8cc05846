"""The checks of single values: each returns the value, or says what is wrong and how to mend it. Pure.

They are what the schema's types are made of; `duration` also reads what a check has let through.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic_core import PydanticCustomError

from monitor.errors import ExtractError
from monitor.watch.wording import meant

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SELECTOR = 'write e.g. "main h2 a" or ".headline a"'
UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def duration(text: str) -> timedelta:
    """ "30m" as half an hour; ValueError when the text is no duration."""
    parts = re.fullmatch(r"([0-9]{1,6})(ms|s|m|h|d)", text)
    if not parts:
        raise ValueError(text)
    return int(parts[1]) * UNITS[parts[2]]


def refusal(what: str, mend: str = "") -> PydanticCustomError:
    """A refusal that carries its own words; `what` follows the name of the key."""
    return PydanticCustomError("refused", "{what}", {"what": what, "mend": mend})


def filled(value: str) -> str:
    """Text that is more than white space."""
    if not value.strip():
        raise refusal("is empty", "write something or leave the key out")
    return value


def one_line(value: str) -> str:
    """Text of one line, without the space around it."""
    # Names end up in mail headers and table cells: a line break there would do harm.
    if _CONTROL.search(value):
        raise refusal("holds a line break or another control character", "write it on one line")
    return filled(value).strip()


def identifier(value: str) -> str:
    """An id: small letters, digits and hyphens."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value) or len(value) > 64:
        slug = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")[:64].strip("-")
        mend = "write up to 64 small letters, digits and single hyphens"
        raise refusal(f'"{value}" is no id', f'{mend}, e.g. "{slug}"' if slug else mend)
    return value


def language(value: str) -> str:
    """A language code."""
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
        raise refusal(f'"{value}" is no language code', 'write e.g. "en", "de" or "pt-BR"')
    return value


def zone(value: str) -> str:
    """The IANA name of a timezone."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # no such name, no name at all, or a folder of names ("Europe")
        mend = meant(value, available_timezones()) or 'write e.g. "Europe/Berlin" or "UTC"'
        raise refusal(f'"{value}" is no known timezone', mend) from None
    return value


def clock(value: str) -> str:
    """A time of day."""
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise refusal(f'"{value}" is no time of day', 'write e.g. "07:00" or "18:30"')
    return value


def listed(value: object) -> object:
    """A list, also of what stands alone."""
    return [value] if isinstance(value, str) else value


def address(value: str) -> str:
    """A mail address."""
    if not re.fullmatch(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(\.[\w-]+)*", value, re.ASCII):
        inner = re.search(r"<([^<>\s]+@[^<>\s]+)>", value)
        bare = inner[1] if inner else "desk@example.org"
        raise refusal(f'"{value}" is no mail address', f'write e.g. "{bare}"')
    return value


def url(value: str) -> str:
    """An address that can be asked over HTTP."""
    wrong = "" if re.fullmatch(r"[^\s\x00-\x20\x7f]+", value) else "holds a space or a line break"
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
        if ":" in host:
            ipaddress.IPv6Address(host.partition("%")[0])
        elif host and not re.fullmatch(r"[\w-]+(\.[\w-]+)*\.?", host):
            wrong = wrong or f'"{host}" is no host'
    except ValueError:
        raise refusal(f'"{value}" is no address', 'write e.g. "https://example.org/feed.xml"') from None
    if parts.scheme not in ("http", "https"):
        wrong = wrong or "it must begin with https:// or http://"
    if not host:
        wrong = wrong or "it names no host"
    if wrong:
        raise refusal(
            f'"{value}" is no address that can be asked: {wrong}', 'write e.g. "https://example.org/feed.xml"'
        )
    return value


def selector(value: str) -> str:
    """A CSS selector."""
    from monitor.stages.indexpage import selector_xpath  # noqa: PLC0415 - few watches need it, and it needs the parsers

    try:
        selector_xpath(filled(value))
    except ExtractError as error:
        raise refusal(str(error).replace("not a CSS selector", f'"{value}" is no CSS selector'), _SELECTOR) from None
    return value.strip()


def between(least: str, most: str) -> Callable[[str], str]:
    """The check of a duration within these bounds."""

    def check(value: str) -> str:
        try:
            span = duration(value)
        except ValueError:
            mend = 'write e.g. "250ms", "45s", "30m", "2h" or "1d"'
            raise refusal(f'"{value}" is no duration', mend) from None
        if not duration(least) <= span <= duration(most):
            side = "short" if span < duration(least) else "long"
            raise refusal(f'"{value}" is too {side}', f'write "{least}" to "{most}"')
        return value

    return check


def one_of(*known: str) -> Callable[[str], str]:
    """The check of a word that must be one of these."""

    def check(value: str) -> str:
        if value not in known:
            raise refusal(f'"{value}" is not known', meant(value, known))
        return value

    return check


def each_once(values: list[str]) -> list[str]:
    """A list without doubles."""
    for index, value in enumerate(values):
        if value in values[:index]:
            raise refusal(f'"{value}" is there twice', "take one out")
    return values


def some_once(values: list[str]) -> list[str]:
    """A list with something in it, without doubles."""
    if not values:
        raise refusal("is an empty list", "write at least one or leave the key out")
    return each_once(values)


def first_and_last(days: list[date]) -> list[date]:
    """Two days in their order."""
    if len(days) != 2:
        raise refusal(
            f"must be the first and the last day, but holds {len(days) or 'nothing'}",
            "write e.g. dates = [2023-11-02, 2023-11-06]",
        )
    if days[0] > days[1]:
        raise refusal(f"the first day {days[0]} is after the last day {days[1]}", "swap them or mend a date")
    return days
