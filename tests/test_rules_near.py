"""Near misses: what one more hit would have made of a rule that does not match."""

from __future__ import annotations

import pytest

from monitor.rules import compile_rule, read_document
from monitor.rules.near import near_misses

NAMED = {"deal": compile_rule("truce AND hostage*")}


@pytest.mark.parametrize(
    ("rule", "text", "ways"),
    [
        ("truce AND hostage*", "A truce.", ("truce is there, hostage* is missing",)),
        ("truce AND hostage* AND gaza", "A truce.", ()),
        ("truce", "A pause.", ()),
        ("truce NOT lebanon", "A truce in Lebanon.", ("truce is there, but so is lebanon",)),
        (
            "aid NEAR/2 gaza",
            "Aid is late, they say in Gaza.",
            ("aid and gaza are there, but not within 2 words",),
        ),
        (
            "leav* ONEAR/4 doha",
            "From Doha he leaves.",
            ("leav* and doha are there, but not within 4 words in this order",),
        ),
        ("iran SAME iraq", "Iran spoke. Iraq did not.", ("iran and iraq are there, but in no one sentence",)),
        ("ATLEAST/3 gaza", "Gaza and Gaza.", ("gaza is there 2 times, one too few",)),
        ("title:truce", "A truce.", ("truce is there, but not in the title",)),
        ("@deal OR pope", "A truce.", ("truce is there, hostage* is missing",)),
        ("(aid gaza) OR (food gaza)", "Food came.", ("food is there, gaza is missing",)),
        (
            "gaza AND (aid NEAR/1 truck)",
            "A truck with aid for Gaza.",
            ("aid and truck are there, but not within 1 words",),
        ),
        ("truce", "A truce.", ()),
    ],
)
def test_a_near_miss_says_what_is_lacking(rule: str, text: str, ways: tuple[str, ...]) -> None:
    assert near_misses(compile_rule(rule, named=NAMED), read_document({"title": "", "text": text})) == ways
