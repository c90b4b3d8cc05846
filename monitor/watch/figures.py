"""A watch's own table of figures, checked: its first mistake with line and mend. Pure."""

from __future__ import annotations

import re
import tomllib

from monitor.errors import PatternError, Problem, WatchError
from monitor.stages.figures import patterns_with
from monitor.watch.lines import Lines, Path

_TOML_LINE = re.compile(r"at line (\d+)")


def check_figures(text: str, file: str = "figures.toml") -> str:
    """The text, when it adds to the shipped table; `file` is its name in messages. Raises WatchError, nothing else."""
    text = text.replace("\r\n", "\n")
    try:
        patterns_with(text)
    except PatternError as error:
        found = _TOML_LINE.search(error.what)
        line = int(found[1]) if found else Lines(text).at(_path(text, error.where)).line
        raise WatchError((Problem(file, line, error.where, error.what, error.mend),)) from error
    return text


def _path(text: str, where: str) -> Path:
    """The keys of an entry that is named in words: "forms.trucks", "subject ships: never"."""
    if not where.startswith("subject "):
        return tuple(where.split(":", maxsplit=1)[0].split(".", 1))
    name, _, key = where.removeprefix("subject ").partition(": ")
    rows = tomllib.loads(text).get("subject", [])
    at = max((at for at, row in enumerate(rows) if row.get("id") == name), default=0)
    return ("subject", at, key) if key else ("subject", at)
