"""How fast articles are matched: the shipped watch, and rules by the thousand beside a regex and an automaton.

    .venv/bin/python bench/rules.py            # about a minute; pip install pyahocorasick for the automaton

Articles have about 6 kB. *Other news* is made of syllables, *the story* of the demo's reports, which name a trip's
places and people in every line. Times are CPU times of one process, the best of several rounds.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from monitor.rules import Rule, RuleSet, compile_rule, find, read_document  # noqa: E402
from monitor.stages.classify import classify, compile_watch  # noqa: E402
from monitor.text import read_wording  # noqa: E402
from monitor.watch import read_watch  # noqa: E402

LETTERS = 6000
SYLLABLES = [consonant + vowel for consonant in "bdgklmnprstvz" for vowel in "aeiou"]
VOCABULARY = 30_000


def words_of(seed: int, number: int) -> list[str]:
    """So many made-up words, the same ones for the same seed."""
    chance = random.Random(seed)
    return ["".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 3, 4)))) for _ in range(number)]


def other_news(number: int) -> list[str]:
    """Texts of made-up words; frequent ones are frequent, as in a language (Zipf)."""
    chance = random.Random(7)
    vocabulary = words_of(1, VOCABULARY)
    weights = [1 / rank for rank in range(1, VOCABULARY + 1)]
    texts = []
    for _ in range(number):
        words = chance.choices(vocabulary, weights, k=LETTERS // 6)
        lines = [" ".join(words[n : n + 18]).capitalize() + "." for n in range(0, len(words), 18)]
        texts.append("\n".join(lines)[:LETTERS])
    return texts


def story(number: int) -> list[str]:
    """Texts of the demo's reports, one after the other."""
    pages = []
    for day in sorted((ROOT / "monitor/demo/pages").glob("day*.toml")):
        pages += [page["text"].strip() for page in tomllib.loads(day.read_text("utf-8"))["page"] if "text" in page]
    whole = "\n\n".join(pages)
    step = max(1, (len(whole) - LETTERS) // number)
    return [whole[n * step : n * step + LETTERS] for n in range(number)]


def generated(number: int) -> list[Rule]:
    """Rules over the made-up words: an alternative, a nearness and an exclusion each."""
    chance = random.Random(11)
    # Rules ask for names and terms, not for the words of every text.
    rare = words_of(1, VOCABULARY)[1000:]
    rules = []
    for _ in range(number):
        one, two, three, four, five = chance.sample(rare, 5)
        rules.append(compile_rule(f'({one} NEAR/8 ({two} OR {three}*)) OR "{four} {five}" NOT {two}'))
    return rules


def best(work: Callable[[], object], rounds: int) -> float:
    """The least CPU seconds of several rounds."""
    times = []
    for _ in range(rounds):
        read_wording.cache_clear()
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def watch_speed(texts: Sequence[str], rounds: int) -> dict[str, float]:
    """Articles a second: cut into words, read for rules, matched by all rules of the watch, filed whole."""
    engine = compile_watch(read_watch((ROOT / "watch.toml").read_text("utf-8")))
    titles = [text[:70].replace("\n", " ") for text in texts]
    documents = [read_document({"title": title, "text": text}) for title, text in zip(titles, texts, strict=True)]

    def match() -> None:
        for document in documents:
            engine.asked.find_all(document)

    pairs = list(zip(titles, texts, strict=True))
    seconds = {
        "cut into words": best(lambda: [read_wording(text) for text in texts], rounds),
        "read for rules": best(lambda: [read_document({"title": a, "text": b}) for a, b in pairs], rounds),
        "all rules matched": best(match, rounds),
        "filed": best(lambda: [classify(engine, a, b) for a, b in pairs], rounds),
    }
    return {name: len(texts) / value for name, value in seconds.items()}


def many_rules(texts: Sequence[str], sizes: Sequence[int], rounds: int) -> list[dict[str, float]]:
    """Milliseconds an article by the number of rules, beside finding the bare words of the same rules."""
    documents = [read_document({"text": text}) for text in texts]
    lowered = [text.lower() for text in texts]
    table = []
    read = best(lambda: [read_document({"text": text}) for text in texts], rounds)
    for size in sizes:
        rules = generated(size)
        together = RuleSet(rules)
        vocabulary = sorted({word for rule in rules for word in re.findall(r"[a-z]{3,}", str(rule))})
        alternation = re.compile(r"\b(?:" + "|".join(sorted(vocabulary, key=len, reverse=True)) + r")")
        row = {
            "rules": float(size),
            "read for rules": read,
            "together": best(lambda t=together: [t.find_all(each) for each in documents], rounds),  # type: ignore[misc]
            "regex": best(lambda r=alternation: [r.findall(text) for text in lowered[:20]], 1) * len(texts) / 20,  # type: ignore[misc]
        }
        if size <= 1000:
            row["each alone"] = best(lambda r=rules: [find(rule, d) for d in documents for rule in r], 1)  # type: ignore[misc]
        if automaton := _automaton(vocabulary):
            row["Aho-Corasick"] = best(lambda a=automaton: [list(a.iter(text)) for text in lowered], rounds)  # type: ignore[misc]
        table.append({name: value if name == "rules" else value / len(texts) * 1000 for name, value in row.items()})
    return table


def _automaton(vocabulary: Sequence[str]):  # type: ignore[no-untyped-def]  # it ships no types
    try:
        import ahocorasick  # type: ignore[import-not-found]
    except ImportError:
        return None
    made = ahocorasick.Automaton()
    for word in vocabulary:
        made.add_word(word, word)
    made.make_automaton()
    return made


def main() -> None:
    """Print both tables, or all of it as JSON."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--articles", type=int, default=200)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    kinds = {"other news": other_news(given.articles), "the story": story(given.articles)}
    # Of what general feeds bring, few articles are about one story.
    rare = given.articles // 30
    kinds["one in 30 on it"] = [
        *kinds["other news"][: given.articles - rare],
        *kinds["the story"][:: len(kinds["the story"]) // max(rare, 1)][:rare],
    ]
    speeds = {name: watch_speed(texts, given.rounds) for name, texts in kinds.items()}
    table = many_rules(kinds["other news"], (100, 1000, 10_000), given.rounds)
    matching = table[-1]["together"] / table[0]["together"]
    growth = (table[-1]["together"] + table[-1]["read for rules"]) / (table[0]["together"] + table[0]["read for rules"])
    if given.json:
        print(json.dumps({"watch": speeds, "rules": table, "growth": growth, "growth of matching": matching}, indent=1))
        return
    print(f"The shipped watch, articles of {LETTERS / 1000:g} kB a second\n")
    print(f"{'':<20}" + "".join(f"{name:>20}" for name in next(iter(speeds.values()))))
    for name, speed in speeds.items():
        print(f"{name:<20}" + "".join(f"{value:>20,.0f}" for value in speed.values()))
    names = list(dict.fromkeys(name for row in table for name in row))
    print("\nMilliseconds an article (other news)\n\n" + "".join(f"{name:>15}" for name in names))
    for row in table:
        print(
            f"{row['rules']:>15,.0f}"
            + "".join(f"{row[name]:>15.3f}" if name in row else f"{'-':>15}" for name in names[1:])
        )
    print(f"\n10,000 rules take {growth:.1f} x the time of 100 an article, {matching:.1f} x in matching alone")


if __name__ == "__main__":
    main()
