"""What a digest left out, each with its reason: for `digest --include-known`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from monitor.cli.common import plural

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from monitor.model import KnownLine, Suppressed


def say_known(rows: tuple[Suppressed, ...], zone: tzinfo) -> None:
    """Every article and sentence that is not told, with the nearest known one and where it stands."""
    from monitor.stages.digest import why_left_out

    whole = sum(1 for row in rows if not row.told)
    sentences = sum(len(row.lines) for row in rows)
    click.echo(f"\nnot told: {plural(whole, 'article')}, {plural(sentences, 'sentence')}")
    for row in rows:
        article = row.stored.article
        click.echo(f"\n{article.title or '(no title)'} ({article.outlet})\n  {article.url}")
        if row.told:
            click.echo(
                f"  {plural(row.told, 'sentence')} of it {'is' if row.told == 1 else 'are'} told; these are not:"
            )
        else:
            _, reason, original = why_left_out(row.stored)
            click.echo(f"  {reason}{f': “{original}”' if original else ''}")
        for line in row.lines:
            click.echo(f"  - {line.text or '(text pruned)'}\n      {line.reason}, {line.score:.2f}{_near(line, zone)}")


def known_as_dicts(rows: tuple[Suppressed, ...]) -> list[dict[str, Any]]:
    """The same for --format json."""
    from monitor.stages.digest import why_left_out

    found = []
    for row in rows:
        stored = row.stored
        group, reason, original = why_left_out(stored) if not row.told else ("told in part", "", "")
        found.append(
            {
                "id": stored.article.id, "title": stored.article.title, "outlet": stored.article.outlet,
                "url": stored.article.url, "verdict": stored.verdict.value, "of": stored.original, "group": group,
                "reason": reason, "original": original, "told": row.told,
                "sentences": [
                    {
                        "text": line.text, "score": round(line.score, 4), "reason": line.reason,
                        "nearest": line.near_text, "outlet": line.near_outlet, "title": line.near_title,
                        "url": line.near_url, "published": line.near_published, "sentence": line.near_at,
                    }
                    for line in row.lines
                ],
            }
        )  # fmt: skip
    return found


def _near(line: KnownLine, zone: tzinfo) -> str:
    if not line.near_outlet:
        return ""
    from monitor.stages.seedfile import BRIEF_FIRST

    place = [line.near_outlet, *_day(line.near_published, zone)]
    if line.near_at is not None and line.near_text and line.near_at < BRIEF_FIRST:
        place.append(f"sentence {line.near_at + 1}")
    return f"; nearest: {line.near_text or '(original text, not kept)'} ({', '.join(place)}: {line.near_title})"


def _day(moment: datetime | None, zone: tzinfo) -> list[str]:
    return [f"{moment.astimezone(zone):%-d %b %Y}"] if moment else []
