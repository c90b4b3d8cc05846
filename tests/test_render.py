"""A digest as Markdown, HTML page, HTML mail and text: the golden one, and hostile data that stays data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import lxml.html  # type: ignore[import-untyped]
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from support.builders import NOW, make_digest
from support.golden import FOLDER, golden_digest, golden_texts

from monitor.model import DayMark, Digest, Item, Section, TripPart
from monitor.stages.escape import (
    brief_why,
    count,
    first_clause,
    long_day,
    markdown,
    markdown_url,
    named,
    plain,
    safe_link,
)
from monitor.stages.render import render
from monitor.stages.timeline import HEAD, LABELS, draw, spark

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!-- a comment that never ends",
    "</p></body></html>",
    '" onmouseover="alert(1)',
    "](javascript:alert(1)) [x",
    "![tracker](http://evil.example/p.png)",
    "[x]: http://evil.example",
    "<http://evil.example>",
    "`code` and ``` fences",
    "**bold** _it_ ~~gone~~ | cell | $x$",
    "{{7*7}} {% raw %} {{ digest }} {# x #}",
    "line one\n\n# a heading\n\n- a list\n\n---\n",
    "a\r\nBcc: x@evil.example",
    "\u2028# heading\u2029\u202egnp.exe\u0000\u001b[31m",
    "1. one",
    "- dash",
    "+ plus",
    "# hash",
    "=====",
    "&lt;script&gt; &amp; &#60;b&#62;",
    "\\",
    "*",
    "$(reboot) `reboot`",
]
HOSTILE_LINKS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.example",
    "",
    "seed:seed-1",
    'https://a.example/" onclick="alert(1)',
    "https://a.example/)[x](javascript:alert(1)",
    "https://a.example/<script>",
    "https://a.example/a b|c\\",
    "https://a.example/`*_~",
]
FORMS = ("md", "html", "mail", "txt", "mail-txt")
LINKS = ("url", "now_url", "was_url")
OURS = ("name", "zone", "state", "group", "topic_id", "trip_id", "source_id", "article_id", "kind", "outlets")


def with_data(record: Any, text: Callable[[str], str], link: Callable[[str], str]) -> Any:
    """The record with every text that comes from outside changed, and every link."""
    if is_dataclass(record) and not isinstance(record, type):
        changes: dict[str, Any] = {}
        for each in fields(record):
            value = getattr(record, each.name)
            ours = each.name in OURS and not (each.name == "name" and not isinstance(record, Digest))
            if isinstance(value, str) and not ours:
                changes[each.name] = link(value) if each.name in LINKS else text(value)
            elif isinstance(value, tuple) and each.name != "topics":
                changes[each.name] = tuple(
                    text(part) if isinstance(part, str) else with_data(part, text, link) for part in value
                )
        return replace(record, **changes)
    return record


def same(value: str) -> str:
    return value


def parse(text: str) -> list[Token]:
    """All tokens of a Markdown text, read as GitHub reads it."""
    flat: list[Token] = []
    for token in MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text):
        flat += [token, *(token.children or ())]
    return flat


def shape(text: str) -> Counter[str]:
    """How many of each thing a Markdown text has, texts apart."""
    return Counter(
        f"{token.type} {token.tag}" for token in parse(text) if token.type not in ("text", "softbreak", "text_special")
    )


def tags(text: str) -> Counter[str]:
    """How many of each element, with its attributes' names, an HTML text has."""
    return Counter(f"{element.tag} {sorted(element.attrib)}" for element in lxml.html.document_fromstring(text).iter())


class TestGolden:
    @pytest.mark.parametrize("name", list(golden_texts()))
    def test_the_record_is_rendered_as_it_was(self, name: str) -> None:
        assert golden_texts()[name] == (FOLDER / name).read_text("utf-8")

    def test_another_form_is_an_error(self) -> None:
        with pytest.raises(KeyError):
            render(golden_digest(), "pdf")

    @pytest.mark.parametrize("form", FORMS)
    def test_an_empty_digest_is_whole(self, form: str) -> None:
        text = render(make_digest(), form)
        assert form != "mail-txt" or len(text.splitlines()) == 2
        assert "2 of 2 " in text
        assert "harbour strike talks" in text.lower()
        assert "First round" not in text
        assert text.endswith("\n")
        assert not text.endswith("\n\n")

    @pytest.mark.parametrize("form", FORMS)
    def test_everything_in_the_record_stands_in_every_form(self, form: str) -> None:
        text = render(golden_digest(), form).casefold()
        for part in golden_digest().trips:
            for section in part.sections + part.more:
                for item in section.items:
                    assert markdown(item.text).casefold() in text or plain(item.text).casefold() in text
        for line in golden_digest().left_out:
            assert line.title.casefold() in text

    def test_html_loads_nothing_from_elsewhere_and_fits_a_mail(self) -> None:
        page = lxml.html.document_fromstring(render(golden_digest(), "html"))
        assert page.get("lang") == "en"
        assert not page.xpath("//img | //script | //link | //iframe | //object | //*[@src]")
        assert not [style for style in page.xpath("//style/text()") if "url(" in style or "@import" in style]


