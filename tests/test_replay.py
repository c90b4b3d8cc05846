"""Every decision is borne out by its evidence: read again at its characters, it gives the same score and decision."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from end_to_end.command import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import make_article
from support.replay import replay

from monitor.model import Watch
from monitor.stages.classify import classify, compile_watch
from monitor.watch import read_watch

WATCH: Watch = read_watch((ROOT / "watch.toml").read_text("utf-8"))
ENGINE = compile_watch(WATCH)

PEOPLE = sorted({name for trip in WATCH.trips for name in trip.people})
PLACES = sorted({stop.place for trip in WATCH.trips for stop in trip.stops} | {"Kyiv", "Tokyo"})
DAYS = sorted({trip.first + timedelta(days=n) for trip in WATCH.trips for n in (-3, 0, 1, 9)})
TRAVELLERS = ["Antony Blinken", "He", "Austin", "The US secretary of state"]
TARGETS = ["to the region", "to Israel", "since October 7", "of the Middle East since the war began"]
SUBJECTS = ["a ceasefire", "hostages", "humanitarian aid for Gaza", "the Philadelphi corridor", "Syria"]
ODD = [
    "On his last trip he had seen pagers.",
    "The trip was postponed.",
    "They spoke by phone.",
    "Rain\nfell.",
    "Assad’s fall came first; Fidan agreed.",
    "Türkiye said “no”.",
    "Il visite Israël.",
    "🙂 — ½ №7",
]
pick = st.sampled_from
sentences = st.one_of(
    st.builds("{} landed in {} on {}.".format, pick(TRAVELLERS), pick(PLACES), pick(["Monday", "5 November 2023"])),
    st.builds("It is his {} {} {}.".format, pick(["second", "ninth", "11th"]), pick(["trip", "visit"]), pick(TARGETS)),
    st.builds("He met {} about {}.".format, pick(PEOPLE), pick(SUBJECTS)),
    pick(ODD),
)
texts = st.lists(sentences, max_size=14).map(" ".join)
days = st.none() | st.sampled_from(DAYS)
addresses = st.sampled_from(
    ["https://a.example/2023/11/05/x", "https://a.example/opinion/x", "https://a.example/2024-08"]
)


@settings(max_examples=300, deadline=None)
@given(texts, texts, days, addresses)
def test_the_evidence_of_any_article_bears_its_decision_out(title: str, text: str, day: date | None, url: str) -> None:
    when = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) if day else None
    article = make_article("a", text, title=title, url=url, published=when)
    filing = classify(ENGINE, title, text, url, article.outlet, article.language, when)
    assert replay(article, filing, ENGINE.story.weights) == []
