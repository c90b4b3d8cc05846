"""Templates: what they may use is one documented class, and those of a working folder take the shipped ones' place."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from jinja2 import Environment, meta
from support.builders import NOW, WATCH, make_filed
from support.golden import golden_digest

from monitor.edges.files import read_templates
from monitor.edges.store import SqlStore
from monitor.errors import SetupError, TemplateError
from monitor.pipeline.forms import usable
from monitor.pipeline.letters import Post
from monitor.pipeline.telling import tell, tell_again
from monitor.stages.context import Context
from monitor.stages.feed import FeedContext, digest_feed
from monitor.stages.render import FILTERS, render

pytest_plugins = ("support.store_fixtures",)

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "monitor" / "templates"
PAGE = (ROOT / "docs" / "templates.md").read_text("utf-8")
# Given by the template that includes it.
INCLUDED = {"timeline.svg.j2": {"chart", "id"}}
OF_DIGESTS = sorted(path.name for path in FOLDER.glob("*.j2") if path.name not in ("explain.html.j2", "feed.atom.j2"))


def used(name: str) -> set[str]:
    """The names that a template takes from outside."""
    environment = Environment()
    environment.filters.update(FILTERS)
    return meta.find_undeclared_variables(environment.parse((FOLDER / name).read_text("utf-8")))


def table(heading: str) -> list[str]:
    """The names in the first column of the table below a heading of the page."""
    part = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)


class TestTheContext:
    @pytest.mark.parametrize("name", OF_DIGESTS)
    def test_is_all_that_a_template_uses(self, name: str) -> None:
        assert used(name) - {each.name for each in fields(Context)} - INCLUDED.get(name, set()) == set()

    def test_has_nothing_that_no_template_uses(self) -> None:
        assert {each.name for each in fields(Context)} == set().union(*map(used, OF_DIGESTS)) - {"chart", "id"}

    def test_of_a_feed_is_what_its_template_uses(self) -> None:
        assert used("feed.atom.j2") == {each.name for each in fields(FeedContext)}

    def test_is_what_the_page_says_it_is(self) -> None:
        assert table("What a digest's template is given") == [each.name for each in fields(Context)]
        assert table("What a feed's template is given") == [each.name for each in fields(FeedContext)]
        assert table("Filters") == list(FILTERS)

    def test_is_what_its_docstring_says_it_is(self) -> None:
        for context in (Context, FeedContext):
            said = re.findall(r"^    (\w+)  +\w", context.__doc__ or "", re.MULTILINE)
            assert said == [each.name for each in fields(context)]

    def test_every_shipped_template_stands_on_the_page(self) -> None:
        assert set(re.findall(r"^\| `([\w.]+\.j2)` \|", PAGE, re.MULTILINE)) == {*OF_DIGESTS, "feed.atom.j2"} - {
            "mail_body.html.j2"
        }


class TestOverriding:
    def test_a_template_takes_the_place_of_the_shipped_one(self) -> None:
        mine = {"digest.txt.j2": "{{ headline[0] }}, {{ digest.name }}\n"}
        assert render(golden_digest(), "txt", mine) == "5 developments on 2 trips, 1 correction, 2024-03-20\n"
        assert render(golden_digest(), "md", mine) == render(golden_digest(), "md")

    def test_an_included_one_can_be_replaced_alone(self) -> None:
        mine = {"mail_body.html.j2": "<p>{{ digest.story | plain }} & more</p>"}
        assert "<p>Harbour strike talks & more</p>" in render(golden_digest(), "mail", mine)
        assert "Harbour strike talks &amp; more" in digest_feed([golden_digest()], mine)

    def test_in_html_data_is_escaped_without_a_filter(self) -> None:
        mine = {"digest.html.j2": "{{ digest.trips[0].sections[0].items[0].also[1] }}"}
        assert render(golden_digest(), "html", mine) == "Lock &amp; Weir Observer\n"

    @pytest.mark.parametrize(
        ("text", "line", "what"),
        [
            ("a\n{% if %}", 2, "Expected an expression"),
            ("a\n\n{{ weather }}", 3, "'weather' is undefined"),
            ("{{ digest.weather }}", 1, "has no attribute 'weather'"),
            ("{{ 1 / 0 }}", 1, "ZeroDivisionError"),
            ("{{ heading | loud }}", 1, "No filter named 'loud'"),
            ("a\n{% include 'gone.j2' %}", 2, "gone.j2"),
        ],
    )
    def test_one_that_is_wrong_is_named_with_its_line(self, text: str, line: int, what: str) -> None:
        with pytest.raises(TemplateError, match=re.escape(what)) as caught:
            render(golden_digest(), "txt", {"digest.txt.j2": text})
        assert (caught.value.name, caught.value.line) == ("digest.txt.j2", line)

    def test_the_one_that_is_wrong_is_left_out_and_the_others_are_used(self) -> None:
        mine = {"digest.txt.j2": "mine", "mail_body.html.j2": "\n{{ weather }}"}
        left, problems = usable(golden_digest(), mine)
        assert left == {"digest.txt.j2": "mine"}
        assert len(problems) == 1
        assert problems[0].startswith("templates/mail_body.html.j2:2: 'weather' is undefined")

    def test_a_digest_is_told_whatever_its_templates_are_like(self, store: SqlStore) -> None:
        store.file(None, make_filed())
        own = {"digest.md.j2": "{{ weather }}", "digest.html.j2": "mine"}
        told = tell(WATCH, store, NOW, post=Post(templates=own))
        assert told is not None
        assert len(told.problems) == 1
        files = {each.to: each.payload.decode() for each in store.outbox(NOW)}
        assert files["2024-03-20.md"] == render(told.digest, "md")
        assert files["2024-03-20.html"] == "mine\n"

    def test_a_stored_digest_is_told_again_with_todays_templates(self, store: SqlStore) -> None:
        store.file(None, make_filed())
        told = tell(WATCH, store, NOW)
        row = store.digest("")
        assert told is not None
        assert row is not None
        before = {each.to: each.payload for each in store.outbox(NOW)}
        assert tell_again(WATCH, store, row) == ()
        assert {each.to: each.payload for each in store.outbox(NOW)} == before
        assert render(row.digest, "md", {"digest.md.j2": "{{ digest.name }}"}) == "2024-03-20\n"


class TestTheFolder:
    def test_of_none_comes_none(self, tmp_path: Path) -> None:
        assert read_templates(tmp_path / "templates") == {}

    def test_its_templates_are_read_by_name_and_nothing_else(self, tmp_path: Path) -> None:
        (tmp_path / "digest.md.j2").write_text("é", "utf-8")
        (tmp_path / "notes.txt").write_text("x", "utf-8")
        assert read_templates(tmp_path) == {"digest.md.j2": "é"}

    def test_one_that_is_no_text_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "digest.md.j2").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(SetupError, match="a template cannot be read"):
            read_templates(tmp_path)
