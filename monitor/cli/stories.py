"""A story in words, for `explain` and `articles list`."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.model import Member, Story
    from monitor.wire import App

# So many articles of a story are named.
MOST_SHOWN = 12


def story_of(app: App, article_id: str) -> Story | None:
    """The story that a stored article is in; None for an article that is not stored."""
    return next(iter(app.store.stories((article_id,))), None)


def headline(story: Story) -> str:
    """Who has it: "in 4 outlets, first by A (Reuters copy)"; "in one outlet" where nobody else has it."""
    from monitor.stages.escape import carried_by
    from monitor.stages.stories import carried

    found = carried(story, story.leader.article_id)
    return (carried_by(found) if found else "") or "in one outlet"


def story_lines(story: Story | None, zone: tzinfo) -> tuple[str, ...]:
    """Who has the story, then its articles, the first ones; () for a text that is not stored."""
    if story is None:
        return ()
    rows = [row(member, story, zone) for member in story.members] if len(story.members) > 1 else []
    more = [f"… and {len(rows) - MOST_SHOWN} more"] if len(rows) > MOST_SHOWN else []
    return (headline(story), *rows[:MOST_SHOWN], *more)


def row(member: Member, story: Story, zone: tzinfo) -> str:
    """One article of a story: when, by the watch's clock, who, what it is, and the agency that it names."""
    when = f"{member.published.astimezone(zone):%-d %b %Y, %H:%M}" if member.published else "undated"
    first = ", first" if member == story.leader else ""
    origin = member.origin
    agency = f", {'with ' if origin.part else ''}{origin.agency}" if origin else ""
    return f"{when}  {member.outlet} ({member.verdict.value}{first}{agency})  {member.title or '(no title)'}"


def as_dict(story: Story) -> dict[str, Any]:
    """The same for --json."""
    origin = story.origin
    return {
        "story": story.id,
        "trip": story.leader.trip,
        "outlets": list(story.outlets),
        "first": story.leader.article_id,
        "agency": origin.agency if origin else "",
        "part": origin.part if origin else False,
        "articles": [
            {
                "id": each.article_id, "outlet": each.outlet, "title": each.title, "url": each.url,
                "published": each.published, "verdict": each.verdict.value, "report": each.report,
                "agency": each.origin.agency if each.origin else "",
            }
            for each in story.members
        ],
    }  # fmt: skip
