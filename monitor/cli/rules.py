"""rules check, rules test."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from monitor.cli.backtest import backtest
from monitor.cli.common import Context, home_options, json_option, plural, say_json
from monitor.cli.suggest import suggest
from monitor.cli.tune import tune

if TYPE_CHECKING:
    from monitor.model import Watch
    from monitor.stages.labelled import Given
    from monitor.stages.misses import Missed
    from monitor.stages.score import Labelled, Report

T = TypeVar("T")


@click.group()
def rules() -> None:
    """The watch file's rules: check them, test them on labelled articles, try them on what is stored."""


rules.add_command(backtest)
rules.add_command(suggest)
rules.add_command(tune)


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
@click.option("--misses", is_flag=True, help="Show each article that was filed otherwise than its label says, and why.")
@click.option("--floor", type=click.Path(exists=True, dir_okay=False), metavar="FILE.toml",
              help="Fail (exit code 1) when a score is under the one recorded here.")  # fmt: skip
@json_option
@click.pass_obj
def test(obj: Context, path: str, misses: bool, floor: str | None, as_json: bool) -> None:
    """Precision, recall and F1 of the watch on labelled articles.

    One JSON object a line: id, title, text, url, published, outlet, language, trip ("none" for no trip),
    also_accept (other trips that are not wrong), topics. With --misses also what one more hit would have done.
    """
    from monitor.stages.classify import compile_watch
    from monitor.stages.floor import fallen, read_floor
    from monitor.stages.labelled import file_given
    from monitor.stages.misses import explain_miss
    from monitor.stages.score import predicted, report_as_dict, score
    from monitor.wire import load_watch

    least = _read(floor, read_floor) if floor else {}
    watch = load_watch(obj.settings())
    classifier = compile_watch(watch)
    rows = labelled(path, watch)
    filings = [file_given(classifier, given) for given, _ in rows]
    found = [predicted(filing) for filing in filings]
    report = score([label for _, label in rows], found)
    missed = [
        miss
        for (given, label), filing, said in zip(rows, filings, found, strict=True)
        if (misses or as_json) and (miss := explain_miss(classifier, given, label, filing, said))
    ]
    under = fallen(report, least)
    if as_json:
        say_json(report_as_dict(report) | {"articles_missed": [asdict(miss) for miss in missed], "under": list(under)})
    else:
        _say(report)
        for miss in missed:
            _say_miss(miss)
    for what in under:
        click.echo(f"under the floor: {what}", err=True)
    sys.exit(1 if under else 0)


def labelled(path: str, watch: Watch) -> list[tuple[Given, Labelled]]:
    """The rows of a labelled file; a usage error names the lines that are wrong, a warning labels of another watch."""
    from monitor.stages.labelled import read_labelled, unknown_labels

    rows = _read(path, lambda text, file: list(read_labelled(text, file)))
    warnings = unknown_labels((label for _, label in rows), watch, path)
    for warning in warnings[:_MOST_WARNINGS]:
        click.echo(f"warning: {warning}", err=True)
    if len(warnings) > _MOST_WARNINGS:
        click.echo(f"warning: {len(warnings) - _MOST_WARNINGS} more labels are not of this watch", err=True)
    return rows


_MOST_WARNINGS = 10


def _read(path: str, read: Callable[[str, str], T]) -> T:
    """A file that a person wrote, read; what is wrong with it is a usage error."""
    try:
        return read(Path(path).read_text("utf-8"), path)
    except UnicodeError as error:
        raise click.UsageError(f"{path}: is not UTF-8 ({error}); save it as UTF-8 text") from error
    except OSError as error:
        raise click.UsageError(f"{path}: cannot be read ({error})") from error
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _say(report: Report) -> None:
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


def _say_miss(miss: Missed) -> None:
    what = "; ".join(each for each in (miss.trip, " ".join(miss.topics)) if each)
    click.echo(f"\n{miss.id}: {what}  {miss.title}")
    for sheet in miss.sheets:
        click.echo(f"  {sheet.trip_id}  {sheet.score:+.2f}")
        for item in sheet.evidence:
            click.echo(f"    {item.weight:+.2f} {item.signal}: “{item.term}” in {item.field}")
    for way in miss.ways:
        click.echo(f"  {way}")
