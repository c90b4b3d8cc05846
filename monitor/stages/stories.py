"""Which articles are one story: the components that verified links make within one trip and a window of time. Pure.

A link is a fact about two texts, and a set is all that such facts connect; so neither depends on the order in which
articles came. Union and find with path halving (Tarjan and van Leeuwen 1984).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.model import Carried, Member, Origin, Pair, Story, Verdict

# So far apart two texts are still one report; what comes later is a report of its own, whatever it repeats.
# How close a report in other words has to be, `stages/story.py` asks already.
WINDOW = timedelta(days=4)
# A member that is this long, in units of the longest, tells the report in full; shorter ones are first flashes.
FULL = 0.5


def binds(one: Member, two: Member) -> bool:
    """Whether a link between these two makes them one story: the same trip, and about the same time."""
    near = not (one.published and two.published) or abs(one.at - two.at) <= WINDOW
    return one.trip == two.trip and near


def gather(members: Sequence[Member], pairs: Iterable[Pair]) -> tuple[Story, ...]:
    """The stories that these articles are, each article in one of them, in order of their first members.

    That a text retells another one counts where it was not found to be a copy or an update of an earlier one. A story
    has the smallest number (`Member.story`) that its members had and no earlier story here took, 0 where it
    needs one. Pairs with an article that is not among the members say nothing.
    """
    by_id = {member.article_id: member for member in members}
    roots = {article_id: article_id for article_id in by_id}

    def root(article_id: str) -> str:
        while roots[article_id] != article_id:
            roots[article_id] = roots[roots[article_id]]
            article_id = roots[article_id]
        return article_id

    bound: list[tuple[Verdict, Member, Member]] = []
    for pair in pairs:
        one, two = by_id.get(pair.one), by_id.get(pair.two)
        if one and two and binds(one, two):
            first, later = sorted((one, two), key=_order)
            bound.append((pair.kind, first, later))
    # An edited text belongs to what it was edited from, whatever else it sounds like.
    edited = {later.article_id for kind, _, later in bound if kind is not Verdict.REWRITE}
    for kind, first, later in bound:
        if kind is not Verdict.REWRITE or later.article_id not in edited:
            roots[root(first.article_id)] = root(later.article_id)
    sets: dict[str, list[Member]] = {}
    for member in sorted(members, key=_order):
        sets.setdefault(root(member.article_id), []).append(member)
    taken: set[int] = set()
    stories = []
    for among in sets.values():
        number = min((member.story for member in among if member.story and member.story not in taken), default=0)
        taken.add(number)
        stories.append(Story(number, lead(among), tuple(among)))
    return tuple(stories)


def lead(members: Sequence[Member]) -> Member:
    """The earliest of those that tell the report in full."""
    full = FULL * max(member.words for member in members)
    return min((member for member in members if member.words >= full), key=_order)


def _order(member: Member) -> tuple[datetime, bool, str]:
    # At the same time a copy comes after what it is a copy of.
    return member.at, member.verdict is Verdict.COPY, member.canonical


def carried(story: Story) -> Carried | None:
    """Who has the report, as a digest keeps it; None where one outlet has it and names no agency."""
    origin = story.origin or Origin("")
    if len(story.outlets) == 1 and not origin.agency:
        return None
    return Carried(story.outlets, story.leader.outlet, origin.agency, origin.part)


def by_article(stories: Iterable[Story]) -> Mapping[str, Story]:
    """The story of each article."""
    return {member.article_id: story for story in stories for member in story.members}
