"""Our own labelled pairs of texts and labelled sentences, judged by the stages and scored.

`texts.jsonl`: id and text. `pairs.jsonl`: two texts by id (`demo/…` is a page of the demo), what the second is to the
first, and for an edited one the edit and its turn. `sentences.jsonl`: a sentence, and whether it says anything that
the known texts do not.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from monitor.demo.play import briefs
from monitor.demo.press import load
from monitor.model import Known, Verdict
from monitor.stages.dedup import THRESHOLDS, Thresholds, compare, fingerprint
from monitor.stages.known import KnownIndex
from monitor.stages.novelty import read_article
from monitor.stages.sentences import read_each
from monitor.stages.story import alike, read_report
from monitor.text import read_sentences
from support.edits import EDITS
from support.texts import known_from

FOLDER = Path(__file__).parents[1] / "golden" / "known"
KNOWN_KINDS = frozenset({"copy", "update"})


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts, and what the second is to the first: copy, update, rewrite, follow-up, same topic, template or
    unrelated.
    """

    kind: str
    name: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What the stages say of a pair. `alike`: how much the second retells the first, 0..1."""

    pair: Pair
    verdict: Verdict
    alike: float


@dataclass(frozen=True, slots=True)
class Score:
    """How well one class was told from the rest."""

    hits: int
    false: int
    missed: int

    @property
    def precision(self) -> float:
        """Of what was taken for the class, how much is of it."""
        return self.hits / ((self.hits + self.false) or 1)

    @property
    def recall(self) -> float:
        """Of the class, how much was found."""
        return self.hits / ((self.hits + self.missed) or 1)

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.hits / ((2 * self.hits + self.false + self.missed) or 1)


def score(outcomes: Iterable[tuple[bool, bool]]) -> Score:
    """Of pairs (is it of the class, was it taken for it)."""
    counts = Counter(outcomes)
    return Score(counts[True, True], counts[False, True], counts[True, False])


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text("utf-8").splitlines()]


@cache
def texts() -> dict[str, str]:
    """Every text by its id."""
    found = {row["id"]: str(row["text"]) for row in _rows("texts.jsonl")}
    for page in load(briefs()).pages:
        found[f"demo/{page.id}"] = "\n\n".join(page.paragraphs)
    return found


@cache
def pairs() -> tuple[Pair, ...]:
    """The labelled pairs, edits made."""
    by_id, made = texts(), []
    for row in _rows("pairs.jsonl"):
        second, edit = by_id[row["b"]], row.get("edit", "")
        if edit:
            second = EDITS[edit](second, Random(f"{edit} {row['turn']}"))
        name = f"{row['kind']}: {row['a']} / {row['b']}{edit and f' ({edit})'}"
        made.append(Pair(row["kind"], name, by_id[row["a"]], second))
    return tuple(made)


def judge_pairs(limits: Thresholds = THRESHOLDS) -> list[Judged]:
    """Each pair as the stages judge it; words weigh by how rare they are in what is known."""
    weight = known_index().rarity
    judged = []
    for pair in pairs():
        known = Known("first", "", "", None, pair.first, fingerprint(pair.first))
        # As texts of one site, which is the harder case: they may be of one form.
        verdict = compare(pair.second, known, limits, one_site=True).verdict
        one, two = (read_report(name, name, None, text) for name, text in (("1", pair.first), ("2", pair.second)))
        judged.append(Judged(pair, verdict, alike(one, two, weight)))
    return judged


def copies(judged: Sequence[Judged]) -> Score:
    """Copies and updates told from all pairs but those of one template: what is found to be known."""
    rest = [each for each in judged if each.pair.kind != "template"]
    return score((each.pair.kind in KNOWN_KINDS, each.verdict is not Verdict.NEW) for each in rest)


def dropped_wrongly(judged: Sequence[Judged], *, templates: bool = False) -> list[str]:
    """Pairs called a copy that are neither copies nor updates: those of one template, or all others."""
    wrong = [each.pair for each in judged if each.verdict is Verdict.COPY and each.pair.kind not in KNOWN_KINDS]
    return [pair.name for pair in wrong if (pair.kind == "template") == templates]


def rewrites(judged: Sequence[Judged], border: float) -> Score:
    """Rewrites told from what is new, among pairs that are no copies."""
    rest = [each for each in judged if each.pair.kind not in KNOWN_KINDS]
    return score((each.pair.kind == "rewrite", each.verdict is Verdict.NEW and each.alike >= border) for each in rest)


@dataclass(frozen=True, slots=True)
class Said:
    """A labelled sentence. `kind`: where it is from: rewrite, follow-up, variant; `event`: what it is about."""

    event: str
    kind: str
    text: str
    new: bool


def sentences() -> list[Said]:
    """The labelled sentences."""
    return [Said(row["known"].split("/")[0], row["kind"], row["text"], row["new"]) for row in _rows("sentences.jsonl")]


@cache
def known_index() -> KnownIndex:
    """Everything that the sentences are compared with: each event's first report, and the demo's wires."""
    index = KnownIndex()
    for name, text in texts().items():
        if name.endswith("/A") or name.startswith("demo/mw-"):
            for sentence in known_from(text, name):
                index.add(sentence)
    return index


def told_new(said: Said, **options: Any) -> tuple[bool, float, str]:
    """Whether the sentence is found to be new, how new (0..1), and why."""
    # Not an article's first sentence, for which the border lies lower.
    sentence = replace(read_sentences(said.text)[0], index=3)
    (novelty,) = read_article(read_each([sentence]), known_index(), **options)
    return novelty.new, novelty.score, novelty.reason
