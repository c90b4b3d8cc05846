"""Every command as a person meets it: what it says, what it leaves behind, and the number it ends with."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from end_to_end import stored
from end_to_end.command import ROOT, Done, command, environment, monitor, python
from end_to_end.folder import follow, lay
from end_to_end.newsroom import press
from end_to_end.pages import bare
from end_to_end.site import FEED, Entry, Site
from support.hostile import hostile_server

from monitor.cli.main import COMMANDS
from monitor.demo import html

PRESS = press()
SUBCOMMANDS = (
    *((name,) for name in COMMANDS),
    ("sources", "list"),
    ("sources", "check"),
    ("seeds", "list"),
    ("seeds", "add"),
    ("seeds", "check"),
    ("rules", "check"),
    ("rules", "test"),
    ("rules", "backtest"),
    ("rules", "suggest"),
    ("rules", "tune"),
    ("config", "dump"),
)
HEAVY = {"httpx", "trafilatura", "sqlalchemy", "lxml", "pydantic", "lark", "alembic"}
DAM = (
    "The dam above Lindenau lost nine centimetres of water in one week, the river authority said. "
    "Two of its five gates have been shut since Monday. Farmers downstream may draw water on three days only. "
    "The authority expects rain in the first week of the next month and no relief before it. "
    "A second reservoir, built forty years ago for the paper mill, is to be opened for the town."
)


def print_page(site: Site, page_id: str) -> str:
    """Put a page of the demo into print on this site; returns its address."""
    page = PRESS.page(page_id)
    body = html.article(page, PRESS.publisher(page.publisher), (), site.base)
    return site.add(Entry(page.path, page.title, page.published, page.summary), body)


@dataclass(frozen=True)
class Lived:
    """A working folder after one run, and the site it follows. Tests that write work on a copy."""

    home: Path
    site: Site
    run: Done
    arrival: str

    def copy(self, target: Path) -> Path:
        shutil.copytree(self.home, target)
        return target


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    home = tmp_path_factory.mktemp("lived") / "home"
    with Site() as site:
        arrival = print_page(site, "mw-0818-arrival")
        for page in ("oq-0818-arrival", "mw-0819-herzog", "ps-0818-moon"):
            print_page(site, page)
        lay(home, site.feed)
        run = monitor("run", "--tell-all", "--home", home)
        assert run.code == 0, run.all
        yield Lived(home, site, run, arrival)


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder as `init` lays it, opened once, so that its database knows the seeds."""
    folder = lay(tmp_path_factory.mktemp("laid") / "home")
    done = monitor("seeds", "list", "--home", folder)
    assert done.code == 0, done.all
    return folder


@pytest.fixture
def home(laid: Path, tmp_path: Path) -> Path:
    """A copy of it, for one test."""
    return Path(shutil.copytree(laid, tmp_path / "home"))


def one_line(done: Done, *words: str) -> None:
    """A refusal: one line on stderr that holds these words, no traceback, nothing on stdout."""
    assert done.out == ""
    assert len(done.err.strip().splitlines()) == 1, done.err
    for word in words:
        assert word in done.err


