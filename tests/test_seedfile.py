"""Seed records: what is written is read again, and damage is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.texts import REPORT

from monitor.errors import SeedError
from monitor.model import Fingerprint, Seed
from monitor.stages.dedup import fingerprint
from monitor.stages.seedfile import is_record, read_seed, version_of, write_seed

LINE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40).map(
    lambda line: " ".join(line.split())
)
FINGERPRINTS = st.builds(
    Fingerprint,
    shingles=st.sets(st.integers(0, 2**63 - 1)).map(lambda hashes: tuple(sorted(hashes))),
    sentences=st.lists(st.frozensets(st.integers(0, 2**32 - 1), min_size=1)).map(tuple),
    words=st.integers(0, 10_000),
)
SEEDS = st.builds(
    Seed,
    id=LINE.filter(bool),
    title=LINE.filter(bool),
    outlet=LINE,
    url=LINE,
    published=st.none() | st.dates(date(1970, 1, 1)).map(lambda day: datetime.combine(day, time(12), UTC)),
    trip=LINE,
    topics=st.lists(LINE).map(tuple),
    document=LINE,
    brief=st.lists(LINE.filter(lambda line: bool(line) and not line.startswith("- "))).map("\n".join),
    original=st.none() | FINGERPRINTS,
    version=st.just(""),
)
RECORD = """\
+++
id = "seed-1"
title = "Berths to open"
outlet = "Quay Gazette"
published = "2024-03-20"
trip = "round-01"
topics = ["cargo", "pay"]
+++

