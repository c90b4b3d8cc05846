"""Stories: the articles on one event, which of them are one report, and what they say of its origin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.compared import Verdict


@dataclass(frozen=True, slots=True)
class Origin:
    """The news agency that a text names as where it is from: "Reuters"; "agencies" where it names none of them.

    `part`: it gave some of the text only ("AFP contributed").
    """

    agency: str
    part: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """What an article was found to be beside another one, filed before: a COPY, UPDATE or REWRITE of one report, or a
    report of its own (NEW). `alike`: how alike they are in their words, names and figures, 0 where nobody asked.
    """

    other: str
    kind: Verdict
    alike: float = 0.0


@dataclass(frozen=True, slots=True)
class Pair:
    """A link between two articles, by their ids; it says the same either way round."""

    one: str
    two: str
    kind: Verdict
    alike: float = 0.0


@dataclass(frozen=True, slots=True)
class Member:
    """An article as its story needs it. `words`: how long its text is; `story`: the row that it stands in by now;
    `report`: those of a story with the same one are copies, updates or rewrites of each other.
    """

    article_id: str
    canonical: str
    url: str
    title: str
    outlet: str
    published: datetime | None
    fetched_at: datetime
    trip: str
    words: int
    story: int
    verdict: Verdict = Verdict.NEW
    origin: Origin | None = None
    report: str = ""

    @property
    def at(self) -> datetime:
        """When it was published, as far as that can be believed: no page was published after it was read."""
        return min(self.published or self.fetched_at, self.fetched_at)


@dataclass(frozen=True, slots=True)
class Story:
    """The articles on one event. `members`: in order of publication; `leader`: the earliest of the full ones."""

    id: int
    leader: Member
    members: tuple[Member, ...]

    @property
    def outlets(self) -> tuple[str, ...]:
        """Who carries it, in order of publication."""
        return tuple(dict.fromkeys(member.outlet for member in self.members))

    @property
    def origin(self) -> Origin | None:
        """Where the leader's report is from: what the leader says, else the earliest of that report which says so; the
        whole text before a part."""
        told = (self.leader, *(member for member in self.members if member.report == self.leader.report))
        stated = [member.origin for member in told if member.origin]
        return min(stated, key=lambda origin: origin.part, default=None)
