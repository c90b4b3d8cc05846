"""sources add, import and export on a real site: what is found, what is written, and what stays as it was."""

from __future__ import annotations

import json
import os
import pty
import stat
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from end_to_end.command import Done, command, environment, monitor
from end_to_end.site import Entry, Site

from monitor.edges.watchfile import append_sources, entries, with_sources
from monitor.errors import SetupError
from monitor.model import Kind, Source
from monitor.watch import read_watch

HEAD = """# A watch of our own; this line stays.
[watch]
name = "The harbour talks"     # so does this
subject = "mediator OR dockers"

[digest]
at   =   "07:00"
"""
SOURCE = """
[[source]]   # the first one
id = "gazette"
name = "Quay Gazette"
url = "https://gazette.example/feed"
"""
TOPIC = """
[[topic]]
id = "pay"
name = "Pay"
rule = 'wage* OR pay'
# the last line
"""
LOOPBACK = {"MONITOR_ALLOW_ADDRESSES": "127.0.0.0/8"}
TODAY = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def site() -> Iterator[Site]:
    """A paper with a home page, a feed with two items and a feed of comments."""
    with Site("The Front & Centre") as made:
        links = (
            '<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">'
            '<link rel="alternate" type="application/rss+xml" title="News" href="/feed.xml">'
        )
        put(made, "/", f"<html><head><title>The Front &amp; Centre</title>{links}</head><body>Hello</body></html>")
        put(made, "/comments/feed", "<rss version='2.0'><channel><title>Comments</title></channel></rss>", "text/xml")
        made.add(Entry("/old", "An older story", TODAY - timedelta(days=1)), "<p>old</p>")
        made.add(Entry("/new", "Mediator lands", TODAY), "<p>new</p>")
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A working folder with a watch file and nothing else."""
    (tmp_path / "watch.toml").write_text(HEAD + SOURCE + TOPIC)
    return tmp_path


def put(site: Site, path: str, body: str | bytes, content_type: str = "text/html") -> None:
    site.pages[path] = (body.encode() if isinstance(body, str) else body, content_type)


def watch(home: Path) -> str:
    return (home / "watch.toml").read_bytes().decode()


def run(home: Path, *args: str | Path, **more: Any) -> Done:
    return monitor("--home", home, "sources", *args, env=LOOPBACK, **more)


def asked(site: Site) -> set[str]:
    """What was asked for, the robots.txt that comes before everything left out."""
    return {request.path for request in site.asked} - {"/robots.txt"}


# --- add -----------------------------------------------------------------------------------------------------------


def test_a_home_page_gives_its_feed_and_the_file_keeps_every_other_byte(home: Path, site: Site) -> None:
    done = run(home, "add", site.base)
    assert done.code == 0, done.all
    assert "RSS 2.0, 2 leads, newest “Mediator lands”" in done.out
    added = f'\n[[source]]\nid = "the-front-centre"\nname = "The Front & Centre"\nurl = "{site.base}/feed.xml"\n'
    assert watch(home) == HEAD + SOURCE + TOPIC + added
    assert "added the-front-centre, watch.toml:20;" in done.out
    assert watch(home).split("\n")[19] == "[[source]]"
    assert [source.id for source in read_watch(watch(home)).sources] == ["gazette", "the-front-centre"]


def test_an_address_that_is_a_feed_is_taken_as_it_is(home: Path, site: Site) -> None:
    done = run(home, "add", site.feed, "--id", "front", "--name", "Front", "--every", "2h")
    assert done.code == 0, done.all
    assert watch(home).endswith(f'id = "front"\nname = "Front"\nurl = "{site.feed}"\nevery = "2h"\n')
    assert asked(site) == {"/feed.xml"}


def test_a_search_that_answers_in_a_feed_keeps_every_word_of_its_question(home: Path, site: Site) -> None:
    question = f"{site.feed}?q=%22harbour+strike%22&lang=en&sort=date"
    done = run(home, "add", question, "--id", "search")
    assert done.code == 0, done.all
    assert watch(home).endswith(f'url = "{question}"\n')
    checked = run(home, "check", "search")
    assert checked.out.startswith("ok   search: RSS 2.0, 2 leads"), checked.all


def test_a_news_sitemap_is_found_through_robots_txt(home: Path, site: Site) -> None:
    news = (
        f"<urlset><url><loc>{site.base}/new</loc><n:news><n:publication><n:name>Front</n:name></n:publication>"
        f"<n:publication_date>{TODAY.isoformat()}</n:publication_date><n:title>Landed</n:title></n:news></url></urlset>"
    )
    put(site, "/", "<html><head><title>Front</title></head><body></body></html>")
    put(site, "/map/news.xml", news, "application/xml")
    put(site, "/robots.txt", f"User-agent: *\nSitemap: {site.base}/map/news.xml\n", "text/plain")
    site.failing["/feed.xml"] = 404
    done = run(home, "add", site.base)
    assert done.code == 0, done.all
    assert "news sitemap, 1 lead, newest “Landed”" in done.out
    assert watch(home).endswith(f'url = "{site.base}/map/news.xml"\nkind = "sitemap"\n')


def test_an_index_of_sitemaps_is_judged_by_what_its_first_one_lists(home: Path, site: Site) -> None:
    part = f"<sitemap><loc>{site.base}/part.xml</loc></sitemap>"
    put(site, "/map.xml", f"<sitemapindex>{part}</sitemapindex>", "text/xml")
    put(site, "/part.xml", f"<urlset><url><loc>{site.base}/a-story</loc></url></urlset>", "text/xml")
    done = run(home, "add", f"{site.base}/map.xml", "--json")
    assert done.code == 0, done.all
    assert (done.json["candidates"][0]["form"], done.json["candidates"][0]["leads"]) == ("sitemap index", 1)
    assert done.json["source"]["kind"] == "sitemap"


def test_what_the_page_declares_is_asked_and_nothing_else(home: Path, site: Site) -> None:
    run(home, "add", site.base, "--dry-run")
    assert asked(site) == {"/", "/feed.xml", "/comments/feed"}


@pytest.mark.slow
def test_few_usual_places_are_asked_and_none_after_one_that_answers(home: Path, site: Site) -> None:
    put(site, "/", "<html><body>Hello</body></html>")
    assert f'"{site.feed}"' in run(home, "add", site.base, "--dry-run").out
    assert asked(site) == {"/", "/feed", "/rss.xml", "/feed.xml"}
    site.failing["/feed.xml"] = 404
    assert run(home, "add", site.base, "--dry-run").code == 1
    assert len(asked(site) - {"/"}) == 6


@pytest.mark.slow
def test_a_page_with_links_to_articles_is_the_last_resort(home: Path, site: Site) -> None:
    site.failing["/feed.xml"] = 404
    link = "<a href='/2024/08/20/mediator-lands-at-the-quay'>Mediator lands at the quay</a>"
    put(site, "/", f"<main><h2>{link}</h2></main>")
    done = run(home, "add", site.base, "--id", "front")
    assert done.code == 0, done.all
    assert watch(home).endswith('kind = "index"\n')


@pytest.mark.slow
def test_a_site_with_nothing_to_follow_ends_with_1(home: Path, site: Site) -> None:
    site.failing["/feed.xml"] = 404
    put(site, "/", b"%PDF-1.7", "application/pdf")
    done = run(home, "add", site.base)
    assert (done.code, watch(home)) == (1, HEAD + SOURCE + TOPIC)
    assert "no feed, no sitemap" in done.err


def test_a_site_that_does_not_answer_ends_with_1(home: Path, site: Site) -> None:
    site.failing["/"] = 503
    done = run(home, "add", site.base)
    assert (done.code, watch(home)) == (1, HEAD + SOURCE + TOPIC)
    assert "HTTP status 503" in done.err


def test_a_dry_run_shows_the_lines_and_writes_none(home: Path, site: Site) -> None:
    done = run(home, "add", site.base, "--dry-run")
    assert done.code == 0, done.all
    assert f'[[source]]\nid = "the-front-centre"\nname = "The Front & Centre"\nurl = "{site.feed}"' in done.out
    assert watch(home) == HEAD + SOURCE + TOPIC


def test_json_is_one_document(home: Path, site: Site) -> None:
    answer = run(home, "add", site.base, "--json").json
    assert answer["added"] is True
    assert answer["source"] == {
        "id": "the-front-centre", "name": "The Front & Centre", "url": site.feed, "kind": "feed",
    }  # fmt: skip
    assert answer["candidates"][0]["newest_title"] == "Mediator lands"


@pytest.mark.parametrize("spelling", ["{base}/feed.xml", "{base}/feed.xml/", "{base}"])
def test_what_is_followed_already_is_refused_politely(home: Path, site: Site, spelling: str) -> None:
    run(home, "add", site.feed, "--id", "front")
    before = watch(home)
    done = run(home, "add", spelling.format(base=site.base))
    assert (done.code, watch(home)) == (1, before)
    assert "is followed already, as front; nothing was changed" in done.err


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["--id", "gazette"], '"gazette" is taken by another source'),
        (["--id", "The Front"], 'write up to 64 small letters, digits and single hyphens, e.g. "the-front"'),
        (["--every", "soon"], '"soon" is no duration'),
        (["--every", "90d"], '"90d" is too long; write "1s" to "31d"'),
    ],
)
def test_wrong_options_are_wrong_usage_and_nothing_is_asked(home: Path, site: Site, args: list[str], why: str) -> None:
    done = run(home, "add", site.base, *args)
    assert done.code == 2
    assert why in " ".join(done.err.split())
    assert not site.asked


def test_a_site_inside_our_own_network_is_refused(home: Path, site: Site) -> None:
    done = monitor("--home", home, "sources", "add", site.base, env={"MONITOR_ALLOW_ADDRESSES": ""})
    assert (done.code, site.asked, watch(home)) == (1, [], HEAD + SOURCE + TOPIC)
    assert "not public" in done.err


@pytest.mark.parametrize("url", ["ftp://front.example/", "https://", "front example", ""])
def test_what_is_no_address_is_wrong_usage(home: Path, url: str) -> None:
    assert run(home, "add", url).code == 2


def test_a_person_at_a_terminal_is_asked(home: Path, site: Site) -> None:
    put(site, "/atom.xml", "<feed xmlns='http://www.w3.org/2005/Atom'><title>A</title></feed>", "text/xml")
    put(site, "/", '<link rel=alternate type="application/atom+xml" href="/atom.xml">' + site.pages["/"][0].decode())
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command("--home", home, "sources", "add", site.base), stdin=theirs, stdout=theirs, stderr=theirs,
        env=environment(LOOPBACK), close_fds=True,
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, b"0\n")
    said = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:
            break
        if not piece:
            break
        said += piece
    os.close(ours)
    assert process.wait(60) == 0
    assert b"Which one?" in said
    assert b"nothing was changed" in said
    assert watch(home) == HEAD + SOURCE + TOPIC


# --- the file ------------------------------------------------------------------------------------------------------

ONE = Source("one", 'A "quoted" \\ näme', "https://one.example/feed", every=timedelta(minutes=45), confirmed=False)
TWO = Source("two", "Two", "https://two.example/map.xml", kind=Kind.SITEMAP, pause=timedelta(0), dedup=False)


def test_entries_hold_only_what_is_no_default() -> None:
    assert entries([ONE, TWO]) == (
        '[[source]]\nid = "one"\nname = "A \\"quoted\\" \\\\ näme"\nurl = "https://one.example/feed"\nevery = "45m"\n'
        'confirmed = false\n\n[[source]]\nid = "two"\nname = "Two"\nurl = "https://two.example/map.xml"\n'
        'kind = "sitemap"\npause = "0s"\ndedup = false\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        HEAD.rstrip(),
        HEAD + SOURCE + TOPIC + SOURCE.replace("gazette", "courier"),
        (HEAD + SOURCE).replace("\n", "\r\n"),
        "\ufeff" + HEAD,
        "source = [ { id = 'a', name = 'A', url = 'https://a.example/' } ] # a list\n" + HEAD,
    ],
)
def test_every_layout_of_a_watch_file_takes_sources(text: str) -> None:
    after, line = with_sources(text, [ONE, TWO])
    before, data = read_watch(text), read_watch(after)
    assert data.sources[-2:] == (ONE, TWO)
    assert data.sources[:-2] == before.sources
    assert tomllib.loads(after.lstrip("\ufeff").partition("[[source]]")[0])
    assert 0 < line <= after.count("\n") + 1
    if "source = [" not in text:
        assert after.startswith(text)
    if "\r\n" in text:
        assert after.count("\n") == after.count("\r\n")


def test_a_file_that_would_be_refused_stays_as_it_was(home: Path) -> None:
    twice = Source("gazette", "Again", "https://again.example/feed")
    with pytest.raises(Exception, match='"gazette" is taken by the source'):
        append_sources(home / "watch.toml", [twice], read_watch)
    assert watch(home) == HEAD + SOURCE + TOPIC
    assert [path.name for path in home.iterdir()] == ["watch.toml"]


def test_a_file_that_somebody_else_writes_at_that_moment_is_left_alone(home: Path) -> None:
    def meddle(text: str) -> None:
        (home / "watch.toml").write_text(HEAD)

    with pytest.raises(SetupError, match="somebody else wrote to it"):
        append_sources(home / "watch.toml", [ONE], meddle)
    assert watch(home) == HEAD


def test_a_link_is_followed_and_the_mode_is_kept(home: Path, tmp_path: Path) -> None:
    real = tmp_path / "real.toml"
    (home / "watch.toml").rename(real)
    real.chmod(0o640)
    (home / "watch.toml").symlink_to(real)
    append_sources(home / "watch.toml", [ONE], read_watch)
    assert (home / "watch.toml").is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert "one.example" in real.read_text()


# --- OPML ----------------------------------------------------------------------------------------------------------

LIST = """<opml version="2.0"><body><outline text="Papers">
<outline type="rss" text="Gazette" xmlUrl="http://gazette.example/feed/"/>
<outline type="rss" text="Tide Courier" xmlUrl="https://courier.example/feed"/>
<outline type="rss" text="Tide Courier" xmlUrl="https://courier.example/sport"/>
<outline type="rss" text="Courier again" xmlUrl="https://courier.example/feed"/>
<outline type="rss" text="Lost"/>
<outline type="rss" text="Odd" xmlUrl="https://odd_host.exa*mple/feed"/>
</outline></body></opml>"""


@pytest.fixture
def opml(tmp_path: Path) -> Path:
    """A list with one feed that is followed, two new ones, one twice and two that are unusable."""
    path = tmp_path / "feeds.opml"
    path.write_text(LIST)
    return path


def test_an_import_says_what_became_of_every_entry(home: Path, opml: Path) -> None:
    done = run(home, "import", opml, "--every", "1h")
    assert done.code == 1
    assert "added tide-courier: Tide Courier, https://courier.example/feed" in done.out
    assert "added tide-courier-2: Tide Courier, https://courier.example/sport" in done.out
    assert "duplicate: Gazette, http://gazette.example/feed/" in done.out
    assert "duplicate: Courier again" in done.out
    assert "FAILED Lost: it has no address (xmlUrl)" in done.out
    assert "FAILED Odd: " in done.out
    assert done.out.endswith("2 added, 2 duplicates, 2 failed\n")
    sources = read_watch(watch(home)).sources
    assert [source.id for source in sources] == ["gazette", "tide-courier", "tide-courier-2"]
    assert all(not source.confirmed and source.every == timedelta(hours=1) for source in sources[1:])
    assert watch(home).startswith(HEAD + SOURCE + TOPIC)


def test_importing_again_adds_nothing_and_does_not_touch_the_file(home: Path, opml: Path) -> None:
    run(home, "import", opml)
    before = (home / "watch.toml").stat().st_ino
    answer = run(home, "import", opml, "--json").json
    assert (len(answer["added"]), len(answer["duplicate"]), len(answer["failed"])) == (0, 4, 2)
    assert (home / "watch.toml").stat().st_ino == before


def test_an_import_that_is_only_tried_writes_nothing(home: Path, opml: Path) -> None:
    done = run(home, "import", opml, "--dry-run")
    assert "would add tide-courier: " in done.out
    assert watch(home) == HEAD + SOURCE + TOPIC


def test_what_is_exported_adds_nothing_when_it_is_imported(home: Path, opml: Path) -> None:
    run(home, "import", opml)
    text = run(home, "export").out
    done = run(home, "import", "-", stdin=text.encode())
    assert done.code == 0, done.all
    assert done.out.endswith("0 added, 3 duplicates, 0 failed\n")


def test_an_export_into_a_file_says_how_many_and_what_is_left_out(home: Path) -> None:
    (home / "watch.toml").write_text(HEAD + SOURCE + entries([TWO]))
    done = run(home, "export", home / "out.opml")
    assert done.code == 0, done.all
    assert done.err == "1 feed written; 1 source of other kinds left out\n"
    assert "gazette.example" in (home / "out.opml").read_text()


def test_a_file_that_is_no_opml_is_told_in_one_line(home: Path, tmp_path: Path) -> None:
    (tmp_path / "x.opml").write_text(json.dumps({"feeds": []}))
    done = run(home, "import", tmp_path / "x.opml")
    assert done.code == 1
    assert "not an OPML list but no XML" in done.err
    assert done.err.count("\n") == 1
