"""Average linkage: beside the plain way of doing it, and from a part of all links beside all at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import DAY, HOUR, NOW

from monitor.model import Member, Pair, Story, Verdict, Watch
from monitor.pipeline.gathering import gather_stories
from monitor.stages.linkage import Text, components, crowding, joined
from monitor.stages.stories import gather
from monitor.stages.story import LEAST_ALIKE, WINDOW

SIZE = 7
BORDER = 0.21
WATCH = Watch("A strike", "strike", one_event=BORDER)
pairs_of_texts = st.dictionaries(
    st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)).filter(lambda pair: pair[0] < pair[1]),
    st.integers(150, 900).map(lambda share: share / 1000),
)
some_texts = st.lists(
    st.builds(
        Text,
        st.integers(0, 60).map(lambda share: share / 1000),
        st.sampled_from([None, NOW, NOW - 20 * HOUR, NOW - 36 * HOUR, NOW - 50 * HOUR, NOW - 90 * HOUR]),
    ),
    min_size=SIZE,
    max_size=SIZE,
)


def comparable(one: Text, two: Text) -> bool:
    return not (one.at and two.at) or abs(one.at - two.at) <= WINDOW


def plainly(texts: Sequence[Text], alike: Mapping[tuple[int, int], float]) -> list[int]:
    """The closest two sets again and again, each time all compared."""
    size = len(texts)
    sets = [frozenset({at}) for at in range(size)]

    def closeness(one: frozenset[int], two: frozenset[int]) -> float:
        every = [
            alike.get((min(a, b), max(a, b)), LEAST_ALIKE) - texts[a].crowded - texts[b].crowded
            for a in one
            for b in two
            if comparable(texts[a], texts[b])
        ]
        return sum(every) / len(every) if every else 0.0

    while True:
        found = [
            (-closeness(one, two), min(one), min(two))
            for at, one in enumerate(sets)
            for two in sets[at + 1 :]
            if closeness(one, two) >= BORDER
        ]
        if not found:
            return [min(next(each for each in sets if at in each)) for at in range(size)]
        _, first, second = min(found)
        one, two = (next(each for each in sets if min(each) == least) for least in (first, second))
        sets = sorted([*(each for each in sets if each not in (one, two)), one | two], key=min)


class TestJoined:
    @given(pairs_of_texts, some_texts)
    def test_is_what_the_plain_way_gives(self, alike: dict[tuple[int, int], float], texts: list[Text]) -> None:
        # A little of its own for each pair: which of two that are as close comes first is not the point.
        alike = {pair: how + 1e-6 * (pair[0] * 131 + pair[1] * 17) for pair, how in alike.items()}
        assert joined(range(SIZE), dict(enumerate(texts)), alike, BORDER) == plainly(texts, alike)

    @given(pairs_of_texts, some_texts, st.lists(st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1))))
    def test_keeps_together_what_is_bound(
        self, alike: dict[tuple[int, int], float], texts: list[Text], bound: list[tuple[int, int]]
    ) -> None:
        begun = components(SIZE, bound)
        assert [begun[one] for one, _ in bound] == [begun[two] for _, two in bound]
        found = joined(begun, dict(enumerate(texts)), alike, BORDER)
        assert all(found[one] == found[two] for one, two in bound)
        assert all(found[root] == root <= at for at, root in enumerate(found))

    def test_counts_the_nearest_neighbours_only(self) -> None:
        assert crowding([]) == crowding([0.1, LEAST_ALIKE]) == 0
        assert crowding([0.5] * 20) == crowding([0.5] * 99) > crowding([0.5] * 19) > 0


class Shelf:
    """What `gather_stories` needs of a store."""

    def __init__(self) -> None:
        self.here: dict[str, Member] = {}
        self.pairs: list[Pair] = []
        self.changed: set[str] = set()
        self._last = 0

    def put(self, members: Sequence[Member], pairs: Sequence[Pair]) -> None:
        for each in members:
            self._last += 1
            self.here[each.article_id] = replace(each, story=self._last, report=each.article_id)
        self.pairs += pairs
        self.changed |= {end for pair in pairs for end in (pair.one, pair.two)}

    def take(self, pairs: Sequence[Pair]) -> None:
        self.pairs = [each for each in self.pairs if each not in pairs]
        self.changed |= {end for pair in pairs for end in (pair.one, pair.two)}

    def loose(self) -> tuple[str, ...]:
        return tuple(sorted(self.changed))

    def members(self, article_ids: Collection[str]) -> tuple[Member, ...]:
        of = {self.here[each].story for each in article_ids}
        return tuple(each for each in self.here.values() if each.story in of)

    def links(self, article_ids: Collection[str]) -> tuple[Pair, ...]:
        return tuple(each for each in self.pairs if each.one in article_ids or each.two in article_ids)

    def keep_stories(self, stories: Sequence[Story]) -> None:
        left = {each.article_id for each in self.members([m.article_id for story in stories for m in story.members])}
        assert left == {each.article_id for story in stories for each in story.members}
        for story in stories:
            number = story.id
            if not number:
                self._last += 1
                number = self._last
            for each in story.members:
                self.here[each.article_id] = replace(each, story=number)
        self.changed.clear()

    def sets(self) -> set[tuple[frozenset[str], frozenset[str]]]:
        """The articles of each story, with their reports."""
        found: dict[int, list[Member]] = {}
        for each in self.here.values():
            found.setdefault(each.story, []).append(each)
        return {
            (frozenset(m.article_id for m in among), frozenset(m.article_id + m.report for m in among))
            for among in found.values()
        }


NUMBERS = range(14)
every_pair = st.lists(
    st.tuples(
        st.sampled_from(NUMBERS), st.sampled_from(NUMBERS),
        st.sampled_from([Verdict.NEW] * 6 + [Verdict.REWRITE, Verdict.COPY]), st.integers(150, 700),
    ),
    max_size=40,
    unique_by=lambda row: (min(row[:2]), max(row[:2])),
).map(
    lambda rows: [
        Pair(f"a{max(one, two):02}", f"a{min(one, two):02}", kind, how / 1000)
        for one, two, kind, how in rows
        if one != two
    ]
)  # fmt: skip


def article(number: int) -> Member:
    name = f"a{number:02}"
    # Over four days: some are too far apart to be compared, or to be one story.
    return Member(name, name, name, "T", f"Paper {number}", NOW - 5 * DAY + 8 * number * HOUR, NOW, "t1", 300, 0)


class TestGathering:
    @settings(max_examples=200)
    @given(every_pair, st.permutations(NUMBERS), st.integers(1, 5), st.data())
    def test_a_part_at_a_time_gives_what_all_at_once_does(
        self, pairs: list[Pair], order: list[int], at_once: int, data: st.DataObject
    ) -> None:
        shelf, come = Shelf(), set[str]()
        for start in range(0, len(order), at_once):
            fresh = [article(number) for number in order[start : start + at_once]]
            before = set(come)
            come |= {each.article_id for each in fresh}
            shelf.put(
                fresh, [pair for pair in pairs if {pair.one, pair.two} <= come and not {pair.one, pair.two} <= before]
            )
            gather_stories(shelf, WATCH)
        whole = Shelf()
        whole.put([article(number) for number in NUMBERS], pairs)
        gather_stories(whole, WATCH)
        assert shelf.sets() == whole.sets()
        # And so does taking some of the links away.
        if pairs:
            gone = data.draw(st.lists(st.sampled_from(pairs), unique_by=lambda pair: (pair.one, pair.two)))
            shelf.take(gone)
            gather_stories(shelf, WATCH)
            rest = Shelf()
            rest.put([article(number) for number in NUMBERS], [pair for pair in pairs if pair not in gone])
            gather_stories(rest, WATCH)
            assert shelf.sets() == rest.sets()

    def test_only_what_may_be_concerned_is_asked_for(self) -> None:
        shelf = Shelf()
        shelf.put([article(number) for number in range(6)], [Pair("a01", "a00", Verdict.NEW, 0.5)])
        gather_stories(shelf, WATCH)
        shelf.put([article(6)], [Pair("a06", "a05", Verdict.NEW, 0.2)])
        kept: list[Sequence[Story]] = []
        shelf.keep_stories = kept.append  # type: ignore[method-assign,assignment]
        gather_stories(shelf, WATCH)
        assert {each.article_id for story in kept[0] for each in story.members} == {"a05", "a06"}

    def test_what_is_gathered_is_what_its_links_make(self) -> None:
        members = [article(0), article(1)]
        (story,) = gather(members, [Pair("a01", "a00", Verdict.NEW, 0.5)], BORDER)
        assert [each.report for each in story.members] == ["a00", "a01"]
