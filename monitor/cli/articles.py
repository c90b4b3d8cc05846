"""articles uncertain, articles settle."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from monitor.cli.common import Context, home_options, json_option, plural, say_json

if TYPE_CHECKING:
    from monitor.model import Settled, Watch


@click.group()
def articles() -> None:
    """What was read: list what is uncertain, and settle it."""


@articles.command("list")
@home_options
@click.option("--trip", help='Only of this trip, by its id; "none" for what is on no trip.')
@click.option("--most", type=click.IntRange(min=1), default=30, show_default=True, help="So many stories.")
@json_option
@click.pass_obj
def list_(obj: Context, trip: str | None, most: int, as_json: bool) -> None:
    """The newest articles, those on one event together: who had it first, who else has it, and what each is."""
    from monitor.cli.stories import as_dict, headline, row

    with obj.app() as app:
        known = [each.id for each in app.watch.trips]
        if trip is not None and trip not in (*known, "none"):
            raise click.BadParameter(
                f"{trip!r} is no trip of the watch; there are {', '.join(known)}, none", param_hint="--trip"
            )
        zone = ZoneInfo(app.watch.timezone)
        stories = app.store.newest_stories(None if trip is None else "" if trip == "none" else trip, most)
    if as_json:
        say_json([as_dict(story) for story in stories])
        return
    for story in stories:
        click.echo(f"{story.leader.trip or 'no trip'}: {headline(story)}")
        for member in story.members:
            click.echo(f"  {member.article_id}  {row(member, story, zone)}")
    click.echo(plural(len(stories), "story", "stories") + (f", the newest; --most {2 * most} shows more"
               if len(stories) == most else ""))  # fmt: skip


@articles.command()
@home_options
@json_option
@click.pass_obj
def uncertain(obj: Context, as_json: bool) -> None:
    """Every article that is uncertain, with the trips it lies between."""
    from monitor.model import Decision

    with obj.look() as look:
        rows = [
            {
                "id": kept.article.id,
                "title": kept.article.title,
                "outlet": kept.article.outlet,
                "url": kept.article.url,
                "trips": {score.trip_id: score.score for score in kept.filing.scores[:2]},
                "reason": kept.filing.reason,
            }
            for kept in look.store.kept()
            if kept.filing.decision is Decision.UNCERTAIN
        ]
    if as_json:
        say_json(rows)
        return
    for row in rows:
        click.echo(f"{row['id']}  {row['reason']}  {row['title']} ({row['outlet']})")
    click.echo(
        f"{plural(len(rows), 'uncertain article')}" + ("; settle ID --trip TRIP|none answers one" if rows else "")
    )


@articles.command()
@home_options
@click.argument("target", metavar="ID|URL")
@click.option("--trip", help='The trip it belongs to, by its id; "none" for no trip.')
@click.option("--topics", help="Its topics, by their ids, with commas between; without it the rules' stay.")
@click.option("--by-rules", is_flag=True, help="Take back what was settled: the rules decide again.")
@json_option
@click.pass_obj
def settle(obj: Context, target: str, trip: str | None, topics: str | None, by_rules: bool, as_json: bool) -> None:
    """Say where an article belongs. It is kept whatever the rules say later, also over `rules backtest --apply`.

    Copies and retellings of it that were filed before go the same way, where their own words do not decide.
    What it adds to the trip is told in the next digest, unless other articles have told it.
    """
    from monitor.pipeline.gathering import gather_stories
    from monitor.pipeline.settling import settle_with_copies

    if by_rules == (trip is not None) or (by_rules and topics is not None):
        raise click.UsageError("give --trip TRIP or --trip none, or else --by-rules alone")
    with obj.app(lock=True) as app:
        stored = app.store.article(target)
        kept = app.store.kept_article(stored.article.id) if stored else None
        if stored is None or kept is None:
            raise click.UsageError(f"no article {target} is stored with its text; give the id or the address of one")
        word = None if trip is None else _settled(app.watch, trip, topics)
        with app.store.batch():
            filed, followed = settle_with_copies(app.store, kept, stored.match, word, app.filer, app.watch)
            gather_stories(app.store, app.watch)
    place = filed.filing.trip or filed.filing.decision.value
    if as_json:
        say_json({
            "id": stored.article.id, "trip": place, "topics": [hit.topic_id for hit in filed.filing.topics],
            "settled": filed.filing.settled is not None, "developments": len(filed.developments), "copies": followed,
        })  # fmt: skip
        return
    named = ", ".join(hit.topic_id for hit in filed.filing.topics) or "none"
    who = "by hand" if filed.filing.settled else "by the rules"
    click.echo(
        f"{stored.article.title}: {place}, topics: {named} ({who}); {plural(len(filed.developments), 'new sentence')}"
    )
    if followed:
        click.echo(f"{plural(followed, 'copy or retelling', 'copies and retellings')} of it went the same way")


def _settled(watch: Watch, trip: str, topics: str | None) -> Settled:
    """What was said, refused with what there is where it names no trip or topic of the watch."""
    from monitor.model import Settled

    trips = [each.id for each in watch.trips]
    if trip not in (*trips, "none"):
        raise click.BadParameter(
            f"{trip!r} is no trip of the watch; there are {', '.join(trips)}, none", param_hint="--trip"
        )
    known = [each.id for each in watch.topics]
    named = None if topics is None else tuple(dict.fromkeys(filter(None, map(str.strip, topics.split(",")))))
    for topic in named or ():
        if topic not in known:
            raise click.BadParameter(
                f"{topic!r} is no topic of the watch; there are {', '.join(known)}", param_hint="--topics"
            )
    return Settled("" if trip == "none" else trip, named)
