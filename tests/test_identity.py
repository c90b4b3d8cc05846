"""Which addresses and texts count as the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ExtractError
from monitor.stages.identity import article_id, canonical_url, content_hash, site

SAME = {
    "a tracker": ("https://a.example/x?utm_source=rss&p=123", "https://a.example/x?p=123"),
    "several trackers": ("https://a.example/x?fbclid=1&gclid=2&wtk=3&cmp=4&UTM_ID=5", "https://a.example/x"),
    "a value that names a channel": ("https://a.example/x?ref=rss&mod=rss_world", "https://a.example/x"),
    "a fragment": ("https://a.example/x#comments", "https://a.example/x"),
    "http and https": ("http://a.example/x", "https://a.example/x"),
    "a default port": ("http://a.example:80/x", "https://a.example:443/x"),
    "a trailing slash": ("https://a.example/x/", "https://a.example/x"),
    "a bare host": ("https://a.example", "https://a.example/"),
    "dot segments": ("https://a.example/b/../x/./y", "https://a.example/x/y"),
    "double slashes": ("https://a.example//x///y", "https://a.example/x/y"),
    "the host's case": ("HTTPS://A.Example/x", "https://a.example/x"),
    "www": ("https://www.a.example/x", "https://a.example/x"),
    "a mobile host": ("https://m.a.example/x", "https://www.a.example/x"),
    "an AMP host": ("https://amp.a.example/x", "https://a.example/x"),
    "an AMP folder": ("https://a.example/amp/x", "https://a.example/x"),
    "an AMP ending": ("https://a.example/x/amp/", "https://a.example/x"),
    "an AMP file": ("https://a.example/x.amp.html", "https://a.example/x.html"),
    "an AMP parameter": ("https://a.example/x?amp=1", "https://a.example/x"),
    "a print view": ("https://a.example/x/print", "https://a.example/x"),
    "a print parameter": ("https://a.example/x?print=true", "https://a.example/x"),
    "parameters in another order": ("https://a.example/x?b=2&a=1", "https://a.example/x?a=1&b=2"),
    "escapes of plain letters": ("https://a.example/%7Eann/%61", "https://a.example/~ann/a"),
    "escapes in small letters": ("https://a.example/caf%c3%a9", "https://a.example/café"),
    "both spellings of an international host": ("https://xn--bcher-kva.example/x", "https://bücher.example/x"),
    "an escaped ampersand": ("https://a.example/x?a=1&amp;b=2", "https://a.example/x?a=1&b=2"),
}

DISTINCT = {
    "post numbers": ("https://a.example/?p=123", "https://a.example/?p=124"),
    "ids": ("https://a.example/story?id=1", "https://a.example/story?id=2"),
    "ids in a parameter that some call a tracker": ("https://a.example/s?cid=1", "https://a.example/s?cid=2"),
    "a source that is no channel": ("https://a.example/s?source=12", "https://a.example/s?source=13"),
    "names without a value": ("https://a.example/i?12345", "https://a.example/i?12346"),
    "the path's case": ("https://a.example/X", "https://a.example/x"),
    "ports": ("http://127.0.0.1:8001/x", "http://127.0.0.1:8002/x"),
    "subdomains": ("https://one.a.example/x", "https://two.a.example/x"),
    "addresses inside the path": ("https://r.example/https://a.example/x", "https://r.example/https://a.example/y"),
    "bytes that are not UTF-8": ("https://a.example/x?q=%E8", "https://a.example/x?q=%E9"),
    "a slash and an escaped slash": ("https://a.example/a/b", "https://a.example/a%2Fb"),
    "braces": ("https://a.example/{a}", "https://a.example/{b}"),
    "a print edition's folders": ("https://a.example/print/x", "https://a.example/x"),
}

REFUSED = {
    "another scheme": "ftp://a.example/x",
    "a script": "javascript:alert(1)",
    "a relative link": "/news/x",
    "nothing": "",
    "no host": "https:///x",
    "a control character": "https://a.example/\x00x",
    "a line break": "https://a.example/x\r\nSet-Cookie: a",
    "a user name": "https://me:secret@a.example/x",
    "a backslash": "https://a.example\\@b.example/",
    "a broken port": "https://a.example:http/x",
    "a port too large": "https://a.example:70000/x",
    "a broken IPv6 address": "https://[::1/x",
    "a label of 300 letters": f"https://{'a' * 300}.example/x",
    "an empty label": "https://a..example/x",
    "a lone surrogate": "https://a.example/\ud800",
    "more than 2,000 characters": "https://a.example/" + "x" * 2000,
    "more than 2,000 characters once escaped": "https://a.example/" + "é" * 600,
}


@pytest.mark.parametrize("pair", SAME.values(), ids=SAME.keys())
def test_the_same_article_has_one_key_whatever(pair: tuple[str, str]) -> None:
    assert canonical_url(pair[0]) == canonical_url(pair[1])


@pytest.mark.parametrize("pair", DISTINCT.values(), ids=DISTINCT.keys())
def test_distinct_articles_are_kept_apart_by(pair: tuple[str, str]) -> None:
    assert canonical_url(pair[0]) != canonical_url(pair[1])


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED.keys())
def test_an_address_is_refused_in_words_for(url: str) -> None:
    with pytest.raises(ExtractError, match=r"is not a usable web address: .*; mend the link"):
        canonical_url(url)


def test_a_key_is_written_with_https_and_without_a_fold() -> None:
    assert canonical_url("http://www.a.example:8080/x/?utm_medium=a&id=7#top") == "https://a.example:8080/x?id=7"


def test_a_short_host_that_begins_with_m_is_left_alone() -> None:
    assert canonical_url("https://m.example/x") == "https://m.example/x"


PIECES = st.sampled_from(
    ["http://", "https://", "a.example", "www.", "m.", "amp.", ":80", ":443", ":8080", "/", "//", "..", ".", "amp",
     "print", ".amp", ".html", "index.html", "?", "&", "=", "amp;", "id=1", "utm_x=1", "ref=rss", "#", "%", "%2F",
     "%c3%a9", "é", "ß", "İ", "xn--", "xn--bcher-kva", "[::1]", "@", "\\", " ", "\t", "{a}", "<b>", '"', "+", ";"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES, max_size=14).map("".join), st.text().map("https://a.example/".__add__)))
def test_any_text_gives_a_stable_key_or_an_extract_error(url: str) -> None:
    try:
        key = canonical_url(url)
    except ExtractError:
        return
    assert canonical_url(key) == key
    assert site(key) == site(url)


def test_a_site_is_the_host_without_its_prefixes_and_with_its_unusual_port() -> None:
    assert site("https://www.news.example/x") == "news.example"
    assert site("http://m.news.example:80/x") == "news.example"
    assert site("http://127.0.0.1:8123/x") == "127.0.0.1:8123"


def test_an_article_id_is_sixteen_hex_digits_and_never_changes() -> None:
    assert article_id("https://a.example/x") == "1761cf6eb44b160c"
    assert article_id("https://a.example/x") != article_id("https://a.example/y")


def test_a_content_hash_is_blind_to_case_accents_and_spacing_but_not_to_words() -> None:
    assert content_hash("The CAFÉ\nis open.") == content_hash("the cafe  is open")
    assert content_hash("the cafe is open") != content_hash("the cafe is shut")
    assert len(content_hash("word")) == 32
    assert content_hash(" … \n") == ""
