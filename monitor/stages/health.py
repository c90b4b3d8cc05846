"""How a source fares: its own rhythm, its streaks, and what a person should be told of it. Pure.

A visit's facts and the old state go in, the new state comes out; nothing is ever given up silently.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from monitor.model import Source, SourceState

# A failing source is worth an alert after so many failures in a row, and a reminder each week after that; a digest
# that is made a little earlier than that of last week (or after the clocks changed) still reminds.
ALERT_AFTER = 3
REMIND_EVERY = timedelta(days=7) - timedelta(hours=6)
# Silence of so many usual gaps (and at least a day) is worth a word.
QUIET_GAPS = 3.0
LEAST_QUIET = timedelta(days=1)
# Weight of the newest value in the running means. What is the usual length is learnt slowly, so that articles that have
# shrunk are not taken for usual before anybody has read of it.
LEARN = 0.2
LEARN_LENGTH = 0.03
SHRUNK = 0.35
# So much of its pages without a text, and a source's pages are worth a word.
MOSTLY = 0.6
LEAST_WORDS = 120.0
MOVE_SIGHTINGS = 3
MOVE_SPAN = timedelta(hours=24)
# Each so many visits a source that has moved is asked at its old address: it may be back, or its url was changed.
MOVE_CHECK = 48
LONGEST_REST = timedelta(hours=24)
GONE_REST = timedelta(days=30)
OUTAGE_REST = timedelta(minutes=5)
LEAST_FOR_OUTAGE = 3
# Failures that may be ours as well as theirs.
OURS = frozenset({"connect", "timeout", "dns"})
NEVER_ASKED = frozenset({"address", "url"})


@dataclass(frozen=True, slots=True)
class Visit:
    """What one good answer showed. `items`, `dated`, `fresh`: leads offered, with a date, not known before.

    `fresh_for`: seconds for which the server says the answer holds; `moved_to`: where permanent redirects led.
    """

    items: int = 0
    dated: int = 0
    fresh: int = 0
    fresh_for: float = 0.0
    moved_to: str = ""
    note: str = ""


def well(state: SourceState, source: Source, visit: Visit, now: datetime, jitter: float) -> SourceState:
    """After an answer. `jitter`: 0..1, spreads the next visits over a tenth of the interval.

    It is not asked again while the answer holds: as the server says with it, or the feed in its <ttl>.
    """
    rest = max(source.every, timedelta(seconds=max(visit.fresh_for, state.ttl))) * (1 + 0.1 * jitter)
    recovered = now if state.gone or state.failures >= ALERT_AFTER else state.recovered_at
    state = replace(
        state,
        tried_at=now,
        ok_at=now,
        failing_since=None,
        failures=0,
        reason="",
        gone=False,
        recovered_at=recovered,
        due_at=now + rest,
        note=visit.note,
    )
    if visit.items:
        state = replace(state, undated=_mean(state.undated, 1 - visit.dated / visit.items, state.new_at is None))
    if visit.fresh:
        if state.new_at is not None:
            gap = (now - state.new_at) / timedelta(hours=1)
            state = replace(state, gap=_mean(state.gap, gap, state.gap == 0))
        state = replace(state, new_at=now)
    return _moved(state, visit, now)


def _mean(old: float, new: float, first: bool) -> float:
    return new if first else old + LEARN * (new - old)


def _moved(state: SourceState, visit: Visit, now: datetime) -> SourceState:
    """Permanent redirects count when they are the same three times over a day."""
    if not visit.moved_to:
        return replace(state, moved_to="", moved_since=None, moved_seen=0) if state.moved_seen else state
    if visit.moved_to != state.moved_to:
        return replace(state, moved_to=visit.moved_to, moved_since=now, moved_seen=1)
    return replace(state, moved_seen=state.moved_seen + 1)


def has_moved(state: SourceState, now: datetime) -> bool:
    """Whether the source's new address is believed."""
    return bool(
        state.moved_to
        and state.moved_since
        and state.moved_seen >= MOVE_SIGHTINGS
        and now - state.moved_since >= MOVE_SPAN
    )


def address(state: SourceState, source: Source, now: datetime) -> str:
    """Where to ask: at the new address of a source that has moved, and now and then, or when that fails, at the old."""
    turn = state.failures + (state.moved_seen % MOVE_CHECK == 0)
    return state.moved_to if has_moved(state, now) and turn % 2 == 0 else source.url


def unwell(
    state: SourceState, source: Source, now: datetime, reason: str, *, status: int | None, retry_after: float | None
) -> SourceState:
    """After a failure: keep the validators, double the rest up to a day, never stop trying; 410 rests a month."""
    gone = status == 410
    rest = source.every * 2 ** min(state.failures, 10)
    rest = GONE_REST if gone else min(rest, max(LONGEST_REST, source.every))
    if retry_after:
        rest = max(rest, timedelta(seconds=retry_after))
    return replace(
        state,
        tried_at=now,
        failing_since=state.failing_since or now,
        failures=state.failures + 1,
        reason=reason,
        gone=gone,
        due_at=now + rest,
    )


def left_alone(state: SourceState, now: datetime, wait: float) -> SourceState:
    """After its host's wish kept us from asking at all: neither an answer nor one more failure."""
    return replace(state, due_at=now + timedelta(seconds=wait))


