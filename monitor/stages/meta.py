"""What a page says of itself in JSON-LD and meta tags; dates; walls in front of pages. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from dateutil import parser as date_parser
from lxml import etree  # type: ignore[import-untyped]
from lxml import html as lxml_html

from monitor.stages.head import Head
from monitor.stages.markup import strip_markup
from monitor.text import has_words, one_line, words

_ARTICLE_TYPES = re.compile(
    r"(?:News|Analysis|Opinion|Reportage|Background|Review|Report)\w*Article|Article|\w*Posting|Report"
)
_LD_WRAPPING = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?://\s*\]\]>|\]\]>|-->)?[\s;]*$")
_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
# What is wrong with a date that nobody can mean, in words.
IN_FUTURE, LONG_AGO = "in the future", f"before {_EARLIEST.year}"
_FILLERS = (datetime(2001, 1, 1, tzinfo=UTC), datetime(2004, 2, 2, tzinfo=UTC))
_NODES_READ = 2000
_HAS_TIME = re.compile(r"\d:\d\d|T\d{4}")
_MIDNIGHT = re.compile(r"T?00:?00(?::?00)?(?:\.0+)?(?:Z|[+-]\d\d:?\d\d)?$")
_ZONES = {"EST": -18000, "EDT": -14400, "CST": -21600, "CDT": -18000, "MST": -25200, "MDT": -21600, "PST": -28800,
          "PDT": -25200, "BST": 3600, "CET": 3600, "CEST": 7200, "EET": 7200, "EEST": 10800, "IDT": 10800}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meta:
    """What the page says of itself; "" and None where it is silent. `published_has_time`: not only a day."""

    title: str = ""
    author: str = ""
    outlet: str = ""
    published: datetime | None = None
    published_has_time: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """The fields of one JSON-LD article, as they stand there."""

    headline: str = ""
    author: str = ""
    publisher: str = ""
    published: str = ""


# As they stand, or as references: lxml takes them from a page and then refuses to write them into another tree, which
# would cost the whole article.
_CONTROLS = re.compile(
    r"[\x01-\x08\x0b\x0c\x0e-\x1f]|&#(?:0*(?:[1-8]|1[124-9]|2\d|3[01])(?!\d)|[xX]0*(?:[1-8bcefBCEF]|1[0-9a-fA-F])(?![0-9a-fA-F]));?"
)


def parse_html(text: str) -> lxml_html.HtmlElement | None:
    """The tree of a page, without comments; None where there is no markup at all."""
    parser = lxml_html.HTMLParser(
        encoding="utf-8", collect_ids=False, default_doctype=False, remove_comments=True, remove_pis=True
    )
    text = _CONTROLS.sub(" ", text)
    try:
        return lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def read_meta(head: Head, now: datetime) -> Meta:
    """Title, author, outlet, date and language from JSON-LD, then meta tags, then the page's own headline."""
    tags = head.tags
    said = _linked_data(head.linked)
    outlet = _outlet(tags.get("og:site_name", "") or said.publisher or tags.get("application-name", ""))
    published, has_time = None, False
    for value in (said.published, *(tags.get(name, "") for name in _DATE_TAGS)):
        found = moment(value, now)
        # Midnight sharp is how a content system writes a day.
        timed = bool(_HAS_TIME.search(value)) and not _MIDNIGHT.search(value)
        if found and (published is None or (timed and not has_time)):
            published, has_time = found, timed
    author = said.author or next((tags[name] for name in _AUTHOR_TAGS if _is_name(tags.get(name, ""))), "")
    return Meta(
        title=_title(head, said, outlet),
        author=re.sub(r"(?i)^by:?\s+", "", one_line(strip_markup(author), 120)),
        outlet=outlet,
        published=published,
        published_has_time=has_time,
        language=language(head.language),
    )


_DATE_TAGS = ("article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "pubdate",
              "publishdate", "publish-date", "date", "dc.date.issued", "dc.date", "sailthru.date")  # fmt: skip
_AUTHOR_TAGS = ("author", "article:author", "parsely-author", "dc.creator", "sailthru.author", "byl")


def _outlet(name: str) -> str:
    """A site's name without its slogan or the schema of its address."""
    name = one_line(strip_markup(name), 80)
    return re.sub(r"^https?://(?:www\.)?", "", re.split(r"\s+\|\s+", name)[0]).rstrip("/")


