"""What of a watch file is still as the blank one has it, or is missing for a run to find anything. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from monitor.errors import Problem
from monitor.watch.problems import Report
from monitor.watch.syntax import parse

# Names that RFC 2606 keeps for examples: nothing ever answers there.
_NOWHERE = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|net|org))?|invalid|test)$")
_WANTED = (
    ("trip", "there is no [[trip]], so no article can be filed", "write one for each episode; see docs/watch-file.md"),
    ("source", "there is no [[source]], so nothing is read", "run monitor sources add URL"),
)


def find_blanks(text: str, blank: str, file: str = "watch.toml") -> tuple[Problem, ...]:
    """What is still to be filled in, in the order of the file, each with its line and its mend.

    `text`: a watch file that `read_watch` takes; `blank`: the text of the one that `init --story blank` lays out.
    """
    text = text.removeprefix("\ufeff")
    report = Report(file, text, parse(text, file))
    empty = parse(blank, file)["watch"]
    for key, mend in (("name", "name your story"), ("subject", "write who or what your story is about")):
        if report.data["watch"].get(key) == empty[key]:
            report.add(("watch", key), f"still the placeholder {empty[key]!r}", mend)
    for number, source in enumerate(report.data.get("source", ())):
        if _NOWHERE.search(urlsplit(str(source["url"])).hostname or ""):
            report.add(("source", number, "url"), f"{source['url']} is an example's address", "write a real one")
    found = sorted(report.problems, key=lambda problem: problem.line)
    missing = [Problem(file, 0, "", what, mend) for key, what, mend in _WANTED if not report.data.get(key)]
    return (*found, *missing)
