"""Weights fitted to labelled articles, and how well weights fitted so do on articles they have not seen. Pure.

Coordinate ascent on a hinge loss: one weight after the other is stretched or shrunk while that leaves the right trips
further ahead, held back by how far it has gone from where it began. A score is a sum of weighted signs, so that each
sheet is read once and then only summed again; the figures come from whole decisions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.model import Filing, Watch
from monitor.rules.weights import WEIGHTS
from monitor.stages.classify import compile_watch
from monitor.stages.labelled import Given, file_given
from monitor.stages.score import NONE, Labelled, Predicted, Report, predicted, score

Rows = Sequence[tuple[Given, Labelled]]

_STEPS = (0.5, 0.7, 0.85, 1.2, 1.4, 2.0)
_MOST_ROUNDS = 6
# How far ahead of the border is far enough, and what a weight's distance from its beginning costs.
_SAFE = 1.0
_PULL = 0.03
# They set the scale of all others, or are no signs.
_FIXED = frozenset({"file", "unsure", "margin", "mention", "address", "background"})


@dataclass(frozen=True, slots=True)
class Tuned:
    """`weights`: those that the fit changed, as a watch file has them. `seen`: the scores on the articles fitted to.

    `unseen`: the scores when each article is decided by weights fitted without its fold.
    """

    weights: Mapping[str, float]
    before: Report
    seen: Report
    unseen: Report


def tune(watch: Watch, rows: Rows, *, folds: int = 5, flat: bool = False) -> Tuned:
    """Fit the weights of a watch to labelled articles; ValueError for fewer articles than folds.

    Articles of one `group` are always in one fold. `flat`: begin with all weights alike but for their sign, so that
    nothing of the built-in ones, which people set, is left in the result.
    """
    groups = sorted({label.group or label.id for _, label in rows})
    if folds < 2 or len(groups) < folds:
        raise ValueError(f"{folds} folds need at least as many groups of articles; there are {len(groups)}")
    start = dict(watch.weights)
    if flat:
        start |= {name: math.copysign(2.0, weight) for name, weight in WEIGHTS.items() if name not in _FIXED}
    fold_of = {group: number % folds for number, group in enumerate(groups)}
    engine = compile_watch(replace(watch, weights=tuple(start.items())))
    read = [file_given(engine, given) for given, _ in rows]
    labels = [label for _, label in rows]
    unseen: list[Predicted] = [Predicted(NONE)] * len(rows)
    for fold in range(folds):
        inside = [n for n, label in enumerate(labels) if fold_of[label.group or label.id] != fold]
        weights = _fit([(read[n], labels[n]) for n in inside], start, engine.story.weights)
        fitted = compile_watch(replace(watch, weights=tuple(weights.items())))
        for n in sorted(set(range(len(rows))) - set(inside)):
            unseen[n] = predicted(file_given(fitted, rows[n][0]))
    weights = _fit(list(zip(read, labels, strict=True)), start, engine.story.weights)
    fitted = compile_watch(replace(watch, weights=tuple(weights.items())))
    return Tuned(
        {name: weight for name, weight in weights.items() if weight != WEIGHTS.get(name)},
        score(labels, [predicted(filing) for filing in read]),
        score(labels, [predicted(file_given(fitted, given)) for given, _ in rows]),
        score(labels, unseen),
    )


def _fit(
    examples: Sequence[tuple[Filing, Labelled]], start: Mapping[str, float], used: Mapping[str, float]
) -> dict[str, float]:
    """The weights after fitting; those that did not move are those of `start`."""
    sheets = [_sums(filing) for filing, _ in examples]
    labels = [label for _, label in examples]
    stretch = dict.fromkeys(
        sorted({name for sheet in sheets for signs in sheet.values() for name in signs} - {"signature"} - _FIXED), 1.0
    )
    best = _loss(sheets, labels, stretch, used)
    for _ in range(_MOST_ROUNDS):
        moved = False
        for name in stretch:
            for step in _STEPS:
                tried = stretch | {name: stretch[name] * step}
                loss = _loss(sheets, labels, tried, used)
                if loss < best - 1e-6:
                    best, stretch, moved = loss, tried, True
        if not moved:
            break
    return dict(start) | {name: round(used[name] * by, 2) for name, by in stretch.items() if by != 1.0 and name in used}


def _sums(filing: Filing) -> dict[str, dict[str, float]]:
    """For each trip what each sign adds up to."""
    sheet: dict[str, dict[str, float]] = {}
    for each in filing.scores:
        signs = sheet.setdefault(each.trip_id, {})
        for item in each.evidence:
            signs[item.signal] = signs.get(item.signal, 0.0) + item.weight
    return sheet


def _loss(
    sheets: Sequence[Mapping[str, Mapping[str, float]]],
    labels: Sequence[Labelled],
    stretch: Mapping[str, float],
    used: Mapping[str, float],
) -> float:
    """How far all articles are from being filed right with room to spare, and the weights from their beginning."""
    loss = _PULL * sum(abs(math.log(by)) for by in stretch.values())
    for sheet, label in zip(sheets, labels, strict=True):
        scores = {
            trip: sum(value * stretch.get(name, 1.0) for name, value in signs.items()) for trip, signs in sheet.items()
        }
        rights = {label.trip, *label.accept}
        ahead = [_room(scores, trip, used) for trip in rights]
        loss += max(0.0, _SAFE - max(ahead)) / len(sheets) * 10
    return loss


def _room(scores: Mapping[str, float], trip: str, used: Mapping[str, float]) -> float:
    """By how much this is the decision; negative by how much it is not."""
    ranked = sorted(scores.values(), reverse=True)
    if trip == NONE:
        clear = ranked[0] - ranked[1] - used["margin"] if len(ranked) > 1 else math.inf
        return max(used["file"] - ranked[0], -clear) if ranked else math.inf
    own = scores.get(trip, 0.0)
    rival = max((value for name, value in scores.items() if name != trip), default=-math.inf)
    return min(own - used["file"], own - rival - used["margin"])
