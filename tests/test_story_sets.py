"""Which articles are one story: sets that no order of arrival changes, their leaders, and how that is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import DAY, HOUR, NOW

from monitor.model import Carried, Item, Member, Origin, Pair, Story, Verdict
from monitor.stages.escape import carried_by, carriers
from monitor.stages.stories import WINDOW, carried, gather

BORDER = 0.21
COPY, REWRITE, OWN = Verdict.COPY, Verdict.REWRITE, Verdict.NEW


def member(number: int, **changes: object) -> Member:
    """Article `number` of a paper of its own, `number` hours after the first."""
    name = f"a{number}"
    made = Member(
        name, f"https://{name}.example/", f"https://{name}.example/", "A report", f"Paper {number}",
        NOW - 3 * DAY + number * HOUR, NOW, "t1", 400, number + 1,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def sets(stories: Sequence[Story]) -> set[frozenset[str]]:
    return {frozenset(each.article_id for each in story.members) for story in stories}


def made(members: Sequence[Member], pairs: Sequence[Pair]) -> tuple[Story, ...]:
    return gather(members, pairs, BORDER)


def one(stories: Sequence[Story]) -> Story:
    (story,) = stories
    return story


class TestSets:
    def test_what_links_connect_is_one_story_and_all_else_stands_alone(self) -> None:
        members = [member(number) for number in range(6)]
        found = made(members, [Pair("a0", "a2", COPY), Pair("a4", "a2", COPY), Pair("a1", "a5", REWRITE)])
        assert sets(found) == {frozenset({"a0", "a2", "a4"}), frozenset({"a1", "a5"}), frozenset({"a3"})}

    def test_a_late_article_unites_two_stories(self) -> None:
        pairs = [Pair("a0", "a1", COPY), Pair("a2", "a3", COPY)]
        members = [member(number) for number in range(5)]
        assert len(made(members, pairs)) == 3
        assert len(made(members, [*pairs, Pair("a4", "a0", COPY), Pair("a4", "a3", COPY)])) == 1

    def test_articles_of_two_trips_are_two_stories(self) -> None:
        assert len(made([member(0), member(1, trip="t2")], [Pair("a1", "a0", COPY)])) == 2

    @pytest.mark.parametrize(("apart", "stories"), [(WINDOW, 1), (WINDOW + timedelta(minutes=1), 2)])
    def test_what_is_repeated_days_later_is_a_story_of_its_own(self, apart: timedelta, stories: int) -> None:
        early = member(0, published=NOW - apart)
        assert len(made([early, member(1, published=NOW)], [Pair("a1", "a0", COPY)])) == stories

    def test_without_a_date_the_texts_decide(self) -> None:
        assert len(made([member(0, published=None), member(1, published=NOW - 9 * DAY)], [Pair("a1", "a0", COPY)])) == 1

    def test_a_date_in_the_future_is_not_believed(self) -> None:
        assert len(made([member(0), member(1, published=NOW + 99 * DAY)], [Pair("a1", "a0", COPY)])) == 1

    def test_an_edited_text_belongs_to_what_it_was_edited_from_whatever_else_it_sounds_like(self) -> None:
        members = [member(number) for number in range(3)]
        pairs = [Pair("a2", "a1", COPY), Pair("a2", "a0", REWRITE)]
        assert sets(made(members, pairs)) == {frozenset({"a0"}), frozenset({"a1", "a2"})}

    def test_links_to_articles_that_are_not_here_say_nothing(self) -> None:
        assert len(made([member(0), member(1)], [Pair("a0", "a9", COPY), Pair("a9", "a1", COPY)])) == 2

    def test_stories_keep_their_numbers_and_what_splits_off_gets_a_new_one(self) -> None:
        members = [replace(member(number), story=7) for number in range(4)]
        assert [story.id for story in made(members, [Pair("a0", "a1", COPY), Pair("a2", "a3", COPY)])] == [7, 0]
        assert one(made([member(3), member(1)], [Pair("a3", "a1", COPY)])).id == 2


class TestTheLeader:
    def test_is_the_earliest(self) -> None:
        pairs = [Pair("a0", "a1", COPY), Pair("a1", "a2", COPY)]
        assert one(made([member(2), member(0), member(1)], pairs)).leader.article_id == "a0"

    def test_is_no_flash_of_two_lines(self) -> None:
        flash = member(0, words=40)
        assert one(made([flash, member(1), member(2, words=700)], [Pair("a0", "a1", COPY), Pair("a1", "a2", COPY)]))\
            .leader.article_id == "a1"  # fmt: skip

    def test_of_two_at_once_is_not_the_copy(self) -> None:
        same = [member(0, verdict=COPY, published=NOW), member(1, published=NOW)]
        assert one(made(same, [Pair("a0", "a1", COPY)])).leader.article_id == "a1"

    def test_of_two_at_once_is_the_same_one_always(self) -> None:
        both = [member(1, published=NOW), member(0, published=NOW)]
        assert one(made(both, [Pair("a0", "a1", COPY)])).leader.article_id == "a0"


NUMBERS = range(8)
links = st.lists(
    st.tuples(
        st.sampled_from(NUMBERS),
        st.sampled_from(NUMBERS),
        st.sampled_from([COPY, REWRITE, OWN, OWN]),
        st.sampled_from([0.0, 0.2, 0.25, 0.3, 0.45, 0.8]),
    ),
    max_size=16,
).map(lambda rows: [Pair(f"a{one}", f"a{two}", kind, alike) for one, two, kind, alike in rows if one != two])
articles = st.lists(
    st.tuples(st.sampled_from(["t1", "t1", "t2", ""]), st.sampled_from([0, 20, 90, 130]), st.sampled_from([40, 400])),
    min_size=len(NUMBERS), max_size=len(NUMBERS),
).map(lambda rows: [member(at, trip=trip, published=NOW - timedelta(hours=hours), words=words)
                    for at, (trip, hours, words) in enumerate(rows)])  # fmt: skip


class TestAnyOrder:
    @given(articles, links, st.permutations(NUMBERS), st.randoms(use_true_random=False))
    def test_gives_the_same_stories_with_the_same_leaders(
        self, members: list[Member], pairs: list[Pair], order: list[int], chance: object
    ) -> None:
        turned = [replace(pair, one=pair.two, two=pair.one) for pair in pairs]
        chance.shuffle(turned)  # type: ignore[attr-defined]
        found, again = made(members, pairs), made([members[at] for at in order], turned)
        assert [(story.leader, story.members) for story in found] == [(story.leader, story.members) for story in again]

    @given(articles, links, st.permutations(NUMBERS))
    def test_of_coming_one_after_the_other_gives_the_same_sets(
        self, members: list[Member], pairs: list[Pair], order: list[int]
    ) -> None:
        here: dict[str, Member] = {}
        for number, at in enumerate(order, 1):
            # Each comes into a story of its own; then stories are made of what is here.
            here[members[at].article_id] = replace(members[at], story=100 + number)
            stories = made(list(here.values()), pairs)
            numbers = [story.id or 200 + number for story in stories]
            assert len(set(numbers)) == len(numbers)
            here = {
                each.article_id: replace(each, story=given)
                for story, given in zip(stories, numbers, strict=True)
                for each in story.members
            }
        assert sets(stories) == sets(made(members, pairs))

    @given(articles, links)
    def test_leaves_each_article_in_one_story(self, members: list[Member], pairs: list[Pair]) -> None:
        found = [each.article_id for story in made(members, pairs) for each in story.members]
        assert sorted(found) == sorted(each.article_id for each in members)

    @given(articles, links)
    def test_lets_stories_stand_in_the_order_of_publication(self, members: list[Member], pairs: list[Pair]) -> None:
        for story in made(members, pairs):
            assert all(one.at <= two.at for one, two in pairwise(story.members))
            assert story.leader in story.members


class TestOneEvent:
    """Reports of their own that are alike: one story, and each a report."""

    @staticmethod
    def reports(stories: Sequence[Story]) -> set[frozenset[str]]:
        """The articles that are one report."""
        found: dict[str, set[str]] = {}
        for each in (each for story in stories for each in story.members):
            found.setdefault(each.report, set()).add(each.article_id)
        return set(map(frozenset, found.values()))

    def test_reports_that_are_alike_are_one_story_and_stay_reports_of_their_own(self) -> None:
        found = made([member(number) for number in range(4)], [Pair("a1", "a0", COPY), Pair("a2", "a0", OWN, 0.4)])
        assert sets(found) == {frozenset({"a0", "a1", "a2"}), frozenset({"a3"})}
        assert self.reports(found) == {frozenset({"a0", "a1"}), frozenset({"a2"}), frozenset({"a3"})}

    def test_of_another_report_on_the_event_it_is_said_that_others_have_it(self) -> None:
        (story,) = made([member(0), member(1), member(2)], [Pair("a1", "a0", COPY), Pair("a2", "a0", OWN, 0.4)])
        assert carried(story, "a1") == Carried(("Paper 0", "Paper 1"), "Paper 0", others=1)
        assert carried(story, "a2") == Carried(("Paper 2",), "Paper 2", others=2)
        item = Item(1, "Two berths open.", "Paper 2", "https://a.example/1", "T", NOW, (), "new")
        assert carriers(replace(item, carried=carried(story, "a2"))) == "2 other outlets on this event"

    def test_a_story_is_named_by_its_leaders_report_and_counts_all_outlets(self) -> None:
        wire = Origin("Reuters")
        members = [member(0), member(1, origin=wire), member(2, origin=Origin("AP"))]
        (story,) = made(members, [Pair("a1", "a0", COPY), Pair("a2", "a0", OWN, 0.4)])
        # What another report says of its origin is not true of this one.
        assert story.origin == wire
        of = carried(story, story.leader.article_id)
        assert of is not None
        assert carried_by(of) == "in 3 outlets, first by Paper 0 (Reuters copy)"
        (story,) = made([member(0), member(2, origin=Origin("AP"))], [Pair("a2", "a0", OWN, 0.4)])
        assert story.origin is None

    def test_one_pair_that_is_close_by_chance_makes_no_bridge(self) -> None:
        here = [Pair("a1", "a0", OWN, 0.5), Pair("a2", "a0", OWN, 0.5), Pair("a2", "a1", OWN, 0.5)]
        there = [Pair("a4", "a3", OWN, 0.5), Pair("a5", "a3", OWN, 0.5), Pair("a5", "a4", OWN, 0.5)]
        found = made([member(number) for number in range(6)], [*here, *there, Pair("a3", "a2", OWN, 0.4)])
        assert sets(found) == {frozenset({"a0", "a1", "a2"}), frozenset({"a3", "a4", "a5"})}

    def test_where_it_is_crowded_reports_have_to_be_more_alike(self) -> None:
        pair = Pair("a1", "a0", OWN, 0.27)
        assert len(made([member(0), member(1)], [pair])) == 1
        # As alike to many that are not here.
        crowd = [Pair("a1", f"b{number}", OWN, 0.45) for number in range(20)]
        assert len(made([member(0), member(1)], [pair, *crowd])) == 2


class TestInWords:
    def story(self, *members: Member) -> Story:
        return Story(1, members[0], members)

    @pytest.mark.parametrize(
        ("members", "said"),
        [
            ((member(1),), ""),
            ((member(1), member(2, outlet="Paper 1")), ""),
            ((member(1), member(2), member(3, outlet="Paper 2")), "in 2 outlets, first by Paper 1"),
            ((member(1, origin=Origin("Reuters")),), "Reuters copy"),
            ((member(1, origin=Origin("AFP", part=True)),), "with AFP"),
            ((member(1, outlet="Reuters", origin=Origin("Reuters")),), ""),
            ((member(1), member(2, origin=Origin("AP"))), "in 2 outlets, first by Paper 1 (AP copy)"),
            (
                (member(1), member(2, origin=Origin("AFP", part=True)), member(3, origin=Origin("AP"))),
                "in 3 outlets, first by Paper 1 (AP copy)",
            ),
            (
                (member(1, outlet="Reuters", origin=Origin("Reuters")), member(2)),
                "in 2 outlets, first by Reuters",
            ),
        ],
    )
    def test_it_is_said_who_has_the_report_and_where_it_is_from(self, members: tuple[Member, ...], said: str) -> None:
        found = carried(self.story(*members), members[0].article_id)
        assert (carried_by(found) if found else "") == said

    def test_what_also_in_says_is_not_said_again(self) -> None:
        item = Item(1, "Two berths open.", "A", "https://a.example/1", "T", NOW, ("B", "C"), "new")
        assert carriers(replace(item, carried=Carried(("A", "C"), "A"))) == ""
        assert carriers(replace(item, also=(), carried=Carried(("A", "C", "D"), "A"))) == "retold in 2 more"
        assert carriers(replace(item, also=(), carried=Carried(("C", "A"), "C"))) == "first by C"
        assert carriers(replace(item, carried=Carried(("C", "A", "D"), "C", "AP"))) == "first by C, AP copy"
        assert carriers(replace(item, carried=Carried(("A", "C"), "A", "AP", True))) == "with AP"
        assert carriers(item) == ""

    def test_a_digest_keeps_the_outlets_in_order(self) -> None:
        assert carried(self.story(member(1), member(2)), "a2") == Carried(("Paper 1", "Paper 2"), "Paper 1")
