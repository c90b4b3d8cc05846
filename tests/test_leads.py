"""Feeds and index pages: golden pairs in golden/feeds, and what must happen to hostile ones."""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ExtractError
from monitor.model import Lead, Offer
from monitor.stages.leads import MOST_ITEMS, read_offer

FEEDS = Path(__file__).parent / "golden" / "feeds"
NOW = datetime(2024, 8, 21, tzinfo=UTC)
URL = "https://www.front.example/world/"


def read(body: bytes | str, *, url: str = URL, kind: str = "feed", charset: str = "", content_type: str = "") -> Offer:
    raw = body.encode() if isinstance(body, str) else body
    found = read_offer(raw, url=url, source_id="s", content_type=content_type, charset=charset, kind=kind, now=NOW)
    return replace(found, items="")


def golden(name: str, **how: str) -> Offer:
    return read((FEEDS / name).read_bytes(), **how)


def rss(*items: str) -> str:
    return f"<rss version='2.0'><channel><title>T</title>{''.join(items)}</channel></rss>"


def item(title: str, link: str = "https://a.example/1") -> str:
    return f"<item><title>{title}</title><link>{link}</link></item>"


def test_rss_091_in_latin_1_with_a_document_type_is_read() -> None:
    assert golden("rss091.xml") == Offer(
        (
            Lead(
                source_id="s",
                url="https://courier.example/ferry/crews-vote-pay-offer",
                canonical="https://courier.example/ferry/crews-vote-pay-offer",
                title="Ferry crews vote on a new pay offer",
                summary="Crews of the café ferry vote on Friday.",
                language="en",
            ),
        ),
        "RSS 0.91",
    )


def test_rss_10_is_read_with_its_dublin_core() -> None:
    assert golden("rss1.rdf") == Offer(
        (
            Lead(
                source_id="s",
                url="https://gazette.example/2024/08/dam",
                canonical="https://gazette.example/2024/08/dam",
                guid="https://gazette.example/2024/08/dam",
                title="Engineers reopen the upper dam",
                summary="The dam was closed for a week.",
                author="Ida Brook",
                published=datetime(2024, 8, 19, 4, 30, tzinfo=UTC),
                language="en",
                updated=datetime(2024, 8, 19, 4, 30, tzinfo=UTC),
            ),
        ),
        "RSS 1.0",
    )


def test_rss_20_gives_titles_without_markup_and_full_content_where_the_summary_is_short() -> None:
    first = golden("rss2.xml").leads[0]
    assert first.title == "Envoy & minister meet in Amman - Example World"
    assert first.url == "https://www.world.example/news/envoy-minister-amman/?utm_source=rss&utm_medium=feed"
    assert first.canonical == "https://world.example/news/envoy-minister-amman"
    assert first.guid == "tag:world.example,2024:1001"
    assert first.summary.startswith("They met for an hour in the palace, aides said on Tuesday.\nA second round")
    assert (first.author, first.language) == ("Lena Ortiz", "en")
    assert first.published == datetime(2024, 8, 20, 11, 20, tzinfo=UTC)


def test_rss_20_gives_a_canonical_link_once_and_counts_items_without_a_link() -> None:
    offer = golden("rss2.xml")
    assert [lead.canonical for lead in offer.leads[1:]] == [
        "https://world.example/?p=1002",
        "https://world.example/?p=1004",
    ]
    assert offer.note.startswith("2 items without a usable link were skipped; ")
    assert offer.form == "RSS 2.0"


def test_dates_in_the_future_and_from_1970_are_not_believed_and_are_marked() -> None:
    offer = golden("rss2.xml")
    assert [lead.published for lead in offer.leads[1:]] == [None, None]
    assert offer.note.endswith(
        "1 item dated in the future; that date is left out; 1 item dated before 1995; that date is left out"
    )


_RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="{}" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/">'
)
_PUBLISHED = "<pubDate>Tue, 20 Aug 2024 10:00:00 GMT</pubDate>"
_DC = "<dc:date>2024-08-20T10:00:00Z</dc:date><dc:creator>Ida Brook</dc:creator>"


