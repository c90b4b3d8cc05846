"""The HTML of a mail: what clients refuse is not in it, whatever the digest; and its checker can say no."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from support.builders import make_digest
from support.golden import golden_digest
from support.mailcheck import problems_of
from test_render import HOSTILE, HOSTILE_LINKS, same, with_data

from monitor.model import Digest, Item, LeftOut, Section, SourceLine, TripPart
from monitor.stages.render import MOST_OF_MAIL, render
from monitor.stages.sourcelines import NEEDS_A_LOOK

WHOLE = '<!doctype html><html lang="en"><body><table><tr><td>x</td></tr></table></body></html>'


def with_body(body: str) -> str:
    return WHOLE.replace("<td>x", f"<td>{body}")


class TestTheChecker:
    def test_takes_a_plain_mail(self) -> None:
        assert problems_of(WHOLE) == []

    @pytest.mark.parametrize(
        "bad",
        [
            "<svg></svg>",
            "<script>1</script>",
            '<img src="https://a.example/x.png">',
            '<img src="data:image/png;base64,AA">',
            '<table background="https://a.example/x.png"></table>',
            '<p style="display:flex">x</p>',
            '<p style="background:url(https://a.example/x)">x</p>',
            "<style>p { display: grid }</style>",
            "<style>@import 'x';</style>",
            "<p>x",
            "x</p>",
            "<b><i>x</b></i>",
            '<a href="javascript:1">x</a>',
            '<p onclick="1">x</p>',
            "<link>",
            "<form></form>",
            "x" * 90_001,
        ],
    )
    def test_refuses_what_clients_drop_block_or_clip(self, bad: str) -> None:
        assert problems_of(with_body(bad))

    def test_wants_a_language_and_a_table(self) -> None:
        assert problems_of("<html><body>x</body></html>") == ["no lang", "no table to lay it out in Outlook"]


def large(items: int, left_out: int) -> Digest:
    """A busy day: half of its items above the fold."""
    when = datetime(2024, 3, 20, 5, tzinfo=UTC)
    told = [
        Item(number, f"Number {number}. " + "The talks went on in the harbour office. " * 4, "Quay Gazette",
             f"https://gazette.example/{number}", f"Title {number}", when, ("Tide Courier",), "new: nobody knew")
        for number in range(items)
    ]  # fmt: skip
    sections = tuple(Section("pay", f"Pay {at}", tuple(told[at : at + 10])) for at in range(0, items, 10))
    half = len(sections) // 2
    part = TripPart("t", "First round", 3, 5, (), sections[:half], sections[half:], ())
    rows = [LeftOut(f"Left {n}", "Mill Echo", f"https://echo.example/{n}", "known", "a copy") for n in range(left_out)]
    return make_digest(trips=(part,), left_out=tuple(rows))


class TestTheMail:
    def test_of_the_golden_digest_passes(self) -> None:
        assert problems_of(render(golden_digest(), "mail")) == []

    @pytest.mark.parametrize("evil", HOSTILE)
    def test_passes_with_hostile_texts(self, evil: str) -> None:
        assert problems_of(render(with_data(golden_digest(), lambda value: evil, same), "mail")) == []

    @pytest.mark.parametrize("evil", HOSTILE_LINKS)
    def test_passes_with_hostile_links(self, evil: str) -> None:
        assert problems_of(render(with_data(golden_digest(), same, lambda url: evil), "mail")) == []

    @pytest.mark.parametrize("form", ["mail", "mail-txt"])
    @pytest.mark.parametrize(("items", "left_out"), [(400, 200), (2000, 0), (20, 3000)])
    def test_of_a_busy_day_is_cut_from_its_end_and_says_by_how_much(self, form: str, items: int, left_out: int) -> None:
        text = render(large(items, left_out), form)
        assert len(text.encode()) <= MOST_OF_MAIL
        assert form != "mail" or problems_of(text) == []
        shown = sum(f"Number {number}. " in text for number in range(items))
        listed = text.count("https://echo.example/")
        assert f"{items + left_out - shown - listed} further entries" in text
        assert "Number 0. " in text
        assert listed == 0 or shown == items

    def test_of_a_day_that_fits_is_not_cut(self) -> None:
        assert "Shortened" not in render(golden_digest(), "mail")

    def test_of_a_day_with_nothing_new_has_two_lines(self) -> None:
        quiet = make_digest(left_out=golden_digest().left_out)
        assert render(quiet, "mail-txt") == (
            "Harbour strike talks\n"
            "Nothing new, Wednesday 20 March 2024: 0 articles read, 0 already known, 0 not about this story; "
            "2 of 2 sources answered.\n"
        )
        mail = render(quiet, "mail")
        assert problems_of(mail) == []
        assert mail.count("<p") + mail.count("<h1") == 2
        assert "Offer to the drivers" not in mail

    def test_a_source_that_needs_a_look_is_told_without_news(self) -> None:
        line = SourceLine("echo", "Mill Echo", f"{NEEDS_A_LOOK}: HTTP status 503")
        for form in ("mail", "mail-txt"):
            assert "HTTP status 503" in render(make_digest(sources=(line,)), form)

    def test_of_several_days_dates_every_item(self) -> None:
        digest = replace(golden_digest(), kind="weekly", first=golden_digest().day, last=golden_digest().day)
        assert "Quay Gazette, 20 Mar, 06:10" in render(digest, "mail")
        assert "the week, 20 Mar to 20 Mar 2024" in render(digest, "mail")
