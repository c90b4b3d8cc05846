"""The watch file: TOML text -> Watch, or every problem at once, each with its line and its mend. Pure.

read       the order of the rest: text in, Watch out
syntax     text -> data, or tomllib's refusal in words
lines      where each key stands
schema     the tables, what each key means, the JSON Schema      values    the checks of single values
check      what no single key can tell: names taken twice, stops outside their trip, rules
doubts     rules that parse and cannot be meant
blanks     what is still as the blank watch has it
problems   the report: where, what, and how to mend it           wording   values in words
build      the checked tables -> Watch                           figures   the table of figures beside it, checked
"""

from __future__ import annotations

from monitor.watch.blanks import find_blanks
from monitor.watch.check import Compile
from monitor.watch.doubts import find_doubts
from monitor.watch.figures import check_figures
from monitor.watch.lines import Lines, Place
from monitor.watch.read import read_watch
from monitor.watch.schema import TABLES, keys_of, schema_json
from monitor.watch.wording import toml

__all__ = [
    "TABLES",
    "Compile",
    "Lines",
    "Place",
    "check_figures",
    "find_blanks",
    "find_doubts",
    "keys_of",
    "read_watch",
    "schema_json",
    "toml",
]
