"""Reports of ours on a strike in a harbour, long enough to be edited."""

from __future__ import annotations

from monitor.model import KnownSentence
from monitor.text import read_sentences

REPORT = """\
The mediator left the harbour office on Tuesday night with a paper that both sides had read but not signed.
It would reopen two grain berths at Northquay for ten days while wages are discussed in a smaller circle.

Crane drivers had stopped work eleven days earlier, after a third roster in one spring moved their free Sundays.
Fourteen ships were waiting outside the breakwater by then, most of them with wheat for the bakeries inland.
The port authority put the cost at 3.5 million crowns a day and said that it could not go on into April.

A spokesman for the drivers called the paper a first step and asked to see the hours in writing before any vote.
He said that the members of all four depots would meet in the fish hall on Friday morning and decide there.
Nobody would be asked to cross a picket line until the count was over, he added outside the gate.

The transport minister thanked the mediator by telephone and promised to send two inspectors to the cranes.
Her ministry has so far refused to pay for the new brakes, which an engineer described as older than most drivers.
Grain traders warned that flour would run short in the hill towns unless the first ship was unloaded by Monday.

Tug crews, who belong to a union of their own, said that they would work normally but not tow for strangers.
The mediator wants to return on Thursday with a lawyer, a map of the berths and a new page about night work.
"""

FOLLOW_UP = """\
Members at all four depots voted by a narrow margin on Friday to send the mediator's paper back with eight changes.
The count in the fish hall took five hours, and the oldest depot rejected every page of it except the first.
An official of the drivers read the list from a trailer: shorter nights, a doctor on each quay, no roster before autumn.
Bakers in the hill towns began to sell by the half loaf, and the regional council opened a store of rye.
The minister flew home early from a fair abroad and called both sides to her office for Sunday evening.
Insurers raised their rates for the strait, which a broker blamed on drifting barges rather than on the dispute.

Crane drivers had stopped work eleven days earlier, after a third roster in one spring moved their free Sundays.
Her ministry has so far refused to pay for the new brakes, which an engineer described as older than most drivers.
"""

UNRELATED = """\
Gardeners in the botanical park counted forty-one flowers on the giant lily, more than in any summer on record.
Visitors queued round the glasshouse until midnight, and the director ordered a second boat for photographers.
The plant closes at dawn and turns pink before it sinks, a spectacle that lasts two nights at the very most.
"""


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text."""
    return text.strip().split("\n\n")


def known_from(text: str, article_id: str = "k1", outlet: str = "Tide Courier") -> list[KnownSentence]:
    """The text's sentences as known ones."""
    return [
        KnownSentence(article_id, sentence.index, sentence.text, sentence.words, outlet, None)
        for sentence in read_sentences(text)
    ]
