"""The checks across tables: names that are taken, days that cannot be, rules that do not read. Pure.

They read the raw data, so that one bad key does not hide another problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from typing import Any, Protocol

from monitor.errors import RuleError
from monitor.rules.weights import WEIGHTS
from monitor.watch.lines import Path
from monitor.watch.problems import Report
from monitor.watch.wording import plain, toml

# A stop may lie this far outside its trip: departures at night, arrivals in another zone.
SLACK_DAYS = 2
# What looks like a call of another rule but is not: phrases and comments.
_PROSE = re.compile(r'"[^"\n]*"|#[^\n]*')
_TAKEN = (("source", "id"), ("source", "url"), ("trip", "id"), ("trip", "ordinal"), ("topic", "id"))


class Compile(Protocol):
    """What compiles a rule: RuleError when it does not parse. `named`: rules that it may call by name."""

    def __call__(self, text: str, *, named: Mapping[str, Any]) -> object:
        """The compiled rule."""


def check_tables(report: Report, compile_rule: Compile | None) -> None:
    """Report all that the schema, which sees one key at a time, cannot. Without `compile_rule` no rule is read."""
    _check_taken(report)
    _check_selectors(report)
    _check_stops(report)
    _check_names(report)
    if compile_rule is not None:
        check_rules(report, compile_rule)
    _check_weights(report)
    _check_recipients(report)


def _check_recipients(report: Report) -> None:
    """Recipients that are there twice, and trips and topics that the watch does not have."""
    digest = report.data.get("digest")
    everybody = digest.get("to") if isinstance(digest, dict) else None
    seen = {each.lower() for each in everybody if isinstance(each, str)} if isinstance(everybody, list) else set()
    for index, row in _rows(report.data, "recipient"):
        to = row.get("to")
        if isinstance(to, str):
            if to.lower() in seen:
                report.add(("recipient", index, "to"), f'"{to}" is a recipient already', "take one of them out")
            seen.add(to.lower())
        for key, table in (("trips", "trip"), ("topics", "topic")):
            have = [other["id"] for _, other in _rows(report.data, table) if isinstance(other.get("id"), str)]
            chosen = row.get(key)
            for number, wanted in enumerate(chosen if isinstance(chosen, list) else ()):
                if isinstance(wanted, str) and wanted not in have:
                    near = get_close_matches(wanted, have, 1)
                    mend = f'did you mean "{near[0]}"?' if near else f"write the id of a [[{table}]]"
                    report.add(("recipient", index, key, number), f'there is no {table} "{wanted}"', mend)


def _check_weights(report: Report) -> None:
    """Weights that no sign has."""
    weights = report.data.get("weights")
    for name in weights if isinstance(weights, dict) else ():
        if name not in WEIGHTS:
            near = get_close_matches(name, WEIGHTS, 1)
            mend = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(sorted(WEIGHTS))}"
            report.add(("weights", name), "there is no such weight", mend)


def _rows(data: Mapping[str, Any], key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    rows = data.get(key)
    for index, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, dict):
            yield index, row


def _check_taken(report: Report) -> None:
    """Ids, ordinals and addresses that are there twice."""
    for table, key in _TAKEN:
        seen: dict[str | int, int] = {}
        for index, row in _rows(report.data, table):
            value = row.get(key)
            if not isinstance(value, str | int) or isinstance(value, bool):
                continue
            if value in seen:
                line = report.lines.at((table, seen[value], key)).line
                what = f"{plain(toml(value))} is taken by the {table} on line {line}"
                mend = "take one of them out" if key == "url" else f"give one of them another {key}"
                report.add((table, index, key), what, mend)
            seen.setdefault(value, index)


def _check_selectors(report: Report) -> None:
    """Selectors of sources that are no index pages."""
    for index, row in _rows(report.data, "source"):
        kind = row.get("kind", "feed")
        if "select" in row and kind in ("feed", "sitemap", "page"):
            what, mend = f'is for index pages, but the kind is "{kind}"', 'write kind = "index" or take it out'
            report.add(("source", index, "select"), what, mend)


def _check_stops(report: Report) -> None:
    """Stops far outside the days of their trip."""
    for index, trip in _rows(report.data, "trip"):
        days = trip.get("dates")
        if not isinstance(days, list) or len(days) != 2 or not all(map(_is_day, days)) or days[0] > days[1]:
            continue  # the schema reports these
        for number, stop in _rows(trip, "stop"):
            on = stop.get("on")
            if _is_day(on) and ((days[0] - on).days > SLACK_DAYS or (on - days[1]).days > SLACK_DAYS):
                what = f"{on} is not within the trip's days, {days[0]} to {days[1]}"
                report.add(("trip", index, "stop", number, "on"), what, "mend this day or the trip's dates")


def _check_names(report: Report) -> None:
    """Other names of a place that no trip goes to."""
    watch = report.data.get("watch")
    episode = watch.get("episode") if isinstance(watch, dict) else None
    names = episode.get("names") if isinstance(episode, dict) else None
    if not isinstance(names, dict):
        return
    places = {
        stop[key]
        for _, trip in _rows(report.data, "trip")
        for _, stop in _rows(trip, "stop")
        for key in ("place", "country")
        if isinstance(stop.get(key), str)
    }
    for name in names:
        if name not in places:
            near = get_close_matches(name, places, 1)
            mend = (
                f"did you mean {plain(toml(near[0]))}?"
                if near
                else "write a stop's place or country, as it stands there"
            )
            report.add(("watch", "episode", "names", name), "no stop has this place or country", mend)


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def check_rules(report: Report, compile_rule: Compile) -> dict[Path, object]:
    """Compiles every rule; a topic's rule may be called by its id, as @id. Returns those that parse, by their place."""
    topics = {
        row["id"]: (("topic", index, "rule"), row["rule"])
        for index, row in reversed(list(_rows(report.data, "topic")))
        if isinstance(row.get("id"), str) and isinstance(row.get("rule"), str)
    }
    # A rule that is refused, or called in a circle, is told once and not again by each rule that calls it:
    # there, any word stands in for it.
    named: dict[str, Any] = dict.fromkeys(topics, compile_rule("word", named={}))
    found: dict[Path, object] = {}
    for name in _in_order(report, {name: text for name, (_, text) in topics.items()}):
        place, rule = topics[name]
        found[place] = _compiled(report, place, rule, compile_rule, named)
        named[name] = found[place] or named[name]
    for path, text in _rules(report.data):
        if path not in found:
            found[path] = _compiled(report, path, text, compile_rule, named)
    return {path: rule for path, rule in found.items() if rule is not None}


