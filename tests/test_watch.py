"""The watch file: what it becomes, that every mistake is told at once, and that its page tells the truth."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import Problem, WatchError
from monitor.model import Kind, Signal, Source, Stop, Topic, Trip, Watch
from monitor.stages.slots import read_timing
from monitor.watch import TABLES, Lines, keys_of, read_watch, schema_json, toml

PAGE = (Path(__file__).parents[1] / "docs" / "watch-file.md").read_text(encoding="utf-8")
SNIPPETS = [text for text in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "[watch]" in text]
HEAD = "[watch]\nname = 'Story'\nsubject = 'envoy'\n"


def told(text: str) -> list[str]:
    """The lines of all messages for this text."""
    with pytest.raises(WatchError) as caught:
        read_watch(text)
    return str(caught.value).splitlines()


# --- what a file becomes ------------------------------------------------------------------------------------------


def test_the_smallest_watch_takes_every_default_from_the_model() -> None:
    assert read_watch(HEAD) == Watch(name="Story", subject="envoy")
    source = "[[source]]\nid = 'a'\nname = 'A'\nurl = 'https://a.example/feed'\n"
    assert read_watch(HEAD + source).sources == (Source("a", "A", "https://a.example/feed"),)


def test_the_example_of_the_page_becomes_what_it_says() -> None:
    watch = read_watch(SNIPPETS[1])
    assert watch.digest.at == (read_timing("07:00"), read_timing("18:30"))
    assert watch.episode.others == ("Austin", "Sullivan")
    assert watch.weights == (("ordinal", 5.0),)
    assert (watch.sources[1].kind, watch.sources[1].pause) == (Kind.INDEX, timedelta(seconds=5))
    assert watch.trips == (
        Trip(
            id="blinken-02",
            ordinal=2,
            name="Second trip",
            first=date(2023, 11, 2),
            last=date(2023, 11, 6),
            stops=(Stop("Ankara", "Türkiye", date(2023, 11, 6), ("Turkish capital",)),),
            people=("Fidan", "Safadi", "al-Sudani"),
            signals=(Signal("incirlik", 2.0), Signal('"work in progress"', 1.0)),
        ),
    )
    rule = "hostage* OR captive* NEAR/6 (hamas OR gaza)"
    assert watch.topics[0] == Topic("hostages", "Hostages", rule, '"hostage envoy"')


def test_a_source_speaks_the_main_language_unless_it_says_otherwise() -> None:
    source = "[[source]]\nid = '{0}'\nname = 'A'\nurl = 'https://{0}.example/'\n"
    text = HEAD + "languages = ['de', 'en']\n" + source.format("a") + source.format("b") + "language = 'en'\n"
    assert [each.language for each in read_watch(text).sources] == ["de", "en"]


@pytest.mark.parametrize("stop", ["2023-10-31", "2023-11-08"])
def test_a_stop_may_lie_two_days_outside_the_trip(stop: str) -> None:
    text = HEAD + "[[trip]]\nid = 't-1'\nordinal = 1\nname = 'First'\ndates = [2023-11-02, 2023-11-06]\n"
    text += f"[[trip.stop]]\nplace = 'Doha'\ncountry = 'Qatar'\non = {stop}\n"
    assert read_watch(text).trips[0].stops[0].on == date.fromisoformat(stop)


@pytest.mark.parametrize("url", ["http://localhost:8000/x", "http://[::1]:80/", "https://bücher.example/feed?a=b"])
def test_unusual_addresses_that_can_be_asked_are_taken(url: str) -> None:
    source = f"[[source]]\nid = 'a'\nname = 'A'\nurl = '{url}'\n"
    assert read_watch(HEAD + source).sources[0].url == url


# --- every mistake at once ----------------------------------------------------------------------------------------


def test_all_mistakes_are_told_in_the_order_of_the_file() -> None:
    text = """[watch]
