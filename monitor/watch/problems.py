"""What is wrong with a watch file, in words: where, what, and how to mend it. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from monitor.errors import Problem
from monitor.watch.lines import Lines, Path
from monitor.watch.schema import HEADERS, TABLES, keys_of
from monitor.watch.wording import kind_of, plain, quoted, toml

_WANTED = {
    "string": "text in quotes",
    "list": "a list",
    "int": "a whole number",
    "float": "a number",
    "finite": "a number",
    "bool": "true or false",
    "date": "a date without quotes",
    "model": "a table",
    "dict": "a table",
}
_BOUNDS = {"greater_than_equal": ("small", "least", "ge"), "less_than_equal": ("large", "most", "le")}
_ROWS = {"source": "source", "trip": "trip", "topic": "topic", "stop": "stop", "signals": "signal"}


class Report:
    """Collects problems and puts each in words: its line, its table, what is wrong, how to mend it."""

    def __init__(self, file: str, text: str, data: dict[str, Any]) -> None:
        self.file = file
        self._text = text
        self.data = data
        self.problems: list[Problem] = []

    @cached_property
    def lines(self) -> Lines:
        """Where the keys stand: looked for when there is something to tell."""
        return Lines(self._text)

    def add(self, path: Path, what: str, mend: str = "", *, line: int = 0, named: bool = True) -> None:
        """A problem at this path. `named`: begin with the key's name."""
        where, rest = self._where(path)
        key = f"{plain(str(rest[0]))}: " if rest and named else ""
        problem = Problem(self.file, line or self.lines.at(path).line, where, key + what, mend)
        if problem not in self.problems:
            self.problems.append(problem)

    def schema(self, kind: str, path: Path, value: object, context: Mapping[str, Any]) -> None:
        """A refusal of the schema, in our words."""
        names = [part for part in path if isinstance(part, str)]
        section, key = ".".join(names[:-1]), names[-1]
        header = HEADERS.get(".".join(names), "")
        if kind == "missing":
            what, mend = f'key "{key}" is missing', _example(section, key)
            if header:
                what, mend = f"the table {header} is missing", f"write {header} with its keys below"
            self.add(path, what, mend, named=False)
        elif kind == "extra_forbidden":
            what = "key" if section or not isinstance(value, dict | list) else "table"
            self.add(path, f'unknown {what} "{plain(key)}"', _unknown(section, key), named=False)
        elif kind == "refused":
            self.add(path, plain(str(context["what"])), plain(str(context["mend"])))
        elif kind in _BOUNDS:
            side, limit, bound = _BOUNDS[kind]
            self.add(path, f"{plain(str(value))} is too {side}", f"the {limit} is {context[bound]:g}")
        elif header.startswith("[[") and isinstance(value, dict):
            self.add(path, f"must be written {header}, with double brackets")
        elif header.startswith("[") and isinstance(value, list):
            self.add(path, f"must be written {header}, once and with single brackets")
        else:
            wanted = _WANTED.get(kind.partition("_")[0], "something else")
            item = f"item {path[-1] + 1} " if isinstance(path[-1], int) and not header else ""
            mend = f"write {header} with its keys below" if header.startswith("[") else _example(section, key)
            if wanted == "a list" and isinstance(value, str):
                mend = f"write {key} = {toml([value])}"
            self.add(path, f"{item}must be {wanted}, but is {kind_of(value)}", mend)

    def _where(self, path: Path) -> tuple[str, Path]:
        """The table around a key, in words, and what is left of the path."""
        names: list[str] = []
        rows: Any = self.data
        while len(path) > 1 and path[0] in _ROWS and isinstance(path[1], int):
            row = rows[path[0]][path[1]]
            label = (row.get("id") or row.get("place")) if isinstance(row, dict) else None
            known = isinstance(label, str) and label.strip()
            names.append(f"{_ROWS[str(path[0])]} " + (f'"{plain(str(label))}"' if known else str(path[1] + 1)))
            rows, path = row, path[2:]
        for depth in (2, 1):
            header = HEADERS.get(".".join(map(str, path[:depth])), "")
            if not names and header and len(path) > depth:
                return header, path[depth:]
        return ", ".join(names), path


def _example(section: str, key: str) -> str:
    """The mend that shows how a key is written."""
    field = keys_of(section).get(key)
    return f"write e.g. {key} = {toml(field.examples[0])}" if field and field.examples else ""


def _unknown(section: str, key: str) -> str:
    """The mend for a key that the table does not have."""
    known = list(keys_of(section))
    brackets = HEADERS if not section else {}
    strong, weak = (difflib.get_close_matches(key.lower()[:64], known, 1, cutoff) for cutoff in (0.75, 0.6))
    homes = [table for table in TABLES if table and key in keys_of(table)]
    near = strong or ([] if len(homes) == 1 else weak)
    if near:
        return f"did you mean {brackets.get(near[0]) or quoted(near)}?"
    if len(homes) == 1:
        return f"it belongs in {HEADERS[homes[0]]}"
    return f"known here: {', '.join(brackets.get(each, each) for each in known)}"
