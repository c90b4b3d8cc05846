"""A digest in Markdown, HTML and plain text, all from the one record (Jinja2). Data is escaped, never a template."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from monitor.model import Digest, Item, Perhaps
from monitor.text import clean

if TYPE_CHECKING:
    from jinja2 import Environment

FORMATS = ("md", "html", "txt")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~$])")
_MARKDOWN_START = re.compile(r"^(\s*\d*)([-+=.)])(?=\s|$)")
_LINK = re.compile(r"https?://[^\x00-\x1f\x7f-\xa0\u2028\u2029]+", re.IGNORECASE)
_BARS = "▁▂▃▄▅▆▇█"


def render(digest: Digest, form: str) -> str:
    """The digest as "md", "html" or "txt"; KeyError for another form."""
    if form not in FORMATS:
        raise KeyError(form)
    zone = ZoneInfo(digest.zone)
    template = _environment(form == "html").get_template(f"digest.{form}.j2")
    return template.render(digest=digest, when=_when(zone, digest.day), clock=_clock(zone)).strip() + "\n"


def render_page(name: str, **values: object) -> str:
    """An HTML page from a template of ours and escaped values."""
    return _environment(escape=True).get_template(name).render(**values).strip() + "\n"


@cache
def _environment(escape: bool) -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - most runs render nothing

    # `select_autoescape` does not know "x.html.j2", so it is switched on by hand for HTML and off for text.
    environment = Environment(
        loader=PackageLoader("monitor", "templates"),
        autoescape=escape,  # noqa: S701 - Markdown and plain text have filters of their own
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        md=markdown,
        mdurl=markdown_url,
        link=safe_link,
        plain=plain,
        bars=bars,
        longday=long_day,
        shortday=short_day,
        count=count,
    )
    return environment


def plain(text: str) -> str:
    """One line without control characters."""
    return " ".join(clean(text).split())


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


def bars(reports: tuple[tuple[str, int], ...]) -> str:
    """Counts as Unicode bars, lowest to highest."""
    most = max((number for _, number in reports), default=0)
    if not most:
        return ""
    return "".join(_BARS[round(number / most * (len(_BARS) - 1))] for _, number in reports)


def long_day(day: date) -> str:
    """Tuesday 20 August 2024."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def short_day(day: str) -> str:
    """2024-08-20 as 20 Aug."""
    return f"{date.fromisoformat(day):%-d %b}"


def count(number: int, noun: str) -> str:
    """1 report, 2 reports."""
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number} {noun if number == 1 else plural}"


def _when(zone: ZoneInfo, day: date) -> Callable[[Item | Perhaps], str]:
    """When an article was published: the time today, else the day, "undated" where unknown."""

    def when(item: Item | Perhaps) -> str:
        if item.when is None:
            return "undated"
        local = item.when.astimezone(zone)
        if isinstance(item, Item) and item.date_only:
            return f"{item.when:%-d %b}" if item.when.year == day.year else f"{item.when:%-d %b %Y}"
        if local.date() == day:
            return f"{local:%H:%M}"
        return f"{local:%-d %b, %H:%M}" if local.year == day.year else f"{local:%-d %b %Y}"

    return when


def _clock(zone: ZoneInfo) -> Callable[[datetime], str]:
    return lambda moment: f"{moment.astimezone(zone):%-d %b %Y, %H:%M %Z}"
