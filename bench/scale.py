"""What an article costs when 10 thousand, 100 thousand and a million are stored, and whether edited ones are found.

    .venv/bin/pip install numpy datasketch
    .venv/bin/python bench/scale.py                    # about ten minutes and 5 GB of disk, given back at the end
    .venv/bin/python bench/scale.py --sizes 10000

Reports are of the made-up language of `language.py`, spread over 24 parts of 30 days. They are put into the real
tables in bulk, with the sketches that filing would have made (checked on samples); what is measured afterwards goes
the way of `seeds check`, in a process of its own. Each story's own sentences are equally many at every size. Times
are CPU times of that process (other work on the machine would be in wall times); beside them stands how much longer
the wall clock ran.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "bench")]

from language import FUNCTION_SHARE, FUNCTION_WORDS, LONGEST, PHRASE_SHARE, SHORTEST, TOPIC_SHARE, Language  # noqa: E402
from support.edits import EDITS  # noqa: E402
from support.retold import TRIPS, retelling  # noqa: E402

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PARTS = 24
CHUNK = 10_000
SENTENCE = 21
PEERS_MOST = 100_000
EDITED = 120
FRESH = 200
STORY_REPORTS = 200
NEAR_BITS = 10


# --- filling the store


class Bulk:
    """Makes reports by the array: their words as numbers, their texts, and their sketches."""

    def __init__(self, language: Language) -> None:
        import numpy as np

        from monitor.stages import dedup
        from monitor.text import fold, word_hash

        self.np, self.dedup = np, dedup
        self.chance = np.random.default_rng(7)
        words = [*language.words, *FUNCTION_WORDS]
        assert all(fold(word) == word for word in words)
        self.size = len(words)
        self.first_function = len(language.words)
        self.tokens = [form for word in words for form in _forms(word)]
        self.hashes = np.array([word_hash(word) for word in words], dtype=np.uint64)
        self.cumulative = np.array(language.weights)
        number = {word: at for at, word in enumerate(words)}
        self.topics = np.array([[number[word] for word in topic] for topic in language.topic_words])
        self.stock = [np.array([number[word] for word in phrase.split()]) for phrase in language.stock]
        self.stock_cumulative = np.array(language.stock_weights)

    def reports(self, count: int) -> tuple[Any, Any]:
        """The word numbers of so many reports in a row, and where each begins (and the end of the last)."""
        np, chance = self.np, self.chance
        lengths = np.clip(chance.lognormal(np.log(430), 0.5, count), SHORTEST, LONGEST).astype(np.int64)
        starts = np.concatenate([[0], np.cumsum(lengths)])
        total = int(starts[-1])
        words = np.searchsorted(self.cumulative, chance.random(total) * self.cumulative[-1])
        kind, skewed = chance.random(total), chance.random(total) ** 2
        function = kind < FUNCTION_SHARE
        words[function] = self.first_function + (skewed[function] * len(FUNCTION_WORDS)).astype(np.int64)
        about = ~function & (kind < FUNCTION_SHARE + TOPIC_SHARE)
        topic = np.repeat(chance.integers(0, len(self.topics), count), lengths)
        words[about] = self.topics[topic[about], (skewed[about] * self.topics.shape[1]).astype(np.int64)]
        places = chance.integers(0, total - 10, int(total / SENTENCE * PHRASE_SHARE))
        which = np.searchsorted(self.stock_cumulative, chance.random(len(places)) * self.stock_cumulative[-1])
        for place, phrase in zip(places.tolist(), which.tolist(), strict=True):
            words[place : place + len(self.stock[phrase])] = self.stock[phrase]
        return words, starts

    def texts(self, words: Any, starts: Any) -> list[str]:
        """The reports as text: sentences of 21 words, paragraphs of three."""
        np = self.np
        place = np.arange(len(words)) - np.repeat(starts[:-1], np.diff(starts))
        form = np.zeros(len(words), dtype=np.int64)
        form[place % SENTENCE == 0] = 1
        form[place % SENTENCE == SENTENCE - 1] = 2
        form[place % (3 * SENTENCE) == 3 * SENTENCE - 1] = 3
        form[starts[1:] - 1] = 3
        said = (words * 4 + form).tolist()
        return [
            "".join([self.tokens[at] for at in said[start:end]]).strip()
            for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
        ]

    def runs(self, words: Any, starts: Any) -> tuple[Any, Any]:
        """The hash of every run of five words, as `dedup.shingles` makes them, and the report that each is in."""
        np, dedup = self.np, self.dedup
        hashes = self.hashes[words]
        mixed = np.zeros(len(words) - 4, dtype=np.uint64)
        with np.errstate(over="ignore"):
            for at in range(5):
                mixed = mixed * np.uint64(dedup._BASE) + hashes[at : len(words) - 4 + at]
        mixed &= np.uint64(dedup._MASK)
        report = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        inside = report[:-4] == report[4:]
        return mixed[inside], report[:-4][inside]

    def sketches(self, runs: Any, report: Any) -> tuple[Any, Any]:
        """Of each report what `dedup.sketch` keeps: hash and report, one row each."""
        np = self.np
        kept = runs % np.uint64(self.dedup.SKETCH_ONE_IN) == 0
        rows = np.unique(np.stack([report[kept].astype(np.uint64), runs[kept]], axis=1), axis=0)
        of = rows[:, 0].astype(np.int64)
        firsts = np.searchsorted(of, of)
        few = np.arange(len(of)) - firsts < self.dedup.SKETCH_MOST
        return rows[few, 1], of[few]


def _forms(word: str) -> tuple[str, str, str, str]:
    return word + " ", word[:1].upper() + word[1:] + " ", word + ". ", word + ".\n\n"


def fill(database: Path, size: int, language: Language, *, keep_runs: bool) -> list[Any]:
    """Put `size` reports into the store; the runs of each where they are asked for (for the peers)."""
    from monitor.edges.store_known import part_of
    from monitor.stages.dedup import fingerprint, sketch

    bulk, all_runs = Bulk(language), []
    connection = sqlite3.connect(database)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -200000", "foreign_keys = OFF"):
        connection.execute(f"PRAGMA {pragma}")
    first = seq = 1 + (connection.execute("SELECT max(seq) FROM article").fetchone()[0] or 0)
    for back in reversed(range(PARTS)):
        day = NOW - timedelta(days=30 * back)
        left = (size * (PARTS - back)) // PARTS - (seq - first)
        part_hashes, part_seqs = [], []
        while left > 0:
            count = min(CHUNK, left)
            words, starts = bulk.reports(count)
            texts = bulk.texts(words, starts)
            runs, report = bulk.runs(words, starts)
            hashes, of = bulk.sketches(runs, report)
            assert sketch(fingerprint(texts[0]).shingles) == tuple(hashes[of == 0].tolist())
            if keep_runs:
                all_runs += bulk.np.split(runs, bulk.np.searchsorted(report, bulk.np.arange(1, count)))
            connection.executemany(_ARTICLE, (_row(seq + at, text, day) for at, text in enumerate(texts)))
            part_hashes.append(hashes)
            part_seqs.append(of + seq)
            seq += count
            left -= count
        if part_hashes:
            hashes, seqs = bulk.np.concatenate(part_hashes), bulk.np.concatenate(part_seqs)
            order = bulk.np.lexsort((seqs, hashes))
            rows = zip(hashes[order].tolist(), seqs[order].tolist(), strict=True)
            insert = f"INSERT INTO fingerprint (part, hash, seq) VALUES ({part_of(day)}, ?, ?)"
            connection.executemany(insert, rows)
    connection.commit()
    connection.close()
    return all_runs


_ARTICLE = """INSERT INTO article (seq, id, canonical, url, source_id, outlet, title, text, author, published, language,
    fetched_at, content_hash, summary_only, seed, quiet, verdict, of_id, "match", decision, trip, filing)
    VALUES (?, ?, ?, ?, 'bench', ?, ?, ?, '', ?, 'en', ?, ?, 0, 0, 1, 'new', '', ?, 'none', '', ?)"""
_MATCH = '{"verdict":"new","of":"","similarity":0.0,"inside":0.0,"covers":0.0,"aligned":0.0,"lead":0.0}'
_FILING = '{"decision":"none","trip":"","mentioned":[],"scores":[],"topics":[],"reason":""}'


def _row(seq: int, text: str, day: datetime) -> tuple[object, ...]:
    # Keys in rising order fill the indexes from one side, which is quick; they are looked up like any others.
    said = day.strftime("%Y-%m-%d %H:%M:%S.000000")
    address = f"https://paper{seq % 50}.example/{seq:09}"
    title = text[:60].replace("\n", " ")
    return (
        seq,
        f"{seq:016x}",
        address,
        address,
        f"Paper {seq % 50}",
        title,
        text,
        said,
        said,
        f"{seq:032x}",
        _MATCH,
        _FILING,
    )


# --- measuring, in a process of its own


def resident() -> float:
    """MB of this process in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def edited_of(database: Path, number: int) -> list[tuple[str, str, str]]:
    """Stored reports of the last 60 days, edited: (edit, id of the original, text)."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    last = connection.execute("SELECT max(seq) FROM article").fetchone()[0]
    total = connection.execute("SELECT count(*) FROM article WHERE source_id = 'bench'").fetchone()[0]
    chance, made, edits = Random(3), [], list(EDITS)
    for at in range(number):
        seq = last - chance.randrange(max(1, total // PARTS * 2))
        of, text = connection.execute("SELECT id, text FROM article WHERE seq = ?", (seq,)).fetchone()
        edit = edits[at % len(edits)]
        made.append((edit, of, EDITS[edit](text, Random(at))))
    connection.close()
    return made


def measure(home: Path, language: Language) -> dict[str, Any]:
    """Start-up, cost of an article by what it is, memory, and what was found of edited reports."""
    from monitor.edges.corpus import read_corpus
    from monitor.edges.store import SqlStore
    from monitor.model import Verdict
    from monitor.pipeline import Filer, sync_seeds
    from monitor.pipeline.reading import read_given
    from monitor.stages.dedup import questions, sketch
    from monitor.stages.given import read_file
    from monitor.stages.prepare import prepare
    from monitor.watch import read_watch

    watch = read_watch((ROOT / "watch.toml").read_text("utf-8"), "watch.toml")
    database = home / "monitor.db"
    work = [("edited", *each) for each in edited_of(database, EDITED)]
    work += [("fresh", "", "", language.report(5_000_000 + at)) for at in range(FRESH)]
    trips, chance = sorted(TRIPS), Random(9)
    work += [("story", "", "", retelling(trips[at % 3], chance)) for at in range(60)]
    pages = [(kind, edit, of, read_file(text.encode(), "given.txt", NOW)) for kind, edit, of, text in work]

    # What a start asks of the store, without what Python has to import for it.
    opened = []
    for _ in range(6):
        started = time.process_time()
        store = SqlStore.open(f"sqlite:///{database}", NOW)
        sync_seeds(read_corpus(ROOT / "seeds"), store, Filer.__new__(Filer), NOW)
        opened.append(time.process_time() - started)
        store.close()
    before = resident()
    store = SqlStore.open(f"sqlite:///{database}", NOW)
    filer = Filer(watch, store)
    clock = time.perf_counter()
    steps: dict[str, list[float]] = {"prepare": [], "query": []}
    found: dict[str, list[bool]] = {}
    wrong = 0
    Random(1).shuffle(pages)
    for kind, edit, of, page in pages:
        started = time.process_time()
        prepared = prepare(page)
        done = time.process_time()
        steps["prepare"].append(done - started)
        shingles = prepared.fingerprint.shingles
        store.candidates(sketch(shingles), NOW, questions(shingles))
        again = time.process_time()
        steps["query"].append(again - done)
        reading = read_given(filer, page, NOW)
        steps.setdefault(kind, []).append(time.process_time() - again)
        known = reading.match.verdict in (Verdict.COPY, Verdict.UPDATE)
        if kind == "edited":
            found.setdefault(edit, []).append(known and reading.match.of == of)
        elif kind == "fresh":
            wrong += known
    clock = time.perf_counter() - clock
    every = steps["edited"] + steps["fresh"] + steps["story"]
    return {
        "start-up ms": 1000 * statistics.median(opened[1:]),
        "article ms": 1000 * statistics.median(every),
        "wall of all / CPU of all": clock / (sum(every) + sum(steps["prepare"]) + sum(steps["query"])),
        "p95 ms": 1000 * sorted(every)[int(len(every) * 0.95)],
        **{f"{name} ms": 1000 * statistics.median(times) for name, times in steps.items()},
        "MB": resident() - before,
        "recall": sum(map(sum, found.values())) / EDITED,
        "found": {edit: sum(hits) / len(hits) for edit, hits in found.items()},
        "of fresh ones taken for known": wrong,
    }


# --- the peers, on the same reports


def peers(database: Path, all_runs: list[Any], offset: int) -> list[tuple[str, float, float, float, float]]:
    """Recall, ms a query, s to build and MB for datasketch's LSH and for SimHash compared with every stored one."""
    import numpy as np
    from datasketch import MinHash, MinHashLSH

    from monitor.stages.dedup import fingerprint

    def simhash(runs: Any) -> Any:
        bits = (runs[:, None] >> np.arange(63, dtype=np.uint64)) & np.uint64(1)
        return np.packbits(bits.sum(axis=0) * 2 > len(runs)).view(np.uint8)

    def minhash(runs: Any) -> MinHash:
        sketch = MinHash(num_perm=128)
        sketch.update_batch([int(run).to_bytes(8, "big") for run in runs])
        return sketch

    edited = [
        (of, np.array(fingerprint(text).shingles, dtype=np.uint64)) for _, of, text in edited_of(database, EDITED)
    ]
    rows = []
    started, memory = time.perf_counter(), resident()
    lsh = MinHashLSH(threshold=0.5, num_perm=128)
    for at, runs in enumerate(all_runs):
        lsh.insert(f"{offset + at:016x}", minhash(runs))
    built, held = time.perf_counter() - started, resident() - memory
    times, hits = [], 0
    for of, runs in edited:
        started = time.perf_counter()
        hits += of in lsh.query(minhash(runs))
        times.append(time.perf_counter() - started)
    rows.append(("datasketch LSH, 128 permutations, .5", hits / EDITED, 1000 * statistics.median(times), built, held))
    del lsh
    started, memory = time.perf_counter(), resident()
    stored = np.array([simhash(runs) for runs in all_runs])
    built, held = time.perf_counter() - started, stored.nbytes / 1e6
    times, hits = [], 0
    for of, runs in edited:
        started = time.perf_counter()
        near = np.bitwise_count(stored ^ simhash(runs)).sum(axis=1) <= NEAR_BITS
        times.append(time.perf_counter() - started)
        hits += bool(near[int(of, 16) - offset])
    rows.append(
        (f"SimHash, {NEAR_BITS} bits, every one compared", hits / EDITED, 1000 * statistics.median(times), built, held)
    )
    return rows


