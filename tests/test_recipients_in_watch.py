"""Recipients and times of digests in the watch file."""

from __future__ import annotations

import pytest

from monitor.errors import WatchError
from monitor.model import Recipient
from monitor.watch import read_watch

HEAD = """[watch]
name = "Talks"
subject = "talks"
"""
TAIL = """
[[trip]]
id = "round-1"
ordinal = 1
name = "First"
dates = [2024-03-18, 2024-03-22]
[[topic]]
id = "cargo"
name = "Cargo"
rule = "cargo"
"""


def refused(text: str) -> str:
    with pytest.raises(WatchError) as caught:
        read_watch(HEAD + text + TAIL, "watch.toml")
    return str(caught.value)


def test_a_recipient_chooses_form_trips_and_topics() -> None:
    chosen = '[digest]\nto = ["desk@example.org"]\n[[recipient]]\nto = "kim@bücher.example"\nformat = "text"\n'
    watch = read_watch(HEAD + chosen + 'trips = ["round-1"]\ntopics = ["cargo"]\n' + TAIL, "watch.toml")
    kim = Recipient("kim@bücher.example", "text", ("round-1",), ("cargo",))
    assert watch.digest.everybody() == (Recipient("desk@example.org"), kim)


def test_a_recipient_is_there_once_and_chooses_what_there_is() -> None:
    said = refused(
        '[digest]\nto = ["Kim@example.org"]\n[[recipient]]\nto = "kim@example.org"\ntrips = ["round-2"]\n'
        'topics = ["food"]\nformat = "pdf"\n'
    )
    assert 'watch.toml:7: recipient "kim@example.org": to: "kim@example.org" is a recipient already' in said
    assert 'there is no trip "round-2"; did you mean "round-1"?' in said
    assert 'there is no topic "food"' in said
    assert '"pdf" is not known' in said


@pytest.mark.parametrize(
    "to", ["kim@exa mple.org", "kim@", "kim@-.example", "Kim <kim@example.org>", "kïm@example.org"]
)
def test_an_address_that_is_none_is_refused(to: str) -> None:
    assert "is no mail address" in refused(f'[[recipient]]\nto = "{to}"\n')


def test_a_time_that_never_comes_is_refused_with_its_line() -> None:
    said = refused('[digest]\nat = ["mon-fri 07:00", "0 7 31 2 *"]\n')
    assert 'watch.toml:5: [digest]: at: "0 7 31 2 *" names a day that never comes; write e.g.' in said
