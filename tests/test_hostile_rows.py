"""Every kind of hostile input has its class in tests/test_hostile*.py, and every input of it a case that is counted.

A case that is taken away takes its input with it, and this fails; a kind without a class fails too.
"""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent

# Of each kind, the inputs that it has to be tried with: a part of a case's name, spaces and dashes aside.
ROWS = {
    "TestAddressesThatAreNotPublic": """private; 127.0.0.1; link-local and metadata; CGNAT; multicast; NAT64; 6to4;
        Teredo; IPv4-mapped; decimal; hex; short; full-width dots; DNS giving public and private; 2130706433;
        0x7f000001; 127.1; hidden among public ones""",
    "TestRebindingAndRedirectsAstray": """a name that turns private; redirect to private; redirect to file;
        from https to http""",
    "TestAddressesThatAreMalformed": """backslash; userinfo; line break; tab; bad xn--; label of 300; 2 KB; odd port;
        hostile charset""",
    "TestRedirectChains": "loop; more than 5; five are followed and six are not; with its chain",
    "TestPermanentRedirects": "301; 308; three sightings over a day",
    "TestStatuses": "410; 404; 500; a name that nobody has; rests a month; back off from half an hour to a day",
    "TestRetryAfter": "429; 503; seconds; date; negative; ten years; for the whole host",
    "TestValidators": """W/; -gzip; the same one with a new body; hide nothing; nothing changed although nobody asked;
        304 unasked; sent back as they came""",
    "TestBombsAndDamagedPacking": """a bomb stops at the cap[gzip]; a bomb stops at the cap[brotli]; triple bomb;
        nested gzip bomb; cut off is an error; truncated gzip""",
    "TestBodiesWithoutEnd": "over the cap; endless chunks; drip",
    "TestBrokenAnswers": "lying Content-Length; bad chunk; header bomb; empty",
    "TestCharsets": "wrong or missing; unknown; hex; utf-7; utf-16-le; UTF-16 without BOM; lone surrogates",
    "TestFeedsThatHurt": "billion laughs; quadratic blow-up; XXE; 200,000 deep; 100,000 items; unclosed CDATA",
    "TestPagesThatHurt": """end at the time limit; cost their worker; 50,000 paragraphs; word of 9 MB; 100,000 deep;
        the feeds summary""",
    "TestInvisibleCharacters": """leave a pages title and text; leave what a feed says; cost no page its text;
        reach no title""",
    "TestTextsThatWouldBeMarkup": "script is none in html; markdown links and tracking images; a template is data",
    "TestLinksInFeeds": "javascript; data:; file:; <script>",
    "TestTitlesInHeaders": "with line breaks add no header; of 10 kb are cut",
    "TestNames": "../../x; CON",
    "TestOddFeeds": """without an id; no GUID; the same id twice; an id that changes; ids that change; in the future;
        2099; 1970; relative link; empty""",
    "TestPagesInFront": """are no feed[challenge]; are no feed[consent]; are no article[challenge];
        are no article[consent]; the source is named""",
    "TestRobots": "5xx; 4xx; huge; HTML; Crawl-delay 86400",
    "TestSitemaps": "an index that names itself; index that contains itself; 50 mb",
    "TestSilence": "of three usual gaps",
    "TestWatchFiles": "unknown key; bad rule; duplicate id; wrong date order",
}


def collected() -> dict[str, str]:
    """The names of all cases, by class."""
    files = sorted(file for file in HERE.glob("test_hostile*.py") if file.name != Path(__file__).name)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n0", "-o", "addopts=", "-p", "no:cacheprovider",
         *files],
        capture_output=True, text=True, check=True, cwd=HERE.parent,
    )  # fmt: skip
    found: dict[str, str] = defaultdict(str)
    for line in done.stdout.splitlines():
        parts = line.split("::", 2)
        if len(parts) == 3:
            found[parts[1]] += _plain(parts[2]) + "\n"
    return found


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def test_each_kind_is_tried_with_every_input() -> None:
    cases = collected()
    wanted = {row: [" ".join(name.split()) for name in names.split(";")] for row, names in ROWS.items()}
    missing = {row: [name for name in names if _plain(name) not in cases[row]] for row, names in wanted.items()}
    assert missing == {row: [] for row in ROWS}