name = "Story"
timezone = "Mars"
[[trip]]
id = "t-1"
ordinal = 1
nam = "First"
dates = [2023-11-02, 2023-11-06]
[[trip.stop]]
place = "Doha"
on = 2024-11-02
[[topic]]
id = "aid"
name = "Aid"
rule = "aid OR"
[[topic]]
id = "aid"
name = "Aid"
rule = "(aid"
"""
    lines = [line.partition(": ")[0].removeprefix("watch.toml:") for line in told(text) if line[0] != " "]
    assert lines == ["1", "3", "4", "7", "9", "11", "15", "17", "19"]


def test_the_name_of_the_file_is_that_of_the_caller() -> None:
    with pytest.raises(WatchError, match=r"^other\.toml:2: "):
        read_watch("[watch]\nname = 3\nsubject = 'x'", "other.toml")


# --- rules --------------------------------------------------------------------------------------------------------


def topic(name: str, rule: str) -> str:
    return f"[[topic]]\nid = '{name}'\nname = 'N'\nrule = '''{rule}'''\n"


def test_a_rule_over_several_lines_is_refused_on_its_own_line_with_a_caret() -> None:
    lines = told(HEAD + topic("aid", "\ntruck*\nOR aid (convoy*\nOR food"))
    assert lines[0].startswith("""watch.toml:9: topic "aid": rule: '(' is never closed (at column 8); """)
    assert lines[1:] == ["    OR aid (convoy*", "           ^"]


def test_a_rule_that_opens_on_the_line_of_its_key_counts_from_there() -> None:
    assert told(HEAD + topic("aid", "truck*\nOR (food"))[0].startswith("watch.toml:8: ")


def test_a_line_break_written_as_an_escape_does_not_move_the_line() -> None:
    assert told("[watch]\nname = 'x'\nsubject = \"a\\nOR\\n(b\"\n")[0].startswith("watch.toml:3: [watch]: subject: ")


def test_of_a_long_rule_only_the_part_around_the_mistake_is_shown() -> None:
    lines = told(HEAD + topic("aid", "word OR " * 60 + "(food"))
    assert max(map(len, lines[1:])) <= 104
    assert lines[1][lines[2].index("^") :] == "(food"


def test_a_rule_may_call_a_topic_that_stands_below_it() -> None:
    watch = read_watch(HEAD + topic("one", "@two b") + topic("two", "@three OR c") + topic("three", "d"))
    assert len(watch.topics) == 3


def test_a_misspelled_topic_in_a_rule_is_told_with_the_one_meant() -> None:
    lines = told(HEAD + topic("hostages", "hostage*") + topic("aid", "food @hostage"))
    assert lines[0] == (
        "watch.toml:11: topic \"aid\": rule: no rule is named 'hostage' (at column 6); did you mean @hostages?"
    )


def test_rules_that_call_each_other_in_a_circle_are_told_once() -> None:
    lines = told(HEAD + topic("one", "@two b") + topic("two", "@three OR c") + topic("three", "@one"))
    assert len(lines) == 1
    assert lines[0].startswith('watch.toml:7: topic "one": rule: calls itself: @one calls ')


def test_a_refused_rule_is_not_refused_again_where_it_is_called() -> None:
    lines = told(HEAD + topic("one", "(b") + topic("two", "@one OR c"))
    assert [line for line in lines if line[0] != " "] == [lines[0]]


@pytest.mark.parametrize("key", ["not", "subject", "match"])
def test_every_rule_of_the_file_is_compiled(key: str) -> None:
    text = {
        "subject": HEAD.replace("envoy", "envoy OR"),
        "not": HEAD + topic("aid", "x") + "not = 'a OR'",
        "match": HEAD + "[[trip]]\nid = 't'\nordinal = 1\nname = 'T'\ndates = [2024-01-01, 2024-01-02]\n"
        "signals = [\n  { match = 'a OR', weight = 1 },\n]",
    }[key]
    line = {"subject": 3, "not": 8, "match": 10}[key]
    assert told(text)[0].startswith(f"watch.toml:{line}: ")
    assert f" {key}: OR has nothing on its right" in told(text)[0]


# --- lines --------------------------------------------------------------------------------------------------------


def test_lines_are_found_through_headers_arrays_inline_tables_and_long_strings() -> None:
    text = '''# a comment = "[x]"
top.dotted = 1
"quoted key" = """
[not.a.header]
x = 1 \\""" """
list = [ # one
  "a", '#',
  { k = [1, 2], "m.n" = { o = 3 } },
]
[a."b.c"]
d = 2023-11-02 07:00:00
[[r]]
[[r.s]]
t = 1
[[r.s]]
t = 2
[[r]]
s = [{ t = 3 },
{ t = 4 }]
'''
    lines = Lines(text)
    wanted = {
        ("top", "dotted"): 2, ("quoted key",): 3, ("list",): 6, ("list", 1): 7, ("list", 2, "k", 1): 8,
        ("list", 2, "m.n", "o"): 8, ("a", "b.c"): 10, ("a", "b.c", "d"): 11, ("r", 0): 12, ("r", 0, "s", 0, "t"): 14,
        ("r", 0, "s", 1): 15, ("r", 0, "s", 1, "t"): 16, ("r", 1): 17, ("r", 1, "s", 1, "t"): 19,
        ("r", 1, "s", 1, "gone"): 19, ("r", 1, "gone"): 17, ("gone",): 0,
    }  # fmt: skip
    assert {path: lines.at(path).line for path in wanted} == wanted
    assert (lines.at(("quoted key",)).first, lines.at(("quoted key",)).last) == (4, 5)


def check(text: str) -> None:
    """Reads the text; a refusal must hold problems on lines that there are, any other error passes through."""
    problems: tuple[Problem, ...] | None = None
    try:
        read_watch(text)
    except WatchError as error:
        problems = error.problems
    assert problems is None or problems
    assert all(0 <= problem.line <= text.count("\n") + 1 for problem in problems or ())


WORDS = (
    "[ [[ ] ]] { } = , . # ' \" ''' \"\"\" \\ watch trip stop topic source digest weights name subject id rule not "
    "dates at to true nan 1 -1 1e999 2023-11-02 07:00:00 'a' \"b\""
).split()
LINES = (
    "\n [watch]\n [digest]\n [weights]\n [[source]]\n [[topic]]\n [[trip]]\n [[trip.stop]]\n id='a'\n name='a'\n "
    "rule='(a'\n subject='@a'\n ordinal=1\n dates=[2023-11-02,2023-11-02]\n on=2023-11-02\n at='07:00'\n "
    "signals=[{match='a',weight=1}]\n"
).split(" ")
PIECES = st.lists(st.sampled_from([*WORDS, *LINES]), max_size=40)
WHOLE = "".join(SNIPPETS)


