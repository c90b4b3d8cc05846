"""How well reports on one event are found: pairs of articles, on public sets that are no part of the project.

.venv/bin/python bench/events.py --ecb DIR --basil DIR --giveme5w1h DIR --newswcl50 DIR [--undated] [--orders 5]

Each DIR is a checkout: tommasoc80/EventStoryLine (ECB+, Cybulska and Vossen 2014; pairs within a topic, of which each
has two events of one kind), launchnlp/BASIL (Fan et al. 2019), fhamborg/Giveme5W1H (Hamborg et al. 2019) and
anastasia-zhukova/Diverse_CDCR_datasets (NewsWCL50, Hamborg et al. 2019). Beside the stories stands what one number a
pair gives at its best border: TF-IDF of full text and beginning, and `stages/story.alike`.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import combinations
from pathlib import Path
from statistics import mean
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).parents[1]))

from monitor.demo.play import briefs
from monitor.demo.press import load
from monitor.model import ONE_EVENT, KnownSentence, Member, Pair, Verdict
from monitor.stages.known import KnownIndex
from monitor.stages.linkage import components
from monitor.stages.stories import gather
from monitor.stages.story import SAME_REPORT, WINDOW, Report, StoryIndex, alike, cosine, read_report
from monitor.text import read_sentences

# `[watch] one_event`: for events of many kinds, and the default, for one trip on which much is alike.
BORDERS = (0.21, ONE_EVENT)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Document:
    """A labelled article. `among`: articles are compared within it; `published`: None where the set does not say;
    `outlet`: "" for one of its own."""

    event: str
    text: str
    among: str = ""
    published: datetime | None = None
    outlet: str = ""


def spaced(tokens: Iterable[str]) -> str:
    """Words as they were written before somebody cut them."""
    text = re.sub(r" ([.,;:!?)%]|'s\b|n't\b)", r"\1", " ".join(tokens))
    return re.sub(r"([($]) ", r"\1", text)


def moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)[:19]).replace(tzinfo=UTC)
    except ValueError:
        return None


def read_ecb(folder: Path) -> Iterator[Document]:
    for path in sorted(folder.glob("ECB+_LREC2014/ECB+/*/*.xml")):
        name = re.match(r"(\d+)_\d+(ecb\w*)", path.stem)
        sentences: dict[str, list[str]] = defaultdict(list)
        for token in ElementTree.parse(path).iter("token"):
            sentences[token.get("sentence") or ""].append(token.text or "")
        if name:
            yield Document("/".join(name.groups()), "\n".join(map(spaced, sentences.values())), name[1])


def read_basil(folder: Path) -> Iterator[Document]:
    for path in sorted((folder / "articles").rglob("*.json")):
        row = json.loads(path.read_text("utf-8"))
        if "triplet-uuid" in row:
            body = "\n".join(each if isinstance(each, str) else " ".join(each) for each in row["body-paragraphs"])
            yield Document(row["triplet-uuid"], f"{row['title']}\n{body}", published=moment(row["date"]))


def read_giveme5w1h(folder: Path) -> Iterator[Document]:
    for path in sorted(folder.rglob("news_cluster/data/*.json")):
        row = json.loads(path.read_text("utf-8"))
        event = f"{row['newsCluster'].get('TopicId')}/{row['newsCluster'].get('EventId')}"
        text = f"{row.get('title') or ''}\n{row.get('text') or ''}"
        yield Document(event, text, published=moment(row.get("date_publish")))


def read_newswcl50(folder: Path) -> Iterator[Document]:
    documents: dict[str, dict[str, list[str]]] = {}
    for line in (folder / "NewsWCL50-prep/output_data/NewsWCL50.conll").read_text("utf-8").splitlines():
        fields = line.split("\t")
        if len(fields) > 3:
            documents.setdefault(fields[0], {}).setdefault(fields[1], []).append(fields[3])
    for name, sentences in documents.items():
        yield Document(name.split("/")[0], "\n".join(map(spaced, sentences.values())))


def read_demo() -> Iterator[Document]:
    """The demo's reports on its trip, but for copies and updates."""
    pages = {page.id: page for page in load(briefs()).pages}
    for page in pages.values():
        if page.trip == "blinken-09" and page.of is None and page.kind != "seed-copy":
            yield Document(page.report or page.id, "\n".join(page.paragraphs), "", page.published, page.publisher)


READERS: dict[str, Callable[[Path], Iterator[Document]]] = {
    "ecb": read_ecb, "basil": read_basil, "giveme5w1h": read_giveme5w1h, "newswcl50": read_newswcl50,
}  # fmt: skip


@dataclass(frozen=True)
class Score:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def score(found: set[tuple[int, int]], same: set[tuple[int, int]]) -> Score:
    return Score(len(found & same) / (len(found) or 1), len(found & same) / (len(same) or 1))


