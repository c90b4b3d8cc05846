"""A recorded floor of quality: what the scores of a labelled file must not fall under. TOML text -> what fell. Pure."""

from __future__ import annotations

import tomllib

from monitor.stages.score import Report

_SCORES = ("trip_micro", "trip_macro", "none_f1", "topic_micro", "topic_macro")


def scores_of(report: Report) -> dict[str, float]:
    """The scores that a floor may name, and the number of articles."""
    return {
        "articles": report.rows,
        "trip_micro": report.trip_micro,
        "trip_macro": report.trip_macro,
        "none_f1": report.none.f1,
        "topic_micro": report.topic_micro,
        "topic_macro": report.topic_macro,
    }


def read_floor(text: str, file: str) -> dict[str, float]:
    """The floor in a TOML file; ValueError names a key or value that is none."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{file}: {error}") from error
    for name, value in data.items():
        if name not in ("articles", *_SCORES):
            raise ValueError(f"{file}: there is no score {name!r}; write one of articles, {', '.join(_SCORES)}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{file}: {name} must be a number")
    return {name: float(value) for name, value in data.items()}


def fallen(report: Report, floor: dict[str, float]) -> tuple[str, ...]:
    """Each score that is under its floor, in words. Scores are compared as they are shown, to four places."""
    scores = scores_of(report)
    return tuple(
        f"{name} is {scores[name]:.4g}, the floor is {least:.4g}"
        for name, least in floor.items()
        if round(scores[name], 4) < least
    )