def spared(state: SourceState, now: datetime) -> SourceState:
    """After an outage on our side: nobody is blamed, and the source is asked again soon."""
    return replace(state, tried_at=now, due_at=now + OUTAGE_REST)


def may_be_ours(reasons: Sequence[str], answered: int) -> bool:
    """Whether failures may be ours: somebody was asked, none answered, all for want of a connection.

    What we refused to ask says nothing of the network.
    """
    reasons = [reason for reason in reasons if reason not in NEVER_ASKED]
    return answered == 0 and bool(reasons) and all(reason in OURS for reason in reasons)


def is_outage(hosts: int, online: bool | None) -> bool:
    """Whether failures that may be ours are: our own look at the network says so, or their number does.

    `hosts`: how many different ones could not be reached; `online`: what our own look found, None for nothing.
    """
    return hosts >= LEAST_FOR_OUTAGE if online is None else not online


def read_pages(state: SourceState, reasons: Iterable[str]) -> SourceState:
    """The pages a source brought: why each one gave no text of its own, "" for one that did."""
    for reason in reasons:
        bare = state.bare + LEARN * (bool(reason) - state.bare)
        state = replace(state, bare=bare, bare_reason=reason or state.bare_reason)
    return state


def read_words(state: SourceState, words: Iterable[int]) -> SourceState:
    """The lengths of the articles a source brought: the usual one and the latest."""
    counts = list(words)
    if counts and not state.words:
        first = float(median(counts))
        state = replace(state, words=first, words_now=first)
    for count in counts:
        # The latest forgets fast, the usual slowly.
        usual = state.words + LEARN_LENGTH * (count - state.words)
        state = replace(state, words=usual, words_now=state.words_now + 0.6 * (count - state.words_now))
    return state


def alert_due(state: SourceState, alerted_at: datetime | None, now: datetime) -> bool:
    """Whether a failing source is to be pointed out: after N failures, or one that says "gone", then weekly."""
    if state.failures < ALERT_AFTER and not state.gone:
        return False
    if alerted_at is None or (state.failing_since and alerted_at < state.failing_since):
        return True
    return now - alerted_at >= REMIND_EVERY


def said_at(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Tuesday 20 Aug, 09:00; with its year where that is not this one."""
    local = moment.astimezone(zone)
    year = f" {local.year}" if local.year != now.astimezone(zone).year else ""
    return f"{local:%A %-d %b}{year}, {local:%H:%M}"


def describe(state: SourceState, source: Source, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """What a person should know, worst first; () for a source that is as it should be."""

    def at(moment: datetime | None) -> str:
        return said_at(moment, now, zone) if moment else "never"

    said = []
    if state.gone:
        said.append(
            f"gone (410) since {at(state.failing_since)}; looked at again {at(state.due_at)}; take it out or mend it"
        )
    elif state.failures:
        streak = "once" if state.failures == 1 else f"{state.failures} times in a row"
        last = f", last answer {at(state.ok_at)}" if state.ok_at else ", never answered yet"
        said.append(
            f"{state.reason}; failing since {at(state.failing_since)}, {streak}{last}; next try {at(state.due_at)}"
        )
    elif not_asked(state):
        said.append(f"could not be asked {at(state.tried_at)}: our own network was out")
    if has_moved(state, now):
        said.append(f"has moved to {state.moved_to}, which is read instead; change its url in watch.toml")
    quiet = _quiet(state, now)
    if quiet:
        said.append(quiet)
    if state.undated > 0.95 and state.new_at is not None:
        said.append("none of its items is dated")
    if state.bare > MOSTLY:
        said.append(f"its pages give no text, so the feed's summaries are read; the last one: {state.bare_reason}")
    elif state.words >= LEAST_WORDS and state.words_now < SHRUNK * state.words:
        said.append(
            f"its articles have shrunk to about {state.words_now:.0f} words from {state.words:.0f}: a paywall, perhaps"
        )
    if state.note:
        said.append(f"answers, but: {state.note}")
    return tuple(said)


def not_asked(state: SourceState) -> bool:
    """Whether it was not reached the last time and that was not its fault."""
    return bool(state.tried_at and not state.failures and (not state.ok_at or state.ok_at < state.tried_at))


def _quiet(state: SourceState, now: datetime) -> str:
    """ "Gone quiet", by the source's own rhythm."""
    if state.failures or state.new_at is None or state.gap <= 0:
        return ""
    # Up to its last answer: while we are off or without a network, nobody is silent.
    silent, usual = min(now, state.ok_at or now) - state.new_at, timedelta(hours=state.gap)
    if silent < max(QUIET_GAPS * usual, LEAST_QUIET):
        return ""
    often = f"every {_span(usual)}".replace("every 1 ", "every ")
    return f"answers, but has had nothing new for {_span(silent)}; usually something comes {often}"


def _span(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    if hours < 0.99:
        number, unit = max(1, round(hours * 60)), "minute"
    else:
        number, unit = (round(hours), "hour") if hours < 48 else (round(hours / 24), "day")
    return f"{number} {unit}" + "s" * (number != 1)
