"""The five seed documents met again as web pages: whatever is done to them, nothing in them is news."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from end_to_end import stored
from end_to_end.command import SHARED, monitor
from end_to_end.folder import lay
from end_to_end.pages import bare, furnished, paragraphs
from end_to_end.site import Entry, Site

DOCUMENTS = SHARED / "seeds"
pytestmark = pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the seed documents are not on this machine")

FILES = {path.name[:3]: path for path in sorted(DOCUMENTS.glob("*.txt"))} if DOCUMENTS.is_dir() else {}
NUMBERS = ("000", "001", "002", "003", "004")
TRIPS = {
    "000": "blinken-09",
    "001": "blinken-02",
    "002": "blinken-02",
    "003": "blinken-02",
    "004": "blinken-04",
}
OTHER_HEADLINE = {
    "000": "Shuttle without a harvest",
    "001": "Home with an empty suitcase",
    "002": "A small step, says the traveller",
    "003": "Pauses, please: who listened to the American",
    "004": "Four trips, three months, one question",
}


def text_of(number: str) -> tuple[str, list[str]]:
    """Headline and paragraphs of a seed document."""
    title, *rest = paragraphs(FILES[number].read_text("utf-8"))
    return title, rest


def as_it_is(number: str) -> str:
    return bare(*text_of(number))


def under_another_headline(number: str) -> str:
    return bare(OTHER_HEADLINE[number], text_of(number)[1])


def on_a_busy_page(number: str) -> str:
    return furnished(*text_of(number))


def its_first_half(number: str) -> str:
    title, blocks = text_of(number)
    half, kept = sum(map(len, blocks)) / 2, list[str]()
    for block in blocks:
        if sum(map(len, kept)) >= half:
            break
        kept.append(block)
    return bare(title, kept)


def in_another_order(number: str) -> str:
    title, blocks = text_of(number)
    random.Random(int(number)).shuffle(blocks)
    return bare(title, blocks)


def all_at_once(number: str) -> str:
    blocks = text_of(number)[1]
    random.Random(int(number) + 1).shuffle(blocks)
    return furnished(OTHER_HEADLINE[number], blocks)


VERSIONS = (as_it_is, under_another_headline, on_a_busy_page, its_first_half, in_another_order, all_at_once)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.__name__.replace("_", "-"))
def test_seed_documents_met_as_pages_are_known_and_make_no_digest(
    tmp_path: Path, version: Callable[[str], str]
) -> None:
    with Site() as site:
        for number in NUMBERS:
            title = text_of(number)[0] if version is not under_another_headline else OTHER_HEADLINE[number]
            entry = Entry(f"/story/{number}", title, datetime(2024, 9, 1, 6, int(number), tzinfo=UTC))
            site.add(entry, version(number))
        home = lay(tmp_path / "home", site.feed)
        done = monitor("run", "--tell-all", "--json", "--home", home)
    assert done.code == 0, done.all
    report = done.json
    assert (report["filed"], report["known"], report["unrelated"], report["developments"]) == (5, 5, 0, 0)
    assert (report["digest"], report["retry"], report["given_up"]) == (None, [], [])
    found = {row.url[-3:]: (row.verdict, row.of_id, row.trip) for row in stored.articles(home)}
    assert found == {number: ("copy", f"seed-{number}", TRIPS[number]) for number in NUMBERS}
    assert stored.count(home, "development") == 0
    assert list((home / "digests").iterdir()) == []


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay(tmp_path_factory.mktemp("seeds") / "home")


@pytest.fixture(scope="module")
def declared(home: Path) -> dict[str, set[str]]:
    """The topics that each record names."""
    return {row["id"]: set(row["topics"]) for row in monitor("seeds", "list", "--json", "--home", home).json}


def test_a_check_of_the_documents_knows_every_one(home: Path) -> None:
    done = monitor("seeds", "check", "--json", *FILES.values(), "--home", home)
    assert done.code == 0, done.all
    rows = {Path(row["file"]).name[:3]: row for row in map(json.loads, done.out.splitlines())}
    for number in NUMBERS:
        row = rows[number]
        assert (row["verdict"], row["of"]) == ("copy", f"seed-{number}")
        assert row["similarity"] > 0.9
        assert row["new_sentences"] == []
        assert row["known_sentences"]
        assert {sentence["of"] for sentence in row["known_sentences"]} <= {f"seed-{each}" for each in NUMBERS}


@pytest.mark.parametrize("number", NUMBERS)
def test_explain_says_that_a_document_is_known_and_where_it_belongs(
    home: Path, declared: dict[str, set[str]], number: str
) -> None:
    done = monitor("explain", FILES[number], "--json", "--home", home)
    assert done.code == 0, done.all
    answer = done.json
    text = FILES[number].read_text("utf-8")
    assert answer["known"]
    assert answer["match"]["verdict"] == "copy"
    assert answer["match"]["of"] == f"seed-{number}"
    filing = answer["filing"]
    assert (filing["decision"], filing["trip"]) == ("filed", TRIPS[number])
    evidence = filing["scores"][0]["evidence"]
    assert filing["scores"][0]["trip_id"] == TRIPS[number]
    assert sum(each["weight"] for each in evidence) == pytest.approx(filing["scores"][0]["score"])
    for hit in filing["topics"]:
        assert hit["evidence"], hit["topic_id"]
        for each in hit["evidence"]:
            assert each["field"] in ("title", "text")
            assert each["span"]["start"] < each["span"]["end"] <= len(text)
    found = {hit["topic_id"] for hit in filing["topics"]}
    topics = declared[f"seed-{number}"]
    assert len(topics & found) >= 0.6 * len(topics), (topics, found)
    assert [sentence["text"] for sentence in answer["sentences"] if sentence["new"]] == []


def test_a_sentence_of_our_own_in_a_copy_is_told(tmp_path: Path) -> None:
    """The other side: a copy that grew by one plain fact is no longer silent."""
    title, blocks = text_of("000")
    added = (
        "On Thursday evening US Secretary of State Antony Blinken telephoned Egypt's foreign minister and promised "
        "him 40 engineers for a fence of sensors along the Philadelphi corridor, the ministry in Cairo announced."
    )
    with Site() as site:
        entry = Entry("/story/grown", title, datetime(2024, 8, 23, 6, tzinfo=UTC))
        site.add(entry, bare(title, [*blocks[:4], added, *blocks[4:]]))
        home = lay(tmp_path / "home", site.feed)
        done = monitor("run", "--tell-all", "--json", "--home", home)
    assert done.code == 0, done.all
    (row,) = stored.articles(home)
    assert (row.verdict, row.of_id, row.trip) == ("update", "seed-000", "blinken-09")
    records = [json.loads(record)["text"] for (record,) in stored.query(home, "SELECT record FROM development")]
    assert records == [added]
    assert done.json["digest"]
