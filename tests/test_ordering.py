"""The order in which pages come does not matter: the demo's first two days, shuffled and in pieces."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.orders import demo_articles, outcome

from monitor.model import Article, Placed, Watch
from monitor.stages.ordering import following, moment, out_of_place
from monitor.watch import read_watch

ROOT = Path(__file__).parent.parent
NOW = datetime(2024, 8, 19, 20, tzinfo=UTC)


class TestOutOfPlace:
    def placed(self, minute: int, *, bears: bool = True, known: bool = True) -> Placed:
        at = NOW - timedelta(days=1) + timedelta(minutes=minute)
        return Placed(f"a{minute}", f"https://a.example/{minute}", at if known else None, NOW, bears)

    def test_what_came_in_order_stays(self) -> None:
        assert out_of_place([self.placed(minute) for minute in range(9)]) == ()

    def test_all_that_was_filed_after_the_first_that_should_have_waited_is_filed_again(self) -> None:
        came = [self.placed(minute) for minute in (1, 4, 5, 3, 6)]
        assert out_of_place(came) == ("a3", "a4", "a5", "a6")

    def test_articles_that_bear_on_nothing_do_not_count(self) -> None:
        assert out_of_place([self.placed(4, bears=False), self.placed(1), self.placed(0, bears=False)]) == ()

    def test_a_page_from_the_future_stands_where_it_was_read(self) -> None:
        future = replace(self.placed(1), published=NOW + timedelta(days=400))
        assert moment(future)[0] == NOW

    def test_a_page_without_a_date_stands_where_it_was_read(self) -> None:
        assert moment(self.placed(1, known=False))[0] == NOW

    def test_what_turned_out_to_bear_counts_from_then_on(self) -> None:
        came = [self.placed(4), self.placed(3, bears=False), self.placed(5)]
        assert out_of_place(came) == ()
        assert out_of_place(came, bearing=frozenset({"a3"})) == ("a3", "a4", "a5")

    def test_all_that_has_its_place_after_one_follows_it_whether_it_bears_or_not(self) -> None:
        came = [self.placed(4), self.placed(3, bears=False), self.placed(1), self.placed(5, bears=False)]
        assert following(came, "a3") == ("a3", "a4", "a5")

    @given(st.permutations(range(12)))
    def test_filing_again_what_is_out_of_place_leaves_all_in_place(self, came: list[int]) -> None:
        filed = [self.placed(minute) for minute in came]
        again = out_of_place(filed)
        by_id = {each.article_id: each for each in filed}
        kept = [each for each in filed if each.article_id not in again]
        assert out_of_place([*kept, *(by_id[each] for each in again)]) == ()


@pytest.fixture(scope="module")
def watch() -> Watch:
    return read_watch((ROOT / "watch.toml").read_text("utf-8"), "watch.toml")


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    """The demo's pages of one day, as articles."""
    return demo_articles(NOW, day=2)


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory, watch: Watch, articles: list[Article]) -> dict[str, object]:
    return outcome(tmp_path_factory.mktemp("in-order"), watch, [articles], NOW)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 8))])
def test_shuffled_and_in_pieces_the_same_is_filed_and_told(
    seed: int, tmp_path: Path, watch: Watch, articles: list[Article], in_order: dict[str, object]
) -> None:
    came, chance = list(articles), random.Random(seed)
    chance.shuffle(came)
    cut = chance.randrange(5, len(came) - 5)
    found = outcome(tmp_path, watch, [came[:cut], came[cut:]], NOW)
    assert in_order["told"]
    for what, expected in in_order.items():
        assert found[what] == expected, what
