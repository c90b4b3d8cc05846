"""TOML text -> data, or a WatchError that puts tomllib's refusal in words. Pure."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from typing import Any

from monitor.errors import Problem, WatchError
from monitor.watch.lines import Lines
from monitor.watch.wording import plain

_SYNTAX = (
    (r"Cannot overwrite a value", "this name is there already", "keep one of the two"),
    (r"Cannot declare \((.*?),?\) twice", "the table {} is there already", "put its keys under one header"),
    (r"Unclosed array", "a list that begins here is never closed", "add the missing ]"),
    (r"Unclosed inline table", "a table that begins here is never closed", "add the missing } on this line"),
    (r"Expected \"?('''|\"\"\")", "a text that begins here is never closed", "add the missing quotes"),
    (r"Unterminated string", "a text that begins here is never closed", "add the missing quote"),
    (r"(?:Illegal|Found invalid) character '\\n'", "a text is not closed on its line", "add the missing quote"),
    (
        r"Unescaped '\\' in a string",
        "a lone backslash in double quotes",
        "use single quotes, or write it twice",
    ),
    (r"Invalid date or datetime", "there is no such day", "mend the date"),
    (r"Expected '\]' at the end of a table", "the header of a table is not closed", "add the missing ]"),
    (r"Expected '=' after a key", "a key without a value", "write key = value"),
)


def parse(text: str, file: str) -> dict[str, Any]:
    """The data of this text; `file` is its name in messages. Raises WatchError, nothing else."""
    if bad := re.search("[\ud800-\udfff]", text):
        line = text.count("\n", 0, bad.start()) + 1
        raise WatchError((Problem(file, line, "", "half a character", "save the file as UTF-8"),))
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WatchError((_syntax(str(error), text, file),)) from None
    except RecursionError:
        raise WatchError((Problem(file, 0, "", "brackets are nested too deeply"),)) from None
    except ValueError:  # an integer of thousands of digits
        found = re.search(r"[0-9_]{1000,}", text)
        line = Lines(text).line_of(found.start()) if found else 0
        raise WatchError((Problem(file, line, "", "a number has too many digits"),)) from None


def _syntax(message: str, text: str, file: str) -> Problem:
    told, _, place = message.rpartition(" (at ")
    spot = re.match(r"line (\d+), column (\d+)", place)
    lines = text.split("\n")
    line = int(spot[1]) if spot else Lines(text).latest
    shown = lines[min(line, len(lines)) - 1]
    if re.search(r"=\s*\d{1,2}:\d\d(?!:)", shown):
        return Problem(file, line, "", "a time without quotes", 'write e.g. at = "07:00"')
    for day in re.finditer(r"(?<![\w\"'-])\d{4}-\d\d-\d\d(?!\d)", shown.partition("#")[0]):
        # tomllib reads an impossible day as a number and stumbles over the rest.
        if not _is_day(day[0]):
            return Problem(file, line, "", f"there is no such day as {day[0]}", "write year-month-day")
    bare = re.match(r"\s*([\w.-]+)\s*=\s*(?!(?:true|false|inf|nan)\b)[^\W\d]", shown)
    if bare:
        return Problem(file, line, "", f'the value of "{bare[1]}" is no TOML', "put text in quotes")
    if told.startswith("Cannot overwrite") and shown.lstrip().startswith("["):
        mend = "write it with the same brackets each time, and [[trip]] above its [[trip.stop]]"
        return Problem(file, line, "", f"{plain(shown.strip())} clashes with what stands above it", mend)
    if told == "Invalid value" and not spot and (open_list := re.search(r"=\s*([\[{])", shown)):
        told = "Unclosed array" if open_list[1] == "[" else "Unclosed inline table"
    for pattern, what, mend in _SYNTAX:
        if found := re.match(pattern, told):
            name = ".".join(re.findall(r"'([^']*)'", found[1])) if found.groups() else ""
            return Problem(file, line, "", what.format(f"[{name}]"), mend)
    column = f" at column {spot[2]}" if spot else ""
    return Problem(file, line, "", f"this is no TOML{column}: {plain(told)}")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
