"""What an HTML mail must not have, because a mail client would drop, block or clip it. Our own rules, no DOM needed."""

from __future__ import annotations

import re
from html.parser import HTMLParser

MOST_BYTES = 90_000
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
REFUSED = frozenset(
    "svg script iframe object embed form input button video audio canvas link base picture source math".split()
)
# Of CSS: what Outlook and Gmail do not lay out, and what would load something.
_BAD_CSS = re.compile(r"flex|grid|float\s*:|position\s*:|url\s*\(|@import|@font-face|expression|var\(", re.IGNORECASE)
_SCRIPTED = re.compile(r"\s*(?:javascript|vbscript|data|file)\s*:", re.IGNORECASE)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.open: list[tuple[str, int]] = []
        self.seen: set[str] = set()
        self.lang = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        self.seen.add(tag)
        if tag not in VOID:
            self.open.append((tag, line))
        if tag in REFUSED:
            self.problems.append(f"line {line}: <{tag}>")
        for name, value in attrs:
            said = value or ""
            if tag == "html" and name == "lang":
                self.lang = said
            if name.startswith("on"):
                self.problems.append(f"line {line}: {name}=")
            if name in ("src", "background", "srcset", "poster"):
                self.problems.append(f"line {line}: <{tag} {name}> loads something")
            if name == "href" and _SCRIPTED.match(said):
                self.problems.append(f"line {line}: href to {said[:20]}")
            if name == "style" and _BAD_CSS.search(said):
                self.problems.append(f"line {line}: style {said[:60]}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            self.problems.append(f"line {self.getpos()[0]}: </{tag}>")
        elif not self.open or self.open[-1][0] != tag:
            self.problems.append(f"line {self.getpos()[0]}: </{tag}> closes {self.open[-1:] or 'nothing'}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] == "style" and _BAD_CSS.search(data):
            self.problems.append(f"line {self.getpos()[0]}: a style sheet that mail clients do not follow")


def problems_of(mail: str) -> list[str]:
    """What is wrong with the HTML of a mail, in words; [] when nothing is."""
    reader = _Reader()
    reader.feed(mail)
    reader.close()
    problems = reader.problems + [f"line {line}: <{tag}> is never closed" for tag, line in reader.open]
    size = len(mail.encode())
    if size > MOST_BYTES:
        problems.append(f"{size} bytes; Gmail clips it")
    if not reader.lang:
        problems.append("no lang")
    if "table" not in reader.seen:
        problems.append("no table to lay it out in Outlook")
    return problems