@pytest.mark.parametrize(
    ("form", "head", "more"),
    [
        ("RSS 0.90", _RDF.format("http://my.netscape.com/rdf/simple/0.9/"), _DC),
        ("RSS 0.91", '<rss version="0.91">', _PUBLISHED),
        ("RSS 0.92", '<rss version="0.92">', _PUBLISHED),
        ("RSS 0.93", '<rss version="0.93">', _PUBLISHED),
        ("RSS 0.94", '<rss version="0.94">', _PUBLISHED),
        ("RSS 1.0", _RDF.format("http://purl.org/rss/1.0/"), _DC),
        ("RSS 2.0", '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">', _DC),
    ],
)
def test_every_rss_since_the_first_is_read(form: str, head: str, more: str) -> None:
    item = f"<item><title>A ferry sails</title><link>https://gazette.example/ferry</link>{more}</item>"
    end = "</rdf:RDF>" if "rdf:" in head else "</rss>"
    channel = "<channel><title>x</title>"
    body = f"{channel}</channel>{item}" if "rdf:" in head else f"{channel}{item}</channel>"
    offer = read(head + body + end)
    (lead,) = offer.leads
    assert (offer.form, lead.title, lead.url) == (form, "A ferry sails", "https://gazette.example/ferry")
    assert lead.published == datetime(2024, 8, 20, 10, tzinfo=UTC)
    assert lead.author == ("Ida Brook" if more is _DC else "")


@pytest.mark.parametrize(
    ("inner", "title", "summary"),
    [
        ("<media:title>A ferry</media:title><media:description>It sails</media:description>", "A ferry", "It sails"),
        ("<title>A ferry</title><media:group><media:description>It sails</media:description></media:group>",
         "A ferry", "It sails"),
        ("<title>A ferry</title><description>It sails</description><media:description>A photo</media:description>",
         "A ferry", "It sails"),
    ],
)  # fmt: skip
def test_media_rss_speaks_where_the_item_itself_does_not(inner: str, title: str, summary: str) -> None:
    item = f'<item>{inner}<media:content url="/v.mp4"/><link>https://gazette.example/ferry</link></item>'
    head = '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/">'
    body = f"{head}<channel><title>x</title>{item}</channel></rss>"
    (lead,) = read(body).leads
    assert (lead.title, lead.summary, lead.url) == (title, summary, "https://gazette.example/ferry")


def dated_offer(date: str) -> Offer:
    item = f"<item><title>A</title><link>https://gazette.example/1</link><pubDate>{date}</pubDate></item>"
    return read(f'<rss version="2.0"><channel><title>x</title>{item}</channel></rss>'.encode())


@pytest.mark.parametrize("ahead", [timedelta(minutes=1), timedelta(hours=11)])
def test_a_date_a_few_hours_ahead_is_a_wrong_zone_and_is_taken_for_now(ahead: timedelta) -> None:
    offer = dated_offer(format_datetime(NOW + ahead))
    assert (offer.leads[0].published, offer.note) == (NOW, "")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("60", 3600), (" 5 ", 300), ("0", 0), ("-60", 0), ("an hour", 0), ("", 0), ("525600", 86_400), ("1e9", 0)],
)
def test_the_pace_that_a_feed_asks_for_is_read_in_minutes_and_is_a_day_at_most(said: str, seconds: float) -> None:
    head = f"<title>x</title><ttl>{said}</ttl>"
    item = "<item><title>A</title><link>https://gazette.example/1</link></item>"
    assert read(f'<rss version="2.0"><channel>{head}{item}</channel></rss>'.encode()).ttl == seconds


def test_atom_is_read_with_its_bases_languages_and_kinds_of_text() -> None:
    assert golden("atom.xml") == Offer(
        (
            Lead(
                source_id="s",
                url="https://depeche.example/blog/greve-du-port",
                canonical="https://depeche.example/blog/greve-du-port",
                guid="urn:entry:1",
                title="Grève : x < y &amp; z",
                summary="Le port reste fermé.",
                author="Anne Morel",
                published=datetime(2024, 8, 20, 7, 15, tzinfo=UTC),
                language="fr",
                updated=datetime(2024, 8, 20, 10, 0, tzinfo=UTC),
            ),
            Lead(
                source_id="s",
                url="https://depeche.example/en/second-round",
                canonical="https://depeche.example/en/second-round",
                guid="urn:entry:2",
                title="The second round",
                published=datetime(2024, 8, 20, 10, 0, tzinfo=UTC),
                language="en",
                updated=datetime(2024, 8, 20, 10, 0, tzinfo=UTC),
            ),
        ),
        "Atom 1.0",
    )


