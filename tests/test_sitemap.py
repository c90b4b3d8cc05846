"""Sitemaps: golden files in golden/sitemaps, what is new among what they list, and what must happen to hostile ones."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ExtractError
from monitor.model import Lead, Offer
from monitor.stages.children import MOST_MORE
from monitor.stages.sitemap import MOST_BYTES, MOST_LEADS, read_sitemap

SITEMAPS = Path(__file__).parent / "golden" / "sitemaps"
NOW = datetime(2024, 8, 21, tzinfo=UTC)
URL = "https://front.example/sitemaps/index.xml"
DAY = timedelta(days=1)


def read(body: bytes | str, *, url: str = URL, since: datetime | None = None) -> Offer:
    raw = body.encode() if isinstance(body, str) else body
    return read_sitemap(raw, url=url, source_id="s", since=since, now=NOW)


def golden(name: str, since: datetime | None = None) -> Offer:
    return read((SITEMAPS / name).read_bytes(), since=since)


def paths(offer: Offer) -> list[str]:
    return [lead.canonical.removeprefix("https://front.example/") for lead in offer.leads]


def urlset(*urls: str) -> str:
    return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{''.join(urls)}</urlset>"


def url(path: str, lastmod: str = "") -> str:
    changed = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    return f"<url><loc>https://front.example/{path}</loc>{changed}</url>"


def index(*addresses: str, lastmod: str = "") -> str:
    changed = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    rows = "".join(f"<sitemap><loc>{address}</loc>{changed}</sitemap>" for address in addresses)
    return f"<sitemapindex>{rows}</sitemapindex>"


def test_a_news_sitemap_gives_titles_dates_and_languages_newest_first() -> None:
    assert golden("news.xml") == Offer(
        (
            Lead(
                source_id="s",
                url="https://front.example/world/2024/08/20/second-round?page=2&utm_source=sitemap",
                canonical="https://front.example/world/2024/08/20/second-round?page=2",
                title="Second round begins <today> & ends late",
                published=datetime(2024, 8, 20, tzinfo=UTC),
                language="en",
                updated=datetime(2024, 8, 20, 12, 5, 7, 123000, tzinfo=UTC),
            ),
            Lead(
                source_id="s",
                url="https://front.example/world/2024/08/20/mediator-lands-at-the-quay",
                canonical="https://front.example/world/2024/08/20/mediator-lands-at-the-quay",
                title="Mediator lands & goes straight to the quay",
                published=datetime(2024, 8, 20, 7, 30, tzinfo=UTC),
                language="en",
            ),
        ),
        "news sitemap",
        newest=datetime(2024, 8, 20, 12, 5, 7, 123000, tzinfo=UTC),
    )


def test_an_index_names_news_sitemaps_first_and_leaves_old_odd_and_foreign_ones_aside() -> None:
    assert golden("index.xml") == Offer(
        (),
        "sitemap index",
        "1 sitemap of other sites refused; 1 sitemap of tags, sections, people or pictures left aside",
        more=(
            "https://front.example/sitemaps/google-news.xml",
            "https://front.example/sitemaps/2024-08.xml.gz",
            "https://front.example/sitemaps/2024-07.xml",
        ),
        newest=datetime(2024, 8, 20, 12, tzinfo=UTC),
    )


def test_an_index_names_only_what_changed_since_the_last_visit() -> None:
    assert golden("index.xml", since=NOW - DAY).more == (
        "https://front.example/sitemaps/google-news.xml",
        "https://front.example/sitemaps/2024-08.xml.gz",
    )


def test_an_old_archive_is_looked_at_once_where_there_is_nothing_newer() -> None:
    body = index("https://front.example/sitemap-2019.xml", "https://front.example/sitemap-2020.xml")
    assert read(body).more == ("https://front.example/sitemap-2020.xml",)
    assert read(body, since=NOW).more == ()


def test_the_sitemaps_of_an_index_are_capped() -> None:
    offer = read(index(*(f"https://front.example/part{n}.xml" for n in range(40)), lastmod="2024-08-20"))
    assert len(offer.more) == MOST_MORE
    assert offer.note == "only the newest 8 of 40 sitemaps are asked"


def test_a_sitemap_of_a_part_of_the_site_may_be_named() -> None:
    assert read(index("https://news.front.example/sitemap.xml")).more == ("https://news.front.example/sitemap.xml",)


def test_a_plain_list_of_addresses_is_read() -> None:
    offer = golden("plain.txt")
    assert offer.form == "list of addresses"
    assert sorted(paths(offer)) == ["harbour/crane-falls", "harbour/dredging-starts", "harbour/night-ferry-is-back"]


def test_undated_addresses_are_taken_from_both_ends_of_the_file() -> None:
    offer = read("\n".join(f"https://front.example/{n}" for n in range(2_000)))
    assert paths(offer)[:4] == ["0", "1999", "1", "1998"]
    assert len(offer.leads) == MOST_LEADS
    assert offer.note == "only the newest 500 of 2000 addresses were taken"


def test_dates_sort_an_archive_and_what_is_unusable_is_skipped() -> None:
    offer = golden("archive.xml")
    assert paths(offer) == ["b", "a", "c", "d", "e"]
    assert offer.note == "1 unusable address was skipped"


def test_only_what_is_newer_than_the_last_visit_is_offered_and_what_has_no_date() -> None:
    since = datetime(2024, 8, 21, 12, tzinfo=UTC)
    assert paths(golden("archive.xml", since)) == ["b", "d", "e"]


def test_what_gets_into_the_sitemap_late_is_not_missed() -> None:
    offer = read(urlset(url("late", "2024-08-20T09:00:00Z")), since=datetime(2024, 8, 20, 10, tzinfo=UTC))
    assert paths(offer) == ["late"]


def test_a_change_is_not_taken_for_a_publication() -> None:
    assert read(urlset(url("old", "2024-08-20"))).leads[0].published is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024-08-20", datetime(2024, 8, 20, tzinfo=UTC)),
        ("2024-08", datetime(2024, 8, 1, tzinfo=UTC)),
        ("2024", datetime(2024, 1, 1, tzinfo=UTC)),
        ("2024-08-20T10:00Z", datetime(2024, 8, 20, 10, tzinfo=UTC)),
        ("2024-08-20T10:00:00.5+02:00", datetime(2024, 8, 20, 8, 0, 0, 500000, tzinfo=UTC)),
        ("2024-08-20 10:00:00 UTC", datetime(2024, 8, 20, 10, tzinfo=UTC)),
        ("Tue, 20 Aug 2024 10:00:00 GMT", datetime(2024, 8, 20, 10, tzinfo=UTC)),
        ("2024-13-45", None),
        ("1970-01-01", None),
        ("soon", None),
    ],
)
def test_dates_are_read_in_every_precision(written: str, meant: datetime | None) -> None:
    assert read(urlset(url("a", written))).newest == meant


def test_broken_xml_is_salvaged_and_lone_ampersands_are_kept() -> None:
    offer = golden("broken.xml")
    assert paths(offer) == ["story?id=2", "story?id=1&section=world"]
    assert offer.newest == datetime(2024, 8, 20, 8, tzinfo=UTC)
    assert offer.note.startswith("the XML is broken (line 5: ")


@pytest.mark.parametrize("prefix", ["", "sm:"])
def test_namespaces_do_not_matter(prefix: str) -> None:
    declared = f' xmlns:{prefix[:-1]}="https://front.example/any"' if prefix else ""
    loc = f"<{prefix}url><{prefix}loc>https://front.example/a</{prefix}loc></{prefix}url>"
    assert paths(read(f"<{prefix}urlset{declared}>{loc}</{prefix}urlset>")) == ["a"]


def test_news_elements_of_an_undeclared_namespace_are_read() -> None:
    news = "<news:news><news:title>A title</news:title></news:news>"
    assert read(f"<urlset><url><loc>https://front.example/a</loc>{news}</url></urlset>").leads[0].title == "A title"


# --- gzip ----------------------------------------------------------------------------------------------------------


def test_a_gzipped_sitemap_is_read() -> None:
    assert read(gzip.compress((SITEMAPS / "news.xml").read_bytes())) == golden("news.xml")


def test_a_truncated_gzip_file_is_an_error() -> None:
    with pytest.raises(ExtractError, match="ends too early"):
        read(gzip.compress((SITEMAPS / "news.xml").read_bytes())[:-30])


def test_a_damaged_gzip_file_is_an_error() -> None:
    with pytest.raises(ExtractError, match="damaged"):
        read(b"\x1f\x8b\x08\x00" + b"\xff" * 50)


def test_only_one_layer_of_gzip_is_taken_off() -> None:
    with pytest.raises(ExtractError, match="gzipped twice"):
        read(gzip.compress(gzip.compress(b"<urlset/>")))


def test_a_gzip_bomb_is_cut_and_what_came_first_is_read() -> None:
    bomb = gzip.compress(b"<urlset>" + url("a").encode() + b" " * (MOST_BYTES * 4))
    offer = read(bomb)
    assert paths(offer) == ["a"]
    assert "only its first 20 MB were read" in offer.note


# --- hostile -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "empty"),
        ("   \n", "empty"),
        ("<html><body>Accept cookies</body></html>", "not a sitemap"),
        ("hello", "not a sitemap"),
        ("<rss><channel/></rss>", "not a sitemap"),
        ("<urlset>" + "<a>" * 200_000, "no address could be salvaged"),
    ],
)
def test_what_is_no_sitemap_is_told_with_its_address(body: str, why: str) -> None:
    with pytest.raises(ExtractError, match=why) as caught:
        read(body)
    assert str(caught.value).startswith(URL)


def test_entities_of_a_document_type_are_never_expanded() -> None:
    dtd = '<!DOCTYPE urlset [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    offer = read(dtd + urlset("<url><loc>https://front.example/&b;&x;</loc></url>"))
    assert all("aaaa" not in lead.url and "root" not in lead.url for lead in offer.leads)


def test_an_index_cannot_name_itself_in_any_spelling() -> None:
    spellings = ("https://front.example/sitemaps/index.xml", "http://www.front.example/sitemaps//index.xml#top")
    assert read(index(*spellings, "index.xml")).more == ()


def test_a_full_sitemap_is_read_in_seconds_and_cut() -> None:
    body = urlset(*(url(f"news/{n}", f"2024-08-{n % 19 + 1:02}T10:00:00Z") for n in range(60_000)))
    begun = time.perf_counter()
    offer = read(body)
    assert time.perf_counter() - begun < 10
    assert len(offer.leads) == MOST_LEADS
    assert "only the first 50,000 addresses were read" in offer.note


def test_odd_dates_cost_little() -> None:
    body = urlset(*(url(str(n), f"{n} Foo 2024 at noon") for n in range(20_000)))
    begun = time.perf_counter()
    assert len(read(body).leads) == MOST_LEADS
    assert time.perf_counter() - begun < 10


PIECES = st.sampled_from(
    [piece.encode() for piece in "<urlset>|<url>|<loc>|</loc>|</url>|<lastmod>|2024|https://x.example/".split("|")]
    + [b"<sitemapindex>", b"<sitemap>", b"<![CDATA[", b"]]>", b"<!DOCTYPE x [", b"&", b"&#0;", b"\x1f\x8b", b"\x00"]
    + [b"http://[", b"\xff", b"\n", b"<news:news>", b"<news:publication_date>", b"9999-99-99", b"-13", b"<!--"]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30).map(b"".join))
def test_any_bytes_give_an_offer_or_a_reason(body: bytes) -> None:
    try:
        offer = read(body)
    except ExtractError:
        return
    assert all(lead.canonical.startswith("https://") for lead in offer.leads)