def edit(path: Path, old: str, new: str) -> int:
    """Replace a piece of a file; returns the line it stands on."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return text[: text.index(old)].count("\n") + 1


# --- help and usage -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", SUBCOMMANDS, ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    done = monitor(*words, "--help")
    assert done.code == 0, done.all
    assert done.out.startswith(f"Usage: monitor {' '.join(words)} ")
    assert len(done.out.splitlines()) > 4


def test_help_lists_every_command_with_a_line() -> None:
    done = monitor("--help")
    assert done.code == 0
    for name, (_, line) in COMMANDS.items():
        assert f"  {name} " in done.out
        assert line.split(";", maxsplit=1)[0][:40] in done.out
    assert monitor("-h").out == done.out


def test_help_of_no_command_imports_anything_heavy() -> None:
    code = (
        "import sys; from monitor.cli.main import main\n"
        "for words in sys.argv[1:]:\n"
        "    sys.argv[1:] = [*words.split(), '--help']\n"
        "    try: main()\n"
        "    except SystemExit as end: assert not end.code, words\n"
        f"    heavy = sorted({HEAVY!r} & sys.modules.keys())\n"
        "    assert not heavy, (words, heavy)\n"
    )
    done = python(code, "", *map(" ".join, SUBCOMMANDS))
    assert done.code == 0, done.err
    assert done.out.count("Usage: monitor") == len(SUBCOMMANDS) + 1


def test_version_is_told() -> None:
    assert monitor("--version").out.strip() == "monitor, version 0.1.0"


@pytest.mark.parametrize(("typed", "meant"), [("runn", "run"), ("sorces", "sources"), ("doktor", "doctor")])
def test_a_mistyped_command_is_met_with_a_suggestion(typed: str, meant: str) -> None:
    done = monitor(typed)
    assert done.code == 2
    assert f"Did you mean {meant}?" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("nothing-like-it",), "monitor --help"),
        (("run", "--nwo"), "--now"),
        (("digest", "--format", "pdf"), "'md', 'html', 'mail', 'txt', 'json', 'atom'"),
        (("seeds", "add"), "FILE|URL"),
        (("rules", "test", "/not/there.jsonl"), "/not/there.jsonl"),
        (("init",), "DIR"),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2_and_says_what_is_right(words: tuple[str, ...], hint: str) -> None:
    done = monitor(*words)
    assert done.code == 2, done.all
    assert hint in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("words", [("run", "--source", "source-11"), ("sources", "check", "source-11")], ids=" ".join)
def test_an_unknown_source_is_wrong_usage_with_the_nearest_name(lived: Lived, words: tuple[str, ...]) -> None:
    done = monitor(*words, "--home", lived.home)
    assert done.code == 2, done.all
    assert "did you mean source-1?" in done.err


# --- set-up refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [("run",), ("fetch",), ("digest",), ("tick",), ("start",), ("doctor",), ("sources", "list"), ("seeds", "list"),
     ("rules", "check"), ("explain", "-")],
    ids=" ".join,
)  # fmt: skip
def test_without_a_watch_file_a_command_ends_with_3_and_one_line(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = monitor(*words, "--home", tmp_path)
    assert done.code == 3, done.all
    one_line(done, str(tmp_path / "watch.toml"), "monitor init DIR")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("SMTP_PROT=25", 'did you mean "SMTP_PORT"?'),
        ("SMTP_PORT=many", "no whole number"),
        ("MONITOR_RETRIES=0", "too small"),
        ("SMTP_PASSWORD=x", "SMTP_USER"),
    ],
)
def test_a_bad_env_file_ends_with_3_and_one_line(home: Path, line: str, told: str) -> None:
    (home / ".env").write_text(f"{line}\n")
    for words in (("run",), ("config", "dump")):
        done = monitor(*words, "--home", home)
        assert done.code == 3, done.all
        one_line(done, ".env", told)


def test_all_mistakes_of_an_env_file_are_told_at_once(home: Path) -> None:
    (home / ".env").write_text("SMTP_PROT=25\nMONITOR_RETRIES=none\nMONITOR_LOG=LOUD\n")
    done = monitor("run", "--tell-all", "--home", home)
    assert done.code == 3
    assert len(done.err.strip().splitlines()) == 3


def test_a_damaged_database_ends_with_3_and_one_line(home: Path) -> None:
    (home / "monitor.db").write_bytes(b"this is no database at all, " * 100)
    done = monitor("run", "--tell-all", "--home", home)
    assert done.code == 3, done.all
    one_line(done, "monitor.db")


def test_a_second_run_in_the_same_folder_is_refused_while_the_first_goes_on(lived: Lived) -> None:
    with (lived.home / ".monitor.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        done = monitor("run", "--tell-all", "--home", lived.home)
        looking = monitor("sources", "list", "--home", lived.home)
    assert done.code == 3
    one_line(done, "another run is under way")
    assert looking.code == 0


# --- init, doctor, config -----------------------------------------------------------------------------------------


def test_init_lays_a_folder_that_doctor_finds_good(tmp_path: Path) -> None:
    home = lay(tmp_path / "home", "http://127.0.0.1:9/feed")
    assert sorted(path.name for path in home.iterdir()) == [".env.example", "digests", "seeds", "watch.toml"]
    assert (home / ".env.example").read_text() == (ROOT / ".env.example").read_text()
    assert len(list((home / "seeds").glob("*.md"))) == 5
    done = monitor("doctor", "--home", home)
    assert done.code == 0, done.all
    marks = {line[:3] for line in done.out.splitlines()[:-1]}
    assert marks == {"ok ", "see"}
    assert done.out.splitlines()[-1] == "everything a run needs is there"


def test_init_leaves_alone_what_is_there_and_adds_what_is_missing(home: Path) -> None:
    (home / "watch.toml").write_text("# mine\n")
    (home / "seeds" / "seed-003.md").unlink()
    (home / "digests" / "2024-01-01.md").write_text("old")
    done = monitor("init", home)
    assert done.code == 0
    assert "1 file written" in done.out
    assert "left alone, because it is there already: watch.toml, .env.example, seeds/seed-000.md and 3 more" in done.out
    again = monitor("init", home, "--story", "blank")
    assert "0 files written\nleft alone, because it is there already: watch.toml, .env.example\n" in again.out
    assert "so its story is not 'blank'" in again.out
    assert (home / "watch.toml").read_text() == "# mine\n"
    assert (home / "seeds" / "seed-003.md").is_file()
    assert (home / "digests" / "2024-01-01.md").read_text() == "old"


def test_doctor_answers_in_json(home: Path) -> None:
    done = monitor("doctor", "--json", "--home", home)
    assert done.code == 0
    assert done.json["ok"] is True
    names = [check["name"] for check in done.json["checks"]]
    assert {"monitor", "home", "watch", "database", "seeds", "digests", "mail", "outbox"} <= set(names)


def bad(home: Path, name: str) -> str:
    """What doctor says of the one check that is bad."""
    done = monitor("doctor", "--home", home)
    assert done.code == 3, done.all
    (line,) = (line for line in done.out.splitlines() if line.startswith("BAD"))
    assert line.startswith(f"BAD {name}: ")
    assert "mend what is marked BAD" in done.out
    return line


def test_doctor_finds_a_damaged_seed(home: Path) -> None:
    edit(home / "seeds" / "seed-001.md", 'shingles = """', 'shingles = """!')
    line = bad(home, "seeds")
    assert "seed-001.md" in line
    assert "damaged" in line


def test_doctor_finds_recipients_without_a_mail_server(home: Path) -> None:
    edit(home / "watch.toml", "to = []", 'to = ["desk@example.org"]')
    assert "SMTP_HOST" in bad(home, "mail")
    answer = monitor("doctor", "--json", "--home", home)
    assert answer.code == 3
    assert answer.json["ok"] is False
    assert [check["name"] for check in answer.json["checks"] if not check["ok"]] == ["mail"]


def test_doctor_finds_a_digest_folder_that_cannot_be_written(home: Path) -> None:
    (home / "digests").rmdir()
    (home / "digests").write_text("a file in its place")
    assert "cannot be written" in bad(home, "digests")


def test_a_damaged_seed_stops_no_run_and_is_named(tmp_path: Path, lived: Lived) -> None:
    home = lived.copy(tmp_path / "home")
    (home / "seeds" / "broken.md").write_text("+++\nid = \n+++\n")
    done = monitor("run", "--tell-all", "--home", home)
    assert done.code == 0, done.all
    assert "broken.md" in done.err
    assert stored.query(home, "SELECT count(*) FROM article WHERE seed") == [(5,)]


@pytest.mark.parametrize("as_json", [False, True])
def test_config_dump_shows_every_setting_and_no_secret(home: Path, as_json: bool) -> None:
    (home / ".env").write_text(
        "SMTP_HOST=smtp.example.org\nSMTP_USER=desk@example.org\nSMTP_PASSWORD=kingfisher-41\n"
        "MONITOR_DATABASE=postgresql://clerk:heron-77@db.example.org/news\n"
    )
    done = monitor("config", "dump", *(["--json"] if as_json else []), "--home", home)
    assert done.code == 0, done.all
    assert "kingfisher" not in done.all
    assert "heron" not in done.all
    shown = done.json if as_json else dict(line.split("=", 1) for line in done.out.splitlines())
    assert shown["SMTP_PASSWORD"] == "***"
    assert shown["SMTP_FROM"] == "desk@example.org"
    assert shown["MONITOR_DATABASE"] == "postgresql+psycopg://clerk:***@db.example.org/news"
    example = (ROOT / ".env.example").read_text("utf-8")
    assert all(f"#{name}=" in example for name in shown)
    assert len(shown) == example.count("\n#MONITOR_") + example.count("\n#SMTP_")


def test_the_environment_wins_over_the_env_file(home: Path) -> None:
    (home / ".env").write_text("MONITOR_RETRIES=7\nMONITOR_HOSTS=3\n")
    shown = monitor("config", "dump", "--json", "--home", home, env={"MONITOR_HOSTS": "9"}).json
    assert (shown["MONITOR_RETRIES"], shown["MONITOR_HOSTS"]) == (7, 9)


def test_the_home_may_stand_before_the_command_or_in_the_environment(home: Path, tmp_path: Path) -> None:
    after = monitor("config", "dump", "--home", home, cwd=tmp_path)
    before = monitor("--home", home, "config", "dump", cwd=tmp_path)
    around = monitor("config", "dump", env={"MONITOR_HOME": str(home)}, cwd=tmp_path)
    here = monitor("doctor", cwd=home)
    assert after.out == before.out == around.out
    assert f"MONITOR_HOME={home}" in after.out
    assert here.code == 0


# --- run and fetch ------------------------------------------------------------------------------------------------


def test_a_run_says_what_it_did_and_where_the_digest_is(lived: Lived) -> None:
    assert "1 of 1 source answered" in lived.run.out
    assert "4 articles filed: 1 already known, 1 not about the story" in lived.run.out
    files = sorted((lived.home / "digests").glob("*.*"))
    assert [path.suffix for path in files if not path.name.startswith("README")] == [".html", ".md"]
    for path in files:
        assert str(path) in lived.run.out


def test_a_run_away_from_a_terminal_shows_no_progress(lived: Lived) -> None:
    assert lived.run.err == ""
    assert "\x1b" not in lived.run.out


def test_a_run_at_a_terminal_shows_progress_there_and_not_in_its_answer(lived: Lived, tmp_path: Path) -> None:
    home = lived.copy(tmp_path / "home")
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        command("run", "--tell-all", "--now", "--json", "--home", home),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    out, seen = run.communicate(timeout=60)[0], b""
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        try:
            while piece := terminal.read(4096):
                seen += piece
        except OSError:
            pass  # how Linux says that the other end is closed
    assert run.returncode == 0
    assert b"sources" in seen
    assert json.loads(out)["sources"][0]["outcome"] == "unchanged"


def test_a_run_answers_in_json(home: Path, lived: Lived) -> None:
    follow(home, lived.site.feed)
    done = monitor("run", "--tell-all", "--json", "--home", home)
    assert done.code == 0, done.all
    report: dict[str, Any] = done.json
    source = {"id": "source-1", "outcome": "ok", "offered": 4, "new": 4, "reason": ""}
    assert report["sources"] == [source]
    assert (report["filed"], report["known"], report["unrelated"]) == (4, 1, 1)
    assert report["told"] == report["developments"] == stored.count(home, "development") > 0
    assert [each["to"] for each in report["delivered"]] == [f"{report['digest']}.md", f"{report['digest']}.html"]


def test_a_dry_run_shows_the_digest_and_tells_nothing(home: Path, lived: Lived) -> None:
    follow(home, lived.site.feed)
    done = monitor("run", "--tell-all", "--dry-run", "--home", home)
    assert done.code == 0, done.all
    assert "BLINKEN'S MIDDLE EAST TRIPS" in done.out
    assert "touched down at the airport" in done.out
    assert list((home / "digests").iterdir()) == []
    assert stored.count(home, "digest") == stored.count(home, "delivery") == 0
    assert stored.query(home, "SELECT count(*) FROM article WHERE digest_id IS NOT NULL") == [(0,)]


def test_fetch_files_and_digest_tells(home: Path, lived: Lived) -> None:
    follow(home, lived.site.feed)
    fetched = monitor("fetch", "--tell-all", "--json", "--home", home)
    assert (fetched.code, fetched.json["filed"]) == (0, 4)
    assert stored.count(home, "digest") == 0
    told = monitor("digest", "--home", home)
    assert told.code == 0, told.all
    assert stored.count(home, "digest") == 1
    again = monitor("digest", "--home", home)
    assert "no digest: nothing to tell that has not been told" in again.out


def test_only_the_named_source_is_asked(home: Path, lived: Lived) -> None:
    with Site() as other:
        print_page(other, "mw-0819-gaza")
        follow(home, lived.site.feed, other.feed)
        lived.site.asked.clear()
        done = monitor("fetch", "--tell-all", "--source", "source-2", "--json", "--home", home)
    assert [source["id"] for source in done.json["sources"]] == ["source-2"]
    assert lived.site.asked == []


def test_strict_ends_with_1_where_a_page_or_source_failed(home: Path) -> None:
    with Site() as site:
        print_page(site, "mw-0819-gaza")
        site.entries.append(Entry("/gone", "A page that is gone", datetime(2024, 8, 19, tzinfo=UTC)))
        follow(home, site.feed)
        strict = monitor("run", "--tell-all", "--strict", "--json", "--home", home)
        assert strict.code == 1, strict.all
        assert [(row["url"], "404" in row["reason"]) for row in strict.json["given_up"]] == [
            (site.base + "/gone", True)
        ]
        site.failing[FEED] = 503
        lenient = monitor("run", "--tell-all", "--now", "--home", home)
        assert lenient.code == 0, lenient.all
        assert "0 of 1 source answered" in lenient.out
        assert "503" in lenient.out
        assert monitor("fetch", "--tell-all", "--now", "--strict", "--home", home).code == 1


def test_a_page_that_fails_for_a_while_is_kept_for_later(home: Path) -> None:
    with Site() as site:
        print_page(site, "mw-0819-gaza")
        site.failing[site.entries[0].path] = 500
        follow(home, site.feed)
        done = monitor("run", "--tell-all", "--home", home)
    assert done.code == 0
    assert "1 page will be tried again" in done.out
    assert stored.query(home, "SELECT state, attempts, next_try IS NOT NULL FROM lead") == [("pending", 1, 1)]


def test_a_delivery_that_fails_ends_with_4_and_the_digest_is_not_lost(home: Path, lived: Lived) -> None:
    follow(home, lived.site.feed)
    edit(home / "watch.toml", "to = []", 'to = ["desk@example.org"]')
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound and not listening: nobody answers there
        mail = {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(closed.getsockname()[1]),
            "SMTP_TLS": "none",
            "SMTP_FROM": "monitor@example.org",
        }
        done = monitor("run", "--tell-all", "--home", home, env=mail)
    assert done.code == 4, done.all
    assert "desk@example.org" in done.err
    assert "Traceback" not in done.err
    assert len(list((home / "digests").glob("*.md"))) == 1
    states = stored.query(home, "SELECT channel, state FROM delivery ORDER BY id")
    assert states == [("file", "done"), ("file", "done"), ("mail", "pending")]


# --- digest -------------------------------------------------------------------------------------------------------


def test_a_preview_changes_nothing_at_all(home: Path, lived: Lived) -> None:
    follow(home, lived.site.feed)
    assert monitor("fetch", "--tell-all", "--home", home).code == 0
    before = stored.tables(home)
    done = monitor("digest", "--preview", "--home", home)
    assert done.code == 0, done.all
    assert "touched down at the airport" in done.out
    assert stored.tables(home) == before
    assert list((home / "digests").iterdir()) == []


def test_a_stored_digest_is_shown_in_every_format(lived: Lived) -> None:
    (name,) = (path.stem for path in (lived.home / "digests").glob("*.md"))
    for form in ("md", "html"):
        shown = monitor("digest", "--show", name, "--format", form, "--home", lived.home)
        assert shown.code == 0, shown.all
        assert shown.out.strip() == (lived.home / "digests" / f"{name}.{form}").read_text("utf-8").strip()
    record = monitor("digest", "--show", "last", "--format", "json", "--home", lived.home).json
    assert record["name"] == name
    text = monitor("digest", "--show", "last", "--home", lived.home).out
    for part in record["trips"]:
        for section in part["sections"]:
            assert all(item["text"] in " ".join(text.split()) for item in section["items"])


def test_a_digest_that_is_not_there_is_wrong_usage(lived: Lived) -> None:
    for option in ("--show", "--resend"):
        done = monitor("digest", option, "1999-12-31", "--home", lived.home)
        assert done.code == 2, done.all
        assert "there is no digest '1999-12-31'" in done.err


def test_a_trip_is_shown_whole_and_one_that_is_none_is_wrong_usage(lived: Lived) -> None:
    shown = monitor("digest", "--trip", "blinken-09", "--format", "json", "--home", lived.home)
    assert shown.code == 0, shown.all
    assert (shown.json["kind"], shown.json["first"], shown.json["last"]) == ("trip", "2024-08-17", "2024-08-20")
    feed = monitor("digest", "--trip", "blinken-09", "--format", "atom", "--home", lived.home)
    assert feed.out.count("<entry>") == sum(
        len(section["items"]) for part in shown.json["trips"] for section in (*part["sections"], *part["more"])
    )
    assert monitor("digest", "--trip", "blinken-01", "--home", lived.home).out == "nothing is filed under blinken-01\n"
    done = monitor("digest", "--trip", "blinken-9", "--home", lived.home)
    assert done.code == 2
    assert "there is no trip 'blinken-9'; did you mean blinken-09?" in done.err


def test_a_folders_own_template_is_used_and_a_broken_one_named(lived: Lived, tmp_path: Path) -> None:
    home = lived.copy(tmp_path / "home")
    (home / "templates").mkdir()
    template = home / "templates" / "digest.txt.j2"
    template.write_text("{{ headline[0] }}\n", "utf-8")
    shown = monitor("digest", "--show", "last", "--home", home)
    assert re.fullmatch(r"\d+ developments on 1 trip\n", shown.out)
    template.write_text("{{ headlines }}\n", "utf-8")
    broken = monitor("digest", "--show", "last", "--home", home)
    assert broken.code != 0
    assert "templates/digest.txt.j2:1: 'headlines' is undefined; mend it, or delete it" in broken.err
    assert "Traceback" not in broken.err


def test_resending_writes_the_same_files_again(lived: Lived, tmp_path: Path) -> None:
    home = lived.copy(tmp_path / "home")
    files = {path: path.read_bytes() for path in (home / "digests").iterdir()}
    name = next(path.stem for path in files if path.suffix == ".md")
    for path in files:
        path.unlink()
    done = monitor("digest", "--resend", name, "--home", home)
    assert done.code == 0, done.all
    assert f"digest {name}: 2 deliveries made" in done.out
    assert {path: path.read_bytes() for path in (home / "digests").iterdir()} == files
    assert stored.count(home, "digest") == 1


# --- sources ------------------------------------------------------------------------------------------------------


def test_sources_are_listed_with_their_last_answer(home: Path, lived: Lived) -> None:
    with Site() as down:
        down.failing[FEED] = 503
        follow(home, lived.site.feed, down.feed)
        fresh = monitor("sources", "list", "--home", home)
        assert fresh.out.count("not asked yet") == 2
        assert monitor("fetch", "--tell-all", "--home", home).code == 0
    listed = monitor("sources", "list", "--home", home)
    assert listed.code == 0
    first, second, last = listed.out.splitlines()
    assert re.match(r"source-1  Paper 1: ok \d+ \w{3} \d\d:\d\d, next \d+ \w{3} \d\d:\d\d$", first)
    assert "FAILING: " in second
    assert "503" in second
    assert last.startswith("2 sources, 1 failing")
    rows = monitor("sources", "list", "--json", "--home", home).json
    assert [(row["id"], row["failures"]) for row in rows] == [("source-1", 0), ("source-2", 1)]
    examined = monitor("doctor", "--home", home)
    assert examined.code == 0, examined.all
    (line,) = [line for line in examined.out.splitlines() if "source: " in line]
    assert line.startswith("see source: source-2: HTTP status 503")
    assert line.split("; ")[1].endswith("once, never answered yet")


def test_a_check_of_sources_shows_what_they_offer_and_stores_nothing(home: Path, lived: Lived) -> None:
    with Site() as page:
        address = page.add(Entry("/about", "About us"), bare("About us", ["We print what happens.", "Write to us."]))
        follow(home, lived.site.feed, address, page.base + "/gone.xml")
        done = monitor("sources", "check", "--home", home)
        rows = monitor("sources", "check", "--json", "--home", home)
        one = monitor("sources", "check", "source-1", "--home", home)
    assert (done.code, rows.code, one.code) == (1, 1, 0), done.all
    good, no_feed, gone, last = done.out.splitlines()
    assert good.startswith("ok   source-1: RSS 2.0, 4 leads, newest ")
    assert "not a feed" in no_feed
    assert "404" in gone
    assert last == "1 of 3 sources answered"
    assert [row["ok"] for row in rows.json] == [True, False, False]
    assert stored.count(home, "lead") == stored.count(home, "source") == 0


def test_a_check_of_sources_says_where_one_has_moved_to(home: Path) -> None:
    with hostile_server() as server:
        server.answers("301 Moved", b"", "Location: /new", path="/old")
        server.answers("200 OK", b"<rss version='2.0'><channel><title>x</title></channel></rss>", path="/new")
        follow(home, server.address + "/old")
        done = monitor("sources", "check", "--home", home)
    assert done.out.splitlines()[0] == f"ok   source-1: RSS 2.0, 0 leads (has moved for good to {server.address}/new)"


def test_an_unconfirmed_address_is_marked(home: Path) -> None:
    follow(home, "http://127.0.0.1:9/feed")
    with (home / "watch.toml").open("a") as watch:
        watch.write("confirmed = false\n")
    assert "source-1  Paper 1 [address unconfirmed]" in monitor("sources", "list", "--home", home).out
    assert "addresses nobody has confirmed: source-1" in monitor("doctor", "--home", home).out


# --- seeds --------------------------------------------------------------------------------------------------------


def test_seeds_are_listed_with_trip_and_date(home: Path) -> None:
    done = monitor("seeds", "list", "--home", home)
    assert done.code == 0
    assert [line.split()[:2] for line in done.out.splitlines()[:-1]] == [
        ["seed-000", "blinken-09"],
        ["seed-001", "blinken-02"],
        ["seed-002", "blinken-02"],
        ["seed-003", "blinken-02"],
        ["seed-004", "blinken-04"],
    ]
    rows = monitor("seeds", "list", "--json", "--home", home).json
    assert rows[0]["published"] == "2024-08-23"


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html"])
def test_a_file_that_was_added_is_known_from_then_on(home: Path, tmp_path: Path, suffix: str) -> None:
    given = tmp_path / f"dam{suffix}"
    given.write_text(bare("Dam runs low", [DAM]) if suffix == ".html" else f"Dam runs low\n\n{DAM}\n")
    copy = tmp_path / "again.txt"
    copy.write_text(f"Water is short at Lindenau\n\n{DAM}\n")
    added = monitor("seeds", "add", given, "--home", home)
    assert added.code == 0, added.all
    assert "known from now on as seed-dam" in added.out
    assert (home / "seeds" / given.name).read_bytes() == given.read_bytes()
    checked = monitor("seeds", "check", copy, "--home", home)
    assert checked.code == 0
    assert checked.out.startswith(
        f"{copy}: copy\n  a copy of “Dam runs low” (seed corpus, seed-dam); 100% of its words"
    )
    assert "0 of its " in checked.out


def test_a_page_that_was_added_by_its_address_is_known_from_then_on(home: Path, lived: Lived) -> None:
    follow(home, lived.site.feed)
    added = monitor("seeds", "add", lived.arrival, "--home", home)
    assert added.code == 0, added.all
    assert "(blinken-09)" in added.out
    report = monitor("run", "--tell-all", "--json", "--home", home).json
    assert report["known"] == 2
    seeds = {seed for (seed,) in stored.query(home, "SELECT id FROM article WHERE seed AND id LIKE 'seed-page-%'")}
    known = [row.of_id for row in stored.articles(home) if row.verdict == "copy"]
    assert set(known) == seeds
    assert len(known) == 2


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("record.md", "+++\nid = 3\n+++\n- A fact.\n", "record.md"),
        ("open.md", '+++\nid = "x"\ntitle = "y"\n- A fact.\n', "front matter is not closed"),
        ("empty.txt", "", "empty.txt"),
        ("paper.pdf", "%PDF-1.7", ".txt, .md or .html"),
    ],
)
def test_a_file_that_cannot_be_a_seed_is_refused_and_not_kept(
    home: Path, tmp_path: Path, name: str, content: str, told: str
) -> None:
    given = tmp_path / name
    given.write_text(content)
    done = monitor("seeds", "add", given, "--home", home)
    assert done.code == 1, done.all
    assert "not added" in done.err
    assert told in done.err
    assert not (home / "seeds" / name).exists()


def test_a_file_is_not_added_twice_and_does_not_keep_out_the_next(home: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "dam.txt", tmp_path / "mill.txt"
    first.write_text(f"Dam runs low\n\n{DAM}\n")
    second.write_text("Mill to close\n\nThe paper mill at Lindenau closes in March, and 240 people lose their work.\n")
    assert monitor("seeds", "add", first, "--home", home).code == 0
    again = monitor("seeds", "add", first, second, "--home", home)
    assert again.code == 1, again.all
    assert "there is a seed of this name already" in again.err
    assert "known from now on as seed-mill" in again.out


def test_a_record_whose_id_is_taken_is_not_added(home: Path, tmp_path: Path) -> None:
    """Under a name that is read before the one that has the id: it must not take its place."""
    record = shutil.copyfile(home / "seeds" / "seed-002.md", tmp_path / "other-name.md")
    edit(record, "title = ", 'outlet = "Another"\ntitle = ')
    edit(record, 'outlet = "Hoc Marketing"\n', "")
    done = monitor("seeds", "add", record, "--home", home)
    assert done.code == 1, done.all
    assert "not added" in done.err
    assert len(list((home / "seeds").iterdir())) == 5
    assert stored.query(home, "SELECT outlet FROM article WHERE id = 'seed-002'") == [("Hoc Marketing",)]


def test_files_that_cannot_be_checked_are_named_and_the_others_are_checked(home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "dam.txt").write_text(f"Dam runs low\n\n{DAM}\n")
    names = (tmp_path / "empty.txt", tmp_path / "nosuch.txt", tmp_path / "dam.txt", tmp_path)
    done = monitor("seeds", "check", *names, "--home", home)
    assert done.code == 1, done.all
    assert "empty.txt" in done.err
    assert "nosuch.txt: No such file or directory" in done.err
    assert f"{tmp_path}: Is a directory" in done.err
    assert "dam.txt: new\n  new as a whole: no copy of a known text" in done.out
    rows = [json.loads(line) for line in monitor("seeds", "check", *names, "--json", "--home", home).out.splitlines()]
    assert ["error" in row for row in rows] == [True, True, False, True]


# --- rules --------------------------------------------------------------------------------------------------------


def test_rules_check_counts_what_it_read(home: Path) -> None:
    follow(home, "http://127.0.0.1:9/feed")
    done = monitor("rules", "check", "--home", home)
    assert done.code == 0
    assert done.out.strip() == "Blinken's Middle East trips: 12 trips, 11 topics, 1 sources; every rule parses"
    assert monitor("rules", "check", "--json", "--home", home).json == {
        "ok": True, "trips": 12, "topics": 11, "sources": 1,
    }  # fmt: skip


def test_rules_check_tells_every_mistake_with_its_line_at_once(home: Path) -> None:
    watch = home / "watch.toml"
    lines = [
        edit(watch, 'at = "07:00" ', 'at = "25:00" '),
        edit(watch, "ordinal = 5\n", "ordinal = 4\n"),
        edit(watch, "rule = '''protest* OR demonstrat*", "rule = '''protest* OR (demonstrat*"),
    ]
    assert len(set(lines)) == 3
    done = monitor("rules", "check", "--home", home)
    assert done.code == 3, done.all
    assert done.out == ""
    told = [line for line in done.err.splitlines() if line.startswith("watch.toml:")]
    assert sorted(int(line.split(":")[1]) for line in told) == lines, done.err
    answer = monitor("rules", "check", "--json", "--home", home)
    assert answer.code == 3
    assert answer.json["ok"] is False
    assert len(answer.json["problems"]) == 3


def test_rules_check_names_rules_that_cannot_be_meant(home: Path) -> None:
    line = edit(home / "watch.toml", "match = 'famine'", "match = 'famine -famine'")
    done = monitor("rules", "check", "--home", home)
    assert done.code == 1
    assert done.out.startswith(f'watch.toml:{line}: trip "blinken-06", signal ')
    assert "never matches: famine is asked for, and excluded by NOT famine" in done.out
    assert monitor("rules", "check", "--json", "--home", home).json["problems"]


def labelled(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def test_rules_test_scores_labelled_articles(home: Path, tmp_path: Path) -> None:
    arrival, moon = PRESS.page("mw-0818-arrival"), PRESS.page("ps-0818-moon")
    rows: list[dict[str, object]] = [
        {"id": page.id, "title": page.title, "text": "\n".join(page.paragraphs), "published": "2024-08-18",
         "trip": page.trip, "topics": []}
        for page in (arrival, moon)
    ]  # fmt: skip
    wrong = rows[1] | {"id": "wrong", "trip": "blinken-03"}
    path = labelled(tmp_path / "rows.jsonl", *rows, wrong)
    done = monitor("rules", "test", path, "--json", "--home", home)
    assert done.code == 0, done.all
    trips = done.json["trips"]
    assert trips["by_trip"]["blinken-09"]["f1"] == 1
    assert trips["by_trip"]["blinken-03"]["recall"] == 0
    assert trips["micro_f1"] == pytest.approx(2 / 3, abs=1e-3)
    assert trips["misses"] == [["wrong", "blinken-03", "none"]]
    assert "wrong: blinken-03 was filed as none" in monitor("rules", "test", path, "--misses", "--home", home).out


def test_rules_test_fails_under_a_recorded_floor(home: Path, tmp_path: Path) -> None:
    path = labelled(tmp_path / "labelled.jsonl", {"id": "a", "title": "Blinken in Incirlik", "trip": "blinken-02"})
    low, high = tmp_path / "low.toml", tmp_path / "high.toml"
    low.write_text("none_f1 = 0.0\n")
    high.write_text("trip_micro = 1.0\narticles = 2\n")
    assert monitor("rules", "test", path, "--floor", low, "--home", home).code == 0
    done = monitor("rules", "test", path, "--floor", high, "--json", "--home", home)
    assert done.code == 1
    assert "under the floor: articles is 1, the floor is 2" in done.err
    assert len(done.json["under"]) >= 1


def test_the_shipped_rules_keep_the_floor_that_is_recorded_for_our_own_examples() -> None:
    golden = ROOT / "tests" / "golden"
    done = monitor("rules", "test", golden / "classify.jsonl", "--floor", golden / "floor.toml", "--watch",
                   ROOT / "watch.toml")  # fmt: skip
    assert done.code == 0, done.all


def test_rules_tune_shows_fitted_and_held_back_figures(home: Path, tmp_path: Path) -> None:
    counts = (("blinken-02", "second"), ("blinken-09", "ninth"))
    rows: list[dict[str, object]] = [
        {"id": f"{trip}-{n}", "title": f"Blinken begins {count} trip to the Middle East", "text": f"{n}.", "trip": trip}
        for trip, count in counts
        for n in range(3)
    ]
    path = labelled(tmp_path / "rows.jsonl", *rows)
    found = monitor("rules", "tune", path, "--folds", "3", "--json", "--home", home)
    assert found.code == 0, found.all
    assert set(found.json["scores"]) == {"before", "fitted", "3-fold"}
    assert found.json["scores"]["3-fold"]["trip_micro"] == 1.0
    shown = monitor("rules", "tune", path, "--folds", "3", "--flat", "--home", home)
    assert "[weights]" in shown.out
    assert monitor("rules", "tune", path, "--folds", "9", "--home", home).code == 2


def test_rules_suggest_names_terms_from_the_store_and_from_a_labelled_file(lived: Lived, tmp_path: Path) -> None:
    done = monitor("rules", "suggest", "blinken-09", "--home", lived.home)
    assert done.code == 0, done.all
    assert done.out.startswith("blinken-09: ")
    famine: dict[str, object] = {"title": "Famine near", "topics": ["aid"]}
    path = labelled(tmp_path / "rows.jsonl", famine, famine, {"title": "x"})
    found = monitor("rules", "suggest", "aid", "--from", path, "--json", "--home", lived.home).json
    assert [(each["term"], each["known"]) for each in found["terms"]] == [("famine near", True)]
    wrong = monitor("rules", "suggest", "blinken-9", "--home", lived.home)
    assert wrong.code == 2
    assert "did you mean blinken-09?" in wrong.err


def test_rules_test_warns_of_labels_that_the_watch_does_not_have(home: Path, tmp_path: Path) -> None:
    path = labelled(tmp_path / "rows.jsonl", {"id": "a", "title": "x", "trip": "blinken-9", "topics": ["aid"]})
    done = monitor("rules", "test", path, "--json", "--home", home)
    assert (done.code, done.json["rows"]) == (0, 1)
    assert done.err == f'warning: {path}:1: the watch has no trip "blinken-9"; did you mean "blinken-09"?\n'


def test_a_broken_rule_stops_no_command_that_needs_no_rules(lived: Lived, tmp_path: Path) -> None:
    home = lived.copy(tmp_path / "home")
    watch = home / "watch.toml"
    sound = watch.read_text("utf-8")
    broken = re.sub(r"(?m)^(rule = ''')", r"\1(", sound, count=1)
    watch.write_text(broken, "utf-8")
    assert monitor("run", "--home", home).code == 3
    for asked in (
        ("healthcheck",),
        ("mail", "list"),
        ("mail", "retry"),
        ("sources", "list"),
        ("articles", "uncertain"),
        ("digest", "--show", "last"),
    ):
        done = monitor(*asked, "--home", home)
        assert done.code in (0, 1), done.all
        assert done.out, asked
        assert done.err.startswith("warning: watch.toml:")
        assert done.err.endswith("nothing is filed until `monitor rules check` finds no mistake\n")
        assert len(done.err.splitlines()) == 1
    watch.write_text(broken.replace("[watch]", "[wotch]", 1), "utf-8")
    refused = monitor("sources", "list", "--home", home)
    assert refused.code == 3
    assert "wotch" in refused.err


def test_rules_test_names_the_line_that_is_no_labelled_article(home: Path, tmp_path: Path) -> None:
    path = labelled(tmp_path / "rows.jsonl", {"id": "a", "trip": "none"})
    path.write_text(path.read_text() + "{oops\n")
    done = monitor("rules", "test", path, "--home", home)
    assert done.code == 2
    assert "rows.jsonl:2" in done.err


def test_rules_backtest_shows_what_a_changed_rule_would_do_and_applies_it_only_when_asked(
    lived: Lived, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(lived.home, tmp_path / "tried"))
    assert monitor("rules", "backtest", "--no-digest", "--json", "--home", folder).json["changes"] == []
    new = Path(shutil.copy(folder / "watch.toml", tmp_path / "new.toml"))
    edit(new, "[digest]\nat", "[weights]\nfile = 99\n\n[digest]\nat")
    before = stored.tables(folder)
    tried = monitor("rules", "backtest", "--watch", new, "--home", folder)
    assert tried.code == 0, tried.all
    assert "filed again: 0 gained, " in tried.out
    assert "lost:" in tried.out
    assert "had none been told" in tried.out
    assert stored.tables(folder) == before
    done = monitor("rules", "backtest", "--watch", new, "--apply", "--json", "--home", folder)
    assert done.json["applied"] == len(done.json["changes"]) > 0
    assert monitor("rules", "backtest", "--watch", new, "--json", "--home", folder).json["changes"] == []


def test_digest_lists_every_article_and_sentence_that_it_leaves_out(lived: Lived) -> None:
    show = ("digest", "--show", "last", "--include-known")
    answer = monitor(*show, "--format", "json", "--home", lived.home).json
    assert (
        answer["digest"]["name"]
        == monitor("digest", "--show", "last", "--format", "json", "--home", lived.home).json["name"]
    )
    title = PRESS.page("oq-0818-arrival").title
    copy = next(row for row in answer["known"] if row["title"] == title)
    assert (copy["group"], copy["verdict"], copy["told"]) == ("known", "copy", 0)
    assert copy["original"] == PRESS.page("mw-0818-arrival").title
    known = next(line for line in copy["sentences"] if line["reason"] == "known" and line["nearest"])
    assert known["outlet"]
    assert known["sentence"] is not None
    left_out = {row["title"] for row in answer["digest"]["left_out"]}
    assert left_out <= {row["title"] for row in answer["known"]}
    text = monitor(*show, "--home", lived.home).out
    assert "not told: " in text
    assert f"nearest: {known['nearest']}" in text
    assert monitor(*show, "--format", "html", "--home", lived.home).code == 2
    assert "not told: 0 articles" in monitor("digest", "--preview", "--include-known", "--home", lived.home).out


# --- explain ------------------------------------------------------------------------------------------------------


def test_explain_shows_a_stored_article_as_it_was_filed(lived: Lived) -> None:
    before = stored.tables(lived.home)
    lived.site.asked.clear()
    done = monitor("explain", lived.arrival, "--home", lived.home)
    assert done.code == 0, done.all
    assert re.search(r"told in the digest \S+: \d+ sentences of it", done.out)
    assert re.search(r"\d+ sentences: .*\d+ told", done.out)
    assert "trip: Ninth trip (blinken-09)" in done.out
    answer = monitor("explain", lived.arrival, "--json", "--home", lived.home).json
    assert (answer["stored"], answer["filing"]["trip"]) == (True, "blinken-09")
    assert (answer["outcome"], answer["known"]) == ("told", False)
    kept = stored.query(lived.home, "SELECT article_id, text FROM sentence ORDER BY idx")
    article = next(row.id for row in stored.articles(lived.home) if row.url == lived.arrival)
    assert [each["text"] for each in answer["sentences"]] == [text for id_, text in kept if id_ == article]
    told = {each["text"] for each in answer["sentences"] if each["fate"] == "told"}
    record = monitor("digest", "--show", "last", "--format", "json", "--home", lived.home).json
    sections = [section for part in record["trips"] for section in (*part["sections"], *part["more"])]
    items = [item for section in sections for item in section["items"]]
    said = {row["text"] for item in items for row in (item, *item["folded"]) if row["url"] == lived.arrival}
    assert told == said != set()
    assert {each["digest"] for each in answer["sentences"] if each["fate"] == "told"} == {record["name"]}
    assert lived.site.asked == []
    assert stored.tables(lived.home) == before


def test_explain_writes_a_page_with_the_marked_text_and_every_sheet(lived: Lived, tmp_path: Path) -> None:
    done = monitor("explain", lived.arrival, "--html", tmp_path / "why.html", "--home", lived.home)
    assert done.code == 0, done.all
    page = (tmp_path / "why.html").read_text("utf-8")
    assert '<mark class="for' in page
    assert "blinken-09 · Ninth trip" in page
    assert "<strong>told</strong>: in the digest" in page
    assert "not this one: " in page
    assert "not this one: " in done.out
    piped = monitor("explain", lived.arrival, "--html", "-", "--home", lived.home)
    assert piped.out == page
    refused = monitor("explain", lived.arrival, "--html", tmp_path / "no" / "why.html", "--home", lived.home)
    assert refused.code == 1
    assert "cannot be written" in refused.err


def test_explain_names_the_original_of_a_stored_copy(lived: Lived) -> None:
    copy = next(entry.path for entry in lived.site.entries if entry.title == PRESS.page("oq-0818-arrival").title)
    answer = monitor("explain", lived.site.base + copy, "--json", "--home", lived.home).json
    assert (answer["known"], answer["match"]["verdict"]) == (True, "copy")
    assert answer["original"] == PRESS.page("mw-0818-arrival").title
    assert answer["because"].startswith("left out of the digest ")
    assert all(row["reason"] and row["nearest_in"] for row in answer["sentences"] if row["fate"] == "known")
    assert any(row["here"] and row["there"] and row["share"] == 1 for row in answer["alignment"])
    shown = monitor("explain", lived.site.base + copy, "--home", lived.home).out
    assert "100% =" in shown
    page = monitor("explain", lived.site.base + copy, "--html", "-", "--home", lived.home).out
    assert "This paragraph is that one" in page
    assert "100 %" in page


def test_explain_fetches_a_page_that_is_not_stored_and_keeps_nothing(lived: Lived) -> None:
    page = PRESS.page("mw-0819-gaza")
    lived.site.pages["/unlisted"] = (html.article(page, PRESS.publisher(page.publisher), (), "").encode(), "text/html")
    before = stored.tables(lived.home)
    answer = monitor("explain", lived.site.base + "/unlisted", "--json", "--home", lived.home)
    assert answer.code == 0, answer.all
    assert (answer.json["stored"], answer.json["filing"]["trip"]) == (False, "blinken-09")
    assert any(sentence["new"] for sentence in answer.json["sentences"])
    assert stored.tables(lived.home) == before


def test_explain_reads_a_file_or_standard_input_alike(lived: Lived, tmp_path: Path) -> None:
    page = PRESS.page("mw-0819-gallant")
    text = "\n\n".join((page.title, *page.paragraphs))
    (tmp_path / "given.txt").write_text(text)
    from_file = monitor("explain", tmp_path / "given.txt", "--json", "--home", lived.home)
    from_pipe = monitor("explain", "-", "--json", "--home", lived.home, stdin=text.encode())
    assert from_file.code == from_pipe.code == 0, from_file.all
    assert from_file.json["filing"] == from_pipe.json["filing"]
    assert from_file.json["filing"]["trip"] == "blinken-09"
    said = monitor("explain", tmp_path / "given.txt", "--home", lived.home).out
    assert re.search(r"would be told: \d+ sentences of it are new", said)
    assert "→ new: nobody had reported this" in said


def test_explain_of_a_file_that_is_not_there_is_wrong_usage(lived: Lived) -> None:
    done = monitor("explain", "/not/there.txt", "--home", lived.home)
    assert done.code == 2, done.all
    assert "is no stored article's id and no file" in done.err
    assert "give a URL that begins with http, an id, a file, or -" in done.err


def test_explain_of_a_page_that_is_gone_says_so_in_one_line(lived: Lived) -> None:
    done = monitor("explain", lived.site.base + "/gone", "--home", lived.home)
    assert done.code == 1, done.all
    one_line(done, "404", "not stored here", "give the address as a digest has it")


def test_explain_of_no_text_at_all_says_so_in_one_line(lived: Lived) -> None:
    done = monitor("explain", "-", "--home", lived.home)
    assert done.code == 1, done.all
    one_line(done, "not a word")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.7\n" + b"words " * 50, "this is a PDF, and no text; give a .txt, .md or .html file"),
        (bytes(range(256)) * 20, "this is a binary file, and no text"),
    ],
    ids=["pdf", "bytes"],
)
def test_a_file_that_is_no_text_is_refused_by_explain_and_check(
    lived: Lived, tmp_path: Path, data: bytes, said: str
) -> None:
    (tmp_path / "given.txt").write_bytes(data)
    done = monitor("explain", tmp_path / "given.txt", "--home", lived.home)
    assert done.code == 1, done.all
    one_line(done, "given.txt: ", said)
    one_line(monitor("explain", "-", "--home", lived.home, stdin=data), said)
    checked = monitor("seeds", "check", tmp_path / "given.txt", "--home", lived.home)
    assert checked.code == 1
    one_line(checked, f"{tmp_path}/given.txt: ", said)
    assert checked.err.count("given.txt") == 1


CHECK_KEYS = ["file", "verdict", "of", "similarity", "containment", "new_sentences", "known_sentences"]


def test_files_are_checked_against_any_folder_of_seeds_without_a_working_folder(tmp_path: Path) -> None:
    seeds = tmp_path / "known"
    seeds.mkdir()
    (seeds / "dam.txt").write_text(f"Dam runs low\n\n{DAM}\n")
    added = "Two barges with drinking water left the port of Neuhafen on Sunday, the mayor of Lindenau said."
    files = {
        "copy.txt": f"Title: Water is short\nURL: https://example.org/dam\n\n{DAM}\n",
        "grown.md": f"---\ntitle: Water is short\n---\n# Water is short\n\n{DAM}\n\n{added}\n",
        "page.html": bare("Water is short", [DAM]),
        "mill.txt": "Mill to close\n\nThe paper mill at Lindenau closes in March, and 240 people lose their work.\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    done = monitor("seeds", "check", "--json", "--seeds", seeds, *(tmp_path / name for name in files), cwd=tmp_path)
    assert done.code == 0, done.all
    rows = {Path(row["file"]).name: row for row in map(json.loads, done.out.splitlines())}
    assert all(list(row) == CHECK_KEYS for row in rows.values())
    assert {name: row["verdict"] for name, row in rows.items()} == {
        "copy.txt": "copy", "grown.md": "update", "page.html": "copy", "mill.txt": "new",
    }  # fmt: skip
    assert rows["grown.md"]["new_sentences"] == [added]
    shown = monitor("seeds", "check", "--seeds", seeds, tmp_path / "grown.md", cwd=tmp_path).out
    assert (
        "grown.md: update\n  the text, with changes or something more, of “Dam runs low” (seed corpus, seed-dam)"
        in shown
    )
    assert f"  1 of its 7 sentences is new\n    + {added}\n" in shown
    known = rows["copy.txt"]["known_sentences"]
    assert known
    assert all(each["text"] == each["nearest"] and each["of"] == "seed-dam" for each in known)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*files, "known"])


# --- articles list ----------------------------------------------------------------------------------------------


def test_articles_list_shows_each_report_with_all_who_have_it(lived: Lived) -> None:
    stories = monitor("articles", "list", "--json", "--home", lived.home).json
    assert sorted(each["id"] for story in stories for each in story["articles"]) == sorted(
        row.id for row in stored.articles(lived.home)
    )
    (shared,) = (story for story in stories if len(story["outlets"]) > 1)
    assert {each["verdict"] for each in shared["articles"]} >= {"new", "copy"}
    assert shared["articles"][0]["id"] == shared["first"]
    said = monitor("articles", "list", "--most", "1", "--trip", shared["trip"], "--home", lived.home)
    assert said.code == 0, said.all
    assert "1 story, the newest; --most 2 shows more" in said.out
    assert (
        f"in {len(shared['outlets'])} outlets, first by {shared['outlets'][0]}"
        in monitor("explain", lived.arrival, "--home", lived.home).out
    )


def test_articles_list_refuses_a_trip_that_is_not_there(lived: Lived) -> None:
    done = monitor("articles", "list", "--trip", "blinken-99", "--home", lived.home)
    assert done.code == 2
    assert "'blinken-99' is no trip of the watch; there are blinken-01" in done.all