class TestHostileTexts:
    @pytest.mark.parametrize("evil", HOSTILE)
    def test_change_nothing_in_the_shape_of_the_markdown(self, evil: str) -> None:
        text = render(with_data(golden_digest(), lambda value: evil, same), "md")
        tokens = parse(text)
        assert not [token for token in tokens if token.type in ("html_block", "html_inline", "image", "fence")]
        harmless = render(with_data(golden_digest(), lambda value: "plain", same), "md")
        assert shape(text) == shape(harmless)

    @pytest.mark.parametrize("evil", HOSTILE)
    @pytest.mark.parametrize("form", ["html", "mail"])
    def test_change_nothing_in_the_shape_of_the_page(self, evil: str, form: str) -> None:
        text = render(with_data(golden_digest(), lambda value: evil, same), form)
        assert tags(text) == tags(render(with_data(golden_digest(), lambda value: "plain", same), form))

    @pytest.mark.parametrize("evil", HOSTILE)
    def test_stay_on_their_line_in_plain_text(self, evil: str) -> None:
        text = render(with_data(golden_digest(), lambda value: evil, same), "txt")
        harmless = render(with_data(golden_digest(), lambda value: "plain", same), "txt")
        assert len(text.splitlines()) == len(harmless.splitlines())
        assert not set(text) & set("\r\0\x1b\u2028\u2029\u202e")

    @pytest.mark.parametrize("form", FORMS)
    def test_are_never_a_template(self, form: str) -> None:
        text = render(with_data(golden_digest(), lambda value: "{{ 777*777 }}{{digest.name}}{% x %}", same), form)
        assert "603729" not in text
        assert "{{ 777" in text

    @given(st.text(max_size=80))
    @settings(max_examples=60, deadline=None)
    def test_whatever_they_are_the_markdown_keeps_its_shape(self, evil: str) -> None:
        part = TripPart(
            "t", "T", 0, 1, (), (Section("s", evil, (item(text=evil, outlet=evil or "x", why="w"),)),), (), ()
        )
        tokens = parse(render(make_digest(trips=(part,)), "md"))
        assert not [
            token for token in tokens if token.type in ("html_block", "html_inline", "image", "fence", "table_open")
        ]
        assert len([token for token in tokens if token.type == "link_open"]) == 1
        assert len([token for token in tokens if token.type == "heading_open"]) == 5

    @example("1.")
    @example("12) x")
    @example("- x")
    @given(st.text(alphabet="aé \n\\`*_[]<>#|~$&+-=1.)!(\"'{}:/", max_size=60))
    @settings(max_examples=200, deadline=None)
    def test_markdown_reads_back_as_the_plain_text(self, text: str) -> None:
        shown = "".join(
            token.content
            for token in parse(f"x {markdown(text)} x")
            if token.type in ("text", "text_special", "code_inline")
        )
        assert shown.split() == f"x {plain(text)} x".split()


class TestHostileLinks:
    @pytest.mark.parametrize("evil", HOSTILE_LINKS)
    def test_lead_nowhere_but_to_the_web_in_markdown(self, evil: str) -> None:
        tokens = parse(render(with_data(golden_digest(), same, lambda url: evil), "md"))
        assert not [token for token in tokens if token.type in ("html_block", "html_inline")]
        targets = [str(token.attrGet("href")) for token in tokens if token.type == "link_open"]
        assert len(targets) > 9
        assert all(target == "" or target.startswith("https://a.example/") for target in targets)

    @pytest.mark.parametrize("evil", HOSTILE_LINKS)
    @pytest.mark.parametrize("form", ["html", "mail"])
    def test_lead_nowhere_but_to_the_web_in_html(self, evil: str, form: str) -> None:
        text = render(with_data(golden_digest(), same, lambda url: evil), form)
        targets = lxml.html.document_fromstring(text).xpath("//a/@href")
        assert all(target == "" or target.startswith("https://a.example/") for target in targets)

    @pytest.mark.parametrize("evil", HOSTILE_LINKS)
    def test_are_not_written_in_plain_text_unless_of_the_web(self, evil: str) -> None:
        text = render(with_data(golden_digest(), same, lambda url: evil), "txt")
        assert evil.startswith("https://") or not evil or evil not in text

    @pytest.mark.parametrize("form", ["md", "txt"])
    def test_stay_on_their_line(self, form: str) -> None:
        text = render(with_data(golden_digest(), same, lambda url: "https://a.example/\n\nx\n"), form)
        assert len(text.splitlines()) == len(render(golden_digest(), form).splitlines())

    def test_only_web_addresses_are_links(self) -> None:
        assert safe_link("https://a.example/x") == "https://a.example/x"
        assert safe_link("HTTP://a.example/x") == "HTTP://a.example/x"
        assert [safe_link(url) for url in HOSTILE_LINKS[:9]] == [""] * 9
        assert markdown_url("https://a.example/(x) <y>") == "https://a.example/%28x%29%20%3Cy%3E"


