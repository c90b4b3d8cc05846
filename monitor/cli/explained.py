"""What `explain` says on a terminal."""

from __future__ import annotations

import shutil
from textwrap import fill
from typing import TYPE_CHECKING

import click

from monitor.cli.beside import say_alignment
from monitor.cli.stories import story_lines

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from monitor.cli.explain import Answer
    from monitor.model import Filing, Revision, Watch
    from monitor.stages.fates import Told

# So many trips are shown with all that speaks for and against them.
WHOLE = 3
NARROWEST, WIDEST = 60, 120


def say_answer(answer: Answer, watch: Watch, weights: Mapping[str, float], zone: tzinfo) -> None:
    """What became of it, its sentences, its trip and topics; then the text beside its original, and its revisions."""
    from monitor.stages.explained import said_of_text, said_of_trip
    from monitor.stages.fates import summary

    article, filing = answer.reading.article, answer.reading.filing
    day = f"{article.published.astimezone(zone):%-d %b %Y}" if article.published else "no day given"
    click.echo(click.style(article.title or "(no title)", bold=True))
    click.echo(", ".join(part for part in (article.outlet, day) if part))
    if answer.account is None:
        click.echo("not stored: what follows is what would become of it now")
    elif not article.text:
        click.echo("its text was pruned; what was decided is kept")
    click.echo(answer.outcome[1])
    click.echo(f"text: {said_of_text(answer.reading.match, answer.named_original)}")
    for number, line in enumerate(story_lines(answer.story, zone)):
        click.echo(f"  {line}" if number else f"story: {line}")
    if answer.sentences:
        click.echo(f"\n{summary(answer.sentences)}")
        for told in answer.sentences:
            _say_sentence(told)
    elif not filing.trip:
        click.echo("its sentences are not looked at, because it is on no trip")
    click.echo(f"\ntrip: {said_of_trip(filing, watch.trips)}")
    if filing.mentioned:
        click.echo(f"looks back to: {', '.join(filing.mentioned)}")
    _say_sheets(filing, watch, weights)
    click.echo("\ntopics: " + (", ".join(hit.topic_id for hit in filing.topics) or "none"))
    for hit in filing.topics:
        seen = ", ".join(dict.fromkeys(f"“{each.term}” in the {each.field}" for each in hit.evidence))
        click.echo(f"  {hit.topic_id}: {seen or 'as its original'}")
    say_alignment(answer.alignment, answer.named_original)
    for revision in answer.revisions:
        _say_revision(revision)


def _say_sentence(told: Told) -> None:
    width = min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)

    def say(text: str, first: str, rest: str) -> None:
        click.echo(fill(text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False))

    say(told.text or "(text pruned)", f"{told.number:>3}. ", "     ")
    say(f"{told.fate}: {told.because}", "     → ", "       ")
    if told.near_in:
        nearest = f"“{told.near}”" if told.near else "a sentence whose text is not kept"
        nearest = "the same sentence" if told.near == told.text else nearest
        say(f"nearest known: {nearest} ({told.near_in})", "       ", "       ")


def _say_sheets(filing: Filing, watch: Watch, weights: Mapping[str, float]) -> None:
    from monitor.rules.wording import meaning
    from monitor.stages.explained import WHERE, why

    names = {trip.id: trip.name for trip in watch.trips}
    for place, score in enumerate(filing.scores):
        named = f"{names[score.trip_id]} ({score.trip_id})" if score.trip_id in names else score.trip_id
        click.echo(f"  {score.score:+.2f}  {named}: {why(filing, score, weights)}")
        for item in score.evidence if place < WHOLE else ():
            where = WHERE.get(item.field, item.field)
            click.echo(f"      {item.weight:+.2f} {meaning(item.signal)}: “{item.term}” {where}  [{item.signal}]")


def _say_revision(revision: Revision) -> None:
    click.echo(f"revision {revision.number}, read {revision.read_at:%-d %b, %H:%M} UTC; until then: {revision.title}")
    for mark, sentences in (("-", revision.removed), ("+", revision.added)):
        for text in sentences:
            told = " (it had been told: corrected)" if mark == "-" and text in revision.withdrawn else ""
            click.echo(f"  {mark} {text}{told}")
