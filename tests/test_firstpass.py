"""The cheap first pass: when it is believed, what it keeps and leaves out, and when it has no answer."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trafilatura
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Lead
from monitor.stages.charset import decode
from monitor.stages.extract import read_page
from monitor.stages.firstpass import agreed, first_pass
from monitor.stages.head import parse_page, read_head
from monitor.stages.paragraphs import is_sentence, paragraphs

GOLD = Path(__file__).parents[2] / "shared" / "data" / "pages"
URL = "https://www.courier.example/2024/08/20/ferry-talks"
STORY = [
    "HARBOUR TOWN (Courier) - The ferry crews and the company met for six hours on Tuesday and parted without a deal.",
    "A mediator said that both sides had moved, and that a third round would be held on Friday in the same room.",
    "“We are closer than last week,” she said.",
    "The union asks for a rise of seven percent over two years, while the company offers four percent for one year.",
    "Some 12,000 commuters took buses instead, and the mayor asked shops along the quay to open later in the morning.",
    "The last strike at the harbour, nine years ago, lasted for seventeen days and ended with a rise of five percent.",
    "Fishing boats were not stopped, but their skippers said that ice and diesel had become scarce since the weekend.",
    "On Wednesday the town council is to vote on a fund for shops that sold nothing while the ferries stayed in port.",
]
TITLE = "Ferry talks end without a deal"


def html(body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head><title>{TITLE}</title>{head}</head><body>{body}</body></html>"


def article(*inner: str, before: str = "", after: str = "") -> str:
    text = "".join(part if part.startswith("<") else f"<p>{part}</p>" for part in inner)
    return html(
        f"<nav><ul><li><a href='/'>Home</a></li></ul></nav>{before}<main><h1>{TITLE}</h1>"
        f"<div class='story'>{text}</div></main>{after}<footer>All rights reserved</footer>"
    )


def first(markup: str) -> list[str]:
    tree = parse_page(markup)
    assert tree is not None
    text = first_pass(tree, read_head(parse_page(markup)).said)
    return text.split("\n") if text else []


def ours(markup: str) -> list[str]:
    tree = parse_page(markup)
    assert tree is not None
    return paragraphs(tree)


class TestAPageIsBelieved:
    def test_where_both_find_the_same_paragraphs(self) -> None:
        assert first(article(*STORY)) == STORY

    def test_with_headings_quotes_and_lists_between_its_paragraphs(self) -> None:
        between = ["<h2>What is asked</h2>", "<ul><li>More pay</li><li>Fewer nights</li></ul>"]
        quote = "<blockquote><p>Nobody wins a strike in August.</p></blockquote>"
        got = first(article(*STORY[:2], *between, *STORY[2:4], quote, *STORY[4:]))
        assert got == [
            *STORY[:2], "What is asked", "More pay", "Fewer nights", *STORY[2:4], "Nobody wins a strike in August.",
            *STORY[4:],
        ]  # fmt: skip

    def test_where_line_breaks_stand_for_paragraphs(self) -> None:
        text = "<br><br>\n".join(STORY)
        assert first(html(f"<table><tr><td><h1>{TITLE}</h1><div>{text}</div></td></tr></table>")) == STORY

    def test_where_its_paragraphs_are_spread_over_sections(self) -> None:
        sections = "".join(f"<section><div><p>{part}</p></div></section>" for part in STORY)
        assert first(html(f"<main><h1>{TITLE}</h1>{sections}</main>")) == STORY

    def test_though_a_line_of_the_source_is_broken(self) -> None:
        wrapped = [part.replace(" and ", "\n   and\t") for part in STORY]
        assert first(article(*wrapped)) == STORY

    def test_though_a_word_is_marked_up(self) -> None:
        marked = [part.replace("company", "<a href='/c'><b>comp</b>any</a>") for part in STORY]
        assert first(article(*marked)) == STORY


class TestItLeavesOut:
    @pytest.mark.parametrize(
        "extra",
        [
            "<figure><img src='x.jpg'><figcaption>The harbour at dawn, seen from the pier.</figcaption></figure>",
            "<div class='photo-caption'>The harbour at dawn, seen from the northern pier. Photo: A. Quay</div>",
            "<div class='story__byline'>By <a href='/ida'>Ida Brook</a>, our reporter at the harbour office.</div>",
            "<div class='related-stories'><h3>Related</h3><p>Last week's talks broke off after an hour.</p></div>",
            "<div id='newsletter-signup'><p>Get the harbour news in your inbox each morning, free of charge.</p></div>",
            "<p>Sign up for our newsletter to get the harbour news each morning.</p>",
            "<p><a href='/a'>Read more: last week's talks broke off after an hour.</a></p>",
            "<ul><li><a href='/1'>Talks break off</a></li><li><a href='/2'>Ferries stay in port</a></li></ul>",
            "<div style='display: none'><p>This text is for a window that nobody has opened so far.</p></div>",
            "<p aria-hidden='true'>This text is for a window that nobody has opened so far, and never will.</p>",
            "<aside><p>Our reporter has followed the harbour for eleven years and lives on a boat.</p></aside>",
            "<script>var talks = 'A script may hold sentences too, and long ones, like this.';</script>",
        ],
    )
    def test_what_stands_between_its_paragraphs_without_being_one(self, extra: str) -> None:
        assert first(article(*STORY[:3], extra, *STORY[3:])) == STORY

    @pytest.mark.parametrize(
        "extra",
        [
            "<section class='comments'><p>I was on the last ferry, and nobody told us a thing.</p></section>",
            "<div class='card'><h3><a href='/x'>Bus lanes</a></h3><p>More buses</p></div>" * 12,
            "<div class='cookie-banner'><p>We use cookies and other things to make this site better for you.</p></div>",
            "<h2>More from the harbour</h2>",
        ],
    )  # fmt: skip
    def test_what_comes_after_it(self, extra: str) -> None:
        assert first(article(*STORY, after=extra)) == STORY

    def test_a_paragraph_that_is_told_twice(self) -> None:
        assert first(article(*STORY, STORY[1])) == STORY


class TestThereIsNoAnswer:
    def test_for_a_page_that_says_hardly_anything(self) -> None:
        assert first(article(*STORY[:2])) == []

    def test_for_a_list_of_links(self) -> None:
        rows = "".join(
            f"<li><a href='/{n}'>The ferry talks, part {n}, and what came of them.</a></li>" for n in range(60)
        )
        assert first(html(f"<main><ul>{rows}</ul></main>")) == []

    def test_for_a_front_page_of_teasers(self) -> None:
        cards = "".join(
            f"<div class='card'><h3><a href='/{n}'>Talks, part {n}</a></h3><p>{STORY[n % 5]}</p></div>"
            for n in range(40)
        )
        assert first(html(f"<main>{cards}</main>")) == []

    def test_for_a_table_of_results(self) -> None:
        rows = "".join(f"<tr><td>Boat {n}</td><td>{n * 7}.2</td></tr>" for n in range(200))
        assert first(html(f"<main><table>{rows}</table></main>")) == []

    def test_for_no_page_at_all(self) -> None:
        assert first("") == []


class TestTwoTextsAgree:
    def test_when_they_are_the_same(self) -> None:
        assert agreed(STORY, STORY, "") == STORY

    def test_not_when_a_good_part_is_missing_from_either(self) -> None:
        assert agreed(STORY, STORY[:3], "") == []
        assert agreed(STORY[:3], STORY, "") == []

    def test_not_when_they_are_of_different_articles(self) -> None:
        assert agreed(STORY, [line[::-1] + "." for line in STORY], "") == []

    def test_not_when_the_first_paragraph_is_missing_from_ours(self) -> None:
        long = [f"On day {day} this was said: {line}" for day in range(9) for line in STORY]
        assert agreed(long, long, "") == long
        assert agreed(long[1:], long, "") == []
        assert agreed([*long[:20], *long[21:]], long, "") == [*long[:20], *long[21:]]

    def test_though_only_one_takes_the_standfirst_of_the_head_for_text(self) -> None:
        standfirst = "Six hours in the harbour office brought the crews and the company no nearer to each other."
        assert agreed(STORY, [standfirst, *STORY], f"{TITLE} {standfirst}") == STORY
        assert agreed(STORY, [standfirst, *STORY], TITLE) == []

    def test_not_when_a_list_between_the_paragraphs_is_missing_from_ours(self) -> None:
        rows = [f"Boat number {n} of the company" for n in range(20)]
        assert agreed(STORY, [*STORY[:2], *rows, *STORY[2:]], "") == []

    def test_though_menus_stand_before_and_after(self) -> None:
        rows = [f"Boat number {n} of the company" for n in range(20)]
        assert agreed(STORY, [*rows, *STORY, *rows], "") == STORY

    def test_a_short_line_of_theirs_is_not_found_inside_a_line_of_ours(self) -> None:
        some = [f"Ferry {n}" for n in range(40)]
        long = [*STORY, f"These stay in port: {', '.join(some)}."]
        assert agreed(long, [*long[:3], *some, *long[3:]], "") == []

    def test_and_what_ours_has_beyond_the_first_and_last_that_both_found_is_left_out(self) -> None:
        assert agreed(["Share", *STORY, "By Ida Brook"], STORY, "") == STORY
        assert agreed([*STORY[:2], "Fewer nights", *STORY[2:]], STORY, "") == [*STORY[:2], "Fewer nights", *STORY[2:]]


LINES = st.lists(st.sampled_from([*STORY, *(line[::-1] for line in STORY), "Share", "By Ida Brook", ""]), max_size=14)


@given(LINES, LINES, st.sampled_from(["", TITLE, STORY[0]]))
def test_what_is_kept_is_a_piece_of_ours_that_begins_and_ends_in_theirs(
    one: list[str], other: list[str], known: str
) -> None:
    kept = agreed(one, other, known)
    text = " ".join(other)
    assert any(one[at : at + len(kept)] == kept for at in range(len(one) + 1))
    if kept:
        assert kept[0] in text
        assert kept[-1] in text
        assert sum(len(line) for line in kept if is_sentence(line) and line in text) >= 400


def markup(depth: int = 3) -> st.SearchStrategy[str]:
    tags = "div p li b a section blockquote br table td script nav span h2 template svg noscript form".split()
    leaf = st.sampled_from([*STORY, "x", " \n ", "&nbsp;", "\u2028", "&#0;", "<br>", "<", "</p>", "<!--", "]]>"])
    node = st.tuples(st.sampled_from(tags), st.sampled_from(["", " class='card'", " hidden", " style"]))
    return st.recursive(
        leaf,
        lambda inner: st.tuples(node, st.lists(inner, max_size=5)).map(
            lambda made: f"<{made[0][0]}{made[0][1]}>{''.join(made[1])}</{made[0][0]}>"
        ),
        max_leaves=25,
    )


@settings(max_examples=150, deadline=None)
@given(markup())
def test_any_markup_gives_lines_of_the_page(body: str) -> None:
    lines = ours(html(body))
    assert all(line and "\n" not in line for line in lines)
    assert set(first(html(body))) <= set(lines) | set(STORY)


@pytest.mark.parametrize("piece", ["<div>", "<ul><li>", "<b><i>", "<table><tr><td>", "<svg><g>", "<select><option>x"])
def test_a_page_without_end_is_not_read_as_a_browser_would(piece: str) -> None:
    assert parse_page(piece * 50_000) is None
    assert parse_page(f"{piece * 25_000}{'</x>' * 50_000}") is None
    assert first(html("".join(f"<p>{part}</p>" for part in STORY) + piece * 2_000))[:1] in ([], STORY[:1])


def test_a_page_that_is_long_without_being_deep_is() -> None:
    many = [f"{STORY[at % len(STORY)]} This is part {at} of what was said." for at in range(25_000)]
    assert first(html("".join(f"<p>{part}<br></p>" for part in many))) == many


def gold() -> Iterator[tuple[bytes, str, str]]:
    for name, said in json.loads((GOLD / "ground-truth.json").read_text("utf-8")).items():
        yield gzip.decompress((GOLD / "html" / f"{name}.html.gz").read_bytes()), said["url"], said["articleBody"]


def shares(text: str, true: str) -> tuple[float, float]:
    """Precision and recall of runs of four words."""
    said, meant = (
        Counter(zip(*(re.findall(r"\w+", each)[at:] for at in range(4)), strict=False)) for each in (text, true)
    )
    both = sum((said & meant).values())
    return both / (sum(said.values()) or 1), both / (sum(meant.values()) or 1)


@pytest.mark.skipif(not GOLD.is_dir(), reason="the gold pages are not in ../shared/data/pages")
def test_more_than_half_of_the_gold_pages_are_believed_and_rightly_so() -> None:
    believed, cheap, dear = 0, (0.0, 0.0), (0.0, 0.0)
    now = datetime(2024, 8, 21, tzinfo=UTC)
    for body, url, true in gold():
        text = "\n".join(first(decode(body)))
        if not text:
            continue
        believed += 1
        page = read_page(body, url=url, charset="", lead=Lead("s", url, url), now=now)
        assert page.text.split("\n")[0][:20] in " ".join(text.split())
        slow = trafilatura.extract(body, fast=True, favor_recall=True, include_comments=False) or ""
        one, other = shares(text, true), shares(slow, true)
        cheap, dear = (cheap[0] + one[0], cheap[1] + one[1]), (dear[0] + other[0], dear[1] + other[1])
    assert believed >= 32
    assert cheap[0] / believed >= max(0.96, dear[0] / believed - 0.002)
    assert cheap[1] / believed >= max(0.96, dear[1] / believed - 0.01)
