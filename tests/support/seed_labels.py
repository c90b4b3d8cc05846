"""Sentences of the seed documents, labelled by us as new, known or none: beside the documents before them.

`seeds.jsonl` names each sentence by its document and number and holds none of its words, so the documents themselves
have to be there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.model import KnownSentence, Sentence
from monitor.stages.given import read_file
from monitor.stages.novelty import KnownIndex
from monitor.text import read_sentences
from support.known_golden import FOLDER

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"
# By the day each tells of.
ORDER = ("001", "002", "003", "004", "000")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A sentence with what was known before it. `sure`: whether its reader was."""

    sentence: Sentence
    index: KnownIndex
    new: bool
    sure: bool


def labelled() -> Iterator[Labelled]:
    """Every labelled sentence that tells anything; the index grows from document to document, so use it at once."""
    rows = [json.loads(line) for line in (FOLDER / "seeds.jsonl").read_text("utf-8").splitlines()]
    index = KnownIndex()
    paths = {path.name[:3]: path for path in SEEDS.glob("*.txt")}
    for number in ORDER:
        path = paths[number]
        sentences = read_sentences(read_file(path.read_bytes(), path.name, datetime.now(UTC)).text)
        for row in rows:
            if row["doc"] == path.name and row["label"] != "none":
                yield Labelled(sentences[row["index"]], index, row["label"] == "new", row["sure"])
        for each in sentences:
            index.add(KnownSentence(path.name, each.index, each.text, each.words, "", None))
