"""What a digest tells: selection, order, caps, stops, and that nothing gets lost on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import (
    DAY,
    HOUR,
    NOW,
    TRIP,
    WATCH,
    make_article,
    make_figure,
    make_filing,
    make_state,
    make_stored,
    make_told,
)

from monitor.model import (
    Counts,
    DayMark,
    Decision,
    Digest,
    FigureSighting,
    Item,
    Match,
    Material,
    Stop,
    StopMark,
    StoredDevelopment,
    TripPart,
    TripScore,
    Verdict,
    Volume,
    Watch,
)
from monitor.stages.days import MOST_DAYS, stop_marks
from monitor.stages.digest import Span, has_news, make_digest
from monitor.stages.selection import MOST_OF_ARTICLE, MOST_OF_TOPIC


def digest_of(*told: StoredDevelopment, watch: Watch = WATCH, now: datetime = NOW, **more: object) -> Digest:
    """The digest of these developments and their articles."""
    articles = {each.article.id: make_stored(each.article) for each in told}
    material = Material(articles=tuple(articles.values()), developments=told)
    return make_digest(replace(material, **more), watch, now=now, name="2024-03-20")  # type: ignore[arg-type]


def limited(limit: int) -> Watch:
    return replace(WATCH, digest=replace(WATCH.digest, limit=limit))


def above(digest: Digest) -> list[int]:
    return [item.development_id for part in digest.trips for section in part.sections for item in section.items]


def below(digest: Digest) -> list[int]:
    return [item.development_id for part in digest.trips for section in part.more for item in section.items]


def only_part(digest: Digest) -> TripPart:
    (part,) = digest.trips
    return part


def only_item(digest: Digest) -> Item:
    ((item,),) = [section.items for section in only_part(digest).sections]
    return item


class TestSelection:
    def test_of_nothing_there_is_no_news(self) -> None:
        digest = digest_of()
        assert not has_news(digest)
        assert (digest.trips, digest.perhaps, digest.left_out) == ((), (), ())
        assert digest.counts == Counts(0, 0, 0, 0, 0, 2, 0)

    def test_a_development_is_told_with_its_source(self) -> None:
        article = make_article(title="Offer\n on the table", published=NOW - HOUR)
        also = ("Tide Courier", "Quay Gazette", *(f"Paper {number}" for number in range(9)))
        digest = digest_of(make_told(7, article, also=also, text="Two\n berths  open.", why="new: x"))
        assert has_news(digest)
        item = only_item(digest)
        assert (item.development_id, item.text, item.title) == (7, "Two berths open.", "Offer on the table")
        assert (item.outlet, item.url, item.when, item.why) == ("Quay Gazette", article.url, NOW - HOUR, "new: x")
        assert item.also[:2] == ("Tide Courier", "Paper 0")
        assert len(item.also) == 10, "each outlet that is counted"

    def test_what_is_worth_more_comes_first(self) -> None:
        digest = digest_of(make_told(1, rank=1.0), make_told(2, rank=3.0), make_told(3, rank=2.0))
        assert above(digest) == [2, 3, 1]

    def test_what_more_outlets_carry_is_worth_more(self) -> None:
        assert above(digest_of(make_told(1), make_told(2, also=("A", "B", "C")))) == [2, 1]

    def test_what_surely_belongs_to_its_trip_is_worth_more(self) -> None:
        doubtful = make_filing(scores=(TripScore(TRIP, 4.0, ()), TripScore("round-02", 3.9, ())))
        clear = make_filing(scores=(TripScore(TRIP, 4.0, ()), TripScore("round-02", 0.5, ())))
        told = (make_told(1, rank=1.5), make_told(2, rank=1.5))
        filings = (doubtful, clear)
        articles = tuple(make_stored(each.article, filing=how) for each, how in zip(told, filings, strict=True))
        assert above(digest_of(*told, articles=articles)) == [2, 1]

    def test_equals_keep_the_order_of_filing(self) -> None:
        told = [make_told(number) for number in (3, 1, 2)]
        assert above(digest_of(*told)) == [1, 2, 3]

    def test_topics_come_in_the_order_of_the_watch(self) -> None:
        digest = digest_of(make_told(1, topics=("cargo",), rank=9.0), make_told(2, topics=("pay",)))
        assert [section.name for section in only_part(digest).sections] == ["Pay", "Cargo"]

    def test_no_article_takes_all_the_room(self) -> None:
        article = make_article()
        told = [make_told(number, article, topics=("pay" if number % 2 else "cargo",)) for number in range(1, 7)]
        digest = digest_of(*told)
        assert len(above(digest)) == MOST_OF_ARTICLE
        assert len(below(digest)) == 6 - MOST_OF_ARTICLE

    def test_no_topic_takes_all_the_room(self) -> None:
        digest = digest_of(*(make_told(number) for number in range(1, 10)))
        assert len(above(digest)) == MOST_OF_TOPIC

    def test_the_whole_has_a_limit(self) -> None:
        told = [make_told(number, topics=("pay" if number % 2 else "cargo",)) for number in range(1, 9)]
        assert len(above(digest_of(*told, watch=limited(3)))) == 3
        assert above(digest_of(*told, watch=limited(0))) == []

    def test_what_has_no_topic_is_told_below(self) -> None:
        digest = digest_of(make_told(1, topics=(), rank=9.0), make_told(2))
        assert (above(digest), below(digest)) == ([2], [1])

    def test_nothing_is_lost_between_above_and_below(self) -> None:
        kinds = (("pay",), ("cargo",), ("pay", "cargo"), ())
        told = [
            make_told(
                number,
                make_article(f"a{number // 4}"),
                topics=kinds[number % 4],
                trip=TRIP if number % 3 else "round-02",
                rank=float(number % 5) - 1,
            )
            for number in range(1, 140)
        ]
        digest = digest_of(*told)
        assert sorted(above(digest) + below(digest)) == list(range(1, 140))
        assert digest.counts.developments == 139
        assert len(above(digest)) <= WATCH.digest.limit

    def test_what_names_the_story_and_a_person_of_the_trip_stands_above_without_a_topic(self) -> None:
        text = "The strike leader met the mediator Anna Keel."
        trips = (replace(WATCH.trips[0], people=("Keel",)), WATCH.trips[1])
        digest = digest_of(make_told(1, topics=(), text=text), watch=replace(WATCH, trips=trips, subject="strike"))
        assert above(digest) == [1]
        assert only_part(digest).sections[0].name == "Also"

    def test_what_says_nearly_the_same_is_told_once_with_the_outlets_of_both(self) -> None:
        text = "The mediator offered the crane drivers a rise of 4 per cent from May"
        told = [
            make_told(1, text=f"{text}.", rank=2.0, also=("Paper 1",)),
            make_told(2, make_article("b", outlet="Tide Courier"), text=f"{text}, she said.", also=("Paper 2",)),
            make_told(3, make_article("c", outlet="Mill Echo"), text=f"{text.replace('4', '6')}.", rank=1.5),
        ]
        digest = digest_of(*told)
        assert above(digest) + below(digest) == [1, 3]
        item = only_part(digest).sections[0].items[0]
        assert item.also == ("Paper 1", "Tide Courier", "Paper 2")
        assert [each.development_id for each in item.folded] == [2]
        assert digest.counts.developments == 3

    def test_a_sentence_that_leans_on_the_one_before_it_brings_that_along(self) -> None:
        article = make_article()
        told = [
            make_told(1, article, sentence=4, rank=0.2, text="The mayor was ill."),
            make_told(2, article, sentence=5, rank=3.0, text="Her deputy opened the gates instead."),
        ]
        assert above(digest_of(*told)) == [1, 2]

    def test_a_sentence_that_leans_on_one_that_is_not_told_stands_below(self) -> None:
        told = [make_told(1, sentence=5, rank=3.0, text="It is fourteen miles long."), make_told(2, rank=1.3)]
        digest = digest_of(*told)
        assert (above(digest), below(digest)) == ([2], [1])

    def test_a_sentence_below_has_what_it_leans_on_before_it_unless_that_is_told_there(self) -> None:
        text = "The mayor spoke on Monday. He opened the gates. The cook sang loudly. She sang of the sea. She wept."
        article = make_article("x", text)
        sentences = [each.strip() + "." for each in text.split(".") if each.strip()]

        def items(*numbers: int) -> list[tuple[str, str]]:
            told = [make_told(each + 1, article, sentence=each, rank=0.1, text=sentences[each]) for each in numbers]
            (section,) = only_part(digest_of(*told)).more
            return [(item.text, item.after) for item in section.items]

        assert items(1, 4) == [("He opened the gates.", "The mayor spoke on Monday."),
                               ("She wept.", "The cook sang loudly.")]  # fmt: skip
        assert items(0, 1, 3, 4) == [
            ("The mayor spoke on Monday.", ""), ("He opened the gates.", ""),
            ("She sang of the sea.", "The cook sang loudly."), ("She wept.", ""),
        ]  # fmt: skip

    def test_the_words_above_the_fold_are_bounded_and_the_first_item_stands_there_however_long(self) -> None:
        long = " ".join(["word"] * 200)
        told = [
            make_told(number, topics=(("pay", "cargo")[number % 2],), text=f"{number} {long}") for number in range(9)
        ]
        assert len(above(digest_of(*told))) == 2
        assert above(digest_of(make_told(1, text=f"{long} {long} {long}"))) == [1]

    def test_a_later_sentence_like_nothing_known_gives_way(self) -> None:
        why = "new: nothing like it was known · filed by “x”"
        told = [make_told(1, sentence=3, why=why, rank=1.6), make_told(2, rank=1.2), make_told(3, why=why, rank=1.1)]
        assert above(digest_of(*told)) == [2, 3, 1]

    def test_retellings_and_trips_long_over_give_way(self) -> None:
        late = NOW + 60 * DAY
        told = [make_told(1, rank=1.2), make_told(2, make_article("b"), rank=1.0, trip="round-02")]
        assert above(digest_of(*told, now=late)) == [2]
        retold = make_stored(make_article("a1"), verdict=Verdict.REWRITE)
        assert above(digest_of(make_told(1, rank=1.2), articles=(retold,))) == []

    def test_a_development_on_a_topic_that_was_renamed_is_told_all_the_same(self) -> None:
        digest = digest_of(make_told(1, topics=("wages",)))
        assert above(digest) + below(digest) == [1]

    def test_on_a_busy_day_nothing_is_dropped_without_a_word(self) -> None:
        digest = digest_of(*(make_told(number) for number in range(1, 200)))
        assert len(above(digest) + below(digest)) == 199


class TestTrips:
    def test_the_trip_of_the_day_comes_first_then_the_one_with_most(self) -> None:
        other = [make_told(number, trip="round-02") for number in (1, 2)]
        digest = digest_of(*other, make_told(3))
        assert [part.trip_id for part in digest.trips] == [TRIP, "round-02"]
        digest = digest_of(*other, make_told(3), now=NOW + 20 * DAY)
        assert [part.trip_id for part in digest.trips] == ["round-02", TRIP]

    @pytest.mark.parametrize(
        ("now", "day"),
        [
            (datetime(2024, 3, 17, 22, 59, tzinfo=UTC), 0),
            (datetime(2024, 3, 17, 23, 0, tzinfo=UTC), 1),
            (datetime(2024, 3, 20, 9, 0, tzinfo=UTC), 3),
            (datetime(2024, 3, 22, 22, 59, tzinfo=UTC), 5),
            (datetime(2024, 3, 22, 23, 0, tzinfo=UTC), 0),
        ],
    )
    def test_the_day_of_the_trip_is_counted_in_local_days(self, now: datetime, day: int) -> None:
        part = only_part(digest_of(make_told(1), now=now))
        assert (part.day, part.days) == (day, 5)

    @pytest.mark.parametrize(
        ("day", "states"),
        [
            (17, "next next next"),
            (18, "now next next"),
            (19, "now next next"),
            (20, "done now next"),
            (22, "done done now"),
            (23, "done done done"),
        ],
    )
    def test_stops_are_done_now_or_next(self, day: int, states: str) -> None:
        part = only_part(digest_of(make_told(1), now=datetime(2024, 3, day, 9, tzinfo=UTC)))
        assert [stop.state for stop in part.stops] == states.split()
        assert [stop.place for stop in part.stops] == ["Northquay", "Southquay", "Millpoint"]

    def stops(self, *stops: Stop) -> tuple[StopMark, ...]:
        trips = (replace(WATCH.trips[0], stops=stops), WATCH.trips[1])
        return only_part(digest_of(make_told(1), watch=replace(WATCH, trips=trips))).stops

    def test_of_two_stops_on_one_day_none_is_said_to_be_now(self) -> None:
        today = date(2024, 3, 20)
        marks = self.stops(Stop("A", "X", today), Stop("B", "X", today), Stop("C", "X"))
        assert [mark.state for mark in marks] == ["today", "today", "next"]

    def test_after_a_day_with_two_stops_the_last_of_them_is_now(self) -> None:
        before = date(2024, 3, 19)
        marks = self.stops(Stop("A", "X", before), Stop("B", "X", before), Stop("C", "X", date(2024, 3, 21)))
        assert [mark.state for mark in marks] == ["done", "now", "next"]

    @given(
        stops=st.lists(st.tuples(st.sampled_from("ABC"), st.none() | st.integers(18, 22)), max_size=6),
        day=st.integers(16, 24),
    )
    def test_at_most_one_stop_is_now(self, stops: list[tuple[str, int | None]], day: int) -> None:
        made = tuple(Stop(place, "X", date(2024, 3, on) if on else None) for place, on in stops)
        marks = stop_marks(replace(WATCH.trips[0], stops=made), date(2024, 3, day))
        states = [mark.state for mark in marks]
        assert states.count("now") <= 1
        assert not ({"now", "today"} <= set(states))

    def test_a_place_twice_in_a_row_is_shown_once(self) -> None:
        marks = self.stops(Stop("A", "X", date(2024, 3, 21)), Stop("A", "X", date(2024, 3, 22)), Stop("B", "X"))
        assert [mark.place for mark in marks] == ["A", "B"]
        assert marks[0].on == date(2024, 3, 21)

    def test_a_place_that_is_visited_again_today_is_now(self) -> None:
        marks = self.stops(Stop("A", "X", date(2024, 3, 19)), Stop("A", "X", date(2024, 3, 20)))
        assert marks == (StopMark("A", "now", date(2024, 3, 19)),)

    def test_the_timeline_counts_each_local_day_up_to_today_the_empty_ones_included(self) -> None:
        volume = (
            Volume(TRIP, datetime(2024, 3, 18, 23, 30, tzinfo=UTC), 2, (("pay",), ("pay", "cargo"), ())),
            Volume(TRIP, datetime(2024, 3, 20, tzinfo=UTC), 5, (("cargo",),)),
            Volume(TRIP, datetime(2024, 3, 20, 8, 0, tzinfo=UTC), 1),
            Volume(TRIP, datetime(2024, 3, 21, 8, 0, tzinfo=UTC), 9),
            Volume("round-02", datetime(2024, 3, 19, 8, 0, tzinfo=UTC), 4),
        )
        part = only_part(digest_of(make_told(1), volume=volume))
        assert part.timeline == (
            DayMark(date(2024, 3, 18), ("Northquay",)),
            DayMark(date(2024, 3, 19), (), 2, 3, (("pay", "Pay", 2), ("cargo", "Cargo", 1))),
            DayMark(date(2024, 3, 20), ("Southquay",), 6, 1, (("cargo", "Cargo", 1),)),
        )

    def test_a_long_timeline_keeps_its_last_fortnight(self) -> None:
        old = Volume(TRIP, datetime(2024, 2, 1, 8, 0, tzinfo=UTC), 7)
        new = Volume(TRIP, datetime(2024, 3, 20, 8, 0, tzinfo=UTC), 1)
        part = only_part(digest_of(make_told(1), volume=(old, new)))
        assert len(part.timeline) == MOST_DAYS
        assert (part.timeline[0].day, part.timeline[-1].day) == (date(2024, 3, 7), date(2024, 3, 20))

    def test_figures_that_moved_are_told_with_both_sources(self) -> None:
        def sighting(value: float, outlet: str, when: datetime) -> FigureSighting:
            return FigureSighting(make_figure(value), "a1", outlet, f"https://x.example/{value:g}", TRIP, when)

        earlier = (sighting(14, "Quay Gazette", NOW - 2 * DAY),)
        digest = digest_of(figures=(sighting(19, "Tide Courier", NOW),), earlier_figures=earlier)
        (row,) = only_part(digest).figures
        assert (row.was_source, row.now_source) == ("Quay Gazette, 18 Mar", "Tide Courier, 20 Mar")
        assert "14" in row.was
        assert "19" in row.now
        assert (row.was_url, row.now_url) == ("https://x.example/14", "https://x.example/19")
        assert (row.was_by, row.now_by) == ("port authority", "port authority")

    def test_who_says_a_figure_is_told_in_the_sentences_words_where_the_table_names_nobody(self) -> None:
        def sighting(value: float, said: str, back: int, by: str = "") -> FigureSighting:
            figure = make_figure(value, attribution=by)
            return FigureSighting(figure, "a1", "Quay Gazette", "https://x.example/", TRIP, NOW - back * DAY, said)

        was = sighting(14, "The pilots, a small union, said 14 ships were waiting.", 2)
        now = sighting(19, "Outside wait 19 ships, the mayor said.", 0)
        (row,) = only_part(digest_of(figures=(now,), earlier_figures=(was,))).figures
        assert (row.was_by, row.now_by) == ("pilots", "mayor")
        named = sighting(19, "Outside wait 19 ships, the mayor said.", 0, by="port authority")
        (row,) = only_part(digest_of(figures=(named,), earlier_figures=(was,))).figures
        assert row.now_by == "port authority"

    def test_sides_that_differ_are_told_beside_each_other(self) -> None:
        def sighting(value: float, by: str, hours: float, outlet: str = "Quay Gazette") -> FigureSighting:
            figure = make_figure(value, attribution=by)
            return FigureSighting(figure, "a1", outlet, f"https://x.example/{value:g}", TRIP, NOW - hours * HOUR)

        said = (
            sighting(30, "union", 3),
            sighting(14, "port authority", 2),
            sighting(31, "union", 1),  # within rounding of what the union said: its last word counts
            sighting(60, "mayor", 80),  # long overtaken
        )
        (row,) = only_part(digest_of(make_told(1), figures=said)).disputes
        assert [(claim.value, claim.by) for claim in row.claims] == [("31", "union"), ("14", "port authority")]

    def test_sides_that_agree_or_are_only_late_are_no_dispute(self) -> None:
        def sighting(value: float, by: str, qualifier: str = "", back: int = 0) -> FigureSighting:
            figure = make_figure(value, attribution=by, qualifier=qualifier)
            return FigureSighting(figure, "a1", by, "https://x.example/", TRIP, NOW - back * DAY)

        agree = (sighting(19, "union"), sighting(15, "port authority", "more than"))
        assert only_part(digest_of(make_told(1), figures=agree)).disputes == ()
        late = (sighting(14, "union"), sighting(19, "port authority"))
        before = (sighting(14, "port authority", back=2),)
        assert only_part(digest_of(make_told(1), figures=late, earlier_figures=before)).disputes == ()


class TestTimes:
    def test_a_page_that_gave_only_a_day_is_told_by_its_day(self) -> None:
        assert only_item(digest_of(make_told(1, make_article(published=datetime(2024, 3, 19, tzinfo=UTC))))).date_only

    @pytest.mark.parametrize("published", [None, datetime(2024, 3, 19, 0, 1, tzinfo=UTC)])
    def test_others_are_not(self, published: datetime | None) -> None:
        assert not only_item(digest_of(make_told(1, make_article(published=published)))).date_only


class TestWhatIsLeftOut:
    def test_every_article_is_told_or_asked_about_or_left_out_with_a_reason(self) -> None:
        uncertain = make_filing(decision=Decision.UNCERTAIN, trip="", reason="two trips are close")
        stored = {
            "told": make_stored(make_article("told")),
            "copy": make_stored(
                make_article("copy"),
                verdict=Verdict.COPY,
                match=Match(Verdict.COPY, "x", 1.0),
                original_title="The first",
                original_outlet="Tide Courier",
            ),
            "rewrite": make_stored(make_article("rewrite"), verdict=Verdict.REWRITE, original_outlet="Tide Courier"),
            "update": make_stored(make_article("update"), verdict=Verdict.UPDATE),
            "unrelated": make_stored(make_article("unrelated"), filing=make_filing("")),
            "nothing new": make_stored(make_article("nothing new")),
            "perhaps": make_stored(make_article("perhaps"), filing=uncertain),
            "uncertain copy": make_stored(make_article("uncertain copy"), filing=uncertain, verdict=Verdict.COPY),
        }
        material = Material(tuple(stored.values()), (make_told(1, make_article("told")),))
        digest = make_digest(material, WATCH, now=NOW, name="x")
        left = {each.url.rpartition("/")[2]: each for each in digest.left_out}
        assert {name: each.group for name, each in left.items()} == {
            "copy": "known",
            "rewrite": "known",
            "update": "known",
            "unrelated": "unrelated",
            "nothing new": "nothing new",
            "uncertain copy": "known",
        }
        assert (left["copy"].reason, left["copy"].original) == ("a copy of what Tide Courier had", "The first")
        assert left["unrelated"].reason == "nothing in it is about the talks"
        assert "seed corpus" in left["update"].reason
        assert all(each.reason for each in left.values())
        assert [each.url.rpartition("/")[2] for each in digest.perhaps] == ["perhaps"]
        assert digest.counts == Counts(1, 1, 8, 4, 1, 2, 0, nothing=1)

    def test_an_uncertain_article_names_its_two_best_trips(self) -> None:
        scores = tuple(TripScore(trip, score, ()) for trip, score in (("round-02", 2.0), (TRIP, 1.9), ("gone", 1.0)))
        filing = make_filing("", decision=Decision.UNCERTAIN, scores=scores, reason="close")
        digest = make_digest(Material((make_stored(filing=filing),)), WATCH, now=NOW, name="x")
        assert has_news(digest)
        (perhaps,) = digest.perhaps
        assert (perhaps.between, perhaps.reason) == (("Second round", "First round"), "close")


class TestSources:
    def test_those_that_need_a_word_get_one(self) -> None:
        failing = make_state(
            failures=3, failing_since=NOW - 2 * DAY, reason="HTTP status 503", due_at=NOW + timedelta(hours=5)
        )
        digest = digest_of(states=(failing,))
        gazette, courier = digest.sources
        assert gazette.name == "Quay Gazette"
        assert gazette.reason == (
            "needs a look: HTTP status 503; failing since Monday 18 Mar, 10:00, 3 times in a row, "
            "last answer Wednesday 20 Mar, 10:00; next try Wednesday 20 Mar, 15:00"
        )
        assert courier.reason == "not asked yet"
        assert (digest.counts.answered, digest.counts.sources) == (0, 2)

    def test_those_that_are_well_get_none(self) -> None:
        digest = digest_of(states=(make_state(), make_state("courier", note="two items had no link")))
        assert [line.reason for line in digest.sources] == ["answers, but: two items had no link"]
        assert digest.counts.answered == 2

    def test_where_none_was_asked_since_the_last_digest_that_is_said_once_and_with_the_year(self) -> None:
        long_ago = NOW - 400 * DAY
        old = make_state(tried_at=long_ago, ok_at=long_ago, note="two items had no link")
        digest = digest_of(make_told(1), states=(old,), told_at=NOW - 300 * DAY)
        (line,) = digest.sources
        assert line.reason == "not asked since the last digest; the last time was Tuesday 14 Feb 2023, 10:00"
        assert digest.counts.answered == 0
        asked = digest_of(make_told(1), states=(make_state(note="x"),), told_at=NOW - DAY)
        assert [line.reason for line in asked.sources] == ["answers, but: x", "not asked yet"]

    def test_a_source_that_needs_a_look_is_named_though_none_was_asked(self) -> None:
        long_ago = NOW - 400 * DAY
        failing = make_state(
            tried_at=long_ago, ok_at=None, failures=3, failing_since=long_ago, reason="HTTP status 503"
        )
        digest = digest_of(make_told(1), states=(failing,), told_at=NOW - 300 * DAY)
        assert "HTTP status 503; failing since Tuesday 14 Feb 2023, 10:00" in digest.sources[0].reason

    def test_a_source_that_left_the_watch_is_not_spoken_of(self) -> None:
        digest = digest_of(states=(make_state("gone", failures=9), make_state(), make_state("courier")))
        assert digest.sources == ()
        assert digest.counts.answered == 2


class TestSeveralDaysInOne:
    def test_a_whole_trip_is_told_by_day_with_the_stops_of_each(self) -> None:
        told = [
            make_told(1, make_article("a", published=NOW - 2 * DAY)),
            make_told(2, make_article("b", published=NOW)),
            make_told(3, make_article("c", published=None, fetched_at=NOW + DAY)),
        ]
        span = Span("trip", date(2024, 3, 18), date(2024, 3, 22))
        digest = make_digest(Material(developments=tuple(told)), WATCH, now=NOW + 9 * DAY, name="round-01", span=span)
        names = [section.name for section in only_part(digest).sections]
        assert names == ["Monday 18 March: Northquay", "Wednesday 20 March: Southquay", "On a day not given"]
        assert (digest.kind, digest.first, digest.last) == ("trip", date(2024, 3, 18), date(2024, 3, 22))

    def test_a_week_is_told_by_topic_and_only_counts_what_was_left_out(self) -> None:
        articles = (make_stored(make_article("x"), filing=make_filing("")),)
        span = Span("weekly", date(2024, 3, 11), date(2024, 3, 17))
        digest = make_digest(Material(articles, (make_told(1),)), WATCH, now=NOW, name="w", span=span)
        assert [section.name for section in only_part(digest).sections] == ["Cargo"]
        assert (digest.left_out, digest.counts.unrelated) == ((), 1)

    def test_over_a_week_a_figure_moved_from_what_its_first_day_gave(self) -> None:
        def sighting(value: float, back: int) -> FigureSighting:
            figure = make_figure(value)
            return FigureSighting(figure, "a1", "Quay Gazette", "https://x.example/", TRIP, NOW - back * DAY)

        material = Material(
            developments=(make_told(1),), figures=tuple(sighting(20 - back, back) for back in (5, 3, 1))
        )
        span = Span("weekly", date(2024, 3, 13), date(2024, 3, 19))
        digest = make_digest(material, WATCH, now=NOW, name="w", span=span)
        assert [(row.was, row.now) for row in only_part(digest).figures] == [("15", "19")]
