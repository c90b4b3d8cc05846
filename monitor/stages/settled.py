"""A person's word on where an article belongs, put over what the rules say. Pure."""

from __future__ import annotations

from dataclasses import replace

from monitor.model import Decision, Filing, Settled, TopicHit, Watch


def by_hand(filing: Filing, settled: Settled | None, watch: Watch) -> Filing:
    """The filing as a person settled it, with the rules' scores; of a trip that is gone from the watch the rules'."""
    if settled is None:
        return filing if filing.settled is None else replace(filing, settled=None)
    if settled.trip and settled.trip not in {trip.id for trip in watch.trips}:
        return replace(filing, settled=settled)
    seen = {hit.topic_id: hit for hit in filing.topics}
    return replace(
        filing,
        decision=Decision.FILED if settled.trip else Decision.NONE,
        trip=settled.trip,
        mentioned=tuple(trip for trip in filing.mentioned if trip != settled.trip),
        # A topic that only the person saw has no evidence in the text.
        topics=filing.topics
        if settled.topics is None
        else tuple(seen.get(topic, TopicHit(topic, ())) for topic in settled.topics),
        reason="" if settled.trip else "settled by hand",
        settled=settled,
    )
