"""What the store tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from monitor.edges.store import SqlStore
from monitor.model import Lead, SourceState

MakeStore = Callable[[], SqlStore]


def visit(store: SqlStore, state: SourceState, leads: Iterable[Lead], *, first: bool = False) -> int:
    """A source's state and leads in one transaction, as a visit saves them; returns how many leads were not known."""
    with store.batch():
        fresh = store.add_leads(leads, first=first)
        store.save_state(state)
    return fresh
