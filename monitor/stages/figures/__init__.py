"""Figures: numbers with subject, period and attribution, and which of them moved. Pure.

    patterns.toml -> patterns   what is followed: subjects, forms, places, sources; a watch's figures.toml adds to it
    text -> numbers, numerals   the quantities of a sentence, as written
         -> finding             each number's subject
              forms             ... whether a form of the table fits around it
              surroundings      ... the words, marks and distances there
              counting          ... what it counts: group, parts, whole
              periods           ... of which time it is
              attribution       ... who says it
              terms             ... sets of phrases
    sightings -> ledger         what moved, and how a figure is shown
              -> disputes       where sides differ

What is followed is data. A number becomes a figure when one of its subject's forms fits around it ("killed #",
"# trucks"), each context group is met nearby, nothing in its part of the sentence speaks against it, and its value
is plausible. Every search around a number is bounded: a text costs time in proportion to its length.
"""

from __future__ import annotations

from monitor.stages.figures.disputes import disputes
from monitor.stages.figures.finding import find_figures
from monitor.stages.figures.ledger import changes, show, subject_name
from monitor.stages.figures.patterns import Patterns, load_patterns, patterns_with, shipped_patterns

__all__ = [
    "Patterns",
    "changes",
    "disputes",
    "find_figures",
    "load_patterns",
    "patterns_with",
    "shipped_patterns",
    "show",
    "subject_name",
]
