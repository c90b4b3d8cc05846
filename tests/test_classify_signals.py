"""Each sign by which one trip is told from another, on a made-up story."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from monitor.model import Decision, Episode, Filing, Signal, Stop, Trip, Watch
from monitor.rules.dates import find_dates, url_days
from monitor.rules.places import PhraseBook, Shelf
from monitor.rules.reading import Reading, lay_out
from monitor.stages.classify import classify, compile_watch


def _trip(ordinal: int, first: date, last: date, *stops: Stop, people: tuple[str, ...] = (), rule: str = "") -> Trip:
    signals = (Signal(rule, 3.0),) if rule else ()
    return Trip(f"t{ordinal}", ordinal, f"Trip {ordinal}", first, last, stops, people, signals)


WATCH = Watch(
    name="The envoy's valley trips",
    subject='larsen OR "special envoy"',
    episode=Episode(
        words=("trip", "visit", "tour", "swing"),
        region=("the valley", "Two Rivers"),
        since=("the flood", "March 1"),
        others=("Petra Osei", "Osei", "Vargas"),
        elsewhere=("Geneva", "Lisbon"),
    ),
    trips=(
        _trip(
            1, date(2025, 3, 10), date(2025, 3, 12), Stop("Arna", "Nordland", date(2025, 3, 10)), Stop("Bel", "Sudland")
        ),
        _trip(
            2,
            date(2025, 4, 14),
            date(2025, 4, 16),
            Stop("Arna", "Nordland", date(2025, 4, 15)),
            Stop("Cole", "Westland"),
        ),
        _trip(
            3, date(2025, 6, 2), date(2025, 6, 5), Stop("Dore", "Eastland", date(2025, 6, 3)), Stop("Cole", "Westland")
        ),
        _trip(4, date(2025, 8, 20), date(2025, 8, 22), Stop("Arna", "Nordland"), people=("Ilse Brandt",), rule="dam*"),
        _trip(5, date(2025, 10, 1), date(2025, 10, 3), Stop("Eiken", "Sudland", also=("the old port",))),
    ),
)
ENGINE = compile_watch(WATCH)


def _file(title: str, text: str = "", url: str = "", on: str = "") -> Filing:
    return classify(ENGINE, title, text, url, "", "en", datetime.fromisoformat(on).replace(tzinfo=UTC) if on else None)


def _weight(found: Filing, trip: str, *signals: str) -> float:
    return sum(
        item.weight
        for scored in found.scores
        if scored.trip_id == trip
        for item in scored.evidence
        if item.signal in signals
    )


COUNTS = ("ordinal", "ordinal bare", "ordinal place", "ordinal place since", "earlier trips", "trips so far")


@pytest.mark.parametrize(
    ("said", "trip"),
    [
        ("Larsen begins his third trip to the valley.", "t3"),
        ("Larsen is on his 3rd visit to Two Rivers since the flood.", "t3"),
        ("Larsen's trip is his fourth to the valley.", "t4"),
        ("Larsen returns, the fourth such tour since the flood.", "t4"),
        ("Larsen comes to the valley for the fifth time since March 1.", "t5"),
        ("After four previous trips Larsen tries again.", "t5"),
        ("Larsen has made four trips to the valley since the flood.", "t4"),
        ("Larsen begins his second regional tour since the flood.", "t2"),
        ("Larsen has been to the valley three times since the flood.", "t3"),
        ("On his third trip to the valley, Larsen saw the mayor.", "t3"),
    ],
)
def test_a_count_of_trips_names_the_trip(said: str, trip: str) -> None:
    best = max(_file("", said).scores, key=lambda scored: _weight(_file("", said), scored.trip_id, *COUNTS))
    assert best.trip_id == trip
    assert _weight(_file("", said), trip, *COUNTS) >= 3.0


@pytest.mark.parametrize(
    "said",
    [
        "Larsen reached the second stop of the tour.",
        "Larsen is there on the third day of his visit.",
        "Larsen waits while Osei makes her fourth trip to the valley.",
        "Larsen came for a second time.",
        "Larsen made his first visit since the fall of the mayor.",
        "Larsen, third in rank, is on a visit.",
        "Larsen spoke of about four trips to the valley.",
        "On his second visit to Arna in five days Larsen saw the mayor.",
        "For the first time since March 1 Larsen comes to the valley without a guard.",
        "Larsen had three aims. His third mission was to keep the dam closed.",
        "On her third trip to the valley, Osei saw the mayor. Larsen stayed at home.",
        "Osei came by boat. It is her third trip to the valley. Larsen was there in spring.",
    ],
)
def test_other_counts_say_nothing(said: str) -> None:
    found = _file("", said)
    assert not any(_weight(found, scored.trip_id, *COUNTS) for scored in found.scores)


def test_a_count_of_visits_to_one_country_is_only_a_hint() -> None:
    found = _file("", "Larsen is on his fourth visit to Nordland.")
    assert 0 < _weight(found, "t4", *COUNTS) < 2
    assert found.decision is not Decision.FILED


def test_visits_to_one_country_are_also_counted_from_the_declared_stops() -> None:
    # The third trip on which Nordland is visited is the fourth trip.
    found = _file("", "Larsen is on his third visit to Nordland since the flood.")
    assert _weight(found, "t4", "visits so far since") > _weight(found, "t3", "ordinal place since") > 0


def test_a_headline_of_the_subject_keeps_a_count_that_follows_another_name() -> None:
    found = _file("Larsen in the valley", "Osei had asked for it. It is the third trip to the valley.")
    assert _weight(found, "t3", "ordinal") > 0


def test_a_day_in_the_text_decides_against_the_day_of_the_page() -> None:
    found = _file("Larsen in the valley", "He met the mayor on April 15, 2025.", on="2025-06-04")
    assert _weight(found, "t2", "date early") > _weight(found, "t3", "page on trip")


def test_a_day_without_a_year_takes_it_from_the_page() -> None:
    assert _weight(_file("Larsen on tour", "ARNA, 15 April - Rain.", on="2025-04-16"), "t2", "date early") > 0
    assert _weight(_file("Larsen on tour", "ARNA, 15 April - Rain.", on="2031-04-16"), "t2", "date early") == 0


def test_a_day_under_a_picture_weighs_half() -> None:
    plain = _weight(_file("Larsen on tour", "It was April 15, 2025."), "t2", "date early")
    under = _weight(_file("Larsen on tour", "File photo, April 15, 2025."), "t2", "date early")
    assert under == pytest.approx(plain / 2)


@pytest.mark.parametrize(
    ("on", "signal"),
    [
        ("2025-06-03", "page on trip"),
        ("2025-06-07", "page after"),
        ("2025-05-31", "page before"),
        ("2025-05-25", "page early"),
        ("2025-06-20", "page repost"),
        ("2025-07-05", "page later"),
        ("2025-09-01", "page long after"),
        ("2025-05-01", "page too early"),
    ],
)
def test_the_day_of_the_page_has_a_short_window_before_and_a_long_one_after(on: str, signal: str) -> None:
    assert _weight(_file("Larsen visits the valley", on=on), "t3", signal) != 0


def test_nothing_is_reported_before_it_is_planned() -> None:
    found = _file("Larsen begins third trip to the valley", on="2025-04-15")
    assert found.trip != "t3"


def test_the_address_has_a_day_too() -> None:
    found = _file("Larsen visits the valley", url="https://news.example/2025/06/03/larsen")
    assert _weight(found, "t3", "page on trip") == pytest.approx(2.4)


def test_the_same_day_in_page_and_address_counts_once() -> None:
    found = _file("Larsen visits the valley", url="https://news.example/2025/06/03/larsen", on="2025-06-03")
    assert _weight(found, "t3", "page on trip") == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/2023/11/05/x", date(2023, 11, 5)),
        ("https://a.example/20231128-x", date(2023, 11, 28)),
        ("https://a.example/2023-11-28-x", date(2023, 11, 28)),
        ("https://a.example/world/051120231-amp", date(2023, 11, 5)),
        ("https://a.example/view?id=20231109000137", date(2023, 11, 9)),
        ("https://a.example/2024/feb/07/x", date(2024, 2, 7)),
        ("https://a.example/x-1710968735-2", date(2024, 3, 20)),
        ("https://a.example/2024/02/x", date(2024, 2, 1)),
        ("https://a.example/article-805386", None),
    ],
)
def test_days_are_read_from_addresses(url: str, day: date | None) -> None:
    found = url_days(url)
    assert (found[0] if found else None) == day


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("on November 2-10, 2023", date(2023, 11, 2), date(2023, 11, 10)),
        ("on Nov. 2 to 10, 2023", date(2023, 11, 2), date(2023, 11, 10)),
        ("on 5\u20138 February 2024", date(2024, 2, 5), date(2024, 2, 8)),
        ("CAIRO - 20 March 2024:", date(2024, 3, 20), date(2024, 3, 20)),
        ("JUNE 7, 2024.", date(2024, 6, 7), date(2024, 6, 7)),
        ("am 10. Juni 2024", date(2024, 6, 10), date(2024, 6, 10)),
        ("el 4 de enero de 2024", date(2024, 1, 4), date(2024, 1, 4)),
        ("on the 3rd of May 2024", date(2024, 5, 3), date(2024, 5, 3)),
        ("2024-05-03T10:00", date(2024, 5, 3), date(2024, 5, 3)),
        ("03.05.2024", date(2024, 5, 3), date(2024, 5, 3)),
        ("5/23/2024", date(2024, 5, 23), date(2024, 5, 23)),
        ("in November 2023", date(2023, 11, 1), date(2023, 11, 30)),
    ],
)
def test_days_are_read_from_text(text: str, first: date, last: date) -> None:
    assert [mention.days(None) for mention in find_dates(lay_out("text", text))] == [(first, last)]


@pytest.mark.parametrize("text", ["they may 5 times", "4/5/2024", "February 31, 2024", "march 9 miles", "version 2.10"])
def test_what_only_looks_like_a_day_is_not_one(text: str) -> None:
    assert not any(mention.days(date(2024, 1, 1)) for mention in find_dates(lay_out("text", text)))


def test_stops_count_as_a_set_and_rare_ones_count_more() -> None:
    found = _file("Larsen in Dore and Cole")
    assert _weight(found, "t3", "place") > _weight(found, "t2", "place") > 0
    assert _weight(found, "t1", "place off") < 0


def test_another_name_of_a_stop_means_the_stop() -> None:
    assert _weight(_file("Larsen walks through the old port"), "t5", "place") > 0


def test_the_weekday_of_a_stop_tells_two_trips_apart() -> None:
    found = _file("Larsen comes to Arna", "He was in Arna on Monday.")
    assert _weight(found, "t1", "stop day") > 0
    assert _weight(found, "t2", "stop day") == 0


def test_the_order_of_stops_speaks_for_a_trip() -> None:
    far = replace(WATCH.trips[0], stops=(Stop("A", "Nordland"), Stop("B", "Sudland"), Stop("C", "Eastland")))
    engine = compile_watch(replace(WATCH, trips=(far, *WATCH.trips[1:])))
    found = classify(engine, "Larsen on tour", "From Nordland he goes to Sudland and Eastland.", "")
    assert _weight(found, "t1", "stop order") > 0


def test_people_met_on_few_trips_speak_for_them() -> None:
    assert _weight(_file("Larsen meets Ilse Brandt"), "t4", "person") > 0


def test_a_signature_speaks_with_its_own_weight() -> None:
    assert _weight(_file("Larsen visits the dams"), "t4", "signature") == pytest.approx(3.0)


def test_a_sign_that_the_text_looks_back_to_does_not_count() -> None:
    found = _file("Larsen visits the valley", "Since his last trip to the dams nothing has changed.")
    assert _weight(found, "t4", "signature") == 0
    assert "t4" in found.mentioned


def test_no_subject_no_trip() -> None:
    found = _file("Third trip to the valley since the flood", "The mayor waits.")
    assert (found.decision, found.reason) == (Decision.NONE, "the subject is not named")


def test_another_bearer_of_the_title_is_not_the_subject() -> None:
    found = _file("A third trip to the valley", "Special envoy Petra Osei came on her third trip to the valley.")
    assert found.decision is Decision.NONE
    assert "another traveller" in found.reason


def test_another_traveller_at_the_head_of_the_title_outweighs_a_count() -> None:
    found = _file("Vargas lands in Arna", "Larsen had made his third trip to the valley.", on="2025-06-10")
    assert found.decision is Decision.NONE


@pytest.mark.parametrize(
    "lead",
    [
        "Two days after Larsen left, Osei met the mayor in Arna.",
        "After Larsen flew home from Arna, Osei sat down with the mayor there.",
        "Osei met the mayor in Arna, a week after Larsen's visit.",
    ],
)
def test_another_travellers_report_that_begins_with_the_subjects_departure_is_no_trip(lead: str) -> None:
    found = _file("Talks go on", f"{lead} Osei goes to Cole next.", on="2025-08-23")
    assert _weight(found, "t4", "other leads") < 0
    assert found.decision is not Decision.FILED


def test_another_name_in_a_headline_of_no_journey_weighs_little() -> None:
    text = "Osei is wrong, said the mayors. Larsen, who landed in Dore, had no answer."
    found = _file("Who is to blame? Osei and the mayors quarrel", text, on="2025-06-03")
    assert found.trip == "t3"


def test_a_report_from_beside_the_journey_may_name_the_subject_late() -> None:
    text = "Rain fell. The river rose. The mayor slept. The bridge held. Larsen {} in Dore at noon."
    arrives = _file("Rain", text.format("landed"), on="2025-06-03")
    stays = _file("Rain", text.format("was read out"), on="2025-06-03")
    assert _weight(arrives, "t3", "passing by") > _weight(stays, "t3", "passing")
    assert arrives.trip == "t3"


def test_a_meeting_on_the_days_of_a_trip_needs_no_place() -> None:
    assert _file("Larsen meets the mayor", "They talked about dams.", on="2025-06-03").trip == "t3"
    assert _file("Larsen meets the mayor", "They talked about dams.", on="2025-05-04").trip == ""


def test_countries_whose_ministers_talk_are_not_where_the_subject_is() -> None:
    there = _file("Larsen in Dore", "He flew in from Arna.")
    ministers = _file("Larsen in Dore", "The ministers of Nordland and Sudland wrote to him.")
    assert _weight(there, "t3", "place off") < 0
    assert _weight(ministers, "t3", "place off") == 0


def test_other_names_of_a_country_mean_the_country() -> None:
    more = replace(WATCH.episode, names=(("Eastland", ("Ostland", "Levante")),))
    found = classify(compile_watch(replace(WATCH, episode=more)), "Larsen in Levante", "", "")
    assert _weight(found, "t3", "place") > 0


def test_a_journey_to_another_part_of_the_world_is_no_trip() -> None:
    assert _file("Larsen lands in Geneva", on="2025-06-03").decision is Decision.NONE
    assert _file("Larsen at work", "GENEVA (Example) - The envoy rests.", on="2025-06-03").decision is Decision.NONE


def test_another_place_beside_a_stop_does_not_hurt() -> None:
    assert _file("Larsen to visit Dore, Cole and Lisbon", on="2025-06-02").trip == "t3"


def test_a_trip_that_is_put_off_is_not_filed() -> None:
    found = _file("Larsen postpones third trip to the valley", on="2025-06-01")
    assert found.decision is not Decision.FILED


def test_how_many_trips_there_were_is_no_news_of_the_last_one_weeks_later() -> None:
    said = "Larsen has made four trips to the valley since the flood."
    assert _weight(_file("Larsen's work", said, on="2025-08-23"), "t4", "trips so far") > 0
    late = _file("Larsen's work", said, on="2025-09-20")
    assert _weight(late, "t4", "trips so far") == 0
    assert "t4" in late.mentioned


def test_a_talk_by_telephone_is_no_trip() -> None:
    found = _file("Larsen speaks with Nordland's mayor by phone", "They talked about dams.", on="2025-08-19")
    assert found.decision is not Decision.FILED


def test_a_subject_named_late_is_only_passing() -> None:
    text = "Rain fell. The river rose. The mayor slept. The bridge held. Then Larsen came to the valley."
    assert _weight(_file("Rain in the valley", text), "t1", "passing") < 0


def test_a_text_of_other_years_is_about_other_trips() -> None:
    assert _weight(_file("Larsen visits Arna", "It was May 4, 2019."), "t1", "other years") < 0


def test_phrases_prefer_the_longest_name_and_know_open_ends() -> None:
    book = PhraseBook({"long": ("Two Rivers",), "short": ("two",), "open": ("flood*",)})
    found = book.find(lay_out("text", "Two rivers flooded two fields."))
    assert [hit.label for hit in found] == ["long", "open", "short"]


def test_a_long_page_is_filed_in_reasonable_time() -> None:
    text = "Larsen in Arna, Cole and Dore on his third trip to the valley. " * 20_000
    assert _file("Larsen", text).trip == "t3"


def test_books_on_a_shelf_find_what_each_finds_alone() -> None:
    books = [
        PhraseBook({"long": ("Two Rivers",), "short": ("two",), "open": ("flood*",)}),
        PhraseBook({"rivers": ("rivers",), "two": ("two rivers flooded",)}),
        PhraseBook({"none": ("sea",)}),
    ]
    reading = Reading(lay_out("title", "Two rivers"), lay_out("text", "Two rivers flooded two fields."), "", None)
    assert Shelf(books).find_in(reading) == [book.find_in(reading) for book in books]
