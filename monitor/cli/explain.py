"""explain: one article's whole decision, for a person."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from monitor.cli.common import Context, home_options, json_option, say_json

if TYPE_CHECKING:
    from monitor.model import Account, Aligned, Article, Page, Revision, StoredArticle, Story
    from monitor.pipeline.reading import Reading
    from monitor.stages.fates import Told
    from monitor.wire import App


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is known of one article. `account`: None where it is not stored; `outcome`: a word and a sentence."""

    reading: Reading
    account: Account | None
    sentences: tuple[Told, ...]
    outcome: tuple[str, str]
    original: StoredArticle | None
    alignment: tuple[Aligned, ...]
    revisions: tuple[Revision, ...]
    story: Story | None

    @property
    def named_original(self) -> str:
        """The title and outlet of what it is a copy of, "" where it is none."""
        return f"{self.original.article.title} ({self.original.article.outlet})" if self.original else ""


@click.command()
@home_options
@click.argument("target", metavar="URL|FILE|-")
@click.option("--html", "page", type=click.Path(dir_okay=False, allow_dash=True), metavar="FILE",
              help="Write a page with the text, its marks and every sheet; - for standard output.")  # fmt: skip
@json_option
@click.pass_obj
def explain(obj: Context, target: str, page: str | None, as_json: bool) -> None:
    """What became of an article and why: told or not, each sentence, trip and topics, with the evidence.

    URL: one that is stored (or its id), else it is fetched now. FILE: .txt, .md or .html. "-": text on standard input.
    Nothing is stored.
    """
    from monitor.cli.explained import say_answer

    with obj.app() as app:
        answer = _answer(app, target)
        if page:
            _write(page, _page_of(app, answer))
        if as_json:
            say_json(_as_dict(app, answer))
        elif page != "-":
            say_answer(answer, app.watch, app.filer.classifier.story.weights, ZoneInfo(app.watch.timezone))


def _answer(app: App, target: str) -> Answer:
    from dataclasses import replace

    from monitor.cli.stories import story_of
    from monitor.model import StoredArticle
    from monitor.pipeline.reading import read_given
    from monitor.stages.alignment import align
    from monitor.stages.fates import fates, foretold, outcome

    zone = ZoneInfo(app.watch.timezone)
    stored = app.store.article(_key(target))
    given = _page(app, target) if stored is None else _stored_page(stored.article)
    reading = read_given(app.filer, given, app.clock.now())
    account = None
    if stored is not None:
        reading = replace(reading, article=stored.article, match=stored.match, filing=stored.filing)
        account = app.store.account(stored.article.id)
        told = fates(account, zone, stored.article.id)
    else:
        ids = {each.nearest.article_id for each in reading.sentences if each.nearest}
        near = {id_: found for id_ in ids if (found := app.store.article(id_))}
        told = foretold(reading.sentences, near, zone, reading.article.id)
    match, of = reading.match, app.store.article(reading.match.of) if reading.match.of else None
    found = stored or StoredArticle(
        reading.article, match.verdict, match, reading.filing, match.of,
        of.article.title if of else "", of.article.outlet if of else "",
    )  # fmt: skip
    known = app.store.known(match.of) if match.of else None
    return Answer(
        reading, account, told, outcome(found, account, told), of,
        align(reading.article.text, known) if known else (), app.store.revisions(reading.article.id),
        story_of(app, reading.article.id),
    )  # fmt: skip


def _key(target: str) -> str:
    from monitor.errors import ExtractError
    from monitor.stages.identity import canonical_url

    if not target.startswith(("http://", "https://")):
        return target
    try:
        return canonical_url(target)
    except ExtractError as error:
        raise click.UsageError(f"{error}; give the address as a digest has it") from error


def _stored_page(article: Article) -> Page:
    from monitor.model import Page

    return Page(
        article.url if article.url.startswith("http") else "",
        article.title, article.text, article.author, article.outlet, article.published, article.language,
    )  # fmt: skip


