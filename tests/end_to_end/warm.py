"""A process that has imported all of monitor and becomes a command each time it is asked, by forking.

An interpreter that starts and imports everything takes two seconds of work for each command; a fork takes none. What
the command then is differs from one started afresh in nothing that it can see: a process of its own with its own
arguments, environment, folder and streams.

    python -m end_to_end.warm FD      a Unix socket to the tests; ends when they do
"""

from __future__ import annotations

import array
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import random
import socket
import sys
from typing import Any

import monitor

# These do something when they are imported.
LEFT_OUT = ("monitor.__main__", "monitor.edges.migrations")


def import_everything() -> None:
    """All of monitor, and the large libraries that it imports only where it needs them."""
    for module in pkgutil.walk_packages(monitor.__path__, "monitor."):
        if not module.name.startswith(LEFT_OUT):
            importlib.import_module(module.name)
    for name in ("certifi", "pydantic", "trafilatura", "sqlalchemy.dialects.sqlite", "rich.progress"):
        importlib.import_module(name)


def serve(tests: socket.socket) -> None:
    """Each request is a JSON text with three streams and a pipe for the exit code; a child becomes the command."""
    gc.freeze()
    children = 0
    while True:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                children -= 1
        request, streams, _, _ = socket.recv_fds(tests, 1 << 20, 4)
        if not request:
            for _ in range(children):
                os.wait()
            return
        children += 1
        if os.fork() == 0:
            tests.close()
            _stand_by(json.loads(request), streams)
            return
        for stream in streams:
            os.close(stream)


def _stand_by(request: dict[str, Any], streams: list[int]) -> None:
    """Start the command and stay behind to tell its id and its exit code; returns in the command only."""
    *standard, report = streams
    command = os.fork()
    if command:
        for stream in standard:
            os.close(stream)
        os.write(report, array.array("i", [command]).tobytes())
        _, status = os.waitpid(command, 0)
        os.write(report, array.array("i", [os.waitstatus_to_exitcode(status)]).tobytes())
        os._exit(0)
    os.close(report)
    os.setsid()
    for number, stream in enumerate(standard):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    random.seed()
    sys.argv = ["monitor", *request["args"]]


def main() -> None:
    """Serve; what returns from it is a command, which ends as every command does."""
    sys.path[:] = [place for place in sys.path if place != os.path.dirname(os.path.dirname(__file__))]
    import_everything()
    tests = socket.socket(fileno=int(sys.argv[1]))
    tests.sendall(b".")
    serve(tests)
    if sys.argv[0] == "monitor":
        from monitor.cli.main import main as command

        command()


if __name__ == "__main__":
    main()
