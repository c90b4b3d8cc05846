"""rules check, rules test."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.common import Context, home_options, json_option, plural, say_json

if TYPE_CHECKING:
    from monitor.stages.score import Labelled, Report


@click.group()
def rules() -> None:
    """The watch file's rules: check them, test them on labelled articles."""


@rules.command()
@home_options
@json_option
@click.pass_obj
def check(obj: Context, as_json: bool) -> None:
    """Read the watch file; every mistake at once, each with its line and its mend.

    Rules that can never match, or that match everything, are named as well (exit code 1).
    """
    from monitor.errors import WatchError
    from monitor.stages.classify import compile_watch
    from monitor.wire import load_watch, watch_doubts

    try:
        watch = load_watch(obj.settings())
        compile_watch(watch)
    except WatchError as error:
        if not as_json:
            raise
        say_json({"ok": False, "problems": [str(problem) for problem in error.problems]})
        sys.exit(3)
    doubts = watch_doubts(obj.settings())
    counts = {"trips": len(watch.trips), "topics": len(watch.topics), "sources": len(watch.sources)}
    if as_json:
        told = {"problems": [str(problem) for problem in doubts]} if doubts else {}
        say_json({"ok": not doubts} | told | counts)
    else:
        for problem in doubts:
            click.echo(str(problem))
        counted = ", ".join(f"{number} {name}" for name, number in counts.items())
        doubted = f", {plural(len(doubts), 'rule')} cannot be meant" if doubts else ""
        click.echo(f"{watch.name}: {counted}; every rule parses{doubted}")
    sys.exit(1 if doubts else 0)


@rules.command()
@home_options
@click.argument("path", metavar="FILE.jsonl", type=click.Path(exists=True, dir_okay=False))
@click.option("--misses", is_flag=True, help="List the articles that were filed differently from their labels.")
@json_option
@click.pass_obj
def test(obj: Context, path: str, misses: bool, as_json: bool) -> None:
    """Precision, recall and F1 of the watch on labelled articles.

    One JSON object a line: id, title, text, url, published, outlet, language, trip ("none" for no trip),
    also_accept (other trips that are not wrong), topics.
    """
    from monitor.stages.classify import classify, compile_watch
    from monitor.stages.score import predicted, report_as_dict, score
    from monitor.wire import load_watch

    classifier = compile_watch(load_watch(obj.settings()))
    truths, found = [], []
    for row, label in _labelled(Path(path)):
        truths.append(label)
        found.append(
            predicted(
                classify(
                    classifier,
                    str(row.get("title") or ""),
                    str(row.get("text") or ""),
                    str(row.get("url") or ""),
                    str(row.get("outlet") or ""),
                    str(row.get("language") or ""),
                    _day(row.get("published")),
                )
            )
        )
    report = score(truths, found)
    if as_json:
        say_json(report_as_dict(report))
    else:
        _say(report, misses)


def _labelled(path: Path) -> Iterator[tuple[dict[str, Any], Labelled]]:
    """The rows of a labelled file; a usage error names the line that is wrong."""
    from monitor.stages.score import NONE, Labelled

    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise click.UsageError(f"{path}: cannot be read ({error})") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            label = Labelled(
                str(row.get("id", number)),
                str(row.get("trip") or NONE),
                tuple(row.get("topics") or ()),
                tuple(row.get("also_accept") or ()),
            )
        except (ValueError, AttributeError, TypeError) as error:
            raise click.UsageError(f"{path}:{number}: no labelled article: {error}") from error
        yield row, label


def _day(value: object) -> datetime | None:
    """A publication date as labelled files give it: a full date, else nothing (a month or a year is no date)."""
    try:
        return datetime.combine(date.fromisoformat(str(value)[:10]), time(12), UTC) if value else None
    except ValueError:
        return None


def _say(report: Report, misses: bool) -> None:
    click.echo(f"{plural(report.rows, 'article')}\n")
    click.echo(f"{'':<22}{'precision':>10}{'recall':>8}{'F1':>8}{'articles':>10}")
    for name, tally in [*report.trips.items(), ("none", report.none)]:
        count = tally.right + tally.missed
        click.echo(f"{name:<22}{tally.precision:>10.3f}{tally.recall:>8.3f}{tally.f1:>8.3f}{count:>10}")
    click.echo(
        f"{'trips, micro F1':<22}{report.trip_micro:>26.3f}\n{'trips, macro F1':<22}{report.trip_macro:>26.3f}\n"
    )
    for name, tally in report.topics.items():
        count = tally.right + tally.missed
        click.echo(f"{name:<22}{tally.precision:>10.3f}{tally.recall:>8.3f}{tally.f1:>8.3f}{count:>10}")
    click.echo(
        f"{'topics, micro F1':<22}{report.topic_micro:>26.3f}\n{'topics, macro F1':<22}{report.topic_macro:>26.3f}"
    )
    if misses:
        for miss in report.trip_misses:
            click.echo(f"{miss.id}: {miss.expected} was filed as {miss.predicted}")
        for miss in report.topic_misses:
            click.echo(
                f"{miss.id}: topic {miss.expected or miss.predicted} {'missed' if miss.expected else 'too many'}"
            )