def _page(app: App, target: str) -> Page:
    from monitor.cli.seeds import fetch_page
    from monitor.edges import loop
    from monitor.errors import FetchError, MonitorError
    from monitor.stages.given import read_file

    try:
        if target == "-":
            return read_file(sys.stdin.buffer.read(), "stdin.txt", app.clock.now())
        if target.startswith(("http://", "https://")):
            return loop.run(fetch_page(app, target))
        return read_file(Path(target).read_bytes(), target, app.clock.now())
    except OSError as error:
        what = "is no stored article's id and no file" if isinstance(error, FileNotFoundError) else "cannot be read"
        mend = "give a URL that begins with http, an id, a file, or -"
        raise click.UsageError(f"{target}: {what} ({error.strerror}); {mend}") from error
    except FetchError as error:
        said = str(error).removeprefix(f"{target}: ")
        mend = "give the address as a digest has it, or a file with its text"
        raise click.ClickException(f"{target}: not stored here, and not to be had now: {said}; {mend}") from error
    except MonitorError as error:
        raise click.ClickException(str(error)) from error


def _as_dict(app: App, answer: Answer) -> dict[str, Any]:
    from pydantic import TypeAdapter

    from monitor.cli.stories import as_dict
    from monitor.model import Aligned, Filing, Match, Revision
    from monitor.stages.explained import why
    from monitor.stages.fates import is_known

    reading, weights = answer.reading, app.filer.classifier.story.weights
    state, said = answer.outcome
    return {
        "title": reading.article.title,
        "url": reading.article.url,
        "stored": answer.account is not None,
        "outcome": state,
        "because": said,
        "digest": answer.account.digest if answer.account else "",
        "known": is_known(reading.match, answer.sentences),
        "match": TypeAdapter(Match).dump_python(reading.match, mode="json"),
        "original": answer.original.article.title if answer.original else "",
        "filing": TypeAdapter(Filing).dump_python(reading.filing, mode="json"),
        "why": {score.trip_id: why(reading.filing, score, weights) for score in reading.filing.scores},
        "sentences": [_sentence(each) for each in answer.sentences],
        "alignment": TypeAdapter(tuple[Aligned, ...]).dump_python(answer.alignment, mode="json"),
        "story": as_dict(answer.story) if answer.story else None,
        "revisions": TypeAdapter(tuple[Revision, ...]).dump_python(answer.revisions, mode="json"),
    }


def _sentence(told: Told) -> dict[str, Any]:
    from monitor.stages.fates import NEW, TOLD, WAITS

    return {
        "number": told.number,
        "text": told.text,
        "fate": told.fate,
        "new": told.fate in (TOLD, WAITS, NEW),
        "reason": told.because,
        "score": told.score,
        "nearest": told.near,
        "nearest_in": told.near_in,
        "of": told.near_id,
        "digest": told.digest,
    }


def _page_of(app: App, answer: Answer) -> str:
    from monitor.cli.stories import story_lines
    from monitor.rules.wording import meaning
    from monitor.stages.explained import WHERE, said_of_text, said_of_trip
    from monitor.stages.explained import explain as lay_out
    from monitor.stages.fates import summary
    from monitor.stages.render import render_page

    reading, weights = answer.reading, app.filer.classifier.story.weights
    return render_page(
        "explain.html.j2",
        article=reading.article,
        filing=reading.filing,
        meaning=meaning,
        where=WHERE,
        explained=lay_out(reading.article, reading.filing, app.watch.trips, weights),
        outcome=answer.outcome[1],
        trip=said_of_trip(reading.filing, app.watch.trips),
        text=said_of_text(reading.match, answer.named_original),
        sentences=answer.sentences,
        counted=summary(answer.sentences),
        alignment=answer.alignment,
        original=answer.named_original,
        story=story_lines(answer.story, ZoneInfo(app.watch.timezone)),
    )


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
