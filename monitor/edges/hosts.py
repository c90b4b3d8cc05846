"""What is remembered of each host: whose turn it is and pauses for this run, wishes and robots.txt beyond it."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from monitor.edges.answers import RETRY_MOST
from monitor.edges.robots import AGAIN_SECONDS, KEPT_SECONDS, Rules, read_robots
from monitor.errors import FetchError
from monitor.model import HostMemory, RobotsFile

MOST_HOSTS = 4096
# From the name and port of a host to what is kept of it.
Recall = Callable[[str], HostMemory | None]


def system_now() -> datetime:
    """The time of day, which outlives a run as the monotonic clock does not."""
    return datetime.now(UTC)


def nothing_kept(place: str) -> None:
    """No memory from earlier runs."""


class Host:
    """One host and port. Times are seconds on the monotonic clock, those with a date apart.

    `busy`: requests that hold or await a turn; `warm`: the last one went well, so that its connection may be open;
    `file`: its robots.txt as it last came, at `file_at`; `news`: there is something to keep for the next run.
    """

    __slots__ = (
        "busy", "closed_until", "file", "file_at", "free_at", "news", "robots_turn", "rules", "rules_until", "turn",
        "warm",
    )  # fmt: skip

    def __init__(self, kept: HostMemory | None, now: datetime) -> None:
        self.turn = asyncio.Lock()
        self.robots_turn = asyncio.Lock()
        self.busy = 0
        self.warm = False
        self.news = False
        self.free_at = 0.0
        self.closed_until = 0.0
        self.rules: Rules | FetchError | None = None
        self.rules_until = 0.0
        self.file: RobotsFile | None = None
        self.file_at: datetime | None = None
        if kept is not None:
            self._recall(kept, now)

    def _recall(self, kept: HostMemory, now: datetime) -> None:
        if kept.closed_until is not None:
            # A clock that was set back must not close it for longer than anybody may ask.
            self.closed_until = time.monotonic() + min((kept.closed_until - now).total_seconds(), RETRY_MOST)
        self.file, self.file_at = kept.robots, kept.robots_at
        if self.file is not None and self.file_at is not None:
            left = KEPT_SECONDS - (now - self.file_at).total_seconds()
            if 0 < left <= KEPT_SECONDS:
                self.rules, self.rules_until = read_robots(self.file), time.monotonic() + left

    def keep(self, place: str, now: datetime) -> HostMemory:
        """What the next run ought to know."""
        left = self.closed_until - time.monotonic()
        until = now + timedelta(seconds=left) if left > 0 else None
        return HostMemory(place, until, self.file, self.file_at)

    def learn(self, rules: Rules | FetchError, now: datetime) -> Rules | FetchError:
        """What robots.txt says, or why it cannot be had, as of now; returns the same."""
        if isinstance(rules, Rules):
            self.file, self.file_at, self.news, kept = rules.file, now, True, KEPT_SECONDS
        else:
            kept = 0.0 if rules.reason == "wait" else AGAIN_SECONDS
        self.rules, self.rules_until = rules, time.monotonic() + kept
        return rules

    def close_for(self, seconds: float) -> None:
        """It asks to be left alone so long."""
        self.closed_until, self.news = time.monotonic() + seconds, True

    def refuse_while_closed(self, url: str) -> None:
        """Raises FetchError with reason "wait" while the host wants to be left alone."""
        left = self.closed_until - time.monotonic()
        if left > 0:
            message = f"the server asked to be left alone; that holds for another {_period(left)}"
            raise FetchError(message, url=url, reason="wait", retry_after=left)

    def known_rules(self) -> Rules | FetchError | None:
        """What robots.txt said, as long as that may be believed."""
        return self.rules if time.monotonic() < self.rules_until else None

    def in_use(self, now: float) -> bool:
        """Whether forgetting it would break a promise."""
        return self.busy > 0 or now < self.free_at or now < self.closed_until


class Hosts:
    """The hosts asked lately; of more than MOST_HOSTS, those are forgotten that were not asked for longest.

    `recall`: what earlier runs kept of a host, asked when it is first met.
    """

    def __init__(self, recall: Recall = nothing_kept, now: Callable[[], datetime] = system_now) -> None:
        self._hosts: OrderedDict[str, Host] = OrderedDict()
        self._recall = recall
        self.now = now

    def __len__(self) -> int:
        return len(self._hosts)

    def at(self, place: str) -> Host:
        """The host's memory, made when it is first asked."""
        host = self._hosts.get(place)
        if host is None:
            host = self._hosts[place] = Host(self._recall(place), self.now())
            if len(self._hosts) > MOST_HOSTS:
                self._forget(host)
        else:
            self._hosts.move_to_end(place)
        return host

    def hand_over(self, keep: Callable[[tuple[HostMemory, ...]], None]) -> None:
        """Give `keep` what there is to keep for the next run, once; what it raises leaves that for another time."""
        now = self.now()
        news = [(place, host) for place, host in self._hosts.items() if host.news]
        keep(tuple(host.keep(place, now) for place, host in news))
        for _, host in news:
            host.news = False

    def _forget(self, new: Host) -> None:
        now = time.monotonic()
        oldest = [place for place, host in self._hosts.items() if host is not new and not host.in_use(now)]
        # Where all wait for something, wishes are forgotten before turns.
        oldest = oldest or [place for place, host in self._hosts.items() if host is not new and not host.busy]
        for place in oldest[: MOST_HOSTS // 16]:
            del self._hosts[place]


def _period(seconds: float) -> str:
    return f"{seconds / 3600:.0f} h" if seconds >= 2 * 3600 else f"{max(seconds / 60, 1):.0f} min"