def item(**changes: Any) -> Item:
    """An item of a digest."""
    base = Item(1, "Two berths open.", "Quay Gazette", "https://gazette.example/1", "T", NOW, (), "new")
    return replace(base, **changes)


class TestTimes:
    @pytest.mark.parametrize(
        ("when", "date_only", "shown"),
        [
            (datetime(2024, 3, 20, 5, 10, tzinfo=UTC), False, "06:10"),
            (datetime(2024, 3, 19, 23, 30, tzinfo=UTC), False, "00:30"),
            (datetime(2024, 3, 20, 23, 30, tzinfo=UTC), False, "21 Mar, 00:30"),
            (datetime(2024, 3, 19, 12, 0, tzinfo=UTC), False, "19 Mar, 13:00"),
            (datetime(2023, 3, 19, 12, 0, tzinfo=UTC), False, "19 Mar 2023"),
            (datetime(2024, 3, 20, tzinfo=UTC), True, "20 Mar"),
            (datetime(2023, 12, 31, tzinfo=UTC), True, "31 Dec 2023"),
            (None, False, "undated"),
        ],
    )
    @pytest.mark.parametrize("form", FORMS)
    def test_are_local_and_as_short_as_can_be(
        self, form: str, when: datetime | None, date_only: bool, shown: str
    ) -> None:
        part = TripPart("t", "T", 0, 1, (), (Section("s", "S", (item(when=when, date_only=date_only),)),), (), ())
        assert f"Quay Gazette, {shown}" in render(make_digest(trips=(part,)), form)

    def test_a_day_without_a_time_stays_that_day_west_of_greenwich(self) -> None:
        part = TripPart(
            "t",
            "T",
            0,
            1,
            (),
            (Section("s", "S", (item(when=datetime(2024, 3, 20, tzinfo=UTC), date_only=True),)),),
            (),
            (),
        )
        text = render(make_digest(trips=(part,), zone="America/New_York"), "txt")
        assert "Quay Gazette, 20 Mar" in text


class TestSmallThings:
    def test_bars_go_from_nothing_to_the_highest(self) -> None:
        assert spark((0, 1, 4, 8)) == "·▁▄█"
        assert spark(()) == ""
        assert spark((0,)) == "·"

    def test_counts_and_days_are_in_words(self) -> None:
        assert (count(1, "report"), count(0, "report"), count(2, "story")) == ("1 report", "0 reports", "2 stories")
        assert long_day(date(2024, 8, 20)) == "Tuesday 20 August 2024"

    def test_of_many_outlets_two_are_named_and_the_others_counted(self) -> None:
        assert named(("A",)) == "1: A"
        assert named(("A", "B", "C", "D")) == "4: A, B and 2 more"

    @pytest.mark.parametrize(
        ("why", "brief"),
        [
            ("new: nobody had reported this", "new"),
            ("new: nothing like it was known · filed by “a, b” in the title, “c”",
             "new · filed by “a, b” in the title"),
            ("new: the figure is new: 4 · nearest known: “x” (Y) · filed by “2024-08-20” as its date", "new figure: 4"),
            ("new: nobody had reported this · from the feed's summary, the page gave no text",
             "new · from the feed's summary, the page gave no text"),
        ],
    )  # fmt: skip
    def test_reasons_are_short_above_the_fold(self, why: str, brief: str) -> None:
        assert brief_why(why) == brief

    def test_a_sources_trouble_is_told_without_its_history(self) -> None:
        assert first_clause("HTTP status 503; failing since Monday") == "HTTP status 503"


