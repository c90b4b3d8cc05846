"""explain: one article's whole decision, for a person."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.cli.common import Context, home_options, json_option, plural, say_json

if TYPE_CHECKING:
    from monitor.model import Aligned, Page, Revision
    from monitor.pipeline.reading import Reading
    from monitor.wire import App

# So many articles of a story.
MOST_SHOWN = 12


@click.command()
@home_options
@click.argument("target", metavar="URL|FILE|-")
@click.option("--html", "page", type=click.Path(dir_okay=False, allow_dash=True), metavar="FILE",
              help="Write a page with the text, its marks and every sheet; - for standard output.")  # fmt: skip
@json_option
@click.pass_obj
def explain(obj: Context, target: str, page: str | None, as_json: bool) -> None:
    """Why an article is filed as it is: known or new, trip, topics, sentences, each with its evidence.

    URL: one that is stored, else it is fetched now. FILE: .txt, .md or .html. "-": text on standard input.
    Nothing is stored.
    """
    from monitor.pipeline.reading import read_given

    with obj.app() as app:
        stored = app.store.article(_key(target))
        given = _page(app, target) if stored is None else _stored_page(stored.article)
        reading = read_given(app.filer, given, app.clock.now())
        if stored is not None:
            from dataclasses import replace

            reading = replace(reading, match=stored.match, filing=stored.filing)
        if page:
            _write(page, _page_of(app, reading))
        if as_json:
            say_json(_as_dict(app, reading, stored is not None))
        elif page != "-":
            _say(app, reading, stored is not None)


def _key(target: str) -> str:
    from monitor.errors import ExtractError
    from monitor.stages.identity import canonical_url

    if not target.startswith(("http://", "https://")):
        return target
    try:
        return canonical_url(target)
    except ExtractError as error:
        raise click.UsageError(str(error)) from error


def _stored_page(article: Any) -> Page:
    from monitor.model import Page

    return Page(
        article.url if article.url.startswith("http") else "",
        article.title, article.text, article.author, article.outlet, article.published, article.language,
    )  # fmt: skip


def _page(app: App, target: str) -> Page:
    from monitor.cli.seeds import fetch_page
    from monitor.errors import MonitorError
    from monitor.stages.given import read_file

    try:
        if target == "-":
            return read_file(sys.stdin.buffer.read(), "stdin.txt", app.clock.now())
        if target.startswith(("http://", "https://")):
            return asyncio.run(fetch_page(app, target))
        return read_file(Path(target).read_bytes(), target, app.clock.now())
    except OSError as error:
        raise click.UsageError(f"{target}: cannot be read ({error.strerror}); give a URL, a file, or -") from error
    except MonitorError as error:
        raise click.ClickException(str(error)) from error


def _as_dict(app: App, reading: Reading, stored: bool) -> dict[str, Any]:
    from pydantic import TypeAdapter

    from monitor.cli.stories import as_dict, story_of
    from monitor.model import Aligned, Filing, Match, Revision
    from monitor.stages.explained import why

    weights = app.filer.classifier.story.weights
    original = app.store.article(reading.match.of) if reading.match.of else None
    return {
        "title": reading.article.title,
        "url": reading.article.url,
        "stored": stored,
        "known": reading.match.verdict.value != "new",
        "match": TypeAdapter(Match).dump_python(reading.match, mode="json"),
        "original": original.article.title if original else "",
        "filing": TypeAdapter(Filing).dump_python(reading.filing, mode="json"),
        "why": {score.trip_id: why(reading.filing, score, weights) for score in reading.filing.scores},
        "sentences": [
            {
                "text": novelty.sentence.text,
                "new": novelty.new,
                "score": round(novelty.score, 4),
                "reason": novelty.reason,
                "nearest": novelty.nearest.text if novelty.nearest else "",
                "of": novelty.nearest.article_id if novelty.nearest else "",
            }
            for novelty in reading.sentences
        ],
        "alignment": TypeAdapter(tuple[Aligned, ...]).dump_python(_alignment(app, reading), mode="json"),
        "story": as_dict(story) if (story := story_of(app, reading.article.id)) else None,
        "revisions": TypeAdapter(tuple[Revision, ...]).dump_python(
            app.store.revisions(reading.article.id), mode="json"
        ),
    }


def _page_of(app: App, reading: Reading) -> str:
    from monitor.stages.explained import explain as lay_out
    from monitor.stages.render import render_page

    weights = app.filer.classifier.story.weights
    return render_page(
        "explain.html.j2",
        article=reading.article,
        filing=reading.filing,
        explained=lay_out(reading.article, reading.filing, app.watch.trips, weights),
        answer=_answer(reading),
        known=_known(app, reading),
        alignment=_alignment(app, reading),
        original=_original(app, reading),
        story=_story(app, reading),
    )


def _story(app: App, reading: Reading) -> tuple[str, ...]:
    """Who has the report, then its articles, the first ones; () for a text that is not stored."""
    from monitor.cli.stories import headline, row, story_of

    story = story_of(app, reading.article.id)
    if story is None:
        return ()
    rows = [row(member, story) for member in story.members] if len(story.members) > 1 else []
    more = [f"… and {len(rows) - MOST_SHOWN} more"] if len(rows) > MOST_SHOWN else []
    return (headline(story), *rows[:MOST_SHOWN], *more)


def _original(app: App, reading: Reading) -> str:
    """The title and outlet of what an article is a copy of, "" where it is none."""
    original = app.store.article(reading.match.of) if reading.match.of else None
    return f"{original.article.title} ({original.article.outlet})" if original else ""


def _alignment(app: App, reading: Reading) -> tuple[Aligned, ...]:
    """The text beside what it is a copy, an update or a rewrite of; () where it is none."""
    from monitor.stages.alignment import align

    known = app.store.known(reading.match.of) if reading.match.of else None
    return align(reading.article.text, known) if known else ()


def _write(path: str, text: str) -> None:
    from monitor.edges.files import write_atomically

    if path == "-":
        click.echo(text, nl=False)
        return
    try:
        write_atomically(Path(path), text.encode("utf-8"))
    except OSError as error:
        raise click.ClickException(f"{path}: cannot be written ({error})") from None
    click.echo(f"written: {path}", err=True)


def _answer(reading: Reading) -> str:
    from monitor.model import Decision

    filing = reading.filing
    if filing.decision is Decision.FILED:
        return f"trip: {filing.trip}{', settled by hand' if filing.settled else ''}"
    return f"trip: {filing.decision.value} ({filing.reason})"


def _known(app: App, reading: Reading) -> str:
    from monitor.model import Verdict

    match = reading.match
    if match.verdict is Verdict.NEW:
        return "known: no, it is new"
    original = app.store.article(match.of)
    title = f" “{original.article.title}” ({original.article.outlet})" if original else ""
    return (
        f"known: {match.verdict.value} of {match.of}{title}; {match.inside:.0%} of this text stands there, "
        f"{match.covers:.0%} of that one stands here, sentences aligned {match.aligned:.0%}"
    )


def _say(app: App, reading: Reading, stored: bool) -> None:
    from monitor.cli.beside import say_alignment
    from monitor.stages.explained import why

    filing = reading.filing
    weights = app.filer.classifier.story.weights
    click.echo(click.style(reading.article.title or "(no title)", bold=True))
    if stored:
        pruned = "" if reading.article.text else "; its text was pruned"
        click.echo(f"stored: what follows is as it was filed{pruned}")
    click.echo(_known(app, reading))
    for number, line in enumerate(_story(app, reading)):
        click.echo(f"  {line}" if number else f"story: {line}")
    click.echo(_answer(reading))
    if filing.mentioned:
        click.echo(f"mentions: {', '.join(filing.mentioned)}")
    for score in filing.scores[:3]:
        click.echo(f"  {score.trip_id}  {score.score:+.2f}  {why(filing, score, weights)}")
        for evidence in score.evidence:
            click.echo(
                f"    {evidence.weight:+.2f} {evidence.signal}: “{evidence.term}” "
                f"in {evidence.field} {evidence.span.start}-{evidence.span.end}"
            )
    for score in filing.scores[3:]:
        click.echo(f"  {score.trip_id}  {score.score:+.2f}  {why(filing, score, weights)}")
    click.echo("topics: " + (", ".join(hit.topic_id for hit in filing.topics) or "none"))
    for hit in filing.topics:
        seen = ", ".join(dict.fromkeys(f"“{each.term}” in {each.field}" for each in hit.evidence))
        click.echo(f"  {hit.topic_id}: {seen}")
    say_alignment(_alignment(app, reading), _original(app, reading))
    for revision in app.store.revisions(reading.article.id):
        _say_revision(revision)
    new = [novelty for novelty in reading.sentences if novelty.new]
    if reading.sentences and not stored:
        click.echo(f"sentences: {plural(len(reading.sentences), 'sentence')}, {len(new)} new")
        for novelty in reading.sentences:
            nearest = novelty.nearest
            near = f" | nearest {nearest.article_id}: {nearest.text or '(original text, not kept)'}" if nearest else ""
            click.echo(f"  {'NEW ' if novelty.new else 'known' if novelty.reason.startswith('known') else 'skip'} "
                       f"{novelty.score:.2f} {novelty.sentence.text}\n        {novelty.reason}{near}")  # fmt: skip


def _say_revision(revision: Revision) -> None:
    click.echo(f"revision {revision.number}, read {revision.read_at:%-d %b, %H:%M} UTC; until then: {revision.title}")
    for mark, sentences in (("-", revision.removed), ("+", revision.added)):
        for text in sentences:
            told = " (it had been told: corrected)" if mark == "-" and text in revision.withdrawn else ""
            click.echo(f"  {mark} {text}{told}")
