"""sources import, sources export."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.adding import every_option, free_id, pace_of, said, same_address, source_dict
from monitor.cli.common import Context, home_options, json_option, plural, say_json

if TYPE_CHECKING:
    from monitor.model import Source


@click.command("import")
@home_options
@click.argument("file", metavar="FILE", type=click.File("rb"))
@every_option
@click.option("--dry-run", is_flag=True, help="Show what would be added, and write nothing.")
@json_option
@click.pass_obj
def import_(obj: Context, file: Any, every: str | None, dry_run: bool, as_json: bool) -> None:
    """Follow every feed of an OPML list, as feed readers export it; - for standard input.

    The feeds are not asked: they are marked as unconfirmed until you have seen them work.
    """
    from monitor.stages.opml import read_opml
    from monitor.wire import add_sources

    pace = pace_of(every)
    found = read_opml(file.read(), getattr(file, "name", "the file"))
    with obj.app() as app:
        added, failed = _new_sources(found.feeds, pace, app.watch.sources)
        known = [feed for feed in found.feeds if same_address(feed.url, app.watch.sources)]
        duplicates = [*known, *found.repeated]
        failed += found.failed
        if added and not dry_run:
            add_sources(app.settings, added)
    if as_json:
        say_json({
            "added": [source_dict(source) for source in added],
            "duplicate": [{"name": feed.name, "url": feed.url} for feed in duplicates],
            "failed": [{"entry": entry, "reason": reason} for entry, reason in failed],
            "note": found.note,
            "dry_run": dry_run,
        })  # fmt: skip
    else:
        for source in added:
            click.echo(f"{'would add' if dry_run else 'added'} {source.id}: {source.name}, {source.url}")
        for feed in duplicates:
            click.echo(f"duplicate: {feed.name}, {feed.url}")
        for entry, reason in failed:
            click.echo(f"FAILED {entry}: {reason}")
        if found.note:
            click.echo(f"note: {found.note}")
        click.echo(f"{len(added)} {'would be ' * dry_run}added, {plural(len(duplicates), 'duplicate')}, "
                   f"{len(failed)} failed")  # fmt: skip
    sys.exit(1 if failed else 0)


def _new_sources(
    feeds: Iterable[Any], pace: timedelta | None, sources: Sequence[Source]
) -> tuple[list[Source], list[tuple[str, str]]]:
    """The feeds that are not followed yet, as sources, and those whose address the watch file would refuse."""
    from monitor.model import Source
    from monitor.watch.values import url as check

    added: list[Source] = []
    failed: list[tuple[str, str]] = []
    taken = {source.id for source in sources}
    for feed in feeds:
        if same_address(feed.url, sources):
            continue
        try:
            check(feed.url)
        except ValueError as error:
            failed.append((feed.name, said(error)))
            continue
        source = Source(free_id(feed.name, feed.url, taken), feed.name, feed.url, confirmed=False)
        added.append(replace(source, every=pace) if pace else source)
        taken.add(source.id)
    return added, failed


@click.command()
@home_options
@click.argument("file", metavar="[FILE]", default="-", type=click.Path(dir_okay=False, allow_dash=True))
@click.pass_obj
def export(obj: Context, file: str) -> None:
    """Write the feeds as an OPML 2.0 list, which other feed readers take; without FILE to standard output."""
    from monitor.edges.files import write_atomically
    from monitor.model import Kind
    from monitor.stages.opml import write_opml

    watch = obj.watch_alone()
    text = write_opml(watch.sources, watch.name)
    feeds = sum(1 for source in watch.sources if source.kind is Kind.FEED)
    if file == "-":
        click.echo(text, nl=False)
    else:
        try:
            write_atomically(Path(file), text.encode("utf-8"))
        except OSError as error:
            raise click.ClickException(f"{file}: cannot be written ({error})") from None
    others = len(watch.sources) - feeds
    left = f"; {plural(others, 'source')} of other kinds left out" if others else ""
    click.echo(f"{plural(feeds, 'feed')} written{left}", err=True)
