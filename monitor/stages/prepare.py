"""What can be worked out of a page before anything else is known of it: done in the worker that read it. Pure."""

from __future__ import annotations

import pickle
from datetime import datetime
from functools import lru_cache

from monitor.model import Filing, Lead, Page, Prepared, Watch
from monitor.stages.classify import Classifier, classify, compile_watch
from monitor.stages.dedup import fingerprint
from monitor.stages.extract import read_page
from monitor.stages.figures import find_figures, patterns_with
from monitor.stages.identity import content_hash
from monitor.text import read_sentences


def prepare(page: Page, filing: Filing | None = None, own_figures: str = "") -> Prepared:
    """A page with its fingerprint and content hash, and with its figures where it is filed under a trip.

    `own_figures`: the watch's (`Watch.figures`).
    """
    figures = None
    if filing is not None and filing.trip:
        figures = find_figures(page.text, read_sentences(page.text), patterns_with(own_figures))
    return Prepared(page, fingerprint(page.text), content_hash(page.text), filing, figures)


def read_prepared(
    body: bytes, *, url: str, charset: str, lead: Lead, now: datetime, watch: bytes, outlet: str, language: str
) -> Prepared:
    """`read_page`, `classify` and `prepare` in one piece of work; raises ExtractError.

    `watch`: the Watch, pickled once for all pages; `outlet`, `language`: the source's, for a page that does not say.
    """
    page = read_page(body, url=url, charset=charset, lead=lead, now=now)
    classifier, own_figures = _compiled(watch)
    filing = classify(
        classifier,
        page.title,
        page.text,
        page.url,
        page.outlet or outlet,
        page.language or language,
        page.published,
    )
    return prepare(page, filing, own_figures)


# A worker serves one watch, unpacked and compiled with its first page.
@lru_cache(maxsize=2)
def _compiled(packed: bytes) -> tuple[Classifier, str]:
    watch: Watch = pickle.loads(packed)  # noqa: S301 - packed by ourselves
    return compile_watch(watch), watch.figures
