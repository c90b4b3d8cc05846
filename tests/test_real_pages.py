"""Sixty pages of real sites, served as they are: every one is filed or named, and the text found is good."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
import trafilatura
from end_to_end import stored
from end_to_end.command import SHARED, Done, monitor
from end_to_end.folder import lay
from end_to_end.site import Entry, Site

DATA = SHARED / "data"
PAGES = DATA / "pages"
pytestmark = pytest.mark.skipif(not PAGES.is_dir(), reason="the reference pages are not on this machine")

# Micro F1 that the shipped watch must reach on the labelled reports.
LEAST_TRIP_F1 = 0.85
LEAST_TOPIC_F1 = 0.85
SHINGLE = 4


@dataclass(frozen=True)
class Run:
    """What one run made of all pages. `texts`: the stored text by page id; `named`: ids told as unreadable."""

    done: Done
    home: Path
    texts: dict[str, str]
    named: dict[str, str]


def truth() -> dict[str, str]:
    """The article of each page, as people marked it."""
    rows = json.loads((PAGES / "ground-truth.json").read_text("utf-8"))
    return {page: row["articleBody"] for page, row in rows.items()}


def body(page: str) -> bytes:
    return gzip.decompress((PAGES / "html" / f"{page}.html.gz").read_bytes())


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    home = tmp_path_factory.mktemp("real") / "home"
    with Site() as site:
        for page in truth():
            # No charset in the header: what the page says of itself, or its bytes, must do.
            site.add(Entry(f"/page/{page}", f"Page {page[:8]}"), body(page), "text/html")
        lay(home, site.feed)
        done = monitor("run", "--json", "--home", home, env={"MONITOR_WORKERS": "2"})
    assert done.code == 0, done.all
    leads = stored.query(home, "SELECT lead.canonical, article.text FROM lead JOIN article ON article.id = article_id")
    texts = {canonical.rpartition("/")[2]: text for canonical, text in leads}
    report = done.json
    named = {row["url"].rpartition("/")[2]: row["reason"] for row in (*report["retry"], *report["given_up"])}
    return Run(done, home, texts, named)


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1)) if words)


def f1(found: str, true: str) -> float:
    said, meant = shingles(found), shingles(true)
    right = sum((said & meant).values())
    return 2 * right / (sum(said.values()) + sum(meant.values())) if right else 0.0


def test_every_real_page_is_filed_or_named_with_its_reason(run: Run) -> None:
    assert set(run.texts) | set(run.named) == set(truth())
    assert set(run.texts) & set(run.named) == set()
    for page, reason in run.named.items():
        assert len(reason.split()) >= 4, page
    states = stored.lead_states(run.home)
    assert states.get("filed", 0) == len(run.texts)


def test_no_real_page_ends_a_worker_or_the_run(run: Run) -> None:
    assert "Traceback" not in run.done.err
    assert [reason for reason in run.named.values() if "worker" in reason or "Error" in reason] == []


def test_nearly_all_real_pages_give_a_text(run: Run) -> None:
    assert len(run.texts) >= 58, run.named


def test_none_of_the_real_pages_is_taken_for_the_story(run: Run) -> None:
    """They are from other years and about other things: nothing is told of them."""
    assert [(row.trip, row.title) for row in stored.articles(run.home) if row.trip] == []
    assert run.done.json["digest"] is None


def test_the_texts_are_no_worse_than_what_the_extractor_gives_by_itself(run: Run) -> None:
    true = truth()
    ours = sum(f1(run.texts.get(page, ""), text) for page, text in true.items()) / len(true)
    plain = sum(f1(trafilatura.extract(body(page)) or "", text) for page, text in true.items()) / len(true)
    assert plain > 0.8, "the measure itself is sound"
    assert ours >= plain, f"ours {ours:.4f}, trafilatura's own {plain:.4f}"


def test_the_shipped_watch_agrees_with_the_labelled_reports(tmp_path: Path) -> None:
    home = lay(tmp_path / "home")
    done = monitor("rules", "test", DATA / "labelled-dev.jsonl", "--json", "--home", home)
    assert done.code == 0, done.all
    report = done.json
    assert report["rows"] == len((DATA / "labelled-dev.jsonl").read_text("utf-8").splitlines())
    assert report["trips"]["micro_f1"] >= LEAST_TRIP_F1
    assert report["topics"]["micro_f1"] >= LEAST_TOPIC_F1
