"""rules tune: weights fitted to labelled articles, with cross-validated figures."""

from __future__ import annotations

import click

from monitor.cli.common import Context, home_options, json_option, plural, say_json


@click.command()
@home_options
@click.argument("path", metavar="FILE.jsonl", type=click.Path(exists=True, dir_okay=False))
@click.option("--folds", type=click.IntRange(2, 50), default=5, show_default=True, help="Parts for cross-validation.")
@click.option("--flat", is_flag=True, help="Begin with all weights alike instead of with those in force.")
@json_option
@click.pass_obj
def tune(obj: Context, path: str, folds: int, flat: bool, as_json: bool) -> None:
    """Fit the weights to labelled articles, and tell how well such weights do on articles they have not seen.

    Nothing is written: the changed weights are shown as a [weights] table for the watch file.
    """
    from monitor.cli.rules import labelled
    from monitor.stages.floor import scores_of
    from monitor.stages.tune import tune as fit
    from monitor.wire import load_watch

    watch = load_watch(obj.settings())
    rows = labelled(path, watch)
    try:
        found = fit(watch, rows, folds=folds, flat=flat)
    except ValueError as error:
        raise click.UsageError(f"{path}: {error}") from error
    columns = {"before": found.before, "fitted": found.seen, f"{folds}-fold": found.unseen}
    scores = {name: scores_of(report) for name, report in columns.items()}
    if as_json:
        say_json({"weights": dict(found.weights), "scores": scores})
        return
    click.echo(f"{plural(len(rows), 'article')}\n\n{'':<22}" + "".join(f"{name:>10}" for name in columns))
    for name in ("trip_micro", "trip_macro", "none_f1"):
        click.echo(f"{name.replace('_', ', '):<22}" + "".join(f"{each[name]:>10.3f}" for each in scores.values()))
    click.echo("\nfitted: on the articles that the weights were fitted to; "
               f"{folds}-fold: on those of each part by weights fitted to the others\n")  # fmt: skip
    click.echo("[weights]")
    for name, weight in sorted(found.weights.items()):
        key = name if " " not in name else f'"{name}"'
        click.echo(f"{key} = {weight:g}")
