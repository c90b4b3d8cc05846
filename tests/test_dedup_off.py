"""`dedup = false`: none of a source's articles is a copy or a retelling, but what is known is not told again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.builders import NOW, WATCH

from monitor.edges.store import SqlStore
from monitor.model import Page, Prepared, Signal, Source, Verdict, Watch
from monitor.pipeline import Filer
from monitor.pipeline.backtest import backtest
from monitor.stages import dedup
from monitor.stages.identity import content_hash

pytest_plugins = ("support.quick_store",)

TEXT = (
    "The mediator asked the dockers in Northquay to reopen two grain berths before the weekend.\n"
    "The port authority said 14 ships were waiting outside the breakwater on Tuesday.\n"
    "A spokesman for the crane drivers called the offer a first step and wanted it in writing."
)
RETOLD = (
    TEXT.split("\n", 1)[1]
    + "\nThe mediator asked dockers in Northquay to reopen two berths for grain before the weekend."
)
COURIER = Source("courier", "Tide Courier", "https://courier.example/feed", dedup=False)


@pytest.fixture
def watch() -> Watch:
    trip = replace(WATCH.trips[0], signals=(Signal("dockers", 5.0),))
    return replace(WATCH, trips=(trip,), sources=(WATCH.sources[0], COURIER))


def file(filer: Filer, name: str, source: Source, text: str) -> Verdict:
    page = Page(f"https://{source.id}.example/{name}", name, text, published=NOW)
    return filer.file(Prepared(page, dedup.fingerprint(text), content_hash(text)), source, None, NOW).verdict


@pytest.mark.parametrize("text", [TEXT, RETOLD])
def test_nothing_is_a_copy_or_a_retelling_and_nothing_is_told_twice(
    quick_store: SqlStore, watch: Watch, text: str, tmp_path: Path
) -> None:
    filer = Filer(watch, quick_store)
    file(filer, "first", watch.sources[0], TEXT)
    told = len(quick_store.material().developments)
    assert told > 0
    assert file(filer, "with", replace(COURIER, dedup=True), text) is not Verdict.NEW
    assert file(filer, "without", COURIER, text) is Verdict.NEW
    assert len(quick_store.material().developments) == told
    scratch = SqlStore.open(f"sqlite:///{tmp_path}/scratch.db", NOW)
    backtest(quick_store.kept(), scratch, Filer(watch, scratch), watch, NOW)
    again = scratch.article("https://courier.example/without")
    scratch.close()
    assert again is not None
    assert again.verdict is Verdict.NEW