def prepare_home(home: Path, language: Language) -> int:
    """A working folder with the seeds and some reports on the stories, filed by the program; its highest number."""
    from monitor.edges.corpus import read_corpus
    from monitor.edges.store import SqlStore
    from monitor.model import Page, Source
    from monitor.pipeline import Filer, sync_seeds
    from monitor.stages.prepare import prepare
    from monitor.watch import read_watch

    store = SqlStore.open(f"sqlite:///{home / 'monitor.db'}", NOW)
    filer = Filer(read_watch((ROOT / "watch.toml").read_text("utf-8"), "watch.toml"), store)
    sync_seeds(read_corpus(ROOT / "seeds"), store, filer, NOW)
    trips, chance = sorted(TRIPS), Random(2)
    with store.batch():
        for at in range(STORY_REPORTS):
            source = Source(f"paper-{at % 20}", f"Paper {at % 20}", "https://paper.example/")
            filler = language.report(8_000_000 + at).split("\n\n")[0]
            page = Page(f"https://paper.example/story/{at}", "", retelling(trips[at % 3], chance, filler))
            filer.file(prepare(page), source, None, NOW - timedelta(days=1))
    store.close()
    connection = sqlite3.connect(home / "monitor.db")
    (highest,) = connection.execute("SELECT max(seq) FROM article").fetchone()
    connection.close()
    return int(highest)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--folder", type=Path, help="where to build (default: a temporary folder)")
    parser.add_argument("--json", type=Path, help="keep the figures here")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    language = Language()
    if given.measure:
        print(json.dumps(measure(given.measure, language)))
        return
    results: dict[str, Any] = {}
    for size in map(int, given.sizes.split(",")):
        home = Path(tempfile.mkdtemp(prefix="monitor-scale-", dir=given.folder))
        try:
            started = time.perf_counter()
            offset = prepare_home(home, language) + 1
            all_runs = fill(home / "monitor.db", size, language, keep_runs=size <= PEERS_MOST)
            built = time.perf_counter() - started
            command = [sys.executable, __file__, "--measure", str(home)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            ours = results[str(size)] = json.loads(done.stdout.splitlines()[-1])
            print(f"\n{size:,} stored (built in {built:.0f} s, {(home / 'monitor.db').stat().st_size / 1e9:.2f} GB)")
            for name, value in ours.items():
                print(f"  {name:14} {json.dumps(value) if isinstance(value, dict) else round(value, 3)}")
            if all_runs:
                ours["peers"] = peers(home / "monitor.db", all_runs, offset)
                for name, recall, cost, build, held in ours["peers"]:
                    print(
                        f"  {name}: recall {recall:.3f}, {cost:.2f} ms a query, {build:.0f} s to build, {held:.0f} MB"
                    )
            sys.stdout.flush()
        finally:
            shutil.rmtree(home)
    costs = [each["article ms"] for each in results.values()]
    # Reading a text asks no store: what it took tells how busy the machine was.
    relative = [each["article ms"] / each["prepare ms"] for each in results.values()]
    print(
        f"\nmedian at most {max(costs):.2f} ms (goal 10), highest over lowest {max(costs) / min(costs):.2f} (goal 1.3),"
    )
    print(f" in units of what reading the text took in the same minute {max(relative) / min(relative):.2f}")
    if given.json:
        given.json.write_text(json.dumps(results, indent=1), "utf-8")


if __name__ == "__main__":
    main()
