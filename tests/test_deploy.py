"""The files for services, cron, containers and Actions: they read, and what they call exists."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from test_docs import our_arguments, parse

DEPLOY = Path(__file__).parents[1] / "docs" / "deploy"
UNITS = ("monitor.service", "monitor-tick.service", "monitor-tick.timer")


def text(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


def yaml(name: str) -> dict[str, object]:
    module = pytest.importorskip("yaml", reason="no YAML reader is installed")
    read = module.safe_load(text(name))
    assert isinstance(read, dict)
    return read


def test_each_file_is_told_of_in_the_docs() -> None:
    page = (DEPLOY.parent / "deployment.md").read_text("utf-8")
    for file in DEPLOY.iterdir():
        assert f"deploy/{file.name}" in page, file.name


@pytest.mark.parametrize("line", re.findall(r"^ExecStart=(.*)$", "\n".join(map(text, UNITS)), re.M))
def test_units_call_commands_that_exist(line: str) -> None:
    arguments = our_arguments(line)
    assert arguments
    parse(arguments)


def test_cron_calls_a_command_that_exists_as_a_user() -> None:
    (line,) = (line for line in text("crontab").splitlines() if not line.startswith("#"))
    assert re.match(r"\S+ \S+ \S+ \S+ \S+ monitor /opt/monitor/bin/monitor ", line)
    arguments = our_arguments(line.split(" ", 6)[6])
    assert arguments
    parse(arguments)


def test_the_image_calls_commands_that_exist() -> None:
    file = text("Dockerfile")
    for words in re.findall(r'"-m", "monitor", ("\w+")', file) + re.findall(r'^CMD \[("\w+")\]$', file, re.M):
        parse([words.strip('"')])
    (setup,) = re.findall(r"python3 bootstrap\.py ([\w ]+?) &&", file)
    parse(shlex.split(setup))
    assert "HEALTHCHECK" in file
    assert "USER monitor" in file


def test_the_compose_file_reads_and_has_a_healthcheck() -> None:
    services = yaml("compose.yaml")["services"]
    assert isinstance(services, dict)
    digest = services["digest"]
    assert digest["healthcheck"]["test"][:4] == ["CMD", "python", "-m", "monitor"]
    parse(digest["healthcheck"]["test"][4:])
    parse(digest["command"])
    assert (DEPLOY / digest["build"]["context"] / digest["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"


def test_the_workflow_reads_and_calls_a_command_that_exists() -> None:
    jobs = yaml("github-actions.yml")["jobs"]
    assert isinstance(jobs, dict)
    calls = [step["run"] for step in jobs["tick"]["steps"] if "run" in step]
    assert calls
    for call in calls:
        parse(our_arguments(call) or [])


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    systemd = shutil.which("systemd-analyze")
    if systemd is None:
        pytest.skip("systemd-analyze is not installed")
    # It wants the program to be there; everything else is as it stands.
    program = tmp_path / "monitor"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for name in UNITS:
        unit = text(name).replace("/opt/monitor/bin/monitor", str(program)).replace("User=monitor\n", "")
        (tmp_path / name).write_text(unit)
    done = subprocess.run(
        [systemd, "verify", *(str(tmp_path / name) for name in UNITS)], capture_output=True, text=True, check=False
    )
    about_us = [line for line in done.stderr.splitlines() if "monitor" in line]
    assert about_us == []