def _rules(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    watch = data.get("watch")
    found: list[tuple[Path, object]] = []
    if isinstance(watch, dict):
        found.append((("watch", "subject"), watch.get("subject")))
    for index, row in _rows(data, "topic"):
        found += [(("topic", index, key), row.get(key)) for key in ("rule", "not")]
    for index, row in _rows(data, "trip"):
        for number, signal in _rows(row, "signals"):
            found.append((("trip", index, "signals", number, "match"), signal.get("match")))
    return ((path, text) for path, text in found if isinstance(text, str))


def _in_order(report: Report, texts: Mapping[str, str]) -> list[str]:
    """The names, those that are called before those that call them. A circle is reported, and cut."""
    calls = {
        name: set(re.findall(r"@([\w-]+)", _PROSE.sub(" ", text))).intersection(texts) for name, text in texts.items()
    }
    while True:
        try:
            return list(TopologicalSorter(calls).static_order())
        except CycleError as error:
            circle: list[str] = error.args[1]
            names = [row.get("id") for _, row in _rows(report.data, "topic")]
            first = min(circle, key=names.index)
            turn = [*circle[:-1], *circle[:-1]][circle.index(first) :][: len(circle) - 1]
            way = " calls ".join(f"@{name}" for name in (*turn, first))
            report.add(("topic", names.index(first), "rule"), f"calls itself: {way}", "write one of them out")
            calls[first] = set()


def _compiled(report: Report, path: Path, text: str, compile_rule: Compile, named: Mapping[str, Any]) -> object:
    """The compiled rule; None when it is blank (the schema reports that) or refused (reported here)."""
    if not text.strip():
        return None
    try:
        return compile_rule(text, named=named)
    except RuleError as error:
        place = report.lines.at(path)
        line = min(place.first + error.line - 1, place.last)
        what, picture = f"{error.what} (at column {error.column})", _picture(error)
        what, mend = (what, f"{error.mend}\n{picture}") if error.mend else (f"{what}\n{picture}", "")
        report.add(path, what, mend, line=line)
    except RecursionError:
        report.add(path, "brackets are nested too deeply")
    return None


def _picture(error: RuleError) -> str:
    """The rule's line with a caret below the place; of a long line the part around it."""
    shown, _, _ = error.picture().rpartition("\n")
    column = min(max(error.column, 1), len(shown) + 1)
    start = max(0, column - 60)
    shown = "".join(char if char.isprintable() else " " for char in shown[start : start + 100])
    return f"    {shown}\n    {' ' * (column - 1 - start)}^"
