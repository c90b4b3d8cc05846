"""A digest as a short notice for chat and push services: a title, and as much of the text as they take. Pure."""

from __future__ import annotations

from monitor.model import Digest, NewDelivery
from monitor.stages.letter import subject_line
from monitor.stages.render import render

# Characters; the services cut at 4,000 or later.
MOST = 3500


def write_notice(digest: Digest, name: str) -> NewDelivery:
    """The notice for the service of this name, as a delivery for the outbox: the first line is its title."""
    text = render(digest, "txt")
    if len(text) > MOST:
        text = text[:MOST].rpartition("\n")[0] + f"\n… the rest stands in digest {digest.name}\n"
    return NewDelivery("notify", name, f"{subject_line(digest)}\n{text}".encode())
