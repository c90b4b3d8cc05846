"""For every test: servers on loopback may be asked; at the end, how much hostile input was tried."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

os.environ.setdefault("MONITOR_ALLOW_ADDRESSES", "127.0.0.0/8,::1/128")

# As commands do; MONITOR_TEST_LOOP=asyncio tries what Windows has.
if os.environ.get("MONITOR_TEST_LOOP") != "asyncio":
    with contextlib.suppress(ImportError):
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """One line: the cases of tests/test_hostile*.py and the rows (classes) that they stand for."""
    ran = [report.nodeid.split("::") for report in terminalreporter.stats.get("passed", ()) if report.when == "call"]
    hostile = [parts for parts in ran if "test_hostile" in parts[0] and len(parts) > 2]
    if hostile:
        rows = {parts[1] for parts in hostile}
        terminalreporter.write_line(f"hostile input: {len(hostile)} cases of {len(rows)} rows")
