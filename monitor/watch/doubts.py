"""Rules of a watch file that parse and yet cannot be meant: they never match, or match everything. Pure."""

from __future__ import annotations

from monitor.errors import Problem
from monitor.rules import Rule, compile_rule
from monitor.rules.sense import everything, never, taken_back
from monitor.watch.check import check_rules
from monitor.watch.lines import Path
from monitor.watch.problems import Report
from monitor.watch.syntax import parse


def find_doubts(text: str, file: str = "watch.toml") -> tuple[Problem, ...]:
    """The doubts of a watch file that `read_watch` takes, in the order of the file, each with its line and its mend."""
    text = text.removeprefix("\ufeff")
    report = Report(file, text, parse(text, file))
    rules = {path: rule for path, rule in check_rules(report, compile_rule).items() if isinstance(rule, Rule)}
    for path, rule in rules.items():
        if why := never(rule.node):
            report.add(path, f"never matches: {why}", "take one of the two out")
        elif why := everything(rule.node):
            report.add(path, f"matches everything: {why}", "ask for a word that only these articles have")
        elif path[-1] == "rule":
            _check_taken_back(report, path, rule, rules)
    return tuple(sorted(report.problems, key=lambda problem: problem.line))


def _check_taken_back(report: Report, path: Path, rule: Rule, rules: dict[Path, Rule]) -> None:
    """A topic whose `not` takes back each match of its `rule`."""
    back = rules.get((*path[:-1], "not"))
    if back is not None and taken_back(rule.node, back.node):
        report.add((*path[:-1], "not"), "takes back every match of this topic's rule", "make it narrower than the rule")
