"""rules backtest: other rules on everything stored."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from monitor.cli.common import Context, home_options, json_option, plural, progress_bar, say_json

if TYPE_CHECKING:
    from monitor.pipeline.backtest import Backtest, Change

MOST_SHOWN = 40
_WORDS = {"topics": "with other topics", "unsure": "between uncertain and none"}


@click.command()
@home_options
@click.option("--apply", "write", is_flag=True, help="File the changed articles in the store as they come out here.")
@click.option("--all", "every", is_flag=True, help=f"List all changed articles, not only {MOST_SHOWN} of a kind.")
@click.option("--no-digest", is_flag=True, help="Only counts and changed articles.")
@json_option
@click.pass_obj
def backtest(obj: Context, write: bool, every: bool, no_digest: bool, as_json: bool) -> None:
    """Try rules on everything that is stored: what would be gained, lost and moved, and the digest of it.

    With --watch NEW.toml by the rules of that file, else by the folder's own (after an edit). Everything is filed
    again in a store that is thrown away; nothing changes unless --apply is given. What was told is not told again.
    """
    from monitor.stages.render import render

    with obj.app(lock=write) as app:
        with progress_bar() as progress:
            found = app.backtest(progress)
        done = app.apply(found) if write else 0
        digest = "" if no_digest else render(found.digest, "md")
        if as_json:
            say_json({
                "articles": found.articles,
                "counts": found.counts(),
                "trips": _by_trip(found),
                "changes": [asdict(change) for change in found.changes],
                "applied": done,
                "digest": digest,
            })  # fmt: skip
            return
        _say(found, None if every else MOST_SHOWN)
        if write:
            click.echo(f"{plural(done, 'article')} filed anew in the store")
            if obj.watch:
                click.echo(f"the folder still has its own watch file: put {obj.watch} in its place")
        elif found.changes:
            click.echo("nothing was changed in the store; --apply files them so")
        if digest:
            click.echo(f"\nThe digest of all this, had none been told:\n\n{digest}")


def _by_trip(found: Backtest) -> dict[str, dict[str, int]]:
    gained = Counter(change.now for change in found.changes if change.now != change.was)
    lost = Counter(change.was for change in found.changes if change.now != change.was)
    return {place: {"gained": gained[place], "lost": lost[place]} for place in sorted({*gained, *lost})}


def _say(found: Backtest, most: int | None) -> None:
    counts = found.counts()
    counted = ", ".join(f"{number} {_WORDS.get(kind, kind)}" for kind, number in counts.items())
    click.echo(f"{plural(found.articles, 'article')} filed again: {counted}")
    for place, both in _by_trip(found).items():
        click.echo(f"  {place:<22} +{both['gained']} -{both['lost']}")
    for kind in counts:
        of_kind = [change for change in found.changes if change.kind == kind]
        if of_kind:
            click.echo(f"\n{kind}:")
        for change in of_kind[:most]:
            click.echo(f"  {_shown(change)}")
        if most is not None and len(of_kind) > most:
            click.echo(f"  … and {len(of_kind) - most} more (--all)")
    if found.changes:
        click.echo()


def _shown(change: Change) -> str:
    place = change.now if change.was == change.now else f"{change.was} → {change.now}"
    topics = " ".join(
        [*(f"+{topic}" for topic in change.topics_gained), *(f"-{topic}" for topic in change.topics_lost)]
    )
    return f"{place}{f' {topics}' if topics else ''}  {change.title} ({change.outlet})  {change.url}"
