"""The files of a digest, as rows for the outbox; and templates of the working folder, as far as they work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from monitor.errors import TemplateError
from monitor.model import Digest, NewDelivery, Watch
from monitor.ports import Store
from monitor.stages.feed import DIGESTS, MOST_DIGESTS, digest_feed, trip_feed, trip_file
from monitor.stages.render import FORMATS, SHIPPED, render

# So many stored digests are asked for a trip's feed: a trip of two weeks, told twice a day.
MOST_ASKED = 30


def usable(digest: Digest, templates: Mapping[str, str]) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """The templates without those that fail on this digest, and what is wrong with these, in words.

    A digest is told whatever its templates are like: the shipped one takes the place of one that fails.
    """
    problems = []
    left = dict(templates)
    while left:
        try:
            for form in FORMATS:
                render(digest, form, left)
            digest_feed([digest], left)
            for part in digest.trips:
                trip_feed([digest], part.trip_id, left)
            break
        except TemplateError as error:
            problems.append(f"{error} (told with the shipped one)")
            left = {name: text for name, text in left.items() if name != error.name} if error.name in left else {}
    return left, tuple(problems)


def files(digest: Digest, watch: Watch, store: Store, templates: Mapping[str, str] = SHIPPED) -> list[NewDelivery]:
    """A digest's files in the formats that the watch asks for. `templates` work, see `usable`.

    "atom" means feeds over the stored digests and this one: one of the digests, and one for each trip told here.
    """
    made = [
        NewDelivery("file", f"{digest.name}.{form}", render(digest, form, templates).encode())
        for form in watch.digest.formats
        if form != "atom"
    ]
    if "atom" in watch.digest.formats:
        stored = [row.digest for row in store.recent_digests(MOST_ASKED) if row.digest.name != digest.name]
        told = sorted((digest, *stored), key=lambda each: each.made_at, reverse=True)
        made.append(NewDelivery("file", DIGESTS, digest_feed(told[:MOST_DIGESTS], templates).encode()))
        daily = [replace(each, trips=each.trips if each.kind == "daily" else ()) for each in told]
        for part in digest.trips:
            feed = trip_feed(daily, part.trip_id, templates)
            if feed:
                made.append(NewDelivery("file", trip_file(part.trip_id), feed.encode()))
    return made
