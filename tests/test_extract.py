"""Pages: what is taken from them, when the feed's summary stands in, and what is refused."""

from __future__ import annotations

import gzip
import json
import pickle
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trafilatura
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ExtractError
from monitor.model import Lead, Page
from monitor.stages.extract import read_page, read_text

NOW = datetime(2024, 8, 21, tzinfo=UTC)
URL = "https://www.courier.example/2024/08/20/ferry-talks"
GOLD = Path(__file__).parents[2] / "shared" / "data" / "pages"

STORY = [
    "The ferry crews and the company met for six hours in the harbour office on Tuesday and parted without a deal.",
    "A mediator said that both sides had moved, and that a third round would be held on Friday in the same room.",
    "The union asks for a rise of seven percent over two years, while the company offers four percent for one year.",
    "Some 12,000 commuters took buses instead, and the mayor asked shops along the quay to open later in the morning.",
]
SUMMARY = " ".join(f"The feed told this in its summary, part {n}, with a few more words." for n in range(6))


def page(
    *paragraphs: str, head: str = "", title: str = "Ferry talks end without a deal", lang: str = ' lang="en-GB"'
) -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<!DOCTYPE html><html{lang}><head><title>{title}</title>{head}</head><body><nav><a href='/'>Home</a></nav>"
        f"<main><article><h1>{title}</h1>{text}</article></main><footer>All rights reserved</footer></body></html>"
    )


def read(body: bytes | str, *, lead: Lead | None = None, charset: str = "", url: str = URL) -> Page:
    raw = body.encode() if isinstance(body, str) else body
    return read_page(raw, url=url, charset=charset, lead=lead or Lead("s", url, url), now=NOW)


def lead(**said: object) -> Lead:
    return Lead("s", URL, URL, **said)  # type: ignore[arg-type]


