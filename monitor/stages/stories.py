"""Which articles are one story: what verified links make of them within one trip and a window of time. Pure.

A link is a fact about two texts, and the sets follow from all of them; so neither depends on the order in which
articles came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import Carried, Member, Origin, Pair, Story, Verdict
from monitor.stages.linkage import Text, components, crowding, joined

# So far apart two texts are still one report; what comes later is a report of its own, whatever it repeats.
# How close a report in other words has to be, `stages/story.py` asks already.
WINDOW = timedelta(days=4)
# A member that is this long, in units of the longest, tells the report in full; shorter ones are first flashes.
FULL = 0.5


def binds(one: Member, two: Member) -> bool:
    """Whether a link between these two makes them one story: the same trip, and about the same time."""
    near = not (one.published and two.published) or abs(one.at - two.at) <= WINDOW
    return one.trip == two.trip and near


def gather(members: Sequence[Member], pairs: Iterable[Pair], one_event: float) -> tuple[Story, ...]:
    """The stories that these articles are, each article in one of them, in order of their first members.

    Copies and updates of each other are one text. A text that was found to retell another is one report with it, unless
    it was found to be edited from an earlier one. Reports that are alike enough (`linkage`) are one story. A story has
    the smallest number (`Member.story`) that its members had and no earlier story here took, 0 where it needs one.

    `pairs`: all links of these articles. With an article that is not among them one says only how crowded it is.
    `one_event`: see `Watch`.
    """
    pairs = tuple(pairs)
    ordered = sorted(members, key=_order)
    place = {member.article_id: at for at, member in enumerate(ordered)}
    bound: list[tuple[Pair, int, int]] = []
    for pair in pairs:
        if pair.one in place and pair.two in place:
            first, later = sorted((place[pair.one], place[pair.two]))
            if binds(ordered[first], ordered[later]):
                bound.append((pair, first, later))
    one_text = [(first, later) for pair, first, later in bound if pair.kind in _EDITED]
    texts = components(len(ordered), one_text)
    # An edited text belongs to what it was edited from, whatever else it sounds like.
    edited = {later for _, later in one_text}
    alike: dict[tuple[int, int], float] = {}
    retold: list[tuple[int, int]] = []
    for pair, first, later in bound:
        one, two = sorted((texts[first], texts[later]))
        if one != two and later not in edited:
            alike[one, two] = max(pair.alike, alike.get((one, two), 0.0))
            if pair.kind is Verdict.REWRITE:
                retold.append((one, two))
    reports = components(len(ordered), [*one_text, *retold])
    around: list[list[float]] = [[] for _ in ordered]
    for pair in pairs:
        for end in (pair.one, pair.two):
            if end in place:
                around[place[end]].append(pair.alike)
    crowded = dict.fromkeys(texts, 0.0)
    for text, near in zip(texts, around, strict=True):
        crowded[text] = max(crowded[text], crowding(near))
    written = {text: Text(most, ordered[text].published) for text, most in crowded.items()}
    sets: dict[int, list[Member]] = {}
    for member, report, event in zip(ordered, reports, joined(reports, written, alike, one_event), strict=True):
        sets.setdefault(event, []).append(replace(member, report=ordered[report].article_id))
    taken: set[int] = set()
    stories = []
    for among in sets.values():
        number = min((member.story for member in among if member.story and member.story not in taken), default=0)
        taken.add(number)
        stories.append(Story(number, lead(among), tuple(among)))
    return tuple(stories)


_EDITED = (Verdict.COPY, Verdict.UPDATE)


def lead(members: Sequence[Member]) -> Member:
    """The earliest of those that tell the report in full."""
    full = FULL * max(member.words for member in members)
    return min((member for member in members if member.words >= full), key=_order)


def _order(member: Member) -> tuple[datetime, bool, str]:
    # At the same time a copy comes after what it is a copy of.
    return member.at, member.verdict is Verdict.COPY, member.canonical


def carried(story: Story, article_id: str) -> Carried | None:
    """Who has an article's report, as a digest keeps it; None where one outlet has the story and names no agency."""
    report = next(member.report for member in story.members if member.article_id == article_id)
    told = tuple(member for member in story.members if member.report == report)
    among = Story(story.id, story.leader if story.leader in told else lead(told), told)
    origin, others = among.origin or Origin(""), len({*story.outlets} - {*among.outlets})
    if len(among.outlets) == 1 and not origin.agency and not others:
        return None
    return Carried(among.outlets, among.leader.outlet, origin.agency, origin.part, others)


def by_article(stories: Iterable[Story]) -> Mapping[str, Story]:
    """The story of each article."""
    return {member.article_id: story for story in stories for member in story.members}
