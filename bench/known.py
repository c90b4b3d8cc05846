"""How well copies, rewrites and new sentences are told, on our own labelled pairs and sentences.

.venv/bin/python bench/known.py            # the tables, and each threshold moved while the others stand
.venv/bin/python bench/known.py --misses   # what is judged otherwise than it is labelled
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support import known_golden as golden  # noqa: E402
from support import seed_labels  # noqa: E402

from monitor.stages import dedup, novelty, story  # noqa: E402

PAIR_STEPS = {
    "copy": (0.45, 0.50, 0.55, 0.60, 0.70),
    "lead": (0.20, 0.30, 0.40, 0.50, 0.60),
    "nearly_all": (0.55, 0.60, 0.70, 0.80, 0.90),
    "close": (0.40, 0.50, 0.55, 0.60, 0.70),
    "edited": (0.03, 0.06, 0.10, 0.15),
}
BORDERS = (0.18, 0.22, 0.26, 0.30, 0.33, 0.36, 0.39, 0.42, 0.45, 0.48)
SCORES = tuple(at / 100 for at in range(20, 62, 3))


def line(name: str, score: golden.Score) -> str:
    return f"{name:34} F1 {score.f1:.3f}  precision {score.precision:.3f}  recall {score.recall:.3f}"


def dropped(judged: list[golden.Judged]) -> str:
    others, of_template = golden.dropped_wrongly(judged), golden.dropped_wrongly(judged, templates=True)
    return f" wrongly dropped: {len(others)}, and {len(of_template)} pages of one template"


def pairs(misses: bool) -> None:
    judged = golden.judge_pairs()
    print("Pairs, by what they are and what they are taken for")
    table = Counter((each.pair.kind, each.verdict.value) for each in judged)
    for kind in dict.fromkeys(each.pair.kind for each in judged):
        print(f"  {kind:12}", *(f"{name} {table[kind, name]:3}" for name in ("copy", "update", "new")))
    print(line("copies and updates", golden.copies(judged)), dropped(judged))
    for name, steps in PAIR_STEPS.items():
        for value in steps:
            moved = golden.judge_pairs(replace(dedup.THRESHOLDS, **{name: value}))
            mark = "*" if value == getattr(dedup.THRESHOLDS, name) else " "
            print(line(f" {mark} {name} {value}", golden.copies(moved)), dropped(moved))
    print(f"\nRewrites (the border is {story.SAME_REPORT})")
    for border in BORDERS:
        print(line(f"   {border}", golden.rewrites(judged, border)))
    if misses:
        for each in judged:
            known = each.pair.kind in golden.KNOWN_KINDS
            retold = each.verdict.value == "new" and each.alike >= story.SAME_REPORT
            if (each.verdict.value != "new") != known or (not known and retold != (each.pair.kind == "rewrite")):
                print(f"  {each.verdict.value:6} {each.alike:.2f}  {each.pair.name}")


def sentences(misses: bool) -> None:
    said = golden.sentences()
    told = [golden.told_new(each) for each in said]
    print(f"\nSentences: {sum(each.new for each in said)} new, {sum(not each.new for each in said)} known")
    print(line("new", golden.score((each.new, new) for each, (new, _, _) in zip(said, told, strict=True))))
    for kind in dict.fromkeys(each.kind for each in said):
        some = [(each.new, new) for each, (new, _, _) in zip(said, told, strict=True) if each.kind == kind]
        print(line(f"   {kind}", golden.score(some)))
    for value in SCORES:
        limits = replace(novelty.THRESHOLDS, new=value)
        moved = [(each.new, golden.told_new(each, limits=limits)[0]) for each in said]
        print(line(f"   new from {value:.2f}", golden.score(moved)))
    if misses:
        for each, (new, score, reason) in zip(said, told, strict=True):
            if new != each.new:
                label = "new, taken for known" if each.new else "known, taken for new"
                print(f"  {label} {score:.2f} ({reason}): {each.text}")


def documents(misses: bool) -> None:
    if not seed_labels.SEEDS.is_dir():
        print("\nThe seed documents are not at hand")
        return
    print("\nSentences of the seed documents, each read after those before it")
    for name, order in (("001, 002, 003", seed_labels.ORDER[:3]), ("all five", seed_labels.ORDER)):
        told = list(seed_labels.read_in_turn(order))
        print(line(name, golden.score((new, novelty.new) for new, _, novelty in told)))
        print(line("   labels that are sure", golden.score((new, each.new) for new, sure, each in told if sure)))
    if misses:
        for new, sure, novelty in told:
            if new != novelty.new:
                label = "new, taken for known" if new else "known, taken for new"
                print(f"  {label}{'' if sure else ' (?)'} {novelty.score:.2f}: {novelty.sentence.text}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", action="store_true", help="list what is judged otherwise than it is labelled")
    given = parser.parse_args()
    pairs(given.misses)
    sentences(given.misses)
    documents(given.misses)


if __name__ == "__main__":
    main()
