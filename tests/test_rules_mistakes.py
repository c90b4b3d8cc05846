"""Every mistake in a rule is answered with its place, its name and a mend."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import RuleError
from monitor.rules import Rule, compile_rule

GOLDEN = tomllib.loads((Path(__file__).parent / "golden" / "rules_mistakes.toml").read_text(encoding="utf-8"))
NAMED = {"hostages": compile_rule("hostage*"), "ceasefire": compile_rule("ceasefire* OR truce")}


@pytest.mark.parametrize("mistake", GOLDEN["mistake"], ids=lambda mistake: str(mistake["rule"])[:40])
def test_a_mistake_is_placed_named_and_mended(mistake: dict[str, Any]) -> None:
    with pytest.raises(RuleError) as caught:
        compile_rule(mistake["rule"], named=NAMED)
    error = caught.value
    assert (error.line, error.column) == (mistake["line"], mistake["column"])
    assert (error.what, error.mend) == (mistake["what"], mistake["mend"])
    assert error.rule == mistake["rule"]


def test_every_mistake_has_a_mend() -> None:
    assert all(mistake["mend"] for mistake in GOLDEN["mistake"])


def test_the_picture_points_at_the_place() -> None:
    with pytest.raises(RuleError) as caught:
        compile_rule("gaza AND\n  titel:rafah")
    assert caught.value.picture() == "  titel:rafah\n  ^"


@pytest.mark.parametrize(
    "rule",
    [
        "(" * 61 + "a" + ")" * 61,
        "NOT " * 61 + "a",
        "(NOT NOT " * 30 + "a" + ")" * 30,
        "{a: " * 61 + "b" + "}" * 61,
    ],
)
def test_groups_cannot_nest_without_end(rule: str) -> None:
    with pytest.raises(RuleError, match="inside each other"):
        compile_rule(rule)


def test_rules_cannot_grow_without_end() -> None:
    with pytest.raises(RuleError, match="longer than"):
        compile_rule("gaza " * 4001)
    rule = compile_rule("a b")
    with pytest.raises(RuleError, match="too large"):
        doubled(rule, 20)


def doubled(rule: Rule, times: int) -> Rule:
    """A rule that names the one before it twice, and so on."""
    for _ in range(times):
        rule = compile_rule("@r OR x @r", named={"r": rule})
    return rule


def attempt(text: str) -> tuple[Rule | None, RuleError | None]:
    """The rule or its refusal."""
    try:
        return compile_rule(text), None
    except RuleError as error:
        return None, error


@given(st.text(alphabet="ab*\" ()-:/@={}#.,\n“”–'|&é1", max_size=30))
def test_any_text_is_a_rule_or_a_placed_mistake(text: str) -> None:
    rule, error = attempt(text)
    if rule:
        assert compile_rule(str(rule)).node == rule.node
    if error:
        assert error.what
        assert error.mend
        assert 1 <= error.line <= text.count("\n") + 1
        assert 1 <= error.column <= len(text) + 1


PARTS = [
    "gaza",
    '"a b"',
    "OR",
    "AND",
    "NOT",
    "-",
    "(",
    ")",
    "NEAR/3",
    "NEAR",
    "SAME",
    "ATLEAST/2",
    "title:",
    "/x+/",
    "{k:",
]


@given(st.lists(st.sampled_from([*PARTS, "}", "=May", "al-S*"]), max_size=12))
def test_any_order_of_the_parts_is_a_rule_or_a_placed_mistake(parts: list[str]) -> None:
    rule, error = attempt(" ".join(parts))
    if rule:
        assert compile_rule(str(rule)).node == rule.node
    if error:
        assert error.what != "the rule does not read"
