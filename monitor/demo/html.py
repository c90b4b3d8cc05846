"""Pages as their papers print them: one template a house style, all under templates/."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.demo.press import Page, Publisher

RELATED = 5  # links to other pages beside an article
WORDS_A_MINUTE = 220  # for "3 min read"


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("monitor.demo", "templates"),
        autoescape=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )


def article(page: Page, paper: Publisher, others: Sequence[Page], base: str) -> str:
    """The page of one report. `others`: the paper's pages, newest first; `base`: "http://127.0.0.1:4711"."""
    name = "consent" if page.kind == "consent" else paper.template
    words = sum(len(paragraph.split()) for paragraph in page.paragraphs)
    return (
        _templates()
        .get_template(f"{name}.html.j2")
        .render(
            page=page,
            paper=paper,
            url=base + page.path,
            related=[other for other in others if other.id != page.id][:RELATED],
            tags=_tags(page),
            minutes=max(1, round(words / WORDS_A_MINUTE)),
        )
    )


def front(paper: Publisher, pages: Sequence[Page], feed_path: str, feed_type: str) -> str:
    """The front page: `pages` with their summaries. An empty `feed_type` leaves out the pointer to the feed."""
    template = _templates().get_template("front.html.j2")
    return template.render(paper=paper, pages=pages, feed_path=feed_path, feed_type=feed_type)


def moved(paper: Publisher) -> str:
    """What a paper without a working feed answers where its feed used to be."""
    return _templates().get_template("moved.html.j2").render(paper=paper)


def _tags(page: Page) -> tuple[str, ...]:
    """Tags a paper would print: names in the headline. The topics are the truth for tests and stay secret."""
    return tuple(dict.fromkeys(re.findall(r"(?<=\s)[A-Z][a-z]{3,}", page.title))) or ("News",)