def test_json_feed_is_read_in_both_versions_forms_of_author() -> None:
    offer = golden("feed.json", content_type="application/feed+json")
    assert (offer.form, offer.note) == ("JSON Feed 1.1", "1 item without a usable link was skipped")
    first, second = offer.leads
    assert (first.url, first.title, first.summary) == (
        "https://notes.example/posts/7",
        "AT&T ends",
        "Talks ended at noon.",
    )
    assert (first.author, first.published) == ("Ada, Bo", datetime(2024, 8, 18, 16, 0, tzinfo=UTC))
    assert (second.guid, second.url, second.author) == ("8", "https://other.example/8", "Cy")


def test_a_broken_feed_yields_what_can_be_salvaged_and_says_so() -> None:
    offer = golden("broken.xml")
    assert [lead.title for lead in offer.leads] == [
        "Bread & butter prices rise",
        "Second item stands",
        "Third item is torn off",
    ]
    assert offer.leads[0].url == "https://bugle.example/a?x=1&y=2"
    assert offer.note == (
        "the XML is broken (line 4: not well-formed (invalid token)); 3 items could be salvaged; "
        "62 characters before the XML were skipped"
    )


def test_a_broken_feed_that_yields_nothing_is_an_error() -> None:
    with pytest.raises(ExtractError, match=r"the feed's XML is broken .* and no item could be salvaged"):
        read("<rss><channel><![CDATA[ never closed")


def test_relative_links_are_resolved_against_the_feeds_own_link() -> None:
    assert [lead.url for lead in golden("relative.xml").leads] == [
        "https://www.review.example/world/root-relative",
        "https://www.review.example/world/plain-relative",
        "https://cdn.review.example/x",
        "https://www.review.example/sport/dotted",
    ]


def test_relative_links_in_a_feed_without_a_link_are_resolved_against_its_address() -> None:
    assert read(rss(item("T", "/x"))).leads[0].url == "https://www.front.example/x"


def test_missing_and_meaningless_dates_are_none_and_loose_ones_are_read() -> None:
    assert [lead.published for lead in golden("nodates.xml").leads] == [
        None,
        None,
        None,
        datetime(2024, 8, 20, 18, 20, tzinfo=UTC),
    ]


def test_an_empty_feed_is_no_error() -> None:
    assert golden("empty.xml") == Offer((), "RSS 2.0", "")


def test_an_html_page_instead_of_a_feed_is_named_with_the_feed_that_it_names() -> None:
    with pytest.raises(
        ExtractError, match=r"not a feed: an HTML page titled 'Harbour .*https://www.front.example/rss.xml"
    ):
        golden("page.html")


def test_a_consent_page_instead_of_a_feed_is_recognised() -> None:
    with pytest.raises(ExtractError, match=r"not a feed: an HTML page .*which looks like a consent page"):
        golden("consent.html")


def test_a_challenge_instead_of_a_feed_is_recognised() -> None:
    body = "<html><head><title>Just a moment...</title></head><body>Verifying you are human.</body></html>"
    with pytest.raises(ExtractError, match=r"which looks like a page that asks .* \(a challenge\)"):
        read(body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "the answer is empty"),
        (b"  \n ", "the answer is empty"),
        (b"hello there", "neither XML, JSON nor HTML"),
        (b"%PDF-1.4 \x00\xff", "neither XML, JSON nor HTML"),
        (b'{"message": "no"}', "JSON, but no JSON Feed"),
        (b"{" * 100_000, "JSON that does not parse"),
        (b"<?xml version='1.0'?><svg></svg>", "an XML document of another kind"),
    ],
)
def test_what_is_no_feed_is_refused_in_words(body: bytes, said: str) -> None:
    with pytest.raises(ExtractError, match=f"{URL}: .*{said}"):
        read(body)


def test_an_index_page_gives_the_articles_of_its_main_part_in_page_order() -> None:
    offer = golden("index.html", kind="index")
    assert offer.form == "index page"
    assert [(lead.title, lead.canonical) for lead in offer.leads] == [
        ("Ferry talks resume", "https://front.example/world/2024/aug/20/ferry-talks-resume"),
        (
            "Court hears the first witness in dam case",
            "https://front.example/world/court-hears-the-first-witness-in-dam-case",
        ),
        ("Minister says budget will be late again", "https://front.example/a/50470672"),
        (
            "A second desk of the same house",
            "https://news.front.example/world/second-desk-of-the-same-house",
        ),
    ]
    assert offer.leads[0].published == datetime(2024, 8, 20, 9, 0, tzinfo=UTC)
    assert {lead.language for lead in offer.leads} == {"en"}


def test_an_index_page_with_everything_in_its_header_is_still_read() -> None:
    body = "<html><body><header><a href='/2024/08/20/x'>Four words of headline</a></header></body></html>"
    assert [lead.url for lead in read(body, kind="index").leads] == ["https://www.front.example/2024/08/20/x"]


