"""What the pipeline has done in worker processes. Pure.

A stage is imported with its first errand: the process that only sends them needs none of the parsers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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


__all__ = ["read_offer", "read_prepared"]
