"""prune."""

from __future__ import annotations

import click

from monitor.cli.common import Context, home_options, json_option, plural, say_json


@click.command()
@home_options
@click.option("--older", required=True, metavar="AGE", help="Drop texts that were read longer ago, e.g. 365d.")
@click.option("--dry-run", is_flag=True, help="Only say what would be dropped.")
@click.option("--vacuum", is_flag=True, help="Give the room back to the disk (SQLite), which rewrites the file.")
@json_option
@click.pass_obj
def prune(obj: Context, older: str, dry_run: bool, vacuum: bool, as_json: bool) -> None:
    """Drop the texts of old articles that were told, or known without being told.

    Fingerprints, hashes, decisions, developments, figures and digests stay, so nothing is told again. What is dropped
    is not filed anew by `rules backtest`.
    """
    from monitor.cli.adding import said
    from monitor.edges.store_prune import LEAST_AGE
    from monitor.watch.values import between, duration

    if dry_run and vacuum:
        raise click.UsageError("--dry-run and --vacuum exclude each other")
    try:
        age = duration(between(f"{LEAST_AGE.days}d", "36500d")(older))
    except ValueError as error:
        raise click.BadParameter(
            f"{said(error)}; what is new is compared with texts of the last {LEAST_AGE.days} days",
            param_hint="--older",
        ) from None
    with obj.app(lock=not dry_run) as app:
        before = app.clock.now() - age
        found = app.store.prunable(before) if dry_run else app.store.prune(before)
        freed = app.store.vacuum() if vacuum else None
    if as_json:
        say_json(
            {"articles": found.articles, "sentences": found.sentences, "characters": found.characters,
             "dropped": not dry_run, "freed_bytes": freed}
        )  # fmt: skip
        return
    click.echo(
        f"{'would drop' if dry_run else 'dropped'} the texts of {plural(found.articles, 'article')} and "
        f"{plural(found.sentences, 'sentence')}: {found.characters / 1e6:.1f} million characters"
    )
    if freed is not None:
        click.echo(f"{freed / 1e6:.1f} MB were given back to the disk")
    elif found.articles and not dry_run:
        click.echo("the room in the database is used again; --vacuum gives it back to the disk (SQLite)")