def test_an_index_page_gives_at_most_two_hundred_links() -> None:
    links = "".join(f"<a href='/2024/08/20/{n}'>Headline of the story number {n}</a>" for n in range(300))
    offer = read(f"<html><body>{links}</body></html>", kind="index")
    assert (len(offer.leads), offer.note) == (200, "only the first 200 of 300 links were taken")


def test_a_feed_where_an_index_page_was_expected_is_read_as_a_feed() -> None:
    assert golden("rss1.rdf", kind="index").form == "RSS 1.0"


def test_a_feed_of_thousands_of_items_is_cut_before_it_is_parsed() -> None:
    offer = read(rss(*(item(f"T{n}", f"https://a.example/{n}") for n in range(3000))))
    assert len(offer.leads) == MOST_ITEMS
    assert offer.note == "only the first 500 of 3000 items were read"


def test_entities_of_a_document_type_are_never_expanded() -> None:
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{bomb}<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    offer = read(body + rss(item("A &l9; B &x; C")))
    assert "lollol" not in offer.leads[0].title
    assert "root:" not in offer.leads[0].title


def test_xml_nested_200_000_deep_is_refused() -> None:
    with pytest.raises(ExtractError, match="nested more than 2,000 deep"):
        read("<rss><channel>" + "<a>" * 200_000)


def test_control_and_bidi_characters_leave_a_title_on_one_short_line() -> None:
    lead = read(rss(item("A\u202e\u200bB\u2028C&#10;" + "long " * 100))).leads[0]
    assert lead.title.startswith("AB C long")
    assert len(lead.title) <= 200


def test_a_long_summary_is_cut_at_a_word() -> None:
    body = rss(f"<item><link>https://a.example/1</link><description>{'word ' * 900}</description></item>")
    summary = read(body).leads[0].summary
    assert len(summary) <= 2000
    assert summary.endswith("word…")


@pytest.mark.parametrize(
    ("encoding", "declared", "header"),
    [
        ("utf-8", "", ""),
        ("utf-8", "iso-8859-1", "iso-8859-1"),
        ("utf-8-sig", "", "windows-1252"),
        ("utf-16", "utf-16", ""),
        ("utf-16-le", "", ""),
        ("cp1251", "windows-1251", ""),
        ("cp1251", "", "windows-1251"),
        ("cp1251", "hex", "windows-1251"),
    ],
)
def test_the_encoding_is_found(encoding: str, declared: str, header: str) -> None:
    declaration = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
    body = (declaration + rss(item("Новости порта и моря"))).encode(encoding)
    assert read(body, charset=header).leads[0].title == "Новости порта и моря"


@pytest.mark.parametrize("charset", ["hex", "rot13", "utf-7", "no-such", "\x00", "idna", "x" * 500])
def test_a_hostile_charset_is_ignored(charset: str) -> None:
    assert read(rss(item("Café")), charset=charset).leads[0].title == "Café"


def test_bytes_that_fit_no_encoding_are_replaced() -> None:
    body = b"<?xml version='1.0' encoding='utf-8'?>" + rss(item("AXB")).encode().replace(b"X", b"\xff\x00")
    assert read(body).leads[0].title in ("A\ufffdB", "AÿB")


def test_an_offer_travels_between_processes() -> None:
    offer = golden("rss2.xml")
    assert pickle.loads(pickle.dumps(offer)) == offer
    assert pickle.loads(pickle.dumps(read_offer)) is read_offer


PIECES = st.sampled_from(
    [
        piece.encode()
        for piece in "<rss>|<channel>|<item>|</item>|<title>|</title>|<link>|http://[|<![CDATA[|]]>".split("|")
    ]
    + [b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"<entry>", b"<html>", b"<a href='", b"//[x'>", b"&#0;"]
    + [b"&#xD800;", b"&lt;b", b"<!DOCTYPE x [", b"<!--", b"{", b'"version":"https://jsonfeed.org/version/1"']
    + [b',"items":[]}', b"\xff\xfe", b"\x00", b"<?xml version='1.0' encoding='x'?>", b"<pubDate>9999999999</pubDate>"]
    + [b" xml:base='http://['>"]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(), st.lists(PIECES, max_size=16).map(b"".join)), st.sampled_from(["feed", "index"]))
def test_any_bytes_give_an_offer_or_an_extract_error(body: bytes, kind: str) -> None:
    try:
        assert isinstance(read(body, kind=kind), Offer)
    except ExtractError:
        return
