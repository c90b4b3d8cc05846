"""The five records of the shipped corpus: our own words about each document, and the document's fingerprint."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest
from end_to_end.command import ROOT, SHARED

from monitor.model import Seed
from monitor.stages.charset import decode
from monitor.stages.dedup import fingerprint
from monitor.stages.seedfile import read_seed, write_seed
from monitor.watch import read_watch

RECORDS = sorted((ROOT / "seeds").glob("seed-*.md"))
WATCH = read_watch((ROOT / "watch.toml").read_text("utf-8"), "watch.toml")
LONGEST_SENTENCE = 40  # words
# Id, trip, and the beginning of the name of the document.
SHIPPED = {
    "seed-000": ("blinken-09", "000_1e3b"),
    "seed-001": ("blinken-02", "001_af8f"),
    "seed-002": ("blinken-02", "002_3897"),
    "seed-003": ("blinken-02", "003_3e30"),
    "seed-004": ("blinken-04", "004_60c8"),
}
SEEDS = [read_seed(path.read_text("utf-8"), path.name) for path in RECORDS]
each_seed = pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.id)
documents = pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="the seed documents are not on this machine")


def test_the_shipped_records_are_these_five() -> None:
    assert {seed.id: (seed.trip, seed.document[:8]) for seed in SEEDS} == SHIPPED
    assert [path.stem for path in RECORDS] == [seed.id for seed in SEEDS]


@each_seed
def test_a_record_says_where_its_document_stood_and_when(seed: Seed) -> None:
    assert seed.title
    assert seed.outlet
    assert seed.published


@each_seed
def test_trip_and_topics_of_a_record_are_known_to_the_watch(seed: Seed) -> None:
    trip = WATCH.trip(seed.trip)
    assert seed.published
    assert trip.first <= seed.published.date()
    assert len(seed.topics) >= 2
    assert set(seed.topics) <= {topic.id for topic in WATCH.topics}


@each_seed
def test_a_brief_is_plain_short_sentences(seed: Seed) -> None:
    sentences = seed.brief.splitlines()
    assert len(sentences) >= 10
    for sentence in sentences:
        assert sentence[0].isupper() or not sentence[0].isalpha(), sentence
        assert sentence.endswith((".", "?", "!", ".”", '."')), sentence
        assert len(sentence.split()) <= LONGEST_SENTENCE, sentence
    assert len(set(sentences)) == len(sentences)


@each_seed
def test_a_record_written_again_is_the_same_record(seed: Seed) -> None:
    written = write_seed(seed)
    assert written == (ROOT / "seeds" / f"{seed.id}.md").read_text("utf-8")
    assert read_seed(written, seed.id) == seed


@each_seed
def test_a_record_holds_no_order_by_which_its_document_could_be_read(seed: Seed) -> None:
    text = (ROOT / "seeds" / f"{seed.id}.md").read_text("utf-8")
    packed = tomllib.loads(text.split("+++\n")[1])["fingerprint"]["sentences"]
    assert packed == sorted(packed)
    assert seed.original
    assert list(seed.original.shingles) == sorted(set(seed.original.shingles))


@documents
@each_seed
def test_a_fingerprint_is_that_of_its_document(seed: Seed) -> None:
    path = SHARED / "seeds" / f"{seed.document}.txt"
    made = fingerprint(decode(path.read_bytes()))
    assert seed.original
    assert set(seed.original.shingles) == set(made.shingles)
    assert seed.original.words == made.words
    assert sorted(map(sorted, seed.original.sentences)) == sorted(map(sorted, made.sentences))


@documents
def test_no_wording_of_the_reference_texts_stands_in_the_project() -> None:
    tool = SHARED / "tools" / "own_words.py"
    done = subprocess.run([sys.executable, tool, ROOT], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout
    assert done.stdout.strip() == "own_words: 0 found"
