"""seeds list, seeds add, seeds check."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.common import Context, home_options, json_option, plural, say_json

if TYPE_CHECKING:
    from monitor.model import Page
    from monitor.pipeline.checking import Checker
    from monitor.pipeline.reading import Reading
    from monitor.wire import App


@click.group()
def seeds() -> None:
    """What was known before the watch began."""


@seeds.command("list")
@home_options
@json_option
@click.pass_obj
def list_(obj: Context, as_json: bool) -> None:
    """Every seed with its trip and topics."""
    with obj.app() as app:
        rows = [
            {
                "id": stored.article.id,
                "title": stored.article.title,
                "outlet": stored.article.outlet,
                "published": stored.article.published and stored.article.published.date(),
                "trip": stored.filing.trip or "none",
                "topics": [hit.topic_id for hit in stored.filing.topics],
            }
            for stored in app.store.seeds()
        ]
        if as_json:
            say_json(rows)
            return
        for row in rows:
            click.echo(f"{row['id']}  {row['trip']}  {row['published'] or 'undated'}  {row['title']} ({row['outlet']})")
        click.echo(f"{plural(len(rows), 'seed')} in {app.settings.home / 'seeds'}")


@seeds.command()
@home_options
@click.argument("targets", nargs=-1, required=True, metavar="FILE|URL...")
@click.pass_obj
def add(obj: Context, targets: tuple[str, ...]) -> None:
    """Make texts known: .txt, .md or .html files, seed records, or pages by URL.

    The text stays in this working folder: a copy in seeds/, its fingerprint in the database.
    """
    from monitor.edges.corpus import read_corpus, store_seed
    from monitor.errors import MonitorError
    from monitor.pipeline import sync_seeds

    failed = 0
    with obj.app(lock=True) as app:
        folder = app.settings.home / "seeds"
        for target in targets:
            try:
                name, data = _bring(app, target)
                _refuse_taken(app, name, data)
                kept = store_seed(folder, name, data)
            except (click.ClickException, MonitorError, OSError) as error:
                message = error.format_message() if isinstance(error, click.ClickException) else str(error)
                click.echo(f"{target}: not added: {message}", err=True)
                failed += 1
                continue
            report = sync_seeds(read_corpus(folder), app.store, app.filer, app.clock.now())
            mine = [problem for problem in report.problems if problem.startswith(kept.name)]
            if mine or not report.added:
                kept.unlink()
                click.echo(f"{target}: not added: {mine[0] if mine else 'it is there already'}", err=True)
                failed += 1
                continue
            stored = app.store.article(report.added[-1])
            trip = stored.filing.trip if stored else ""
            click.echo(f"{target}: known from now on as {report.added[-1]} ({trip or 'on no trip'})")
    sys.exit(1 if failed else 0)


def _refuse_taken(app: App, name: str, data: bytes) -> None:
    """Refuse a record whose id another seed has: it would take that one's place."""
    from monitor.stages.charset import decode
    from monitor.stages.seedfile import is_record, read_seed

    text = decode(data)
    if is_record(text) and (seed := read_seed(text, name)).id in app.store.seed_versions():
        raise click.ClickException(f"the id {seed.id!r} is taken by another seed; give it one of its own")


def _bring(app: App, target: str) -> tuple[str, bytes]:
    """Name and bytes of a file or page to keep as a seed."""
    if target.startswith(("http://", "https://")):
        from monitor.edges import loop
        from monitor.errors import MonitorError
        from monitor.stages.identity import article_id, canonical_url

        try:
            page = loop.run(fetch_page(app, target))
        except MonitorError as error:
            raise click.ClickException(str(error)) from error
        name = f"page-{article_id(canonical_url(page.url))}.txt"
        return name, f"{page.title}\n\n{page.text}\n".encode()
    path = Path(target)
    if path.suffix.lower() not in (".txt", ".md", ".html", ".htm"):
        raise click.ClickException("a seed is a .txt, .md or .html file")
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise click.ClickException(f"cannot be read ({error.strerror})") from error