def linked(**fields: object) -> str:
    data = {"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, {"@type": ["NewsArticle"], **fields}]}
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def test_the_text_is_the_article_one_paragraph_a_line() -> None:
    got = read(page(*STORY))
    assert got.text.split("\n")[-4:] == STORY
    assert "rights reserved" not in got.text
    assert not got.summary_only
    assert got.reason == ""


def test_linked_data_and_meta_tags_say_who_when_and_where() -> None:
    head = linked(
        headline="Ferry talks end",
        datePublished="2024-08-20T18:05:00+02:00",
        author=[{"@type": "Person", "name": "By Ida Brook"}, {"name": "Sam Quay"}],
        publisher={"name": "Harbour Courier"},
    )
    got = read(page(*STORY, head=head), lead=lead(author="Desk", published=datetime(2024, 8, 1, tzinfo=UTC)))
    assert (got.author, got.outlet, got.language) == ("Ida Brook, Sam Quay", "Harbour Courier", "en")
    assert got.published == datetime(2024, 8, 20, 16, 5, tzinfo=UTC)


def test_linked_data_that_does_not_parse_is_passed_over() -> None:
    head = '<script type="application/ld+json">{"@type": "NewsArticle", </script>' + linked(
        datePublished="2024-08-20T18:05Z"
    )
    assert read(page(*STORY, head=head)).published == datetime(2024, 8, 20, 18, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "title",
    ["Ferry talks end | Harbour Courier", "Ferry talks end - Harbour Courier", "Ferry talks end — The Harbour Courier"],
)
def test_the_outlets_name_is_taken_off_the_headline(title: str) -> None:
    head = f'<meta property="og:title" content="{title}"><meta property="og:site_name" content="Harbour Courier">'
    assert read(page(*STORY, head=head)).title == "Ferry talks end"


def test_another_ending_stays_on_the_headline() -> None:
    head = '<meta property="og:title" content="Ferry talks end - what now?"><meta property="og:site_name" content="HC">'
    assert read(page(*STORY, head=head)).title == "Ferry talks end - what now?"


def test_the_feeds_headline_is_used_where_the_page_has_none() -> None:
    body = f"<html><body><div>{''.join(f'<p>{part}</p>' for part in STORY)}</div></body></html>"
    assert read(body, lead=lead(title="From the feed")).title == "From the feed"


def test_a_page_date_with_a_time_beats_the_feeds_date() -> None:
    head = '<meta property="article:published_time" content="2024-08-20T09:30:00Z">'
    got = read(page(*STORY, head=head), lead=lead(published=datetime(2024, 8, 19, tzinfo=UTC)))
    assert got.published == datetime(2024, 8, 20, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("written", ["2024-08-20", "2024-08-20T00:00:00Z"])
def test_the_feeds_date_beats_a_page_date_that_is_only_a_day(written: str) -> None:
    head = f'<meta property="article:published_time" content="{written}">'
    said = datetime(2024, 8, 20, 7, 15, tzinfo=UTC)
    assert read(page(*STORY, head=head), lead=lead(published=said)).published == said
    assert read(page(*STORY, head=head)).published == datetime(2024, 8, 20, tzinfo=UTC)


def test_a_date_is_searched_for_where_nobody_says_it() -> None:
    assert read(page(*STORY)).published == datetime(2024, 8, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "written", ["2031-01-01T10:00:00Z", "1970-01-01T00:00:01Z", "0001-01-01T00:00:00+14:00", "soon"]
)
def test_a_date_that_cannot_be_is_not_believed(written: str) -> None:
    head = f'<meta property="article:published_time" content="{written}">'
    assert read(page(*STORY, head=head), url="https://a.example/x").published is None


def test_the_language_is_the_pages_else_the_feeds() -> None:
    assert read(page(*STORY, lang=""), lead=lead(language="fr-CA")).language == "fr"
    assert read(page(*STORY, lang="")).language == ""


def test_a_page_without_text_falls_back_to_the_feeds_summary() -> None:
    got = read("<html><head><title>x</title></head><body><div id=app></div></body></html>", lead=lead(summary=SUMMARY))
    assert (got.text, got.summary_only) == (SUMMARY, True)
    assert got.reason.endswith("; the feed's summary is used")


def test_a_short_page_is_fine_when_the_summary_has_no_more() -> None:
    short = "A ferry ran aground off the northern pier at dawn; nobody was hurt and the tide freed it by noon."
    got = read(page(short), lead=lead(summary="A ferry ran aground."))
    assert short in got.text
    assert not got.summary_only


def test_a_consent_page_is_not_taken_for_the_article() -> None:
    body = page(
        "We and our partners use cookies to store information on your device.",
        "Please accept all or manage your privacy choices to go on.",
        title="Before you continue",
    )
    got = read(body, lead=lead(title="Ferry talks end", summary=SUMMARY))
    assert (got.title, got.text, got.summary_only) == ("Ferry talks end", SUMMARY, True)
    assert got.reason == "the address answers with a consent page, not with the article; the feed's summary is used"
    with pytest.raises(ExtractError, match="a consent page, not with the article, and the feed gave no summary"):
        read(body)


@pytest.mark.parametrize(
    "body",
    [
        page("Verifying that you are human. This may take a few seconds.", title="Just a moment..."),
        page("Please enable JS and disable any ad blocker", title="courier.example"),
        "<html><body><noscript>You need to enable JavaScript to run this app.</noscript></body></html>",
    ],
)
def test_a_challenge_is_not_taken_for_the_article(body: str) -> None:
    with pytest.raises(ExtractError, match=r"\(a challenge\), not with the article"):
        read(body)


def test_an_article_about_cookies_and_robots_is_an_article() -> None:
    about = [f"{part} Banners say: we use cookies, accept all, verify you are human." for part in STORY * 2]
    assert not read(page(*about)).summary_only


def test_a_cookie_banner_beside_a_short_article_does_no_harm() -> None:
    banner = "<div class='cookie-banner'><p>We use cookies. Accept all or reject all.</p></div>"
    got = read(page(*STORY[:3]).replace("<main>", banner + "<main>"), lead=lead(summary=SUMMARY))
    assert not got.summary_only


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "the page is empty"),
        (b"%PDF-1.7 ...", "answers with a PDF"),
        (b"\x89PNG\r\n", "answers with an image"),
        (b"<html><body></body></html>", "the page has no article text"),
    ],
)
def test_a_page_that_gives_nothing_is_refused_in_words(body: bytes, said: str) -> None:
    with pytest.raises(ExtractError, match=f"{URL}: .*{said}.*open it by hand"):
        read(body)


