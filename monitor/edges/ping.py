"""Pings to a dead man's switch: a service that raises the alarm when they stop coming."""

from __future__ import annotations

import logging

log = logging.getLogger("monitor")
SECONDS = 5.0


def ping(address: str) -> bool:
    """One GET; whether it was answered well. Nothing that goes wrong leaves it: a run is worth more than its ping."""
    if not address:
        return True
    import httpx  # noqa: PLC0415 - most runs ping nobody

    try:
        answer = httpx.get(address, timeout=SECONDS, trust_env=True)
        good = answer.is_success
        said = f"HTTP status {answer.status_code}"
    except Exception as error:
        good, said = False, type(error).__name__
    if not good:
        # The address is as good as a password; its host says enough.
        log.warning("the ping to %s failed: %s", address.split("/")[2] if "//" in address else "its service", said)
    return good
