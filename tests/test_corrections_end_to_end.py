"""A page that changed after it was told, from the feed to the digest's files, with real servers and commands."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from end_to_end.command import monitor
from end_to_end.folder import lay
from end_to_end.newsroom import press
from end_to_end.pages import bare
from end_to_end.site import Entry, Site

PRESS = press()
TOLD = "At least 37 people were waiting at the crossing with Antony Blinken in Tel Aviv, the ministry said on Monday."
MORE = "Blinken told reporters in Tel Aviv that a team of surveyors would measure the old railway line on Friday."


def test_what_was_told_and_changed_is_corrected_and_what_was_added_is_told(tmp_path: Path) -> None:
    page = PRESS.page("mw-0819-gaza")
    before = [*page.paragraphs, TOLD]
    after = [*page.paragraphs, TOLD.replace("37", "52"), MORE]
    with Site() as site:
        home = lay(tmp_path / "home", site.feed)
        # Nothing here is about them, and reading them takes time.
        shutil.rmtree(home / "seeds")
        site.add(Entry("/talks", page.title, page.published), bare(page.title, before))
        first = monitor("run", "--tell-all", "--home", home)
        assert first.code == 0, first.all
        record = monitor("digest", "--show", "last", "--format", "json", "--home", home)
        assert TOLD in record.out
        site.pages["/talks"] = (bare(page.title, after).encode(), "text/html; charset=utf-8")
        site.entries[0] = replace(site.entries[0], title=f"{page.title}: the latest")
        second = monitor("run", "--now", "--home", home)
        assert "1 page had changed" in second.out
    shown = monitor("digest", "--show", "last", "--format", "json", "--home", home).json
    (correction,) = shown["corrections"]
    assert (correction["removed"], correction["added"]) == ([TOLD], [TOLD.replace("37", "52")])
    assert MORE in str(shown["trips"])
    assert "## Corrections (1)" in (home / "digests" / f"{shown['name']}.md").read_text("utf-8")
    assert ", 1 correction" in second.out
    # The digest of the whole trip tells what was told, and what has become of it.
    trip = monitor("digest", "--trip", shown["trips"][0]["trip_id"], "--format", "md", "--home", home).out
    assert "## Corrections (1)" in trip
    assert "At least 52 people" in trip
    explained = monitor("explain", f"{site.base}/talks", "--home", home).out
    assert f"  - {TOLD} (it had been told: corrected)" in explained
    assert f"  + {MORE}" in explained
