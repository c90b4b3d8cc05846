"""The command line as a person or a timer starts it: another process, another folder, nothing in the environment."""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
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
    """Run one command to its end, in a process of its own."""
    with contextlib.ExitStack() as stack:
        given, out, err = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        given.write(stdin)
        given.seek(0)
        code = Started(*args, env=env, cwd=cwd, streams=(given.fileno(), out.fileno(), err.fileno())).wait(LONGEST)
        out.seek(0)
        err.seek(0)
        return Done(code, out.read().decode(), err.read().decode())


class Started:
    """A command under way, forked from a process that has imported everything. Without `streams` it says nothing."""

    def __init__(
        self,
        *args: str | Path,
        env: Mapping[str, str] | None = None,
        cwd: str | Path | None = None,
        streams: tuple[int, int, int] | None = None,
    ) -> None:
        request = {"args": [*map(str, args)], "env": environment(env), "cwd": str(cwd or Path.cwd())}
        self._report, theirs = os.pipe()
        nothing = os.open(os.devnull, os.O_RDWR)
        try:
            socket.send_fds(_warm()[0], [json.dumps(request).encode()], [*(streams or (nothing,) * 3), theirs])
        finally:
            os.close(nothing)
            os.close(theirs)
        self.pid = self._read(LONGEST)
        self.code: int | None = None

    def wait(self, seconds: float) -> int:
        """Its exit code (minus the signal that ended it); TimeoutError when it goes on for longer."""
        if self.code is None:
            self.code = self._read(seconds)
            os.close(self._report)
        return self.code

    def running(self) -> bool:
        """Whether it has not ended yet."""
        with contextlib.suppress(TimeoutError):
            self.wait(0)
        return self.code is None

    def kill(self) -> int:
        """End it as a power failure would; its exit code."""
        if self.running():
            os.kill(self.pid, signal.SIGKILL)
        return self.wait(LONGEST)

    def _read(self, seconds: float) -> int:
        if not select.select([self._report], [], [], seconds)[0]:
            if seconds == LONGEST:
                os.kill(self.pid, signal.SIGKILL)
            raise TimeoutError(f"no end after {seconds} s")
        return int.from_bytes(os.read(self._report, 4), sys.byteorder, signed=True)


@functools.cache
def _warm() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """The process to fork commands from, started when the first one is; it ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "end_to_end.warm", str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            env=environment({"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}),
        )
    assert ours.recv(1) == b".", "it has imported everything"
    atexit.register(_end, ours, process)
    return ours, process


def _end(ours: socket.socket, process: subprocess.Popen[bytes]) -> None:
    ours.close()
    process.wait(LONGEST)


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
