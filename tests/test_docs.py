"""The documentation says what is so: links, commands, options, operators and headings."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import pytest

from monitor.cli.common import Context
from monitor.cli.main import COMMANDS, group
from monitor.rules import compile_rule, find, read_document

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("*/README.md")])
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"(?<!!)\[[^\]\[]*\]\(([^)\s]+)\)")
NAMED = {"hostages": compile_rule("hostage* OR captive*")}
SIGNS = (*'"*=-(@{/#', *"AND OR NOT NEAR/ ONEAR/ SAME ATLEAST/".split())
FIELDS = ("title", "url", "outlet", "author", "language", "published")


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def headings(text: str) -> set[str]:
    """The anchors of a page, as code hosts make them."""
    found = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in found}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_relative_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        goal = page.parent / path if path else page
        assert goal.exists(), target
        if anchor:
            assert anchor in headings(goal.read_text("utf-8")), target


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_paths_of_the_project_exist(page: Path) -> None:
    text = FENCE.sub("", page.read_text("utf-8"))
    for path in re.findall(r"`((?:monitor|docs|tests|seeds|bench|\.ci)/[\w./-]*)`", text):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_pages_name_no_machine(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.search(r"/(?:work|root|home/\w+|Users)/|127\.0\.0\.1:\d", text)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_described(name: str) -> None:
    described = read("README.md") + read("docs/running.md")
    assert re.search(rf"\bmonitor (?:--?\S+ \S+ )*{name}\b", described), f"monitor {name}"


# --- commands in code blocks -----------------------------------------------------------------------------------


def shell_lines(text: str) -> Iterator[str]:
    """The command lines of the `sh` blocks: comments off, continued lines joined."""
    for language, block in FENCE.findall(text):
        if language in ("sh", "bash", "console"):
            for line in block.replace("\\\n", " ").splitlines():
                if line.strip() and not line.lstrip().startswith("#"):
                    yield line.strip().removeprefix("$ ")


def our_arguments(line: str) -> list[str] | None:
    """What stands after `monitor` or `python3 bootstrap.py`; None for other programs."""
    words = shlex.split(line, comments=True)
    for number, word in enumerate(words):
        if word in ("bootstrap.py", "monitor") or word.endswith("/bin/monitor"):
            return [each for each in words[number + 1 :] if each not in ("&&", "|")]
    return None


def parse(arguments: list[str], *, whole: bool = True) -> None:
    """Let click read the arguments without running anything; raises UsageError, or AssertionError for no command.

    `whole`: nothing that the command needs may be missing.
    """
    arguments = [word for word in arguments if word not in ("-h", "--help")]
    command: click.Command = group
    context: click.Context | None = None
    name = "monitor"
    while isinstance(command, click.Group) and arguments:
        context = command.make_context(name, list(arguments), parent=context, obj=Context(None, None, verbose=False))
        name, arguments = arguments[len(arguments) - len(_rest(context))], _rest(context)[1:]
        found = command.get_command(context, name)
        assert found is not None, f"there is no command {name}"
        command = found
    assert not isinstance(command, click.Group) or not arguments
    if isinstance(command, click.Group):
        return
    try:
        command.make_context(name, arguments, parent=context)
    except click.BadParameter as error:
        # FILE and the like stand for something that is not there; that click knows their place is what is asked.
        if whole and isinstance(error, click.MissingParameter):
            raise


def _rest(context: click.Context) -> list[str]:
    """What a group leaves for its command."""
    return [*context._protected_args, *context.args]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_in_shell_blocks_exist(page: Path) -> None:
    for line in shell_lines(page.read_text("utf-8")):
        arguments = our_arguments(line)
        if arguments is None or arguments[:1] == ["test"]:
            continue
        parse(arguments)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_in_running_text_exist(page: Path) -> None:
    text = FENCE.sub("", page.read_text("utf-8"))
    for line in re.findall(r"`((?:monitor|python3 bootstrap\.py) [^`]+)`", text):
        arguments = our_arguments(line.replace("…", ""))
        assert arguments is not None, line
        if arguments[:1] != ["test"] and arguments[:1] != ["ANY"]:
            parse(arguments, whole=False)


@pytest.mark.parametrize("line", ["monitor runs", "monitor run --noow", "monitor sources lst", "monitor doctor now"])
def test_wrong_commands_are_noticed(line: str) -> None:
    arguments = our_arguments(line)
    assert arguments is not None
    with pytest.raises((click.UsageError, AssertionError)):
        parse(arguments)


# --- the rule language -----------------------------------------------------------------------------------------


def operators() -> list[tuple[str, str, str]]:
    """Rule, an example that matches and one that does not, from the table."""
    rows = []
    for line in read("docs/writing-rules.md").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and all(re.fullmatch(r"`.+`", cells[place]) for place in (0, 2, 3)):
            rows.append((cells[0][1:-1], cells[2][1:-1], cells[3][1:-1]))
    return rows


def holds(rule: str, example: str) -> bool:
    """Whether the rule matches an example of the table."""
    field, equals, value = example.partition("=")
    if not equals or field not in FIELDS:
        field, value = "text", example
    fields = {} if field == "published" else {field: value}
    day = date.fromisoformat(value) if field == "published" else None
    return find(compile_rule(rule, named=NAMED), read_document(fields, day)) is not None


@pytest.mark.parametrize(("rule", "yes", "no"), operators())
def test_examples_of_operators_hold(rule: str, yes: str, no: str) -> None:
    assert holds(rule, yes)
    assert not holds(rule, no)


def test_every_operator_has_an_example() -> None:
    rules = " ".join(rule for rule, _, _ in operators())
    for sign in SIGNS:
        assert sign in rules, sign
    for field in ("title", "lead", "text", "url", "outlet", "author", "language", "published"):
        assert f"{field}:" in rules, field


# --- the excerpt -----------------------------------------------------------------------------------------------


def test_the_excerpt_has_the_headings_of_a_digest() -> None:
    template = read("monitor/templates/digest.md.j2")
    excerpts = [block for language, block in FENCE.findall(read("README.md")) if language == "markdown"]
    assert excerpts
    watch = read("watch.toml")
    for heading in re.findall(r"^#+ (.+)$", "\n".join(excerpts), re.M):
        said = re.split(r" · | \(", heading)[0]
        assert said in template or f'name = "{said}"' in watch, heading
