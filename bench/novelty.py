"""Fits the weights of `stages/novelty.py` to labelled sentences, and says what they are worth on sentences unseen.

.venv/bin/python bench/novelty.py

The sentences: `tests/golden/known/sentences.jsonl`, and those of the seed documents where these are at hand. Logistic
regression by gradient descent; in five folds no event and no document is on both sides.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support import known_golden as golden  # noqa: E402
from support import seed_labels  # noqa: E402

from monitor.model import Sentence  # noqa: E402
from monitor.stages.known import KnownIndex  # noqa: E402
from monitor.stages.novelty import THRESHOLDS, Signs, signs_of  # noqa: E402
from monitor.text import read_sentences  # noqa: E402

NAMES = ("containment", "cosine", "unseen", "figure", "day", "name", "opposite", "quoted")
STEPS, RATE, DECAY, FOLDS = 3000, 0.5, 0.003, 5
# Sentences of real reports count more than ours, which were written to be hard.
REAL = 3.0


class Row(NamedTuple):
    """A labelled sentence: its event or document, its kind, its signs and whether it is new."""

    group: str
    kind: str
    signs: tuple[float, ...]
    new: bool
    weight: float


def values(sentence: Sentence, index: KnownIndex) -> tuple[float, ...]:
    found = index.nearest(sentence.words)
    nothing = Signs(1.0, 1.0, 1.0, 0.0, (), days=False, names=0.0, opposite=False)
    signs = signs_of(sentence, found, index) if found else nothing
    return (signs.containment, signs.cosine, signs.unseen, float(bool(signs.figures)), float(signs.days),
            float(signs.names), float(signs.opposite), signs.quoted)  # fmt: skip


def rows() -> Iterator[Row]:
    for said in golden.sentences():
        signs = values(read_sentences(said.text)[0], golden.known_index())
        yield Row(said.event, said.kind, signs, said.new, 1.0)
    if seed_labels.SEEDS.is_dir():
        for place, each in enumerate(seed_labels.labelled()):
            if each.sure:
                yield Row(f"seeds {place // 40}", "seeds", values(each.sentence, each.index), each.new, REAL)


def score(weights: Sequence[float], signs: Sequence[float]) -> float:
    told = weights[0] + sum(weight * sign for weight, sign in zip(weights[1:], signs, strict=True))
    return 1 / (1 + math.exp(-told))


def fit(given: Sequence[Row]) -> list[float]:
    weights, total = [0.0] * (len(NAMES) + 1), sum(row.weight for row in given)
    for _ in range(STEPS):
        slopes = [0.0] + [DECAY * weight for weight in weights[1:]]
        for row in given:
            miss = (score(weights, row.signs) - row.new) * row.weight / total
            slopes[0] += miss
            for place, sign in enumerate(row.signs, 1):
                slopes[place] += miss * sign
        weights = [weight - RATE * slope for weight, slope in zip(weights, slopes, strict=True)]
    return weights


def show(name: str, judged: Sequence[tuple[float, Row]], wanted: Callable[[Row], bool]) -> None:
    for border in (0.2, 0.3, 0.4, THRESHOLDS.new, 0.55):
        found = golden.score((row.new, told >= border) for told, row in judged if wanted(row))
        print(f"{name:22} {border:.2f}  F1 {found.f1:.3f}  precision {found.precision:.3f}  recall {found.recall:.3f}")


def main() -> None:
    given = list(rows())
    groups = sorted({row.group for row in given})
    random.Random(1).shuffle(groups)
    judged: list[tuple[float, Row]] = []
    for fold in range(FOLDS):
        held = set(groups[fold::FOLDS])
        weights = fit([row for row in given if row.group not in held])
        judged += [(score(weights, row.signs), row) for row in given if row.group in held]
    print(
        f"{len(given)} sentences, {sum(row.new for row in given)} of them new; each judged by weights fitted to others"
    )
    show("all", judged, lambda row: True)
    for kind in dict.fromkeys(row.kind for row in given):
        show(kind, judged, lambda row, kind=kind: row.kind == kind)  # type: ignore[misc]
    bias, *weights = fit(given)
    print(f"\nfitted to all: bias {bias:.2f},", ", ".join(f"{n} {w:.2f}" for n, w in zip(NAMES, weights, strict=True)))


if __name__ == "__main__":
    main()