@pytest.mark.parametrize(
    ("encoding", "meta", "header"),
    [
        ("utf-8", "", ""),
        ("utf-8", "iso-8859-1", ""),
        ("cp1252", "", "iso-8859-1"),
        ("cp1252", "windows-1252", ""),
        ("cp1252", "", ""),
        ("utf-16", "", ""),
    ],
)
def test_the_encoding_is_header_then_meta_then_detected(encoding: str, meta: str, header: str) -> None:
    head = f'<meta charset="{meta}">' if meta else ""
    body = page(*STORY, "Le café près du théâtre était fermé.", head=head).encode(encoding)
    assert read(body, charset=header).text.endswith("Le café près du théâtre était fermé.")


def test_control_characters_and_monstrous_words_leave_the_text() -> None:
    got = read(page(*STORY, "One\x00 two\x1b \u202ethree\u200b " + "x" * 100_000 + " four five six seven eight."))
    assert not re.search("[\x00\x1b\u202e\u200b]", got.text)
    assert max(len(word) for word in got.text.split()) < 400


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"<html><body><p>", b"<script type='application/ld+json'>[", b"\xfe\xff"]),
)
def test_any_bytes_give_a_page_or_an_extract_error(tail: bytes, start: bytes) -> None:
    try:
        assert read(start + tail).text
    except ExtractError:
        return


def test_a_page_travels_between_processes() -> None:
    got = read(page(*STORY))
    assert pickle.loads(pickle.dumps(got)) == got
    assert pickle.loads(pickle.dumps(read_page)) is read_page


def test_a_text_files_short_first_line_is_its_title() -> None:
    got = read_text("# Ferry talks end\n\nThe crews met.\n\n- They parted.\n", url="seeds/a.md")
    assert (got.title, got.text, got.url) == ("Ferry talks end", "The crews met.\nThey parted.", "seeds/a.md")


def test_a_text_file_that_begins_with_a_sentence_has_no_title() -> None:
    assert read_text("The crews met.\nThey parted.") == Page("", "", "The crews met.\nThey parted.")


def test_a_text_without_a_word_is_refused() -> None:
    with pytest.raises(ExtractError, match="not a word in it"):
        read_text(" \n---\n* * *\n")


def shingles(text: str) -> Counter[str]:
    found = re.findall(r"\w+", text)
    return Counter(" ".join(found[at : at + 4]) for at in range(max(len(found) - 3, min(len(found), 1))))


def f1(got: str, gold: str) -> float:
    one, two = shingles(got), shingles(gold)
    return 2 * sum((one & two).values()) / ((sum(one.values()) + sum(two.values())) or 1)


@pytest.mark.skipif(not GOLD.is_dir(), reason="the gold pages are not in ../shared/data/pages")
def test_extraction_is_no_worse_than_trafilaturas_own_default_on_the_gold_pages() -> None:
    gold = json.loads((GOLD / "ground-truth.json").read_text(encoding="utf-8"))
    ours, default = 0.0, 0.0
    for name, said in gold.items():
        body = gzip.decompress((GOLD / "html" / f"{name}.html.gz").read_bytes())
        ours += f1(read(body, url=said["url"]).text, said["articleBody"]) / len(gold)
        default += f1(trafilatura.extract(body) or "", said["articleBody"]) / len(gold)
    assert ours >= default
    assert ours >= 0.965
