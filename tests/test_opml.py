"""OPML lists: what readers export is read, what we write is read back, and bad entries fail alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree  # type: ignore[import-untyped]

from monitor.errors import ExtractError
from monitor.model import Kind, Source
from monitor.stages.opml import MOST_OUTLINES, Outline, address_key, read_opml, write_opml
from monitor.text import one_line

NESTED = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!-- exported by a reader -->
<opml version="1.0">
  <head><title>My feeds</title></head>
  <body>
    <outline text="World">
      <outline text="Harbour">
        <outline type="rss" text="Quay Gazette" title="The Quay Gazette" xmlUrl="https://gazette.example/feed"
                 htmlUrl="https://gazette.example/"/>
      </outline>
      <outline text="Caf\xe9 News &amp; more" xmlurl="https://cafe.example/rss?a=1&amp;b=2"/>
    </outline>
    <outline type="rss" text="The Gazette again" xmlUrl="http://www.gazette.example/feed/"/>
    <outline type="rss" text="No address"/>
    <outline type="rss" text="A script" xmlUrl="javascript:alert(1)"/>
    <outline text="Only a folder"/>
    <outline xmlUrl="https://www.nameless.example/atom.xml"/>
  </body>
</opml>
"""


def opml(*outlines: str) -> bytes:
    return f"<opml version='2.0'><body>{''.join(outlines)}</body></opml>".encode()


def test_a_nested_list_gives_its_feeds_in_order() -> None:
    found = read_opml(NESTED.encode("latin-1"))
    assert found.feeds == (
        Outline("https://gazette.example/feed", "The Quay Gazette", "https://gazette.example/"),
        Outline("https://cafe.example/rss?a=1&b=2", "Café News & more"),
        Outline("https://www.nameless.example/atom.xml", "nameless.example"),
    )
    assert found.note == ""


def test_an_address_that_is_there_twice_is_told_apart_from_a_bad_one() -> None:
    found = read_opml(NESTED.encode("latin-1"))
    assert [outline.name for outline in found.repeated] == ["The Gazette again"]
    assert [entry for entry, _ in found.failed] == ["No address", "A script"]
    assert found.failed[0][1] == "it has no address (xmlUrl)"
    assert "does not begin with http:// or https://" in found.failed[1][1]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not an OPML list but no XML"),
        (b"<html><body/></html>", "not an OPML list but <html>"),
        (b"<rss><channel/></rss>", "not an OPML list but <rss>"),
        (b"\x00\xff\xfe", "not an OPML list"),
    ],
)
def test_what_is_no_opml_is_refused_with_the_name_of_the_file(body: bytes, why: str) -> None:
    with pytest.raises(ExtractError, match=f"feeds.opml: {why}"):
        read_opml(body, "feeds.opml")


def test_a_broken_list_is_salvaged() -> None:
    found = read_opml(b'<opml><body><outline text="A" xmlUrl="https://a.example/f"/><outline text="B" xml')
    assert [outline.url for outline in found.feeds] == ["https://a.example/f"]
    assert found.note.startswith("the XML is broken (")


def test_entities_of_a_document_type_are_never_expanded() -> None:
    dtd = b'<!DOCTYPE opml [<!ENTITY a "aaaa"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    found = read_opml(dtd + opml("<outline text='T &a; &x;' xmlUrl='https://a.example/&a;'/>"))
    assert "aaaa" not in str(found)
    assert "root:" not in str(found)


def test_ten_thousand_entries_are_cut_and_deep_ones_do_no_harm() -> None:
    found = read_opml(opml(*(f"<outline xmlUrl='https://a.example/{n}'/>" for n in range(10_000))))
    assert len(found.feeds) == MOST_OUTLINES
    assert found.note == "only the first 5,000 entries were read"
    deep = read_opml(opml("<outline xmlUrl='https://a.example/1'/>" + "<outline text='x'>" * 100_000))
    assert len(deep.feeds) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/feed", "http://www.A.example/feed/", True),
        ("https://a.example/?feed=rss2", "https://a.example/?feed=comments-rss2", False),
        ("https://a.example/?feed=rss", "https://a.example/", False),
        ("https://a.example/feed", "https://b.example/feed", False),
    ],
)
def test_two_spellings_of_an_address_are_one_but_its_query_counts(one: str, other: str, same: bool) -> None:
    assert (address_key(one) == address_key(other)) is same


def test_only_feeds_are_exported() -> None:
    sources = [
        Source("a", "A", "https://a.example/feed"),
        Source("b", "B", "https://b.example/map.xml", kind=Kind.SITEMAP),
    ]
    assert [outline.url for outline in read_opml(write_opml(sources, "T").encode()).feeds] == ["https://a.example/feed"]


NAMES = st.text(min_size=1, max_size=60).filter(lambda name: one_line(name) != "")
TAILS = st.text(st.characters(exclude_categories=("C", "Z")), max_size=30).filter(lambda tail: "\\" not in tail)


@given(st.lists(st.tuples(NAMES, TAILS), max_size=8, unique_by=lambda pair: pair[1]), st.text(max_size=20))
def test_what_is_exported_is_imported_again_name_by_name(pairs: list[tuple[str, str]], title: str) -> None:
    sources = [
        Source(f"s{number}", one_line(name, 100), f"https://a.example/{number}?{tail}")
        for number, (name, tail) in enumerate(pairs)
    ]
    text = write_opml(sources, title)
    found = read_opml(text.encode())
    assert [(outline.name, outline.url) for outline in found.feeds] == [(s.name, s.url) for s in sources]
    assert not found.failed
    assert not found.repeated
    assert etree.fromstring(text.encode()).get("version") == "2.0"
