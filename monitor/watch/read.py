"""TOML text -> Watch, or a WatchError with every problem at once, each with its line and its mend. Pure."""

from __future__ import annotations

from pydantic import ValidationError

from monitor.errors import WatchError
from monitor.model import Watch
from monitor.rules import compile_rule as _compile_rule
from monitor.watch.build import build
from monitor.watch.check import Compile, check_tables
from monitor.watch.problems import Report
from monitor.watch.schema import WatchFile
from monitor.watch.syntax import parse


def read_watch(text: str, file: str = "watch.toml", compile_rule: Compile | None = _compile_rule) -> Watch:
    """The watch that this text declares; `file` is its name in messages. Raises WatchError, nothing else.

    `compile_rule`: None leaves the rules as they stand, unread.
    """
    text = text.removeprefix("\ufeff")
    report = Report(file, text, parse(text, file))
    form: WatchFile | None = None
    try:
        form = WatchFile.model_validate(report.data)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            report.schema(each["type"], each["loc"], each["input"], each.get("ctx", {}))
    check_tables(report, compile_rule)
    if report.problems or form is None:
        raise WatchError(tuple(sorted(report.problems, key=lambda problem: problem.line)))
    return build(form)
