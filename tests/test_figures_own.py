"""Figures of a watch's own: a figures.toml beside watch.toml adds subjects, forms and words to the shipped table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from end_to_end.command import ROOT, monitor

from monitor.edges.store import SqlStore
from monitor.errors import WatchError
from monitor.model import Decision, Figure, Filing, Page
from monitor.pipeline import Filer
from monitor.stages.figures import find_figures, patterns_with, shipped_patterns, subject_name
from monitor.stages.prepare import prepare
from monitor.text import read_sentences
from monitor.watch import check_figures, read_watch

pytest_plugins = ("support.quick_store",)

OWN = """\
# Ships are not followed by the shipped table.
[words]
ship = ["ships", "vessels", "freighters"]
truck = ["tankers full of water"]

[forms]
ships_hit = ["# @adjective* @ship *3 hit|attacked|struck", "hit|attacked # @adjective* @ship"]

[attributions]
"shipping office" = ["harbour office +"]

[[subject]]
id = "ships-hit"
name = "Ships hit in the Red Sea"
unit = "ships"
forms = ["ships_hit"]
context = [["red sea", "houthis", "bab al mandab"]]
event = [1, 20]
total = [21, 500]
"""
SENTENCE = "The harbour office said that 64 ships have been attacked in the Red Sea so far."


def rows(text: str, more: str) -> list[list[object]]:
    figures: tuple[Figure, ...] = find_figures(text, read_sentences(text), patterns_with(more))
    return [[each.subject, each.low, each.period, each.attribution] for each in figures]


def test_a_subject_of_ones_own_is_followed_and_named() -> None:
    assert rows(SENTENCE, "") == []
    assert rows(SENTENCE, OWN) == [["ships-hit", 64, "total", "shipping office"]]
    assert subject_name("ships-hit", patterns_with(OWN)) == "Ships hit in the Red Sea"


def test_lists_of_the_shipped_table_become_longer_and_nothing_of_it_is_lost() -> None:
    text = "Only 20 trucks crossed into Gaza on Saturday."
    assert rows(text, OWN) == rows(text, "") == [["aid-trucks", 20, "event", ""]]
    assert rows("Only 20 tankers full of water crossed into Gaza on Saturday.", OWN) == [
        ["aid-trucks", 20, "event", ""]
    ]
    assert set(shipped_patterns().by_id) < set(patterns_with(OWN).by_id)


def test_a_subject_with_the_id_of_a_shipped_one_takes_its_place() -> None:
    own = '[[subject]]\nid = "aid-trucks"\n'
    own += 'name = "Vans"\nforms = ["trucks"]\ncontext = [["gaza"]]\ntotal = [5000, 9000]\n'
    assert rows("Only 20 trucks crossed into Gaza on Saturday.", own) == []
    assert subject_name("aid-trucks", patterns_with(own)) == "Vans"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[words]", "[wrods]", 'toml:2: wrods: unknown table; known: words, forms'),
        ("@adjective* @ship *3", "@adjective* @shop *3", ": there is no words.shop; did you mean 'ship'?"),
        ('forms = ["ships_hit"]', 'forms = ["ship_hit"]', ":16: subject ships-hit: forms: there is no forms.ship"),
        ("event = [1, 20]", "event = [1]", ":18: subject ships-hit: event: not [lowest, highest]; write e.g."),
        ("event = [1, 20]", "evnt = [1, 20]", "subject ships-hit: unknown key 'evnt'; did you mean 'event'?"),
        ('id = "ships-hit"', "id = 7", "figures.toml:12: subject: a [[subject]] has no id"),
        ('["harbour office +"]', "7", "figures.toml:10: attributions.shipping office: not a list of words"),
        ("[[subject]]", "[[subject]", "figures.toml:12: not TOML"),
        ("# @adjective* @ship *3 hit", "@ship *3 hit", "needs exactly one #"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line_and_mend(old: str, new: str, told: str) -> None:
    assert old in OWN
    with pytest.raises(WatchError) as caught:
        check_figures(OWN.replace(old, new, 1))
    assert told in str(caught.value)


def test_the_pipeline_follows_them(quick_store: SqlStore) -> None:
    watch = replace(read_watch((ROOT / "watch.toml").read_text("utf-8")), figures=check_figures(OWN))
    assert [each.subject for each in Filer(watch, quick_store).figures(SENTENCE)] == ["ships-hit"]


def test_a_worker_that_reads_a_page_follows_them() -> None:
    filing = Filing(Decision.FILED, "blinken-02", (), (), ())
    page = Page("https://example.org/ships", "", SENTENCE)
    assert [each.subject for each in prepare(page, filing, OWN).figures or ()] == ["ships-hit"]
    assert prepare(page, filing).figures == ()


def test_a_faulty_file_stops_every_command_before_it_does_anything(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert monitor("init", home).code == 0
    (home / "figures.toml").write_text(OWN)
    assert monitor("rules", "check", "--home", home).code == 0
    (home / "figures.toml").write_text(OWN.replace('["ships_hit"]', '["ships_hot"]'))
    done = monitor("seeds", "list", "--home", home)
    assert done.code == 3, done.all
    assert (
        "figures.toml:16: subject ships-hit: forms: there is no forms.ships_hot; did you mean 'ships_hit'?" in done.err
    )
