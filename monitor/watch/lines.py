"""Where each key of a TOML text stands; tomllib does not say. Pure."""

from __future__ import annotations

import bisect
import contextlib
import re
import tomllib
from dataclasses import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Lines from 1 (0: the whole file): of a key, of the first line inside its value, of the value's end."""

    line: int
    first: int
    last: int


_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_NAME = re.compile(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\\n])*"|'[^'\n]*'""")
_STRING = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}|\'{3}.*?\'{3,5}|"(?!"")(?:\\.|[^"\\\n])*"|'(?!\'\')[^'\n]*\'''', re.DOTALL
)
_BARE = re.compile(r"[^,\]}#\n]*")


class Lines:
    """Where each key of a TOML text stands. Lenient: of text that tomllib refuses it reads what it can."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._breaks = [found.start() for found in re.finditer("\n", self._text)]
        self._places: dict[Path, Place] = {}
        self._counts: dict[Path, int] = {}
        self.latest = 1  # line of the key read last: where an unclosed value began
        with contextlib.suppress(RecursionError):  # brackets a thousand deep: what was found so far must do
            self._scan()

    def at(self, path: Path) -> Place:
        """The place of this key, or of the nearest table around it."""
        while path and path not in self._places:
            path = path[:-1]
        return self._places.get(path, Place(0, 0, 0))

    def line_of(self, position: int) -> int:
        """The line of a character."""
        return bisect.bisect_left(self._breaks, position) + 1

    def _scan(self) -> None:
        position = 0
        table: Path = ()
        while (position := self._past(_BLANK, position)) < len(self._text):
            if self._text[position] == "[":
                table, position = self._header(position)
            else:
                position = self._pair(position, table)

    def _past(self, pattern: re.Pattern[str], position: int) -> int:
        found = pattern.match(self._text, position)
        return found.end() if found else position

    def _next_line(self, position: int) -> int:
        end = self._text.find("\n", position)
        return len(self._text) if end < 0 else end + 1

    def _mark(self, path: Path, start: int, value: int = -1, end: int = -1) -> None:
        line = self.line_of(start)
        first = self.line_of(value) if value >= 0 else line
        if value >= 0 and self._text.startswith(('"""\n', "'''\n"), value):
            first += 1  # TOML drops a line break right after the opening quotes
        self._places.setdefault(path, Place(line, first, self.line_of(end) if end >= 0 else line))

    def _names(self, position: int) -> tuple[list[str], int]:
        names: list[str] = []
        while found := _NAME.match(self._text, self._past(_SPACE, position)):
            names.append(_unquoted(found[0]))
            position = self._past(_SPACE, found.end())
            if not self._text.startswith(".", position):
                break
            position += 1
        return names, position

    def _header(self, start: int) -> tuple[Path, int]:
        double = self._text.startswith("[[", start)
        names, end = self._names(start + 1 + double)
        path: Path = ()
        for depth, name in enumerate(names, 1):
            path += (name,)
            self._mark(path, start)
            if double and depth == len(names):
                self._counts[path] = self._counts.get(path, 0) + 1
            if path in self._counts:
                path += (self._counts[path] - 1,)
                self._mark(path, start)
        return path, self._next_line(end)

    def _pair(self, start: int, table: Path) -> int:
        names, end = self._names(start)
        if not names or not self._text.startswith("=", end):
            return self._next_line(start)
        self.latest = self.line_of(start)
        for depth in range(1, len(names)):
            self._mark((*table, *names[:depth]), start)
        return self._value(self._past(_SPACE, end + 1), (*table, *names), start)

    def _value(self, position: int, path: Path, start: int) -> int:
        opening = self._text[position : position + 1]
        if opening in ("[", "{"):
            end = self._inside(position + 1, path, opening == "[")
        elif opening in ('"', "'"):
            found = _STRING.match(self._text, position)
            end = found.end() if found else len(self._text)
        else:
            end = self._past(_BARE, position)
        self._mark(path, start, position, max(end - 1, position))
        return end

    def _inside(self, position: int, path: Path, array: bool) -> int:
        index = 0
        while (position := self._past(_BLANK, position)) < len(self._text):
            if self._text[position] in "]}":
                return position + 1
            if self._text[position] == ",":
                position += 1
            elif array:
                position = self._value(position, (*path, index), position)
                index += 1
            else:
                position = self._pair(position, path)
        return position


def _unquoted(name: str) -> str:
    try:
        return str(tomllib.loads(f"name = {name}")["name"]) if name[0] in "\"'" else name
    except ValueError:
        return name[1:-1]
