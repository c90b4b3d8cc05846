"""What the commands share: opening the working folder, --home, --json, progress where a person is watching."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from monitor.errors import Problem
    from monitor.model import Watch
    from monitor.settings import Settings
    from monitor.wire import App, Look, Progress

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Context:
    """The global options."""

    home: str | None
    watch: str | None
    verbose: bool

    def settings(self) -> Settings:
        """The settings in force; also sets the log level."""
        from monitor.wire import load_settings

        settings = load_settings(
            Path(self.home) if self.home else None, Path(self.watch) if self.watch else None, os.environ
        )
        level = "DEBUG" if self.verbose else settings.log
        logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(message)s", force=True)
        for noisy in (
            "httpx",
            "httpcore",
            "apscheduler",
            "trafilatura",
            "htmldate",
            "alembic",
            "hpack",
            "charset_normalizer",
        ):
            logging.getLogger(noisy).setLevel(logging.WARNING if level != "DEBUG" else logging.INFO)
        for silent in ("trafilatura", "htmldate"):
            logging.getLogger(silent).setLevel(logging.CRITICAL)
        return settings

    @contextlib.contextmanager
    def app(self, *, lock: bool = False) -> Iterator[App]:
        """The working folder, opened; damaged seeds are named on stderr and skipped."""
        from monitor.wire import open_app

        with open_app(self.settings(), lock=lock) as app:
            for problem in app.seeds.problems:
                click.echo(f"seeds: {problem}", err=True)
            yield app

    @contextlib.contextmanager
    def look(self) -> Iterator[Look]:
        """The working folder for a command that asks no rule: of rules that do not parse it says so, and goes on."""
        from monitor.wire import open_store

        with open_store(self.settings()) as look:
            _warn_of(look.problems)
            yield look

    def watch_alone(self) -> Watch:
        """The watch without its store, for a command that asks no rule."""
        from monitor.wire import look_at_watch

        watch, problems = look_at_watch(self.settings())
        _warn_of(problems)
        return watch

    @contextlib.contextmanager
    def seeds_alone(self, folder: Path) -> Iterator[App]:
        """A folder of seeds in a database of its own that is thrown away; damaged seeds are named on stderr."""
        from monitor.wire import open_seeds

        with open_seeds(self.settings(), folder) as app:
            for problem in app.seeds.problems:
                click.echo(f"seeds: {problem}", err=True)
            yield app


def _warn_of(problems: Sequence[Problem]) -> None:
    """One line for the rules that are wrong."""
    if problems:
        first, more = str(problems[0]).splitlines()[0], len(problems) - 1
        others = f" (and {plural(more, 'other')})" if more else ""
        click.echo(f"warning: {first}{others}; nothing is filed until `monitor rules check` finds no mistake", err=True)


def home_options(command: Command) -> Command:
    """--home and --watch after the command's name as well as before it."""

    def take(ctx: click.Context, option: click.Parameter, value: str | None) -> None:
        if value is not None:
            ctx.obj = replace(ctx.obj, **{str(option.name): value})

    def verbose(ctx: click.Context, option: click.Parameter, value: bool) -> None:
        if value:
            ctx.obj = replace(ctx.obj, verbose=True)

    command = click.option("-v", "--verbose", is_flag=True, expose_value=False, callback=verbose, help="Say more.")(
        command
    )
    for name in ("watch", "home"):
        command = click.option(
            f"--{name}", type=click.Path(), expose_value=False, callback=take, hidden=name == "watch",
            help="The working folder (default: MONITOR_HOME, or here).",
        )(command)  # fmt: skip
    return command


def json_option(command: Command) -> Command:
    """--json: one JSON document on standard output instead of text."""
    return click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")(command)


def say_json(value: object) -> None:
    """One JSON document, readable."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))


@contextlib.contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress bar when a person is watching (stderr is a terminal); else nothing."""
    from monitor.pipeline.room import no_progress

    if not sys.stderr.isatty():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:>8}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield advance


def plural(number: int, noun: str, many: str = "") -> str:
    """1 page, 2 pages."""
    return f"{number} {noun if number == 1 else many or noun + 's'}"