def _is_name(value: str) -> bool:
    return bool(value) and "://" not in value and len(value) <= 200


def _title(head: Head, said: Said, outlet: str) -> str:
    tags = head.tags
    host = urlsplit(tags.get("og:url", "")).hostname or "" if tags.get("og:url", "").startswith("http") else ""
    for candidate in (
        tags.get("og:title", ""),
        said.headline,
        head.headlines[0] if len(head.headlines) == 1 else "",
        tags.get("twitter:title", ""),
        *head.headlines[:1],
        head.title,
    ):
        title = without_outlet(one_line(strip_markup(candidate)), outlet, host)
        if title and _squeezed(title) != _squeezed(outlet):
            return title
    return ""


def without_outlet(title: str, outlet: str, host: str = "") -> str:
    """The headline without " - Outlet" or " | Outlet" where that is the site's name."""
    names = {
        _squeezed(outlet),
        _squeezed(host.removeprefix("www.")),
        _squeezed(host.removeprefix("www.").split(".")[0]),
    }
    parts = re.split(r"(\s+[-–—|·»:]\s+|\s*\|\s*)", title)
    if len(parts) >= 3 and _squeezed(parts[-1]) in names - {""}:
        return "".join(parts[:-2]).strip()
    return title


def _squeezed(name: str) -> str:
    found = words(name)
    return "".join(found[1:] if found[:1] == ["the"] else found)


