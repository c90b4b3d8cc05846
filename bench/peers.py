"""The programs that `run.py` compares with; runs in an environment with bench/requirements-peers.txt.

`python bench/peers.py fetch|extract|scrapy|reader CONTROL DIR`: CONTROL is the world's control port, DIR keeps state
from one run to the next. A line of JSON on standard output may overrule what `run.py` measures from outside.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import multiprocessing
import os
import resource
import sqlite3
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

AT_ONCE = 16


def ask(url: str) -> Any:
    with urllib.request.urlopen(url) as answer:
        return json.loads(answer.read())


def feeds_of(control: str) -> list[str]:
    return [row["url"] for row in ask(f"{control}/sources")]


# --- floor: requests alone -----------------------------------------------------------------------------------------


async def _fetch(control: str, folder: Path) -> None:
    import aiohttp

    state_file = folder / "validators.json"
    known: dict[str, str] = json.loads(state_file.read_text()) if state_file.exists() else {}
    feeds, pages = feeds_of(control), [] if known else ask(f"{control}/pages")
    limit = asyncio.Semaphore(AT_ONCE)
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def get(url: str) -> None:
            headers = {"If-None-Match": known[url]} if known.get(url) else {}
            async with limit, session.get(url, headers=headers) as answer:
                await answer.read()
                if "ETag" in answer.headers:
                    known[url] = answer.headers["ETag"]

        await asyncio.gather(*map(get, feeds))
        known = {url: known.get(url, "") for url in feeds}
        await asyncio.gather(*map(get, pages))
    state_file.write_text(json.dumps(known))


def fetch(control: str, folder: Path) -> None:
    """Every feed and page, each read to its end and thrown away; later only the feeds, with their validators."""
    asyncio.run(_fetch(control, folder))


# --- floor: extraction alone ---------------------------------------------------------------------------------------

_PAGES: list[bytes] = []


def _extract_one(at: int) -> int:
    import trafilatura

    return len(trafilatura.extract(gzip.decompress(_PAGES[at])) or "")


def extract(control: str, folder: Path) -> None:
    """trafilatura with its defaults on all cores; the pages are in memory before the clock starts."""
    import trafilatura  # noqa: F401

    def packed(url: str) -> bytes:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})) as answer:
            return answer.read()

    _PAGES.extend(packed(url) for url in ask(f"{control}/pages"))
    own = resource.getrusage(resource.RUSAGE_SELF)
    began = time.monotonic()
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        found = pool.map(_extract_one, range(len(_PAGES)), chunksize=8)
        pool.close()
        pool.join()
    wall = time.monotonic() - began
    after, workers = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - own.ru_utime - own.ru_stime + workers.ru_utime + workers.ru_stime
    print(json.dumps({"wall": wall, "cpu": cpu, "pages": len(found), "empty": found.count(0)}))


# --- scrapy + trafilatura ------------------------------------------------------------------------------------------


def scrapy(control: str, folder: Path) -> None:
    """A spider as one writes it: feedparser for feeds, trafilatura with defaults for pages, rows into SQLite."""
    import feedparser
    import trafilatura
    from scrapy import Request, Spider
    from scrapy.crawler import CrawlerProcess
    from scrapy.http import Response

    feeds = feeds_of(control)
    database = sqlite3.connect(folder / "scrapy.db")
    database.execute("CREATE TABLE IF NOT EXISTS article (url TEXT PRIMARY KEY, title TEXT, body TEXT)")
    known = {row[0] for row in database.execute("SELECT url FROM article")}

    class News(Spider):
        name = "news"

        async def start(self) -> AsyncIterator[Request]:
            for url in feeds:
                yield Request(url, self.parse_feed)

        def parse_feed(self, response: Response) -> Iterator[Request]:
            for entry in feedparser.parse(response.body).entries:
                if entry.link not in known:
                    yield Request(entry.link, self.parse_page, cb_kwargs={"title": entry.title})

        def parse_page(self, response: Response, title: str) -> None:
            text = trafilatura.extract(response.body, url=response.url) or ""
            database.execute("INSERT OR IGNORE INTO article VALUES (?, ?, ?)", (response.url, title, text))
            database.commit()

    process = CrawlerProcess({"LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "CONCURRENT_REQUESTS": AT_ONCE})
    process.crawl(News)
    process.start()
    count = database.execute("SELECT count(*) FROM article").fetchone()[0]
    print(json.dumps({"articles": count}))


# --- lemon24/reader ------------------------------------------------------------------------------------------------


def reader(control: str, folder: Path) -> None:
    """Feeds only, as `reader update` does it."""
    from reader import make_reader

    with contextlib.closing(make_reader(str(folder / "reader.db"))) as library:
        have = {feed.url for feed in library.get_feeds()}
        for url in feeds_of(control):
            if url not in have:
                library.add_feed(url)
        # By default a feed that was read within the hour is not asked again.
        library.update_feeds(scheduled=False, workers=AT_ONCE)
        print(json.dumps({"entries": library.get_entry_counts().total}))


PEERS = {"fetch": fetch, "extract": extract, "scrapy": scrapy, "reader": reader}

if __name__ == "__main__":
    PEERS[sys.argv[1]](sys.argv[2], Path(sys.argv[3]))
