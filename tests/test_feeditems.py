"""Items that were read at the visit before are not read again, and everything else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Offer
from monitor.stages.feeditems import MARK, first_items, new_items
from monitor.stages.leads import read_offer

FEEDS = Path(__file__).parent / "golden" / "feeds"
NOW = datetime(2024, 8, 21, tzinfo=UTC)


def read(text: str, before: str = "") -> Offer:
    return read_offer(
        text.encode(), url="https://tide.example/feed", source_id="s", content_type="", charset="utf-8",
        kind="feed", now=NOW, read=before,
    )  # fmt: skip


def item(name: str, more: str = "") -> str:
    return f"<item><title>Report {name}</title><link>https://tide.example/{name}</link>{more}</item>"


def feed(*items: str, built: str = "Monday") -> str:
    return f"<rss version='2.0'><channel><title>Tide</title><built>{built}</built>{' '.join(items)}</channel></rss>"


def slugs(offer: Offer) -> list[str]:
    return [lead.url.rpartition("/")[2] for lead in offer.leads]


def test_only_what_was_not_there_before_gives_leads() -> None:
    first = read(feed(item("a"), item("b")))
    assert (slugs(first), first.known) == (["a", "b"], 0)
    again = read(feed(item("c"), item("a"), item("b"), built="Tuesday"), first.items)
    assert (slugs(again), again.known) == (["c"], 2)
    assert (again.form, again.note) == (first.form, "")
    later = read(feed(item("d"), item("c"), item("a")), again.items)
    assert (slugs(later), later.known) == (["d"], 2)


def test_an_item_that_changed_is_read_again() -> None:
    first = read(feed(item("a"), item("b")))
    again = read(feed(item("a", "<description>More is known now.</description>"), item("b")), first.items)
    assert slugs(again) == ["a"]


def test_an_item_that_left_and_came_back_is_read_again() -> None:
    first = read(feed(item("a"), item("b")))
    without = read(feed(item("b")), first.items)
    assert slugs(read(feed(item("a"), item("b")), without.items)) == ["a"]


def test_a_feed_with_something_to_say_of_is_read_whole_each_time() -> None:
    text = feed(item("a"), "<item><title>No link</title></item>")
    first = read(text)
    assert "without a usable link" in first.note
    assert read(text, first.items) == first


def test_an_end_within_character_data_gives_no_wrong_cut() -> None:
    odd = item("a", "<description><![CDATA[a list: </item> and <item> ]]></description>")
    text = feed(odd, item("b"))
    whole = read(text)
    assert slugs(whole) == ["a", "b"]
    assert set(slugs(read(text.replace("Monday", "Tuesday"), whole.items))) <= {"a", "b"}
    more = feed(odd, item("c"), item("b"))
    assert "c" in slugs(read(more, whole.items))


@pytest.mark.parametrize("name", sorted(path.name for path in FEEDS.iterdir() if path.suffix in (".xml", ".rdf")))
def test_a_golden_feed_read_again_gives_nothing_or_the_same(name: str) -> None:
    text = (FEEDS / name).read_bytes().decode("latin-1")
    try:
        first = read(text)
    except Exception:
        pytest.skip("it cannot be read at all")
    again = read(text, first.items)
    if first.items:
        assert (again.leads, again.known) == ((), len(first.items) // MARK)
        assert again == replace(first, leads=(), known=again.known)
    else:
        assert again == first


NAMES = st.lists(st.sampled_from("abcdefgh"), max_size=8, unique=True)


@given(NAMES, NAMES)
def test_leads_of_two_visits_are_those_of_reading_everything(one: list[str], two: list[str]) -> None:
    first = read(feed(*map(item, one)))
    second = read(feed(*map(item, two)), first.items)
    assert slugs(second) == [name for name in two if name not in one]
    assert second.known + len(second.leads) == len(two)
    assert second.items == read(feed(*map(item, two))).items


@given(
    st.lists(st.sampled_from(["<item>", "</item>", "<entry x='1'>", "</entry>", "text", "<items>"])), st.integers(0, 3)
)
def test_any_text_is_cut_without_harm(pieces: list[str], most: int) -> None:
    text = "".join(pieces)
    part, cut = first_items(text, most)
    assert len(part) <= len(text)
    assert cut >= 0
    once, marks, known = new_items(text, "")
    assert (once, known) == (text, 0)
    assert len(marks) % MARK == 0
    assert new_items(text, marks)[2] == len(marks) // MARK
