"""The command line as a person or a timer starts it: another process, another folder, nothing in the environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SHARED = Path(__file__).parents[3] / "shared"
# Seconds; nothing here takes a tenth of it on an idle machine.
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Done:
    """A command that ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as one JSON document; fails where it is anything else."""
        return json.loads(self.out)

    @property
    def all(self) -> str:
        """Both streams, for messages of failed tests."""
        return f"exit {self.code}\n{self.out}\n{self.err}"


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without settings of ours; the checkout is importable from anywhere.

    One process reads pages: the tests themselves run on every core.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MONITOR_", "SMTP_", "PYTEST_"))}
    ours = {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "MONITOR_WORKERS": "1"}
    ours["MONITOR_ALLOW_ADDRESSES"] = "127.0.0.0/8,::1/128"
    return kept | ours | dict(more or {})


def command(*args: str | Path) -> list[str]:
    """The arguments of a process that runs monitor."""
    return [sys.executable, "-m", "monitor", *map(str, args)]


def monitor(
    *args: str | Path, stdin: bytes = b"", env: Mapping[str, str] | None = None, cwd: str | Path | None = None
) -> Done:
    """Run one command to its end."""
    done = subprocess.run(
        command(*args), input=stdin, capture_output=True, env=environment(env), cwd=cwd, timeout=LONGEST, check=False
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def python(code: str, *args: str, env: Mapping[str, str] | None = None, cwd: str | Path | None = None) -> Done:
    """Run a few lines of Python in a process of their own."""
    done = subprocess.run(
        [sys.executable, "-c", code, *args],
        capture_output=True,
        env=environment(env),
        cwd=cwd,
        timeout=LONGEST,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())
