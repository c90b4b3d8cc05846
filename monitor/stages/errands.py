"""What the pipeline has done in worker processes. Pure.

A stage is imported with its first errand: the process that only sends them needs none of the parsers.
"""

from __future__ import annotations

import pickle
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.model import Watch

if TYPE_CHECKING:
    # Their signatures are the stages' own.
    from monitor.stages.leads import read_offer
    from monitor.stages.prepare import read_prepared
else:

    def read_offer(*args, **named):
        """See `leads.read_offer`."""
        from monitor.stages.leads import read_offer as read  # noqa: PLC0415

        return read(*args, **named)

    def read_prepared(*args, **named):
        """See `prepare.read_prepared`."""
        from monitor.stages.prepare import read_prepared as read  # noqa: PLC0415

        return read(*args, **named)


def packed(watch: Watch) -> bytes:
    """What a worker needs of the watch, as `read_prepared` takes it: made once for all pages, and small, as it goes
    along with each of them. The sources, its larger part, are not in it."""
    return zlib.compress(pickle.dumps(replace(watch, sources=())))


__all__ = ["packed", "read_offer", "read_prepared"]
