"""Atom feeds (RFC 4287) from stored digests: an entry a digest, or an entry a development of one trip. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from monitor.model import Digest
from monitor.stages.context import make_context
from monitor.stages.escape import carriers, plain, safe_link
from monitor.stages.render import SHIPPED, fit, render_template
from monitor.text import one_line

DIGESTS = "digests.atom"
MOST_DIGESTS = 12
MOST_DEVELOPMENTS = 300
MOST_OF_ENTRY = 40_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `html`: its content, escaped once more by the template; `updated`: RFC 3339, UTC."""

    id: str
    title: str
    url: str
    updated: str
    author: str
    html: str = ""
    text: str = ""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedContext:
    """What the template of a feed is given.

    id        the feed's permanent name, a URN
    title     its title
    file      its own file name
    updated   when its newest entry was made, RFC 3339, UTC
    entries   the entries, newest first, each as an `Entry`
    """

    id: str
    title: str
    file: str
    updated: str
    entries: tuple[Entry, ...]


def digest_feed(digests: Sequence[Digest], templates: Mapping[str, str] = SHIPPED) -> str:
    """The newest digests, newest first, each as the mail's HTML. `digests` is not empty, newest first."""
    story = digests[0].story
    entries = [
        Entry(
            _urn("digest", story, digest.name),
            f"{plain(digest.story)}: {make_context(digest).heading}: {make_context(digest).headline[0]}",
            f"{digest.name}.html",
            _moment(digest.made_at),
            "monitor",
            html=fit(
                digest,
                lambda part, cut: render_template("mail_body.html.j2", make_context(part, cut), templates),
                MOST_OF_ENTRY,
            ),
        )
        for digest in digests[:MOST_DIGESTS]
    ]
    return _feed("digests", story, plain(story), DIGESTS, entries, templates)


def trip_file(trip_id: str) -> str:
    """The file name of a trip's feed; ids are letters, digits and hyphens."""
    return f"{trip_id}.atom"


def trip_feed(digests: Iterable[Digest], trip_id: str, templates: Mapping[str, str] = SHIPPED) -> str:
    """The developments of one trip that these digests told, newest digest first; "" where there are none."""
    entries: list[Entry] = []
    name, story = trip_id, ""
    for digest in digests:
        for part in digest.trips:
            if part.trip_id != trip_id:
                continue
            name, story = (part.name, digest.story) if not story else (name, story)
            for section in (*part.sections, *part.more):
                for item in section.items:
                    entries.append(
                        Entry(
                            _urn("development", digest.story, item.url, item.text),
                            plain(one_line(item.text, 120)),
                            safe_link(item.url),
                            _moment(item.when or digest.made_at),
                            plain(item.outlet) or "unknown",
                            text=plain(f"{item.text} ({carriers(item)})" if carriers(item) else item.text),
                            topics=(plain(section.name),) if section.topic_id else (),
                        )
                    )
    if not entries:
        return ""
    return _feed(
        trip_id, story, f"{plain(story)}: {plain(name)}", trip_file(trip_id), entries[:MOST_DEVELOPMENTS], templates
    )


def _feed(kind: str, story: str, title: str, file: str, entries: Sequence[Entry], templates: Mapping[str, str]) -> str:
    updated = max(entry.updated for entry in entries)
    context = FeedContext(_urn("feed", story, kind), title, file, updated, tuple(entries))
    return render_template("feed.atom.j2", context, templates)


def _urn(*parts: str) -> str:
    return uuid5(NAMESPACE_URL, "monitor\0" + "\0".join(plain(part) for part in parts)).urn


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
