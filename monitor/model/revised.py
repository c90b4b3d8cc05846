"""Pages that were read again, and what had changed on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.compared import Match, Novelty, Sentence
from monitor.model.fetched import Article, Lead
from monitor.model.filed import Development, Figure, Filing


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """A filed page that its source offers as changed. The validators are those of its last answer."""

    lead_id: int
    lead: Lead
    article_id: str
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Sentences that stand in one text of a page only. `removed`: of the former text; `added`: of the newer one."""

    removed: tuple[Sentence, ...]
    added: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of a page. `number`: 1 for the first; `title`: what it had been until then.

    `withdrawn`: sentences among `removed` that a digest had told and that are gone or say something else now;
    `instead`: those among `added` that took their place.
    """

    article_id: str
    number: int
    read_at: datetime
    title: str
    removed: tuple[str, ...]
    added: tuple[str, ...]
    withdrawn: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Revised:
    """A page's newest text and what it adds to what was told of it. `sketch`: hashes of the newest text.

    `sentences`, `developments`, `figures`: of the added sentences only, under numbers that the article has not used.
    """

    article: Article
    revision: Revision
    filing: Filing
    match: Match
    sketch: tuple[int, ...]
    sentences: tuple[Novelty, ...] = ()
    developments: tuple[Development, ...] = ()
    figures: tuple[Figure, ...] = ()
    echoes: tuple[int, ...] = ()
