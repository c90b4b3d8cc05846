"""Edited versions of what is known are found, and other reports are not, the way `seeds check` looks for them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from end_to_end.command import ROOT, SHARED
from support.edits import EDITS, paragraphs_of
from support.known_golden import texts
from support.retold import TRIPS, retelling

from monitor.model import Verdict
from monitor.pipeline.checking import Checker
from monitor.settings import read_settings
from monitor.stages.charset import decode
from monitor.stages.given import read_file
from monitor.wire import open_seeds

if TYPE_CHECKING:
    from monitor.pipeline.reading import Reading

sys.path.append(str(ROOT / "bench"))
from language import Language  # type: ignore[import-not-found]

NOW = datetime(2024, 9, 1, 12, tzinfo=UTC)
FOUND = (Verdict.COPY, Verdict.UPDATE)
TURNS = range(3)
OTHERS, OF_OTHERS_NEAR = 150, 60
EVENTS = ("dam", "ferry", "vaccine", "court", "budget", "quake", "school", "bridge", "oil")
# Long enough that a seventh of it is still a text.
OWN_LENGTHS = (560, 700, 1100, 1400)
DOCUMENTS = sorted((SHARED / "seeds").glob("*.txt"))
documents = pytest.mark.skipif(not DOCUMENTS, reason="the seed documents are not on this machine")


@contextmanager
def checker_of(folder: Path, home: Path) -> Iterator[Checker]:
    with open_seeds(read_settings({"MONITOR_HOME": str(home)}, {}), folder) as app:
        assert not app.seeds.problems
        yield Checker(app.filer, app.store, app.watch)


@pytest.fixture(scope="module")
def language() -> Any:
    return Language()


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checker]:
    with checker_of(ROOT / "seeds", tmp_path_factory.mktemp("no home")) as checker:
        yield checker


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, language: Any) -> dict[str, str]:
    """Texts of ours as long as reports are, by the id that they get as seeds."""
    return {f"seed-own-{size}": language.report(90_000 + size, topic=size % 7, length=size) for size in OWN_LENGTHS}


@pytest.fixture(scope="module")
def knowing_own(tmp_path_factory: pytest.TempPathFactory, own: dict[str, str]) -> Iterator[Checker]:
    folder = tmp_path_factory.mktemp("seeds")
    for seed_id, text in own.items():
        (folder / f"{seed_id.removeprefix('seed-')}.txt").write_text(text, "utf-8")
    with checker_of(folder, tmp_path_factory.mktemp("no home")) as checker:
        yield checker


def check(checker: Checker, text: str) -> Reading:
    return checker.check(read_file(text.encode(), "given.txt", NOW), NOW)


def missed(checker: Checker, seed_id: str, text: str, edit: str) -> list[str]:
    """The edited versions that are not found to be this seed's."""
    lost = []
    for turn in TURNS:
        match = check(checker, EDITS[edit](text, Random(f"{edit} {turn}"))).match
        if match.verdict not in FOUND or match.of != seed_id:
            lost.append(f"{seed_id}, turn {turn}: {match}")
    return lost


@pytest.fixture(scope="module")
def knowing_events(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checker]:
    """Knows the first report on each of our events, none of which is of a trip."""
    folder = tmp_path_factory.mktemp("events")
    for event in EVENTS:
        (folder / f"{event}.txt").write_text(texts()[f"{event}/A"], "utf-8")
    with checker_of(folder, tmp_path_factory.mktemp("no home")) as checker:
        yield checker


@pytest.mark.parametrize("event", EVENTS)
def test_the_first_report_of_another_event_retells_nothing(knowing_events: Checker, event: str) -> None:
    assert check(knowing_events, texts()[f"{event}/D"]).match.verdict is Verdict.NEW


@pytest.mark.parametrize("event", EVENTS)
def test_a_report_of_no_trip_is_found_to_retell_what_is_known(knowing_events: Checker, event: str) -> None:
    match = check(knowing_events, texts()[f"{event}/B"]).match
    assert (match.verdict, match.of) == (Verdict.REWRITE, f"seed-{event}")


@documents
@pytest.mark.parametrize("edit", EDITS)
def test_every_edited_seed_document_is_found(shipped: Checker, edit: str) -> None:
    for path in DOCUMENTS:
        assert missed(shipped, f"seed-{path.name[:3]}", decode(path.read_bytes()), edit) == []


@pytest.mark.parametrize("edit", EDITS)
def test_every_edited_text_of_our_own_is_found(knowing_own: Checker, own: dict[str, str], edit: str) -> None:
    for seed_id, text in own.items():
        assert missed(knowing_own, seed_id, text, edit) == []


def background_of(texts: list[str], chance: Random) -> str:
    """A paragraph of a known text, as later reports repeat it, and not its first."""
    lines = [line for line in paragraphs_of(chance.choice(texts))[2:] if 20 <= len(line.split()) <= 120]
    return chance.choice(lines)


def taken_for_known(checker: Checker, texts: list[str]) -> list[str]:
    return [f"{match}" for match in (check(checker, text).match for text in texts) if match.verdict in FOUND]


def others(language: Any, known: list[str], number: int, near: int) -> list[str]:
    """Reports of which none is known: some repeat a known paragraph, some retell the seeds' trips."""
    texts = [language.report(at) for at in range(number - near)]
    chance = Random(5)
    trips = sorted(TRIPS)
    for at in range(near):
        if known and at % 2:
            first, *rest = paragraphs_of(language.report(number + at))
            rest.insert(chance.randint(0, len(rest)), background_of(known, chance))
            texts.append("\n\n".join([first, *rest]))
        else:
            texts.append(retelling(trips[at % len(trips)], chance, filler=paragraphs_of(language.report(at))[0]))
    return texts


def test_no_other_report_is_taken_for_a_known_text(knowing_own: Checker, own: dict[str, str], language: Any) -> None:
    texts = others(language, list(own.values()), OTHERS, OF_OTHERS_NEAR)
    assert taken_for_known(knowing_own, texts) == []


@documents
def test_no_other_report_is_taken_for_a_seed_document(shipped: Checker, language: Any) -> None:
    known = [decode(path.read_bytes()) for path in DOCUMENTS]
    assert taken_for_known(shipped, others(language, known, OF_OTHERS_NEAR, OF_OTHERS_NEAR)) == []


@pytest.mark.slow
def test_none_of_thousands_of_other_reports_is_taken_for_known(
    shipped: Checker, knowing_own: Checker, own: dict[str, str], language: Any
) -> None:
    texts = others(language, list(own.values()), 5_000, 200)
    assert taken_for_known(knowing_own, texts) == []
    known = [decode(path.read_bytes()) for path in DOCUMENTS]
    assert taken_for_known(shipped, others(language, known, 5_000, 200)) == []


def test_the_language_is_the_same_for_the_same_seed_and_has_the_sizes_of_reports(language: Any) -> None:
    assert Language(vocabulary=2_000).report(3) == Language(vocabulary=2_000).report(3)
    sizes = sorted(len(language.report(at).split()) for at in range(60))
    assert sizes[0] >= 100
    assert 350 <= sizes[30] <= 550
    assert sizes[-1] <= 1600
