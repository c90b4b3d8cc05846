"""Sentences of the seed documents, labelled by us as new, known or none: beside the documents before them.

`seeds.jsonl` names each sentence by its document and number and holds none of its words, so the documents themselves
have to be there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.model import KnownSentence, Novelty, Sentence
from monitor.stages.given import read_file
from monitor.stages.known import KnownIndex
from monitor.stages.novelty import read_article
from monitor.stages.sentences import read_each
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


def _rows() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / "seeds.jsonl").read_text("utf-8").splitlines()]


def _documents(order: Sequence[str]) -> Iterator[tuple[str, Sequence[Sentence], KnownIndex]]:
    """Each document's name and sentences, with what was known before it."""
    index = KnownIndex()
    paths = {path.name[:3]: path for path in SEEDS.glob("*.txt")}
    for path in (paths[number] for number in order):
        sentences = read_sentences(read_file(path.read_bytes(), path.name, datetime.now(UTC)).text)
        yield path.name, sentences, index
        for each in sentences:
            index.add(KnownSentence(path.name, each.index, each.text, each.words, "", None))


def labelled() -> Iterator[Labelled]:
    """Every labelled sentence that tells anything; the index grows from document to document, so use it at once."""
    rows = _rows()
    for name, sentences, index in _documents(ORDER):
        for row in rows:
            if row["doc"] == name and row["label"] != "none":
                yield Labelled(sentences[row["index"]], index, row["label"] == "new", row["sure"])


def read_in_turn(order: Sequence[str] = ORDER[:3]) -> Iterator[tuple[bool, bool, Novelty]]:
    """Documents read one after the other as articles are: is a sentence new, was its reader sure, what is made of it.

    What tells nothing (furniture, readers' comments, questions and answers) is not new.
    """
    labels = {(row["doc"], row["index"]): row for row in _rows()}
    for name, sentences, index in _documents(order):
        for novelty in read_article(read_each(sentences), index):
            label = labels.get((name, novelty.sentence.index))
            if label:
                yield label["label"] == "new", label["sure"], novelty
