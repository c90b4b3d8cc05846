"""rules suggest: terms that separate a label's articles from the rest."""

from __future__ import annotations

from dataclasses import asdict

import click

from monitor.cli.common import Context, home_options, json_option, plural, say_json


@click.command()
@home_options
@click.argument("label", metavar="TRIP|TOPIC")
@click.option("--most", type=click.IntRange(1, 500), default=30, show_default=True, help="How many terms.")
@click.option("--from", "path", metavar="FILE.jsonl", type=click.Path(exists=True, dir_okay=False),
              help="Take labelled articles instead of what is stored.")  # fmt: skip
@json_option
@click.pass_obj
def suggest(obj: Context, label: str, most: int, path: str | None, as_json: bool) -> None:
    """Terms that set the articles of a trip or topic apart from all others, best first.

    From what is stored, as it was filed. A * marks what the label's rules ask for already; the others are what
    a new rule could ask for.
    """
    from monitor.cli.rules import labelled
    from monitor.stages.classify import compile_watch
    from monitor.stages.suggest import suggest as rank
    from monitor.wire import load_watch

    watch = load_watch(obj.settings())
    names = {trip.id for trip in watch.trips} | {topic.id for topic in watch.topics}
    if label not in names:
        from difflib import get_close_matches

        near = get_close_matches(label, names, 1)
        raise click.UsageError(f"there is no trip or topic {label!r}" + (f"; did you mean {near[0]}?" if near else ""))
    inside: list[str] = []
    outside: list[str] = []
    if path:
        for given, said in labelled(path, watch):
            (inside if label in (said.trip, *said.topics) else outside).append(f"{given.title}\n{given.text}")
    else:
        with obj.app() as app:
            for kept in app.store.kept():
                under = {kept.filing.trip, *(hit.topic_id for hit in kept.filing.topics)}
                text = f"{kept.article.title}\n{kept.article.text}"
                (inside if label in under else outside).append(text)
    engine = compile_watch(watch)
    rules = [rule for rule, _ in engine.story.rules.get(label, ())]
    rules += [topic.rule for topic in engine.topics if topic.id == label]
    found = rank(inside, outside, rules, most)
    if as_json:
        say_json({"label": label, "inside": len(inside), "outside": len(outside), "terms": [asdict(e) for e in found]})
        return
    click.echo(f"{label}: {plural(len(inside), 'article')}, {len(outside)} others")
    if not found:
        click.echo("no term stands in two of its articles and is rarer in the others")
        return
    click.echo(f"\n  {'term':<34}{'here':>6}{'others':>8}{'score':>9}")
    for each in found:
        shown = f'"{each.term}"' if " " in each.term else each.term
        click.echo(f"{'*' if each.known else ' '} {shown:<34}{each.inside:>6}{each.outside:>8}{each.score:>9.1f}")
