"""Golden mistakes: what a person writes wrong, and the exact message with its line."""

from __future__ import annotations

import pytest

from monitor.errors import WatchError
from monitor.watch import read_watch

HEAD = "[watch]\nname = 'Story'\nsubject = 'envoy'\n"
SOURCE = HEAD + "[[source]]\nid = 'paper'\nname = 'Paper'\nurl = 'https://paper.example/feed'\n"
TRIP = HEAD + "[[trip]]\nid = 't-1'\nordinal = 1\nname = 'First'\n"
DATED = TRIP + "dates = [2023-11-02, 2023-11-06]\n"
TOPIC = HEAD + "[[topic]]\nid = 'aid'\nname = 'Aid'\n"
NO_ADDRESS = "is no address that can be asked"
FEED = 'write e.g. "https://example.org/feed.xml"'
DURATION = 'is no duration; write e.g. "250ms", "45s", "30m", "2h" or "1d"'
DATES = "write e.g. dates = [2023-11-02, 2023-11-06]"

MISTAKES = {
    # a file without its parts
    "nothing at all": ("", "watch.toml: the table [watch] is missing; write [watch] with its keys below"),
    "no subject": (
        "[watch]\nname = 'Story'",
        "watch.toml:1: [watch]: key \"subject\" is missing; write e.g. subject = '\"harbour strike\" OR dockers'",
    ),
    "no name": (
        "\n\n[watch]\nsubject = 'envoy'",
        "watch.toml:3: [watch]: key \"name\" is missing; write e.g. name = \"The harbour strike\"",
    ),
    "a topic without a rule": (
        TOPIC,
        'watch.toml:4: topic "aid": key "rule" is missing; write e.g. rule = "pay OR wage*"',
    ),
    "a stop without a country": (
        DATED + "[[trip.stop]]\nplace = 'Doha'",
        'watch.toml:9: trip "t-1", stop "Doha": key "country" is missing; write e.g. country = "Netherlands"',
    ),
    "a signal without a weight": (
        DATED + "signals = [{ match = 'x' }]",
        'watch.toml:9: trip "t-1", signal 1: key "weight" is missing; write e.g. weight = 2',
    ),
    "another name for a place that no stop has": (
        DATED + "[[trip.stop]]\nplace = 'Doha'\ncountry = 'Qatar'\n[watch.episode.names]\nQatr = ['Katar']",
        'watch.toml:13: [watch.episode]: names: no stop has this place or country; did you mean "Qatar"?',
    ),
    # names
    "a misspelled key": (
        TOPIC + "rule = 'x'\nnto = 'y'",
        'watch.toml:8: topic "aid": unknown key "nto"; did you mean "not"?',
    ),
    "a misspelled table": (
        HEAD + "[digets]\nlimit = 3",
        'watch.toml:4: unknown table "digets"; did you mean [digest]?',
    ),
    "a plural table": (
        HEAD + "[[topics]]\nid = 'aid'",
        'watch.toml:4: unknown table "topics"; did you mean [[topic]]?',
    ),
    "a key under the wrong header": (
        HEAD + "[digest]\ntimezone = 'UTC'",
        'watch.toml:5: [digest]: unknown key "timezone"; it belongs in [watch]',
    ),
    "a trip's key under its stop": (
        DATED + "[[trip.stop]]\nplace = 'Doha'\ncountry = 'Qatar'\npeople = ['Al Thani']",
        'watch.toml:12: trip "t-1", stop "Doha": unknown key "people"; it belongs in [[trip]]',
    ),
    "a key of nobody's": (
        HEAD + "colour = 'red'",
        'watch.toml:4: [watch]: unknown key "colour"; '
        "known here: name, subject, languages, timezone, one_event, episode",
    ),
    "a kind that is near": (
        SOURCE + "kind = 'fed'",
        'watch.toml:8: source "paper": kind: "fed" is not known; did you mean "feed"?',
    ),
    "a kind that is not": (
        SOURCE + "kind = 'rss'",
        'watch.toml:8: source "paper": kind: "rss" is not known; write one of "auto", "feed", '
        '"index", "page", "sitemap"',
    ),
    "a selector that is none": (
        SOURCE + "kind = 'index'\nselect = 'main > > a'",
        'watch.toml:9: source "paper": select: "main > > a" is no CSS selector: Expected selector, got '
        '<DELIM \'>\' at 7>; write e.g. "main h2 a" or ".headline a"',
    ),
    "a selector of a feed": (
        SOURCE + "select = 'h2 a'",
        'watch.toml:8: source "paper": select: is for index pages, but the kind is "feed"; write kind = "index" '
        "or take it out",
    ),
    "a format that is not": (
        HEAD + "[digest]\nformats = ['md', 'pdf']",
        'watch.toml:5: [digest]: formats: "pdf" is not known; write one of "atom", "html", "json", "md", "txt"',
    ),
    "a word for empty days": (
        HEAD + "[digest]\nempty = 'say-so'",
        'watch.toml:5: [digest]: empty: "say-so" is not known; did you mean "say so"?',
    ),
    "a timezone that is near": (
        HEAD + "timezone = 'Europe/Berln'",
        'watch.toml:4: [watch]: timezone: "Europe/Berln" is no known timezone; did you mean "Europe/Berlin"?',
    ),
    "a timezone that is a folder": (
        HEAD + "timezone = '../etc'",
        'watch.toml:4: [watch]: timezone: "../etc" is no known timezone; write e.g. "Europe/Berlin" or "UTC"',
    ),
    "a language in words": (
        HEAD + "languages = ['English']",
        'watch.toml:4: [watch]: languages: "English" is no language code; write e.g. "en", "de" or "pt-BR"',
    ),
    # ids and what must be there once
    "an id with a space": (
        HEAD + "[[topic]]\nid = 'Food aid'\nname = 'Aid'\nrule = 'x'",
        'watch.toml:5: topic "Food aid": id: "Food aid" is no id; write up to 64 small letters, digits and single '
        'hyphens, e.g. "food-aid"',
    ),
    "an id twice": (
        TOPIC + "rule = 'x'\n[[topic]]\nid = 'aid'\nname = 'Aid'\nrule = 'x'",
        'watch.toml:9: topic "aid": id: "aid" is taken by the topic on line 5; give one of them another id',
    ),
    "an ordinal twice": (
        DATED + "[[trip]]\nid = 't-2'\nordinal = 1\nname = 'Next'\ndates = [2023-12-02, 2023-12-06]",
        'watch.toml:11: trip "t-2": ordinal: 1 is taken by the trip on line 6; give one of them another ordinal',
    ),
    "an address twice": (
        SOURCE + "[[source]]\nid = 'other'\nname = 'Other'\nurl = 'https://paper.example/feed'",
        'watch.toml:11: source "other": url: "https://paper.example/feed" is taken by the source on line 7; '
        "take one of them out",
    ),
    "a time twice": (
        HEAD + "[digest]\nat = ['07:00', '07:00']",
        'watch.toml:5: [digest]: at: "07:00" is there twice; take one out',
    ),
    "no formats": (
        HEAD + "[digest]\nformats = []",
        "watch.toml:5: [digest]: formats: is an empty list; write at least one or leave the key out",
    ),
    # days and times
    "days in the wrong order": (
        TRIP + "dates = [2023-11-06, 2023-11-02]",
        'watch.toml:8: trip "t-1": dates: the first day 2023-11-06 is after the last day 2023-11-02; '
        "swap them or mend a date",
    ),
    "one day only": (
        TRIP + "dates = [2023-11-06]",
        f'watch.toml:8: trip "t-1": dates: must be the first and the last day, but holds 1; {DATES}',
    ),
    "a day in quotes": (
        TRIP + "dates = ['2023-11-02', 2023-11-06]",
        f'watch.toml:8: trip "t-1": dates: item 1 must be a date without quotes, but is text; {DATES}',
    ),
    "a day with a time": (
        TRIP + "dates = [\n  2023-11-02,\n  2023-11-06T07:00:00,\n]",
        f'watch.toml:10: trip "t-1": dates: item 2 must be a date without quotes, but is a date with a time; {DATES}',
    ),
    "a stop after the trip": (
        DATED + "[[trip.stop]]\nplace = 'Doha'\ncountry = 'Qatar'\non = 2023-11-09",
        'watch.toml:12: trip "t-1", stop "Doha": on: 2023-11-09 is not within the trip\'s days, '
        "2023-11-02 to 2023-11-06; mend this day or the trip's dates",
    ),
    "a day that no month has": (
        TRIP + "dates = [2023-02-30, 2023-03-02]",
        "watch.toml:8: there is no such day as 2023-02-30; write year-month-day",
    ),
    "a time with one digit": (
        HEAD + "[digest]\nat = '7:00'",
        'watch.toml:5: [digest]: at: "7:00" is no time of a digest; '
        'write e.g. "07:00", "mon-fri 18:30" or "0 7 * * 1-5"',
    ),
    "a time as a number": (
        HEAD + "[digest]\nat = 7",
        'watch.toml:5: [digest]: at: must be a list, but is a whole number; write e.g. at = "07:00"',
    ),
    "a time without quotes": (
        HEAD + "[digest]\nat = 07:00",
        'watch.toml:5: a time without quotes; write e.g. at = "07:00"',
    ),
    "a duration in words": (
        SOURCE + "every = '30 minutes'",
        f'watch.toml:8: source "paper": every: "30 minutes" {DURATION}',
    ),
    "a duration as a number": (
        SOURCE + "every = 30",
        'watch.toml:8: source "paper": every: must be text in quotes, but is a whole number; write e.g. every = "30m"',
    ),
    "too short a time between visits": (
        SOURCE + "every = '250ms'",
        'watch.toml:8: source "paper": every: "250ms" is too short; write "1s" to "31d"',
    ),
    "too long a pause": (
        SOURCE + "pause = '1h'",
        'watch.toml:8: source "paper": pause: "1h" is too long; write "0s" to "10m"',
    ),
    # addresses
    "an address without https": (
        SOURCE.replace("https://", ""),
        f'watch.toml:7: source "paper": url: "paper.example/feed" {NO_ADDRESS}: '
        f"it must begin with https:// or http://; {FEED}",
    ),
    "an address without a host": (
        SOURCE.replace("paper.example", ""),
        f'watch.toml:7: source "paper": url: "https:///feed" {NO_ADDRESS}: it names no host; {FEED}',
    ),
    "an address left to fill in": (
        SOURCE.replace("paper.example", "…"),
        f'watch.toml:7: source "paper": url: "https://…/feed" {NO_ADDRESS}: "…" is no host; {FEED}',
    ),
    "a recipient with a name": (
        HEAD + "[digest]\nto = [\n  'a@example.org',\n  'Desk <desk@example.org>',\n]",
        'watch.toml:7: [digest]: to: "Desk <desk@example.org>" is no mail address; write e.g. "desk@example.org"',
    ),
    # types
    "text where a list is meant": (
        HEAD + "languages = 'en'",
        'watch.toml:4: [watch]: languages: must be a list, but is text; write languages = ["en"]',
    ),
    "yes in quotes": (
        SOURCE + "dedup = 'yes'",
        'watch.toml:8: source "paper": dedup: must be true or false, but is text; write e.g. dedup = true',
    ),
    "a weight that is no number": (
        HEAD + "[weights]\nordinal = nan",
        "watch.toml:5: [weights]: ordinal: must be a number, but is nan",
    ),
    "a weight that there is not": (
        HEAD + "[weights]\nordinl = 5",
        'watch.toml:5: [weights]: ordinl: there is no such weight; did you mean "ordinal"?',
    ),
    "too heavy a signal": (
        DATED + "signals = [\n  { match = 'x', weight = 1 },\n  { match = 'y', weight = 99 },\n]",
        'watch.toml:11: trip "t-1", signal 2: weight: 99 is too large; the most is 10',
    ),
    "a limit of nothing": (
        HEAD + "[digest]\nlimit = 0",
        "watch.toml:5: [digest]: limit: 0 is too small; the least is 1",
    ),
    "a name over two lines": (
        HEAD.replace("'Story'", '"Sto\\nry"'),
        "watch.toml:2: [watch]: name: holds a line break or another control character; write it on one line",
    ),
    "an empty name": (
        HEAD.replace("Story", " "),
        "watch.toml:2: [watch]: name: is empty; write something or leave the key out",
    ),
    "single brackets": (
        HEAD + "[topic]\nid = 'aid'",
        "watch.toml:4: topic: must be written [[topic]], with double brackets",
    ),
    "double brackets": (
        "[[watch]]\nname = 'Story'",
        "watch.toml:1: watch: must be written [watch], once and with single brackets",
    ),
    "a word for a table": (
        "digest = 'daily'\n" + HEAD,
        "watch.toml:1: digest: must be a table, but is text; write [digest] with its keys below",
    ),
    # TOML
    "text without quotes": (
        "[watch]\nname = Story of an envoy",
        'watch.toml:2: the value of "name" is no TOML; put text in quotes',
    ),
    "a quote never closed": (
        "[watch]\nname = 'Story\nsubject = 'x'",
        "watch.toml:2: a text is not closed on its line; add the missing quote",
    ),
    "three quotes never closed": (
        HEAD + "[[topic]]\nrule = '''\na OR\nb\n\n",
        "watch.toml:5: a text that begins here is never closed; add the missing quotes",
    ),
    "a list never closed": (
        HEAD + "languages = [\n  'en',\n\n\n",
        "watch.toml:4: a list that begins here is never closed; add the missing ]",
    ),
    "a day that there is not": (
        HEAD + "[[trip]]\ndates = [2024-13-04]",
        "watch.toml:5: there is no such day as 2024-13-04; write year-month-day",
    ),
    "a header never closed": (
        "[watch\nname = 'x'",
        "watch.toml:1: the header of a table is not closed; add the missing ]",
    ),
    "a key twice": (HEAD + "name = 'Other'\n[digest]", "watch.toml:4: this name is there already; keep one of the two"),
    "a table twice": (
        HEAD + "[digest]\n[digest]",
        "watch.toml:5: the table [digest] is there already; put its keys under one header",
    ),
    "a stop before its trip": (
        HEAD + "[[trip.stop]]\nplace = 'Doha'\n[[trip]]\nid = 't-1'",
        "watch.toml:6: [[trip]] clashes with what stands above it; write it with the same brackets each time, "
        "and [[trip]] above its [[trip.stop]]",
    ),
    "a backslash": (
        HEAD + 'timezone = "Europe\\Berlin"',
        "watch.toml:4: a lone backslash in double quotes; use single quotes, or write it twice",
    ),
    "not TOML at all": ("<html>", "watch.toml:1: this is no TOML at column 1: Invalid statement"),
    "brackets without end": ("a = " + "[" * 5000, "watch.toml: brackets are nested too deeply"),
    "a number without end": ("\na = " + "9" * 5000, "watch.toml:2: a number has too many digits"),
    "half a character": ("\n[watch]\nname = '\ud800'", "watch.toml:3: half a character; save the file as UTF-8"),
}  # fmt: skip


def told(text: str) -> str:
    """All messages for this text."""
    with pytest.raises(WatchError) as caught:
        read_watch(text)
    return str(caught.value)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_line_and_its_mend(mistake: str) -> None:
    text, message = MISTAKES[mistake]
    assert message in told(text).splitlines()


@pytest.mark.parametrize("mistake", sorted(set(MISTAKES) - {"a word for a table", "double brackets"}))
def test_one_mistake_is_told_once_and_nothing_else_with_it(mistake: str) -> None:
    text, message = MISTAKES[mistake]
    assert told(text) == message


def test_windows_line_ends_and_a_byte_order_mark_do_not_move_lines() -> None:
    text, message = MISTAKES["a misspelled key"]
    assert told("\ufeff" + text.replace("\n", "\r\n")) == message
