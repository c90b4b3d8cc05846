"""What is remembered of each host while the program runs: whose turn it is, pauses, wishes, robots.txt."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict

from monitor.edges.robots import Rules
from monitor.errors import FetchError

MOST_HOSTS = 4096


class Host:
    """One host and port. Times are seconds on the monotonic clock.

    `busy`: requests that hold or await a turn; `warm`: the last one went well, so that its connection may be open.
    """

    __slots__ = ("busy", "closed_until", "free_at", "robots_turn", "rules", "rules_until", "turn", "warm")

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.robots_turn = asyncio.Lock()
        self.busy = 0
        self.warm = False
        self.free_at = 0.0
        self.closed_until = 0.0
        self.rules: Rules | FetchError | None = None
        self.rules_until = 0.0

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
    """The hosts asked lately; of more than MOST_HOSTS, those are forgotten that were not asked for longest."""

    def __init__(self) -> None:
        self._hosts: OrderedDict[str, Host] = OrderedDict()

    def __len__(self) -> int:
        return len(self._hosts)

    def at(self, place: str) -> Host:
        """The host's memory, made when it is first asked."""
        host = self._hosts.get(place)
        if host is None:
            host = self._hosts[place] = Host()
            if len(self._hosts) > MOST_HOSTS:
                self._forget(host)
        else:
            self._hosts.move_to_end(place)
        return host

    def _forget(self, new: Host) -> None:
        now = time.monotonic()
        oldest = [place for place, host in self._hosts.items() if host is not new and not host.in_use(now)]
        # Where all wait for something, wishes are forgotten before turns.
        oldest = oldest or [place for place, host in self._hosts.items() if host is not new and not host.busy]
        for place in oldest[: MOST_HOSTS // 16]:
            del self._hosts[place]


def _period(seconds: float) -> str:
    return f"{seconds / 3600:.0f} h" if seconds >= 2 * 3600 else f"{max(seconds / 60, 1):.0f} min"
