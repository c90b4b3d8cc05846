"""Notices to chat and push services through apprise, an optional extra."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.errors import DeliveryError
from monitor.model import Delivery


class NotifyChannel:
    """`ports.Channel` over apprise. `services`: address by name; the addresses hold secrets and are never shown."""

    name = "notify"

    def __init__(self, services: Mapping[str, str]) -> None:
        self._services = services

    def deliver(self, delivery: Delivery, accepted: Callable[[], None]) -> None:
        """See `ports.Channel`. Repeating it repeats the notice: these services know no Message-ID."""
        try:
            from apprise import Apprise  # noqa: PLC0415 - an extra that most do without
        except ImportError as error:
            raise DeliveryError(
                "MONITOR_NOTIFY is set but apprise is not installed; pip install 'monitor[notify]'",
                permanent=False, everybody=True,
            ) from error  # fmt: skip
        address = self._services.get(delivery.to)
        if address is None:
            raise DeliveryError(f'there is no "{delivery.to}" in MONITOR_NOTIFY any more', permanent=False)
        service = Apprise()
        if not service.add(address):
            raise DeliveryError("its address in MONITOR_NOTIFY is none that apprise knows", permanent=False)
        title, _, body = delivery.payload.decode().partition("\n")
        try:
            good = service.notify(title=title, body=body, body_format="text")
        except Exception as error:
            # What its many services raise is theirs; the text may hold the address.
            raise DeliveryError(f"failed ({type(error).__name__})", permanent=False) from None
        if not good:
            raise DeliveryError("the service did not take it", permanent=False)
        accepted()
