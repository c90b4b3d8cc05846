"""Other stories than the default one: a watch to fill in, an example in another field, and code that knows neither."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from end_to_end.command import ROOT, monitor

from monitor.stages.classify import compile_watch
from monitor.stages.labelled import file_given, read_labelled
from monitor.stages.score import predicted, score
from monitor.watch import find_blanks, read_watch

STORIES = sorted(path.parent.name for path in (ROOT / "stories").glob("*/watch.toml"))
# What the default watch's story is made of, beside the names that stand in the watch itself.
STORY_WORDS = re.compile(
    r"blinken|gaza|israel|hamas|palestin|hezbollah|houthi|netanyahu|cease-?fire|hostage|captive|rafah|humanitarian"
    r"|middle east|mideast|secretary of state|top us diplomat|knesset|zionis|islam|jihad|\barab"
    r"|jerusalem|philadelphi",
    re.I,
)
# Words of the code that also are names in the watch.
PLAIN = {"Asia", "Austin", "Burns", "Power", "Leaf", "Campbell", "Laos", "Xi", "Delhi", "Senate"}


@pytest.mark.parametrize("story", STORIES)
def test_init_lays_a_story_whose_rules_are_good(story: str, tmp_path: Path) -> None:
    done = monitor("init", tmp_path / "home", "--story", story)
    assert done.code == 0, done.all
    laid = sorted(path.name for path in (tmp_path / "home").iterdir())
    assert laid == [".env.example", "digests", "seeds", "watch.toml"]
    assert not list((tmp_path / "home" / "seeds").glob("seed-*"))
    checked = monitor("--home", tmp_path / "home", "rules", "check")
    assert checked.code == 0, checked.all


def test_there_is_a_blank_story_and_an_example() -> None:
    assert {"blank", "strike"} <= set(STORIES)


def test_a_story_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    done = monitor("init", tmp_path / "home", "--story", "strik")
    assert done.code == 2
    assert "there is no story 'strik'; there are blank, strike" in done.err
    assert not (tmp_path / "home").exists()


def test_the_blank_watch_says_how_to_go_on_once_its_comments_are_taken_away() -> None:
    text = (ROOT / "stories/blank/watch.toml").read_text("utf-8")
    head, blocks = text.split("# One block for each episode", 1)
    shown = re.sub(r"(?m)^# (?=\[|\"|\w[\w-]* = |  \{|\])", "", blocks)
    watch = read_watch(head + "# One block for each episode" + shown)
    compile_watch(watch)
    assert (len(watch.trips), len(watch.topics), len(watch.sources)) == (1, 1, 1)


def test_doctor_says_what_of_a_blank_watch_is_still_to_be_filled_in(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert monitor("init", home, "--story", "blank").code == 0
    done = monitor("doctor", "--home", home)
    assert done.code == 3, done.all
    said = [line for line in done.out.splitlines() if "still to be filled in" in line]
    text = (home / "watch.toml").read_text()
    line = text[: text.index("subject = ")].count("\n") + 1
    assert [each[:3] for each in said] == ["BAD", "BAD", "see", "see"]
    assert "name: still the placeholder 'My story'" in said[0]
    assert f"watch.toml:{line}: [watch]: subject: still the placeholder" in said[1]
    assert "no [[trip]]" in said[2]
    assert "no [[source]]" in said[3]
    begun = text.replace("My story", "Talks").replace("put your subject here", "mediator")
    (home / "watch.toml").write_text(begun)
    done = monitor("doctor", "--home", home)
    assert done.code == 0, done.all
    assert done.out.splitlines()[-1] == "a run works, but the watch is not filled in yet"


def test_what_is_filled_in_is_not_asked_for() -> None:
    blank = (ROOT / "stories/blank/watch.toml").read_text("utf-8")
    for name in ("watch.toml", "stories/strike/watch.toml"):
        assert find_blanks((ROOT / name).read_text("utf-8"), blank) == ()
    filled = blank.replace("My story", "Talks").replace("put your subject here", "mediator")
    trip = '[[trip]]\nid = "a"\nordinal = 1\nname = "A"\ndates = [2024-09-17, 2024-09-18]\n'
    source = '[[source]]\nid = "a"\nname = "A"\nurl = "https://news.example.org/feed.xml"\n'
    read_watch(filled + trip + source)
    (left,) = find_blanks(filled + trip + source, blank)
    assert "news.example.org/feed.xml is an example's address" in str(left)
    assert find_blanks(filled + trip + source.replace("news.example.org", "news.zeitung.de"), blank) == ()


def test_the_strike_files_its_reports_by_round_and_topic() -> None:
    classifier = compile_watch(read_watch((ROOT / "stories/strike/watch.toml").read_text("utf-8")))
    rows = list(read_labelled((ROOT / "tests/golden/strike.jsonl").read_text("utf-8"), "strike.jsonl"))
    report = score([label for _, label in rows], [predicted(file_given(classifier, given)) for given, _ in rows])
    assert (report.trip_misses, report.topic_misses) == ((), ())
    assert (report.trip_micro, report.none.f1, report.topic_macro) == (1.0, 1.0, 1.0)


def names_of(watch: dict[str, object]) -> set[str]:
    """Every proper name that a watch declares: people, places, regions, other travellers."""
    found: list[str] = []

    def walk(value: object, key: str) -> None:
        if isinstance(value, dict):
            for name, each in value.items():
                walk(each, f"{key}.{name}")
        elif isinstance(value, list):
            for each in value:
                walk(each, key)
        elif isinstance(value, str) and re.search(
            r"\.(people|place|country|also|region|others|elsewhere|names\.[^.]+)$", key
        ):
            found.append(value)

    walk(watch, "")
    return {name for name in found if name[:1].isupper() and len(name) > 3} - PLAIN


def test_no_code_names_anything_of_the_default_story() -> None:
    names = names_of(tomllib.loads((ROOT / "watch.toml").read_text("utf-8")))
    assert {"Ankara", "Netanyahu", "Sisi", "Qatar"} & names > {"Ankara"}
    own = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})\b")
    code = [path for path in (ROOT / "monitor").rglob("*") if path.suffix in (".py", ".lark", ".j2")]
    assert len(code) > 100
    assert [
        f"{path.relative_to(ROOT)}:{number}: {found.group()}"
        for path in sorted(code)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (found := own.search(line) or STORY_WORDS.search(line))
    ] == []
