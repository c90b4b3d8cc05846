"""A person's word on an article: it outlives the rules, is told once, and can be taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from end_to_end.command import monitor
from support.builders import NOW, make_article

from monitor.edges.store import SqlStore
from monitor.model import Article, Decision, Kept, Page, Prepared, Settled
from monitor.pipeline.backtest import backtest
from monitor.pipeline.filing import Filer
from monitor.pipeline.settling import settle, settle_with_copies, untold
from monitor.stages import dedup
from monitor.watch import read_watch

TEXT = """
[watch]
name = "The harbour strike"
subject = "mediator"
[watch.episode]
words = ["round"]
[weights]
"no journey" = 0
"no journey told" = 0
"unsure" = 0
[[trip]]
id = "round-1"
ordinal = 1
name = "First round"
dates = [2024-03-18, 2024-03-19]
[[trip]]
id = "round-2"
ordinal = 2
name = "Second round"
dates = [2024-04-18, 2024-04-19]
[[topic]]
id = "ships"
name = "Ships"
rule = "ship*"
[[topic]]
id = "pay"
name = "Pay"
rule = "wage*"
"""
WATCH = read_watch(TEXT)
UNSURE = (
    "The mediator met crane drivers in the harbour for the round of talks. Forty ships have to wait outside, "
    "the port said."
)
CLEAR = "The mediator opened the first round of talks on 19 March 2024. The port said that wages were the only subject."
HAND = Settled("round-1")


def _article(name: str, text: str, minutes: int, published: datetime | None) -> Article:
    return make_article(
        name, text, title=f"Talks: {name}", published=published, fetched_at=NOW + timedelta(minutes=minutes)
    )


def _fill(store: SqlStore) -> None:
    filer = Filer(WATCH, store)
    for article in (
        _article("clear", CLEAR, 0, datetime(2024, 3, 19, tzinfo=UTC)),
        _article("unsure", UNSURE, 10, None),
    ):
        filer.keep(article, Prepared(Page(article.url, article.title, article.text), dedup.fingerprint(article.text),
                                     article.content_hash), None)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> SqlStore:
    """A store with an article on the first round and one on no round."""
    opened = SqlStore.open(f"sqlite:///{tmp_path / 'monitor.db'}", NOW)
    _fill(opened)
    return opened


def _one(store: SqlStore, name: str = "unsure") -> Kept:
    kept = store.kept_article(name)
    assert kept is not None
    return kept


def _settle(store: SqlStore, word: Settled | None) -> int:
    stored = store.article("unsure")
    assert stored is not None
    filed = settle(_one(store), stored.match, word, Filer(WATCH, store), WATCH)
    store.settle(filed, untold=untold(stored.filing.decision, filed.filing.decision))
    return len(filed.developments)


def _told(store: SqlStore) -> list[str]:
    return [each.development.text for each in store.material().developments if each.article.id == "unsure"]


def test_it_is_filed_where_the_person_says_with_the_rules_topics_and_its_new_sentences(store: SqlStore) -> None:
    assert _one(store).filing.decision is Decision.UNCERTAIN
    assert _settle(store, HAND) == 2
    filing = _one(store).filing
    assert (filing.decision, filing.trip, filing.settled) == (Decision.FILED, "round-1", HAND)
    assert [hit.topic_id for hit in filing.topics] == ["ships"]
    assert any("Forty ships" in text for text in _told(store))


def test_a_persons_topics_stand_in_place_of_the_rules(store: SqlStore) -> None:
    _settle(store, Settled("round-1", ("pay", "ships")))
    assert [(hit.topic_id, bool(hit.evidence)) for hit in _one(store).filing.topics] == [
        ("pay", False),
        ("ships", True),
    ]


def test_doing_it_twice_changes_nothing(store: SqlStore) -> None:
    _settle(store, HAND)
    before, told = _one(store), _told(store)
    _settle(store, HAND)
    assert (_one(store), _told(store)) == (before, told)


def test_what_a_digest_only_listed_is_told_by_the_next_one(store: SqlStore) -> None:
    from support.builders import make_digest

    store.save_digest("slot", make_digest(), ["clear", "unsure"], ())
    assert _told(store) == []
    _settle(store, HAND)
    assert _told(store)
    store.save_digest("slot-2", replace(make_digest(), name="2024-03-21"), ["unsure"], ())
    _settle(store, Settled("round-1", ("pay",)))
    assert _told(store) == []  # what was told once is not told again


def test_filing_everything_anew_leaves_it_there(store: SqlStore, tmp_path: Path) -> None:
    _settle(store, HAND)
    scratch = SqlStore.open(f"sqlite:///{tmp_path / 'scratch.db'}", NOW)
    found = backtest(store.kept(), scratch, Filer(WATCH, scratch), WATCH, NOW)
    assert found.changes == ()
    other = read_watch(TEXT.replace('subject = "mediator"', 'subject = "nobody"'))
    scratch = SqlStore.open(f"sqlite:///{tmp_path / 'other.db'}", NOW)
    found = backtest(store.kept(), scratch, Filer(other, scratch), other, NOW)
    assert [(change.article_id, change.kind) for change in found.changes] == [("clear", "lost")]


def test_a_trip_that_is_gone_from_the_watch_leaves_the_article_to_the_rules_but_keeps_the_word(
    store: SqlStore, tmp_path: Path
) -> None:
    _settle(store, HAND)
    other = replace(WATCH, trips=WATCH.trips[1:])
    scratch = SqlStore.open(f"sqlite:///{tmp_path / 'scratch.db'}", NOW)
    found = backtest(store.kept(), scratch, Filer(other, scratch), other, NOW)
    now = {each.article.id: each.filing for each in found.filed}["unsure"]
    assert (now.trip, now.settled) == ("", HAND)


def test_it_can_be_taken_back(store: SqlStore) -> None:
    before = _one(store)
    _settle(store, HAND)
    _settle(store, None)
    assert _one(store) == before


MORE = "\nPilots of the tugs have joined, and the lock at Norrhaven is shut since Sunday, its master said."


def _file_copies(store: SqlStore) -> None:
    filer = Filer(WATCH, store)
    for article in (
        replace(_article("copy", UNSURE, 20, None), outlet="Other Paper"),
        replace(_article("longer", UNSURE + MORE, 30, None), outlet="Third Paper"),
    ):
        filer.keep(article, Prepared(Page(article.url, article.title, article.text), dedup.fingerprint(article.text),
                                     article.content_hash), None)  # fmt: skip


def _settle_all(store: SqlStore, name: str, word: Settled | None) -> int:
    stored = store.article(name)
    assert stored is not None
    return settle_with_copies(store, _one(store, name), stored.match, word, Filer(WATCH, store), WATCH)[1]


def _places(store: SqlStore) -> dict[str, tuple[str, str]]:
    return {kept.article.id: (kept.filing.decision.value, kept.filing.trip) for kept in store.kept()}


def test_its_copies_follow_it_there_and_back(store: SqlStore) -> None:
    _file_copies(store)
    before = _places(store)
    assert before["copy"] == before["longer"] == ("uncertain", "")
    assert _settle_all(store, "unsure", HAND) == 2
    assert _places(store)["copy"] == _places(store)["longer"] == ("filed", "round-1")
    told = [(each.article.id, each.development.text) for each in store.material().developments]
    assert not any(article == "copy" for article, _ in told)  # all of it was said by the first
    assert [text for article, text in told if article == "longer"] == [MORE.strip()]
    assert _settle_all(store, "unsure", HAND) == 0
    assert _settle_all(store, "unsure", None) == 2
    assert _places(store) == before


def test_copies_follow_to_no_trip_and_take_a_persons_topics(store: SqlStore) -> None:
    _file_copies(store)
    _settle_all(store, "unsure", Settled("", ("pay",)))
    filing = _one(store, "copy").filing
    assert (filing.decision, filing.reason) == (Decision.NONE, "its original was settled by hand")
    assert [hit.topic_id for hit in filing.topics] == ["pay"]


def test_a_copy_that_a_person_settled_itself_stays(store: SqlStore) -> None:
    _file_copies(store)
    _settle_all(store, "copy", Settled("round-2"))
    assert _settle_all(store, "unsure", HAND) == 1
    assert _places(store)["copy"] == ("filed", "round-2")


def test_filing_everything_anew_leaves_the_copies_there_too(store: SqlStore, tmp_path: Path) -> None:
    _file_copies(store)
    _settle_all(store, "unsure", HAND)
    scratch = SqlStore.open(f"sqlite:///{tmp_path / 'scratch.db'}", NOW)
    assert backtest(store.kept(), scratch, Filer(WATCH, scratch), WATCH, NOW).changes == ()


def test_no_trip_is_an_answer_too(store: SqlStore) -> None:
    _settle(store, Settled(""))
    assert (_one(store).filing.decision, _one(store).filing.reason) == (Decision.NONE, "settled by hand")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder of the same story, with the same two articles."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "watch.toml").write_text(TEXT)
    store = SqlStore.open(f"sqlite:///{folder / 'monitor.db'}", NOW)
    _fill(store)
    store.close()
    return folder


def test_the_command_settles_and_explain_shows_it(home: Path) -> None:
    done = monitor(
        "--home", home, "articles", "settle", "unsure", "--trip", "round-1", "--topics", "ships,pay", "--json"
    )
    assert done.code == 0, done.all
    assert done.json == {"id": "unsure", "trip": "round-1", "topics": ["ships", "pay"], "settled": True,
                         "developments": 2, "copies": 0}  # fmt: skip
    said = monitor("--home", home, "explain", "unsure")
    assert "(round-1), settled by hand" in said.out
    back = monitor("--home", home, "articles", "settle", "unsure", "--by-rules")
    assert "(by the rules)" in back.out
    listed = monitor("--home", home, "articles", "uncertain", "--json")
    assert [(row["id"], sorted(row["trips"])) for row in listed.json] == [("unsure", [])]
    assert "between round-1" in monitor("--home", home, "articles", "uncertain").out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("nowhere", "--trip", "none"), "no article nowhere is stored"),
        (("unsure", "--trip", "round-9"), "'round-9' is no trip of the watch; there are round-1, round-2, none"),
        (("unsure", "--trip", "none", "--topics", "ship"), "'ship' is no topic of the watch; there are ships, pay"),
        (("unsure",), "give --trip TRIP or --trip none, or else --by-rules alone"),
        (("unsure", "--trip", "none", "--by-rules"), "give --trip TRIP or --trip none, or else --by-rules alone"),
    ],
)
def test_what_cannot_be_meant_is_refused(home: Path, args: tuple[str, ...], said: str) -> None:
    done = monitor("--home", home, "articles", "settle", *args)
    assert done.code == 2
    assert said in done.err
