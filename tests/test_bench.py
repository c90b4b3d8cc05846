"""The benchmarks' news world: the same seed gives the same world, it is shaped as told, and it counts what it is asked.

Only the generator and the server are tested, on a tiny world; the benchmarks themselves run by hand.
"""

from __future__ import annotations

import asyncio
import gzip
import importlib.util
import sys
from http.client import HTTPConnection
from pathlib import Path
from types import ModuleType
from typing import Any

import feedparser
import pytest
import trafilatura

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def newsworld() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_newsworld", ROOT / "bench" / "newsworld.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_one_seed_gives_one_world_and_another_seed_another(newsworld: ModuleType) -> None:
    def made(seed: int) -> str:
        spec = newsworld.Spec(2, 3, "real", seed)
        return str(newsworld.page(spec, 1, "http://127.77.0.2:1", newsworld.report(spec, 1, 0)))

    assert made(1) == made(1)
    assert made(1) != made(2)


def test_a_page_is_mostly_boilerplate_and_its_article_can_be_extracted(newsworld: ModuleType) -> None:
    spec = newsworld.Spec(2, 3, "real", 5)
    story = newsworld.report(spec, 0, 1)
    html = newsworld.page(spec, 0, "http://127.77.0.1:1", story)
    text = " ".join(story.paragraphs)
    assert 600 <= len(text.split()) < 1400
    assert len(html) > 3 * len(text)
    found = trafilatura.extract(html) or ""
    assert story.paragraphs[len(story.paragraphs) // 2][:60] in found


def test_both_forms_of_feed_offer_every_article(newsworld: ModuleType) -> None:
    spec = newsworld.Spec(3, 4, "tiny")
    for site, version in ((0, "rss20"), (2, "atom10")):
        reports = [newsworld.report(spec, site, number) for number in range(4)]
        feed = feedparser.parse(newsworld.feed(spec, site, "http://127.77.0.1:1", reports))
        assert (feed.bozo, feed.version, len(feed.entries)) == (False, version, 4)
        assert [entry.link.removeprefix("http://127.77.0.1:1") for entry in feed.entries] == [
            each.path for each in reports
        ]


def test_the_server_answers_conditional_requests_and_counts_them(newsworld: ModuleType) -> None:
    def ask(host: str, port: int, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection(host, port, timeout=5)
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"} | headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders()), body

    async def visit() -> dict[str, Any]:
        world = newsworld.World(newsworld.Spec(2, 2, "tiny", forbidden=1))
        await world.open()
        host, port = world.sites[0].host, world.port
        status, headers, body = await asyncio.to_thread(ask, host, port, "/feed.xml")
        assert status == 200
        links = [entry.link for entry in feedparser.parse(gzip.decompress(body)).entries]
        assert any("/private/" in link for link in links)
        again = await asyncio.to_thread(ask, host, port, "/feed.xml", **{"If-None-Match": headers["ETag"]})
        assert again[0] == 304
        assert (await asyncio.to_thread(ask, host, port, "/feed.xml"))[0] == 200
        assert (await asyncio.to_thread(ask, host, port, "/private/0-0.html"))[0] == 200
        world.set_level(1)
        fresh = await asyncio.to_thread(ask, host, port, "/feed.xml", **{"If-None-Match": headers["ETag"]})
        assert fresh[0] == 200
        stats: dict[str, Any] = world.stats()
        world.close()
        return stats

    stats = asyncio.run(visit())
    assert (stats["requests"], stats["conditional"]) == (5, 2)
    assert stats["status"] == {"200": 4, "304": 1}
    assert (stats["careless"], stats["forbidden"], stats["most_at_once_on_a_host"]) == (1, 1, 1)
