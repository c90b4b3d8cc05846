"""What the store tests share."""

from __future__ import annotations

from collections.abc import Callable

from monitor.edges.store import SqlStore

MakeStore = Callable[[], SqlStore]
