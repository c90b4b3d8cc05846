"""Finding figures: golden sentences, reading of numbers, the pattern table, the cost of hostile text."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from support.clock import cpu_seconds

from monitor.errors import MonitorError
from monitor.model import Figure
from monitor.stages.figures import find_figures, load_patterns, shipped_patterns
from monitor.stages.figures.numbers import read
from monitor.text import read_sentences

GOLDEN = Path(__file__).parent / "golden"


def found(text: str) -> tuple[Figure, ...]:
    return find_figures(text, read_sentences(text), shipped_patterns())


def row(figure: Figure) -> list[object]:
    return [figure.subject, figure.low, figure.high, figure.qualifier, figure.period, figure.attribution]


@pytest.mark.parametrize(
    ("file", "number", "precision", "recall"),
    [("figures.toml", 300, 0.99, 0.97), ("figures_wires.toml", 90, 0.97, 0.82)],
)
def test_golden_sentences_keep_their_precision_and_recall(
    file: str, number: int, precision: float, recall: float
) -> None:
    cases = tomllib.loads((GOLDEN / file).read_text("utf-8"))["case"]
    right = told = wanted = 0
    wrong = []
    for case in cases:
        got = [row(figure) for figure in found(case["text"])]
        hits = [figure for figure in got if figure in case["expect"]]
        right, told, wanted = right + len(hits), told + len(got), wanted + len(case["expect"])
        if not len(hits) == len(got) == len(case["expect"]):
            wrong.append((case["text"], got))
    assert len(cases) >= number
    assert right / told >= precision, wrong
    assert right / wanted >= recall, wrong


@pytest.mark.parametrize(
    ("text", "low", "high", "qualifier"),
    [
        ("forty thousand", 40_000, 40_000, ""),
        ("one hundred and twenty-five people", 125, 125, ""),
        ("half a million", 500_000, 500_000, ""),
        ("two and a half million", 2_500_000, 2_500_000, ""),
        ("a dozen", 12, 12, ""),
        ("tens of thousands", 20_000, 99_999, "tens of thousands"),
        ("between 30 and 40 people", 30, 40, ""),
        ("1.5 to 2 million people", 1_500_000, 2_000_000, ""),
        ("10 000 people", 10_000, 10_000, ""),
        ("$135m", 135_000_000, 135_000_000, ""),
        ("no fewer than 20 people", 20, 20, "at least"),
        ("1,400+ people", 1400, 1400, "more than"),
        ("a hundred or so people", 100, 100, "about"),
        ("killed dozens", 24, 99, "dozens"),
    ],
)
def test_numbers_are_read_in_every_dress(text: str, low: float, high: float, qualifier: str) -> None:
    (quantity,) = read(text).quantities
    assert (quantity.low, quantity.high, quantity.qualifier) == (low, high, qualifier)


@pytest.mark.parametrize(
    "text",
    [
        "on October 7, 2023", "7 October", "in 2014", "aged 33", "a 33-year-old", "+1 202-555-0143",
        "at 14:10", "at 7am", "won 2-0", "90 percent", "40 km", "her six children", "resolution 2735",
        "the 9th trip", "no one",
    ],
)  # fmt: skip
def test_other_numbers_are_no_quantities(text: str) -> None:
    assert read(text).quantities == ()


def test_a_span_covers_the_number_with_its_qualifier_and_sign() -> None:
    text = "He spoke in Doha. Blinken announced more than $135 million in humanitarian aid for Gaza."
    (figure,) = found(text)
    assert text[figure.span.start : figure.span.end] == "more than $135 million"
    assert figure.sentence == 1
    (plain,) = found("Washington announced $135m in humanitarian aid for Gaza.")
    assert (plain.span.start, plain.span.end) == (21, 26)


def test_the_place_may_stand_in_the_sentence_before() -> None:
    (figure,) = found("Aircraft hit a house in Nuseirat. At least nine people were killed.")
    assert (figure.subject, figure.low, figure.period) == ("deaths-gaza", 9, "event")


def test_victims_of_a_group_are_told_apart() -> None:
    figures = found("The health ministry in Gaza says 9,770 people have been killed, including 4,800 children.")
    assert [(figure.low, figure.group) for figure in figures] == [(9770, ""), (4800, "children")]


def test_the_current_value_of_a_change_comes_last() -> None:
    figures = found("Aid fell to about 30 trucks a day from 100 at Rafah.")
    assert [(figure.low, figure.qualifier) for figure in figures] == [(100, "earlier"), (30, "about")]


MINIMAL = (
    '[words]\nmen = ["men"]\n[forms]\nf = ["{form}"]\n[[subject]]\nid = "s"\nforms = ["{name}"]\ncontext = [["gaza"]]\n'
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("not toml = =", "not TOML"),
        ("", "subject"),
        (MINIMAL.format(form="killed", name="f") + "total = [1, 9]", "exactly one #"),
        (MINIMAL.format(form="# @women", name="f") + "total = [1, 9]", "words.women"),
        (MINIMAL.format(form="# @men", name="g") + "total = [1, 9]", "forms.g"),
        (MINIMAL.format(form="# @men", name="f") + "total = [1]", "subject s: total"),
        (MINIMAL.format(form="# @men", name="f") + "tottal = [1, 9]", "tottal"),
        (MINIMAL.format(form="# @men", name="f"), "range"),
        (MINIMAL.format(form="# @men", name="f") + 'total = [1, 9]\nnever = ["…"]', "subject s: never"),
    ],
)
def test_a_faulty_table_is_refused_by_name(text: str, names: str) -> None:
    with pytest.raises(MonitorError, match=names.replace("[", r"\[")):
        load_patterns(text)


def test_a_table_of_ones_own_is_enough() -> None:
    table = load_patterns(MINIMAL.format(form="# @men", name="f") + "total = [1, 99]")
    text = "Some 12 men came to Gaza."
    assert [figure.low for figure in find_figures(text, read_sentences(text), table)] == [12]


def test_an_entry_with_two_lists_is_every_pair_of_their_terms() -> None:
    pairs = 'land = ["gaza", "lebanon"]\npair = ["@land and @land"]\n[forms]'
    text = MINIMAL.replace("[forms]", pairs).replace('[["gaza"]]', '[["@pair"]]').format(form="# @men", name="f")
    table = load_patterns(text + "total = [1, 99]")
    for text, values in (("12 men came to Lebanon and Gaza.", [12]), ("12 men came to Gaza.", [])):
        assert [figure.low for figure in find_figures(text, read_sentences(text), table)] == values


def test_a_place_is_not_taken_from_a_sentence_that_speaks_against_it() -> None:
    of_gaza = "Aircraft hit a house in Nuseirat. At least nine people were killed."
    assert [figure.subject for figure in found(of_gaza)] == ["deaths-gaza"]
    assert found(of_gaza.replace("a house", "the captives")) == ()


def test_of_what_is_only_wished_or_planned_nothing_is_told() -> None:
    real = "On Sunday 90 trucks entered Gaza."
    assert [figure.low for figure in found(real)] == [90]
    assert [figure.low for figure in found(real.replace(".", ", but the UN says that far more are needed."))] == [90]
    assert found("We hope that on Sunday 90 trucks entered Gaza.") == ()
    assert found("The draft has three stages. In the last, 90 trucks enter Gaza.") == ()


def test_a_subject_may_need_a_word_and_bear_another_nowhere_near() -> None:
    keys = 'total = [1, 99]\nneeds = ["came"]\nnot_near = ["drill"]'
    table = load_patterns(MINIMAL.format(form="# @men", name="f") + keys)
    for text, values in (
        ("Some 12 men came to Gaza.", [12]),
        ("Some 12 men are in Gaza.", []),
        ("It was a drill. Some 12 men came to Gaza.", []),
    ):
        assert [figure.low for figure in find_figures(text, read_sentences(text), table)] == values


@pytest.mark.parametrize(
    "piece",
    [
        "killed 12 ",
        "including 12 killed, ",
        "said on Monday that 12 of them were killed in the strike since May, ",
        "1 ",
        "more than ",
        "death toll of ",
        "1-",
        "one hundred and ",
        "7 October ",
        "1,",
        "trucks ",
    ],
)
def test_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    def cost(times: int) -> float:
        text = piece * times
        sentences = read_sentences(text)
        return cpu_seconds(lambda: find_figures(text, sentences, shipped_patterns()), times=2)

    cost(200)
    assert cost(20_000) < 40 * max(cost(2_000), 0.02)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dozens",
        "killed dozens",
        "from",
        "$",
        "to 7",
        "Oct.",
        "half a",
        "1 000",
        "١٢ people",
        "Israel 12 people killed said",
    ],
)
def test_broken_text_raises_nothing(text: str) -> None:
    found(text)