async def fetch_page(app: App, url: str) -> Page:
    """One page by hand, read as the pipeline would; raises MonitorError."""
    from functools import partial

    from monitor.model import Lead, Request
    from monitor.stages.extract import read_page
    from monitor.wire import open_room

    async with open_room(app) as room:
        answer = await room.fetcher.fetch(Request(url))
        lead = Lead("by-hand", url, url)
        return await room.pool.run(
            partial(read_page, answer.body, url=answer.url, charset=answer.charset, lead=lead, now=app.clock.now())
        )


@seeds.command()
@home_options
@click.argument("paths", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@click.option(
    "--seeds",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Against the seeds in this folder, and nothing else; no working folder is needed.",
)
@json_option
@click.pass_obj
def check(obj: Context, paths: tuple[str, ...], folder: Path | None, as_json: bool) -> None:
    """Is this text known, and of what? With --json one JSON object a line.

    Against seeds/ and everything that this working folder has read.
    """
    import json

    from monitor.errors import MonitorError
    from monitor.pipeline.checking import Checker
    from monitor.stages.given import read_file

    failed = False
    with obj.seeds_alone(folder) if folder else obj.app() as app:
        checker, now = Checker(app.filer, app.store, app.watch), app.clock.now()
        for path in paths:
            try:
                reading = checker.check(read_file(Path(path).read_bytes(), Path(path).name, now), now)
            except (MonitorError, OSError) as error:
                failed = True
                # The message of a text begins with its name.
                said = str(error).removeprefix(f"{Path(path).name}: ")
                if isinstance(error, OSError) and error.strerror:
                    said = error.strerror
                click.echo(json.dumps({"file": path, "error": said}, ensure_ascii=False)) if as_json else click.echo(
                    f"{path}: {said}", err=True
                )
                continue
            if as_json:
                click.echo(json.dumps(_checked(checker, path, reading), ensure_ascii=False))
            else:
                _say_checked(app, path, reading)
    sys.exit(1 if failed else 0)


# So many new sentences of a text that is known are shown.
MOST_SHOWN = 5


def _say_checked(app: App, path: str, reading: Reading) -> None:
    """What a text is, of what, and how much of it is new, in words."""
    from monitor.stages.explained import said_of_text

    original = app.store.article(reading.match.of) if reading.match.of else None
    named = f"“{original.article.title}” ({original.article.outlet}, {original.article.id})" if original else ""
    new = [" ".join(novelty.sentence.text.split()) for novelty in reading.sentences if novelty.new]
    click.echo(f"{path}: {reading.match.verdict.value}")
    click.echo(f"  {said_of_text(reading.match, named)}")
    click.echo(
        f"  {len(new)} of its {plural(len(reading.sentences), 'sentence')} {'is' if len(new) == 1 else 'are'} new"
    )
    if original:
        for text in new[:MOST_SHOWN]:
            click.echo(f"    + {text}")
        if len(new) > MOST_SHOWN:
            click.echo(f"    and {len(new) - MOST_SHOWN} more (--json shows all)")


def _checked(checker: Checker, path: str, reading: Reading) -> dict[str, Any]:
    """The verdict on a file, as `--json` prints it."""
    return {
        "file": path,
        "verdict": reading.match.verdict.value,
        "of": reading.match.of,
        "similarity": round(reading.match.similarity, 4),
        "containment": round(reading.match.inside, 4),
        "new_sentences": [novelty.sentence.text for novelty in reading.sentences if novelty.new],
        "known_sentences": [
            {
                "text": novelty.sentence.text,
                "of": novelty.nearest.article_id if novelty.nearest else "",
                "nearest": checker.wording(novelty),
            }
            for novelty in reading.sentences
            if novelty.reason.startswith("known")
        ],
    }
