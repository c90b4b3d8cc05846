"""The guide for writing a watch does what it says, step by step."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from end_to_end.command import ROOT, Done, monitor

STEP = re.compile(r"^```(?P<kind>\w+)\n(?P<block>.*?)^```$", re.M | re.S)
CHANGE = re.compile(r"^In `(\S+)`, write `(.+?)` in place of `(.+?)`\.$", re.M)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> list[Done]:
    """What each command of the guide answered, in its order, after the edits that stand before it."""
    folder = tmp_path_factory.mktemp("guide")
    text = (ROOT / "docs/twenty-minutes.md").read_text("utf-8")
    answers: list[Done] = []
    after = 0
    for step in STEP.finditer(text):
        said = text[after : step.start()].strip()
        for name, new, old in CHANGE.findall(said):
            file = folder / name
            assert file.read_text().count(old) == 1
            file.write_text(file.read_text().replace(old, new))
        after = step.end()
        if step["kind"] == "sh":
            for line in step["block"].splitlines():
                words = shlex.split(line)
                assert words[:2] == ["python3", "bootstrap.py"], line
                answers.append(monitor(*words[2:], cwd=folder))
            continue
        edit = re.fullmatch(r"(Put this in|Add this to the end of) `(\S+)`:", said.splitlines()[-1])
        assert edit, said
        _write(folder / edit[2], step["block"], more=edit[1].startswith("Add"))
    return answers


def _write(file: Path, block: str, *, more: bool) -> None:
    file.write_text((file.read_text() + "\n" if more else "") + block)


def test_every_command_of_the_guide_ends_as_it_says(ran: list[Done]) -> None:
    assert [done.code for done in ran] == [0, 0, 3, 0, 0, 0], "\n\n".join(done.all for done in ran)


def test_the_guide_quotes_what_is_said(ran: list[Done]) -> None:
    text = (ROOT / "docs/twenty-minutes.md").read_text("utf-8")
    for said in re.findall(r"says `(.+?)`", text):
        assert any(said in done.out for done in ran), said
    assert 'topic "pay": rule: ' in ran[2].err


def test_the_guide_files_all_its_reports_rightly(ran: list[Done]) -> None:
    _, right = ran[4].out.split("topics, macro F1")
    assert right.split() == ["1.000"], ran[4].out
    assert re.search(r"trip: .*\(round-2\)", ran[5].out)
    assert "second round" in ran[5].out
