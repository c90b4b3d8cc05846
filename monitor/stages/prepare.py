"""What can be worked out of a page before anything else is known of it: done in the worker that read it. Pure."""

from __future__ import annotations

import pickle
import zlib
from datetime import datetime
from functools import lru_cache

from monitor.errors import FetchError
from monitor.model import Fetched, Filing, Lead, Origin, Page, Prepared, Watch
from monitor.packing import PackedError, TooLargeError, unpack
from monitor.stages.classify import Classifier, classify, compile_watch
from monitor.stages.dedup import fingerprint
from monitor.stages.extract import read_page
from monitor.stages.figures import find_figures, patterns_with
from monitor.stages.identity import content_hash
from monitor.stages.origin import origin_of
from monitor.stages.sentences import Substance, Telling, read_each
from monitor.text import read_sentences


def prepare(
    page: Page,
    filing: Filing | None = None,
    own_figures: str = "",
    *,
    outlet: str | None = None,
    telling: Telling | None = None,
) -> Prepared:
    """A page with its fingerprint and content hash, and with its figures where it is filed under a trip.

    `own_figures`: the watch's (`Watch.figures`); `outlet`: who publishes it; with it, also the agency that the text is
    from, and with `telling` its sentences.
    """
    figures = sentences = origin = None
    if outlet is not None:
        origin = origin_of(page.text, author=page.author, outlet=outlet) or Origin("")
    if filing is not None and filing.trip:
        read = read_sentences(page.text)
        figures = find_figures(page.text, read, patterns_with(own_figures))
        sentences = read_each(read, outlet or "", telling) if telling else None
    return Prepared(page, fingerprint(page.text), content_hash(page.text), filing, figures, sentences, origin)


def read_prepared(answer: Fetched, *, lead: Lead, now: datetime, watch: bytes, outlet: str, language: str) -> Prepared:
    """`read_page`, `classify` and `prepare` in one piece of work; raises ExtractError.

    `answer`: its body may be packed; raises FetchError for one that is damaged or holds too much.
    `watch`: see `errands.packed`; `outlet`, `language`: the source's, for a page that does not say.
    """
    page = read_page(_body(answer), url=answer.url, charset=answer.charset, lead=lead, now=now)
    classifier, telling, own_figures = _compiled(watch)
    outlet = page.outlet or outlet
    filing = classify(classifier, page.title, page.text, page.url, outlet, page.language or language, page.published)
    return prepare(page, filing, own_figures, outlet=outlet, telling=telling)


def _body(answer: Fetched) -> bytes:
    if not answer.coding:
        return answer.body
    try:
        return unpack(answer.body, answer.coding, answer.most_bytes)
    except (PackedError, TooLargeError) as error:
        reason = "too-large" if isinstance(error, TooLargeError) else "protocol"
        raise FetchError(str(error), url=answer.url, reason=reason) from error


# A worker serves one watch, unpacked and compiled with its first page.
@lru_cache(maxsize=2)
def _compiled(packed: bytes) -> tuple[Classifier, Telling, str]:
    watch: Watch = pickle.loads(zlib.decompress(packed))  # noqa: S301 - packed by ourselves
    classifier = compile_watch(watch)
    return classifier, Substance(watch, classifier), watch.figures