- Two grain berths are to open again.
- The drivers want it in writing.
"""


def settled(seed: Seed) -> Seed:
    """The order of sentences says nothing."""
    if seed.original is None:
        return replace(seed, version="")
    kept = replace(seed.original, sentences=tuple(sorted(seed.original.sentences, key=sorted)))
    return replace(seed, original=kept, version="")


def damaged(text: str, name: str = "talks.md") -> str:
    with pytest.raises(SeedError) as caught:
        read_seed(text, name)
    assert str(caught.value).startswith(f"{name}: ")
    return str(caught.value)


class TestRoundTrip:
    @given(SEEDS)
    @settings(max_examples=150, deadline=None)
    def test_what_is_written_is_read(self, seed: Seed) -> None:
        text = write_seed(seed)
        assert is_record(text)
        read = read_seed(text, "x.md")
        assert settled(read) == settled(seed)
        assert read.version == version_of(text)
        assert write_seed(read) == text

    def test_a_whole_fingerprint_survives_without_the_text(self) -> None:
        # The order of its sentences is not kept.
        original = replace(fingerprint(REPORT), lines=())
        seed = replace(read_seed(RECORD, "x.md"), original=original)
        text = write_seed(seed)
        assert settled(read_seed(text, "x.md")) == settled(seed)
        assert "mediator" not in text
        assert max(map(len, text.splitlines())) < 400

    def test_the_order_of_the_originals_sentences_is_not_kept(self) -> None:
        one = fingerprint(REPORT)
        two = replace(one, sentences=one.sentences[::-1])
        record = read_seed(RECORD, "x.md")
        assert write_seed(replace(record, original=one)) == write_seed(replace(record, original=two))

    def test_a_fingerprint_line_may_end_like_a_fence(self) -> None:
        last = int.from_bytes(b"\xff\xff\xff\xff\xfb\xef\xbe\x7f", "little")
        hashes = Fingerprint((*range(10), last, 2**63 - 1), (), 16)
        text = write_seed(replace(read_seed(RECORD, "x.md"), original=hashes))
        assert "+++\n" in text[4 : text.rindex("+++\n")]
        assert read_seed(text, "x.md").original == hashes


class TestReading:
    def test_a_record_written_by_hand(self) -> None:
        seed = read_seed(RECORD, "x.md")
        assert seed == Seed(
            id="seed-1",
            title="Berths to open",
            outlet="Quay Gazette",
            url="",
            published=datetime(2024, 3, 20, 12, tzinfo=UTC),
            trip="round-01",
            topics=("cargo", "pay"),
            document="",
            brief="Two grain berths are to open again.\nThe drivers want it in writing.",
            original=None,
            version=version_of(RECORD),
        )

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("2024-03-20", datetime(2024, 3, 20, 12, tzinfo=UTC)),
            ("2024-03-20T08:30:00Z", datetime(2024, 3, 20, 8, 30, tzinfo=UTC)),
            ("2024-03-20T08:30:00", datetime(2024, 3, 20, 8, 30, tzinfo=UTC)),
            ('""', None),
        ],
    )
    def test_a_date_may_be_a_day_or_a_moment(self, written: str, read: datetime | None) -> None:
        assert read_seed(RECORD.replace('"2024-03-20"', written), "x.md").published == read

    def test_a_byte_order_mark_does_no_harm(self) -> None:
        assert is_record("\ufeff" + RECORD)
        assert read_seed("\ufeff" + RECORD, "x.md").id == "seed-1"

    def test_line_ends_of_windows_do_no_harm(self) -> None:
        text = RECORD.replace("\n", "\r\n")
        assert read_seed(text, "x.md").brief == read_seed(RECORD, "x.md").brief
        assert is_record(text)

    @pytest.mark.parametrize("text", ["", "Two berths open.\n", "++++\nid = 1\n", " +++\n", "---\nid: 1\n---\n"])
    def test_other_texts_are_no_records(self, text: str) -> None:
        assert not is_record(text)

    def test_an_edited_record_has_another_version(self) -> None:
        assert version_of(RECORD) != version_of(RECORD + " ")
        assert version_of(RECORD) == version_of("" + RECORD)
        assert version_of("\ud800")


class TestDamage:
    @pytest.mark.parametrize(
        ("old", "new", "says"),
        [
            ("+++\n\n-", "\n-", "not closed"),
            ('id = "seed-1"\n', "", "id is missing"),
            ('id = "seed-1"', "id = 7", "id is missing"),
            ('title = "Berths to open"', 'title = ""', "title is missing"),
            ('title = "Berths', "title = Berths", "not TOML"),
            ("trip =", "tripp =", "unknown key 'tripp'"),
            ('"2024-03-20"', '"last Wednesday"', "'last Wednesday' is no date"),
            ('"2024-03-20"', '"2024-13-41"', "is no date"),
            ('"2024-03-20"', "7", "is no date"),
            ("+++\n\n", "[fingerprint]\nwords = 3\n+++\n\n", "fingerprint is damaged"),
            ("+++\n\n", "fingerprint = 7\n+++\n\n", "fingerprint is damaged"),
        ],
    )
    def test_is_named_with_the_file(self, old: str, new: str, says: str) -> None:
        assert old in RECORD
        assert says in damaged(RECORD.replace(old, new, 1))

    @pytest.mark.parametrize(
        "table",
        [
            'words = 3\nshingles = "not base64!"\nsentences = []',
            'words = 3\nshingles = "AAAA"\nsentences = []',
            'words = 3\nshingles = "ÄÖÜß"\nsentences = []',
            'words = "many"\nshingles = ""\nsentences = []',
            'words = 3\nshingles = ""\nsentences = 7',
            'words = 3\nshingles = ""\nsentences = ["AA"]',
        ],
    )
    def test_of_a_fingerprint_is_named(self, table: str) -> None:
        text = RECORD.replace("+++\n\n", f"[fingerprint]\n{table}\n+++\n\n")
        assert "the fingerprint is damaged (" in damaged(text)

    @pytest.mark.parametrize("topics", ["7", '"cargo"'])
    def test_of_the_topics_is_named(self, topics: str) -> None:
        damaged(RECORD.replace('["cargo", "pay"]', topics))

    @given(st.text(max_size=200))
    @settings(max_examples=150, deadline=None)
    def test_whatever_follows_the_fence_is_read_or_named(self, text: str) -> None:
        said = ""
        try:
            read_seed("+++\n" + text, "x.md")
        except SeedError as error:
            said = str(error)
        assert said == "" or said.startswith("x.md: ")