class TestTimeline:
    def test_a_single_day_is_no_picture(self) -> None:
        part = golden_digest().trips[0]
        assert draw(replace(part, timeline=part.timeline[:1])) is None

    def test_every_number_is_written_beside_its_bar_and_said_in_words(self) -> None:
        chart = draw(golden_digest().trips[0])
        assert chart is not None
        assert [(row.name, [cell.count for cell in row.cells]) for row in chart.rows] == [
            ("Reports", [4, 0, 8]),
            ("New sentences", [6, 0, 3]),
            ("Pay", [4, 0, 2]),
            ("Cargo", [2, 0, 0]),
        ]
        assert chart.description == (
            "18 Mar in Northquay: 4 reports, 6 new; 19 Mar: 0 reports, 0 new; 20 Mar in Southquay: 8 reports, 3 new. "
            "By topic: Pay 6, Cargo 2."
        )
        page = lxml.html.document_fromstring(render(golden_digest(), "html"))
        (picture,) = page.xpath("//svg")
        assert picture.get("role") == "img"
        assert [page.xpath(f"//*[@id='{name}']")[0].tag for name in picture.get("aria-labelledby").split()] == [
            "title",
            "desc",
        ]
        assert len(picture.xpath(".//*[@class='number']")) == 12

    @given(st.lists(st.integers(0, 10**6), min_size=2, max_size=14))
    @settings(max_examples=50, deadline=None)
    def test_no_bar_leaves_the_picture_or_its_row(self, counts: list[int]) -> None:
        days = tuple(DayMark(date(2024, 3, 1 + place), (), number, number) for place, number in enumerate(counts))
        chart = draw(replace(golden_digest().trips[0], timeline=days))
        assert chart is not None
        for row, above in zip(chart.rows, (HEAD, *(row.base for row in chart.rows)), strict=False):
            for cell in row.cells:
                assert LABELS <= cell.x <= cell.x + cell.width <= chart.width
                assert above <= cell.y <= cell.y + cell.height <= row.base + 0.2
                assert 0 <= cell.share <= 100


def _looking_back(**changes: Any) -> Digest:
    """The golden digest's first trip as one that was four months ago: one report of it today, nothing weighty."""
    digest = golden_digest()
    part = digest.trips[0]
    days = tuple(DayMark(date(2024, 3, 7 + step), (), step == 13, 3 * (step == 13)) for step in range(14))
    old = replace(
        part, day=0, sections=(), figures=(), disputes=(), timeline=days, first=date(2023, 11, 2),
        last=date(2023, 11, 6), stops=tuple(replace(stop, state="done") for stop in part.stops),
    )  # fmt: skip
    return replace(digest, trips=(replace(old, **changes),))


class TestATripOfLongAgo:
    @pytest.mark.parametrize("form", FORMS)
    def test_has_its_days_a_pointer_and_neither_chart_nor_itinerary(self, form: str) -> None:
        digest = _looking_back()
        text = render(digest, form)
        assert "2 to 6 Nov 2023" in text
        assert "Below, under “More from First round”: 1 new sentence in 1 article" in text
        assert "Northquay" not in text
        assert "The trip is over" not in text
        assert "7 Mar" not in text
        assert "Bakers inland" in text, "what it points to is there"

    def test_is_told_like_any_other_where_a_whole_trip_is(self) -> None:
        text = render(replace(_looking_back(), kind="trip", first=date(2023, 11, 2), last=date(2023, 11, 6)), "md")
        assert "Northquay" in text
        assert "7 Mar" in text

    def test_that_ended_lately_keeps_its_itinerary_but_no_empty_chart(self) -> None:
        text = render(_looking_back(first=date(2024, 3, 10), last=date(2024, 3, 14)), "md")
        assert "~~Northquay~~ (done)" in text
        assert "7 Mar" not in text

    def test_says_so_across_months_and_years(self) -> None:
        days = {
            (date(2023, 12, 30), date(2024, 1, 2)): "30 Dec 2023 to 2 Jan 2024",
            (date(2024, 1, 30), date(2024, 2, 2)): "30 Jan to 2 Feb 2024",
            (date(2024, 1, 30), date(2024, 1, 30)): "First round · 30 Jan 2024",
        }
        for (first, last), said in days.items():
            assert said in render(_looking_back(first=first, last=last), "md")


def test_what_stands_below_the_fold_is_pointed_to_from_above() -> None:
    top, _, below = render(golden_digest(), "md").partition("\n---\n")
    assert "Below, under “More from First round”: 1 more new sentence in 1 article" in top
    assert "## More from First round" in below
