"""Two texts side by side on a terminal: this paragraph is that one."""

from __future__ import annotations

import shutil
from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from monitor.model import Aligned

NARROWEST, WIDEST = 60, 140
MARK = 6


def say_alignment(rows: Sequence[Aligned], title: str) -> None:
    """Each paragraph left, the one that it is right, and between them how much of it stands there."""
    if not rows:
        return
    kept = any(row.there for row in rows)
    width = min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)
    column = (width - MARK - 2) // 2
    click.echo(f"\n{'this text':<{column}} {'':<{MARK}} {title if kept else 'the original, of which no text is kept'}")
    for row in rows:
        mark = f"{row.share:>4.0%} =" if row.share else "  new" if row.here else " gone"
        click.echo("─" * width)
        left, right = wrap(row.here, column), wrap(row.there, column)
        for number, (here, there) in enumerate(zip_longest(left, right, fillvalue="")):
            click.echo(f"{here:<{column}} {mark if not number else '':<{MARK}} {there}".rstrip())