def _linked_data(scripts: tuple[str, ...]) -> Said:
    """The first article in the page's JSON-LD; what cannot be read is passed over."""
    publisher = ""
    for script in scripts:
        try:
            data = json.loads(_LD_WRAPPING.sub("", script), strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(data):
            if any(_ARTICLE_TYPES.fullmatch(kind) for kind in _texts(node.get("@type"))):
                return Said(
                    headline=_first(node.get("headline")) or _first(node.get("name")),
                    author=", ".join(name for name in _names(node.get("author")) if _is_name(name)),
                    publisher=next(iter(_names(node.get("publisher"))), "") or publisher,
                    published=_first(node.get("datePublished")),
                )
            if not publisher and any("Organization" in kind for kind in _texts(node.get("@type"))):
                publisher = _first(node.get("name"))
    return Said(publisher=publisher)


def _nodes(data: Any) -> Iterator[dict[str, Any]]:
    """Every object in the data, nearest to the top first, within reason."""
    queue, read = [data], 0
    while read < len(queue) and read < _NODES_READ:
        item = queue[read]
        read += 1
        if isinstance(item, dict):
            yield item
            queue.extend(item[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in item)
        elif isinstance(item, list):
            queue.extend(item[:200])


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [item.strip() for item in values if isinstance(item, str) and item.strip()]


def _first(value: Any) -> str:
    return next(iter(_texts(value)), "")


def _names(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    found = [_first(item.get("name")) if isinstance(item, dict) else _first(item) for item in values[:20]]
    return [name for name in dict.fromkeys(found) if name]


def language(tag: str) -> str:
    """The first part of a language tag, in small letters: "en-GB" is "en"; "" for what is no tag."""
    head = re.split(r"[-_]", tag.strip(), maxsplit=1)[0].lower()
    return head if re.fullmatch(r"[a-z]{2,3}", head) else ""


def moment(value: str, now: datetime) -> datetime | None:
    """A written date as a moment in UTC (which a date without a zone is taken for); None where it is not believable."""
    found = _written(value)
    return None if found is None else believable(found, now)


def dated(value: str, now: datetime) -> tuple[datetime | None, str]:
    """The same for what a feed says of an item, never after now, and what is wrong with a date that is left out.

    A date that is up to a day ahead is a mistaken time zone: such an item is out, so it was published by now.
    """
    found = _written(value)
    if found is None:
        return None, ""
    believed = believable(found, now)
    if believed is not None:
        return min(believed, now), ""
    return None, IN_FUTURE if found.year >= now.year else LONG_AGO


def _written(value: str) -> datetime | None:
    value = value.strip()
    if not value or len(value) > 80:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return _loosely(value)


def _loosely(value: str) -> datetime | None:
    """Read by dateutil, and only when day, month and year are all written: it fills gaps from what it is given."""
    try:
        one = date_parser.parse(value, default=_FILLERS[0], tzinfos=_ZONES)
        other = date_parser.parse(value, default=_FILLERS[1], tzinfos=_ZONES)
    except (ValueError, OverflowError, TypeError):
        return None
    return one if one == other else None


def believable(found: datetime, now: datetime) -> datetime | None:
    """The moment in UTC, unless it is before 1995 or more than a day after now."""
    try:
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if _EARLIEST <= found <= now + timedelta(days=1) else None


# Words that stand in front of a page instead of it. Looked for in short pages only.
_CHALLENGE_TITLE = re.compile(
    r"just a moment|attention required"
    r"|access (?:to this page )?(?:has been )?denied|are you a (?:ro)?bot|robot or human"
    r"|pardon our interruption|(?:verify|confirm) (?:that )?you(?:'re| are) (?:a )?human|human verification"
    r"|security check|ddos.guard|bot (?:check|verification)|please wait"
)
_CHALLENGE = re.compile(
    r"(?:verify(?:ing)?|confirm|check(?:ing)?|prove|make sure|ensure)\b.{0,20}"
    r" you(?:'re| are) (?:a |not a )?(?:human|robot|bot)"
    r"|enable (?:javascript|js)\b"
    r"|javascript (?:is|must be|needs to be|has been) (?:required|enabled|disabled)"
    r"|(?:requires|turn on|needs) javascript|checking (?:if the site|your browser)|unusual (?:traffic|activity) from"
    r"|complete the (?:captcha|security check)|i(?:'m| am) not a robot|disable (?:any|your) ad.?blocker"
)
_CONSENT = re.compile(
    r"before you continue|(?:we|partners|use|uses|using|accept|reject|manage)\b.{0,60}\bcookies"
    r"|cookie (?:consent|settings|preferences)|(?:accept|reject) all\b|(?:your|manage) (?:consent|privacy choices)"
    r"|consent to (?:the use|our use|cookies)|privacy (?:is important|preferences)|your privacy"
)
_CONSENT_HOST = re.compile(r"^(?:consent|guce|cmp|privacy)\.")
_WALL_WORDS = 120
_SPEAKING_WORDS = 15
_WALL_PAGE_WORDS = 500


def wall_before(tree: lxml_html.HtmlElement, url: str) -> str:
    """`wall` for a page of which nothing was taken."""
    title = next(("".join(tag.itertext()) for tag in tree.iter("title")), "")
    return wall(title, "", url, lambda: visible(tree))


def wall(title: str, text: str, url: str, page: Callable[[], str]) -> str:
    """What stands in front of the page, in words ("a consent page"), or "" when this looks like the page itself.

    `text`: what was taken for the article. A text of some length is believed to be one; a short one is judged by its
    own words, so that a banner beside it does no harm; where there is none, all that the page shows is judged, which
    `page` gives.
    """
    if _CONSENT_HOST.match(urlsplit(url).hostname or ""):
        return "a consent page"
    if has_words(text, _WALL_WORDS):
        return ""
    size = len(words(text))
    seen = text if size >= _SPEAKING_WORDS else page()
    if len(words(seen)) > _WALL_PAGE_WORDS:
        seen = text
    seen = " ".join(seen.split()).lower().replace("\u2019", "'")
    title = title.strip().lower().replace("\u2019", "'")
    if (size < 40 and _CHALLENGE_TITLE.match(title)) or _mostly(_CHALLENGE, seen, 1):
        return "a page that asks whether a person is reading (a challenge)"
    return "a consent page" if _mostly(_CONSENT, seen, 2) else ""


def _mostly(pattern: re.Pattern[str], seen: str, least: int) -> bool:
    """Enough of these phrases for a text of this length: one more for each further 60 words."""
    found = len({hit[0] for hit in pattern.finditer(seen)})
    return found >= least + max(0, len(seen.split()) - 60) // 60


def visible(tree: lxml_html.HtmlElement) -> str:
    """All that the page shows, without scripts, in one line."""
    pieces = tree.xpath("//body//text()[not(ancestor::script or ancestor::style or ancestor::template)]")
    return " ".join(" ".join(str(piece) for piece in pieces).split())[:20_000]
