"""A worker process: takes (function, arguments) from its pipe, answers, ends when the parent goes away.

Run as `python -m monitor.edges.worker FD BYTES`: the pipe's file descriptor and the limit of its address space.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import sys
from multiprocessing.connection import Connection
from typing import Any

from monitor.errors import WorkerError

NICER = 5


def serve(pipe: Connection[Any, Any], memory: int) -> None:
    """Answer until the pipe closes: ("done", result), ("raised", error) or ("memory", None)."""
    # Ctrl-C goes to the whole group; the parent decides what becomes of its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not there on every system; then there is no limit

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    with contextlib.suppress(AttributeError, OSError):
        # There is one parent, and what it files is what they all end in: it goes first.
        os.nice(NICER)
    # Pages make few cycles, and each look for them drives what the next page needs out of the processor's caches: a
    # twentieth of the work where it came ten times as often. What lies about meanwhile is four megabytes.
    gc.set_threshold(50_000, 50, 200)
    pipe.send(("ready", None))
    while True:
        try:
            work, args = pipe.recv()
        except (EOFError, OSError):
            return
        answer: tuple[str, Any]
        try:
            answer = ("done", work(*args))
        except MemoryError:
            answer = ("memory", None)
        except Exception as error:  # handed to the parent, which raises it
            answer = ("raised", _portable(error))
        try:
            pipe.send(answer)
        except OSError:
            return
        except Exception as error:  # an answer or error that does not pickle
            pipe.send(("raised", WorkerError(f"the worker's answer cannot be handed over: {error}")))


def _portable(error: Exception) -> Exception:
    """The error if it survives the way to the parent, else one that says the same."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    except Exception:
        return WorkerError(f"{type(error).__name__}: {error}")
    return error


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])), int(sys.argv[2]))
