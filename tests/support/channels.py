"""A channel that keeps what it is given, or fails as it is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from monitor.errors import DeliveryError
from monitor.model import Delivery


class FakeChannel:
    """`failing`: recipient -> the errors of its next deliveries, in turn."""

    name = "fake"

    def __init__(self, **failing: list[DeliveryError]) -> None:
        self.failing = failing
        self.taken: list[Delivery] = []

    def deliver(self, delivery: Delivery, accepted: Callable[[], None]) -> None:
        """Take it or fail."""
        errors = self.failing.get(delivery.to.partition("@")[0], [])
        if errors:
            raise errors.pop(0)
        self.taken.append(delivery)
        accepted()


class FakeClock:
    """A clock that stands still until it is set."""

    def __init__(self, now: datetime) -> None:
        self.time = now

    def now(self) -> datetime:
        """The time it was set to."""
        return self.time
