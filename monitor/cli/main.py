"""The entry: global options, exit codes, one line for every error that we raise on purpose."""

from __future__ import annotations

import gc
import importlib
import sys

import click

from monitor import __version__
from monitor.cli.common import Context
from monitor.errors import MonitorError, SetupError

# Where each command lives: "module:function". Read only when that command is asked for.
COMMANDS = {
    "init": ("setup:init", "Lay out a working folder: watch.toml, .env.example, seeds/, digests/."),
    "run": ("run:run", "Fetch, file, tell and deliver, once."),
    "fetch": ("run:fetch", "Fetch and file, without telling."),
    "digest": ("run:digest", "Make the digest of what is untold; or show an earlier one."),
    "start": ("run:start", "Run unattended: fetch when sources are due, tell at the set times."),
    "tick": ("run:tick", "One step of the scheduler, for cron and timers."),
    "sources": ("sources:sources", "The sources: their health, what they answer, new ones, lists of them."),
    "seeds": ("seeds:seeds", "The corpus of what was known before: list, add, check."),
    "rules": ("rules:rules", "Check the watch file's rules, or test them on labelled articles."),
    "explain": ("explain:explain", "Why an article is filed as it is: known, trip, topics, sentences."),
    "articles": ("articles:articles", "What was read and is uncertain: list it, settle it."),
    "prune": ("prune:prune", "Drop the texts of old articles; what they are recognised by stays."),
    "mail": ("mail:mail", "The outbox and the recipients: list, test, retry, pause and resume."),
    "doctor": ("setup:doctor", "Check everything a run needs, in words."),
    "healthcheck": ("setup:healthcheck", "Whether it is alive: exit 0 or 1, for containers and timers."),
    "config": ("setup:config", "Show the settings in force, secrets masked."),
    "demo": ("demo:demo", "Three days of a trip on a small web of our own, with three digests."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called; `--help` imports none."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which a person meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(f"monitor.cli.{module}"), function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of that name; a near miss is suggested."""
        from difflib import get_close_matches

        name = args[0] if args else ""
        if name and name not in COMMANDS and not name.startswith("-"):
            near = get_close_matches(name, COMMANDS, 1)
            hint = f" Did you mean {near[0]}?" if near else " See monitor --help."
            ctx.fail(f"There is no command {name!r}.{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--home", type=click.Path(), help="The working folder (default: MONITOR_HOME, or here).")
@click.option("--watch", type=click.Path(), help="The watch file (default: MONITOR_WATCH, or watch.toml in the home).")
@click.option("-v", "--verbose", is_flag=True, help="Say more.")
@click.version_option(__version__, prog_name="monitor")
@click.pass_context
def group(ctx: click.Context, home: str | None, watch: str | None, verbose: bool) -> None:
    """Follow a long-running story across many outlets; once a day, say what is new.

    Exit codes: 0 done; 1 something asked for failed (for runs only with --strict); 2 wrong usage; 3 watch,
    settings or set-up refused; 4 a delivery failed.
    """
    ctx.obj = Context(home, watch, verbose)


def main() -> None:
    """Run a command; errors of ours become one line and an exit code."""
    # A start makes many objects that stay, and a run few circles: to look through all of them as often as Python would
    # costs a tenth of both.
    gc.set_threshold(50_000, 50, 200)
    try:
        group(prog_name="monitor", standalone_mode=True)
    except SetupError as error:
        click.echo(f"{error}", err=True)
        sys.exit(3)
    except MonitorError as error:
        click.echo(f"monitor: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    finally:
        # The interpreter looks through all that is left before it ends, which takes longer than to read the watch.
        gc.freeze()