@given(st.text() | PIECES.map("".join) | PIECES.map(" ".join))
def test_no_text_raises_anything_but_a_watch_error(text: str) -> None:
    Lines(text)
    check(text)


@given(st.integers(0, len(WHOLE)), st.integers(0, 30), st.text(max_size=6) | PIECES.map(lambda some: "".join(some[:2])))
def test_no_slip_of_the_pen_raises_anything_but_a_watch_error(place: int, gone: int, put: str) -> None:
    check(WHOLE[:place] + put + WHOLE[place + gone :])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(st.sampled_from(sorted(TABLES)[1:]), st.data())
def test_no_value_of_any_key_raises_anything_but_a_watch_error(section: str, data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(keys_of(section))))
    value = data.draw(VALUES.filter(lambda each: each is not None and "None" not in repr(each)))
    if section == "trip.signals":
        text = f"{HEAD}[[trip]]\nsignals = [{{ {key} = {toml(value)} }}]\n"
    else:
        rows = section in ("source", "trip", "topic", "trip.stop")
        above = "[[trip]]\n" if section == "trip.stop" else ""
        text = f"{above}{f'[[{section}]]' if rows else f'[{section}]'}\n{key} = {toml(value)}\n"
    check(text)


# --- the page and the schema --------------------------------------------------------------------------------------


def test_every_example_of_the_page_is_a_watch() -> None:
    assert len(SNIPPETS) == 2
    for text in SNIPPETS:
        assert isinstance(read_watch(text), Watch)


def sections() -> dict[str, str]:
    """The page's text below each header."""
    parts = re.split(r"^##+ (.+)\n", PAGE, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.mark.parametrize("section", sorted(TABLES)[1:])
def test_the_page_describes_every_key_of_the_schema_with_its_default_and_no_other(section: str) -> None:
    name = {"trip.signals": "signals"}.get(section)
    single = section in ("watch", "watch.episode", "digest")
    text = sections()[name or (f"[{section}]" if single else f"[[{section}]]")]
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \| [^|]+ \|$", text, re.M))
    wanted = {
        key: "required" if field.is_required() else f"`{toml(field.default)}`"
        for key, field in keys_of(section).items()
    }
    special = {"episode": "see below", "language": "first of `languages`", "on": "none"}
    assert rows == {key: special.get(key, default) for key, default in wanted.items()}


def test_the_page_has_every_table_of_the_file() -> None:
    for name in keys_of(""):
        assert f"## [{name}]" in PAGE or f"## [[{name}]]" in PAGE


def test_the_mistakes_on_the_page_read_as_the_program_tells_them() -> None:
    aid = "[[topic]]\nid = 'aid'\nname = 'Aid'\n"
    trip = "[[trip]]\nid = 't-1'\nordinal = 1\nname = 'First'\ndates = ['2023-11-02', 2023-11-06]\n"
    texts = [
        HEAD + aid + "rul = 'x'",
        HEAD + "[digest]\ntimezone = 'UTC'",
        HEAD + "[topic]\nid = 'aid'",
        HEAD + trip,
        HEAD + "[digest]\nat = 07:00",
        HEAD + "languages = 'en'",
        HEAD
        + "\n"
        + aid.replace("Aid'", "Aid'\nrule = '''\nconvoy*\nOR aid (truck* OR convoy*\n'''").replace("\n\n", "\n"),
        HEAD + aid + "rule = 'x'\n" + aid + "rule = 'x'",
    ]
    messages = {line for text in texts for line in told(text)}
    shown = "".join(re.findall(r"```\n(watch\.toml.*?)```", PAGE, re.DOTALL)).splitlines()
    assert len(shown) >= 10
    assert [line for line in shown if line not in messages] == []


def test_the_schema_for_editors_names_every_key_and_says_what_it_means() -> None:
    schema = json.loads(json.dumps(schema_json()))
    tables = [schema, *schema["$defs"].values()]
    assert sum(len(table["properties"]) for table in tables) == sum(len(keys_of(section)) for section in TABLES)
    assert all(key["description"] for table in tables for key in table["properties"].values())
    assert "not" in schema["$defs"]["TopicTable"]["properties"]


@pytest.mark.parametrize("section", sorted(TABLES))
def test_the_example_in_every_mend_is_toml(section: str) -> None:
    for key, field in keys_of(section).items():
        assert tomllib.loads(f"{key} = {toml(field.examples[0])}") == {key: field.examples[0]}


def test_a_watch_is_plain_data() -> None:
    assert asdict(read_watch(SNIPPETS[1]))["name"] == "Blinken's Middle East trips"