def best(numbers: dict[tuple[int, int], float], same: set[tuple[int, int]]) -> tuple[float, float]:
    """The best F1, and at which border."""
    borders = (at / 100 for at in range(4, 90))
    return max((score({pair for pair, how in numbers.items() if how >= at}, same).f1, at) for at in borders)


def shuffled(size: int, orders: int) -> Iterator[list[int]]:
    for seed in range(orders):
        yield random.Random(seed).sample(range(size), size)


def linked(
    reports: Sequence[Report], among: Sequence[str], known: KnownIndex, order: Sequence[int]
) -> tuple[list[Member], list[Pair]]:
    """The links of the reports when they come in this order, as the pipeline makes them."""
    indexes: dict[str, StoryIndex] = defaultdict(StoryIndex)
    pairs: list[Pair] = []
    for at in order:
        index, report = indexes[among[at]], reports[at]
        found = index.alike(report, known.rarity)
        most = max((how for _, how in found), default=0.0)
        for other, how in found:
            retold = how == most >= SAME_REPORT
            pairs.append(Pair(report.article_id, other, Verdict.REWRITE if retold else Verdict.NEW, how))
        index.add(report)
    members = [
        Member(each.article_id, f"{at:05}", "", "", each.outlet, each.published, NOW, among[at], 300, 0)
        for at, each in enumerate(reports)
    ]
    return members, pairs


def in_stories(members: Sequence[Member], pairs: Sequence[Pair], one_event: float) -> set[tuple[int, int]]:
    """The pairs of reports that are in one story."""
    return {
        (one, two)
        for story in gather(members, pairs, one_event)
        for one, two in combinations(sorted(int(each.article_id) for each in story.members), 2)
    }


def single_links(members: Sequence[Member], pairs: Sequence[Pair]) -> set[tuple[int, int]]:
    """The same if whatever retells another report were in one story with it, and nothing else."""
    retold = [(int(pair.one), int(pair.two)) for pair in pairs if pair.alike >= SAME_REPORT]
    roots = components(len(members), retold)
    return {(one, two) for one, two in combinations(range(len(members)), 2) if roots[one] == roots[two]}


def measure(name: str, documents: Sequence[Document], orders: int, *, dated: bool) -> None:
    known = KnownIndex()
    for at, each in enumerate(documents):
        for sentence in read_sentences(each.text):
            known.add(KnownSentence(str(at), sentence.index, sentence.text, sentence.words, "", None))
    reports = [
        read_report(str(at), each.outlet or str(at), each.published if dated else None, each.text)
        for at, each in enumerate(documents)
    ]
    among = [each.among for each in documents]

    def close(one: int, two: int) -> bool:
        first, second = reports[one].published, reports[two].published
        near = not (first and second) or abs(first - second) <= WINDOW
        return near and among[one] == among[two] and reports[one].outlet != reports[two].outlet

    every = [(one, two) for one, two in combinations(range(len(documents)), 2) if close(one, two)]
    same = {(one, two) for one, two in every if documents[one].event == documents[two].event}
    weight = known.rarity
    words = {
        (one, two): mean(cosine(*each, weight) for each in (
            (reports[one].full, reports[two].full), (reports[one].lead, reports[two].lead)
        )) for one, two in every
    }  # fmt: skip
    numbers = {(one, two): alike(reports[one], reports[two], weight) for one, two in every}
    every_pair = set(every)
    came = [linked(reports, among, known, order) for order in shuffled(len(reports), orders)]
    cells = []
    for stories in (single_links, *(partial(in_stories, one_event=border) for border in BORDERS)):
        found = [score(stories(*each) & every_pair, same) for each in came]
        precision, recall = mean(each.precision for each in found), mean(each.recall for each in found)
        cells.append(f"**{mean(each.f1 for each in found):.3f}** ({precision:.2f}, {recall:.2f})")
    print(
        f"| {name} | {len(documents)} | {len(same)} of {len(every)} | {best(words, same)[0]:.3f} "
        f"| {best(numbers, same)[0]:.3f} | {' | '.join(cells)} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in READERS:
        parser.add_argument(f"--{name}", type=Path, metavar="DIR")
    parser.add_argument("--demo", action="store_true", help="the demo's reports on its trip as well")
    parser.add_argument("--undated", action="store_true", help="leave the days of publication out: harder")
    parser.add_argument("--orders", type=int, default=5, help="so many random orders of arrival; their mean is shown")
    given = parser.parse_args()
    heads = "".join(f" stories at {border} |" for border in BORDERS)
    print(f"| set | articles | pairs on one event | TF-IDF | alike | single links at {SAME_REPORT} |{heads}")
    print("|---" * (6 + len(BORDERS)) + "|")
    for name, read in READERS.items():
        folder = getattr(given, name)
        if folder is not None:
            documents = list(read(folder))
            if not documents:
                sys.exit(f"--{name} {folder}: no article of the set is there; give a checkout of its repository")
            measure(name, documents, given.orders, dated=not given.undated)
    if given.demo:
        measure("demo", list(read_demo()), given.orders, dated=not given.undated)


if __name__ == "__main__":
    main()
