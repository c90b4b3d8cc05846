"""Work in processes of its own: whatever it does there, the next work runs."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from support import work

from monitor.edges import pool as pool_module
from monitor.edges.pool import WAITING, ProcessPool
from monitor.errors import ExtractError, MonitorError, WorkerError

HERE = Path(__file__).parent
T = TypeVar("T")


@pytest.fixture(autouse=True)
def _workers_find_our_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(HERE))


def with_pool(
    use: Callable[[ProcessPool], Awaitable[T]], workers: int = 1, seconds: float = 10.0, megabytes: int = 512
) -> T:
    """What `use` makes of a pool."""

    async def run() -> T:
        async with ProcessPool(workers, seconds=seconds, megabytes=megabytes) as pool:
            return await use(pool)

    return asyncio.run(run())


def then_works(pool: ProcessPool) -> Awaitable[int]:
    return pool.run(pow, 17, 5)


def gone(pid: int) -> bool:
    """Whether the process ended (a zombie has)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


class TestAnswers:
    def test_the_result_comes_back(self) -> None:
        assert with_pool(lambda pool: pool.run(pow, 2, 10)) == 1024

    def test_work_runs_in_another_process_that_is_used_again(self) -> None:
        async def use(pool: ProcessPool) -> set[int]:
            return {await pool.run(os.getpid) for _ in range(3)}

        pids = with_pool(use)
        assert len(pids) == 1
        assert os.getpid() not in pids

    def test_after_much_work_a_fresh_process_takes_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pool_module, "WORK_OF_ONE", 3)

        async def use(pool: ProcessPool) -> list[int]:
            return [await pool.run(os.getpid) for _ in range(7)]

        pids = with_pool(use)
        assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 3, 1]

    def test_large_results_come_whole(self) -> None:
        assert len(with_pool(lambda pool: pool.run(bytes, 20_000_000))) == 20_000_000

    def test_what_a_stage_raises_is_raised_here(self) -> None:
        async def use(pool: ProcessPool) -> int:
            with pytest.raises(ExtractError, match=r"^no text in it$"):
                await pool.run(work.refuse, "no text in it")
            return await then_works(pool)

        assert with_pool(use) == 17**5

    def test_any_other_exception_is_a_worker_error_that_names_it(self) -> None:
        async def use(pool: ProcessPool) -> int:
            with pytest.raises(WorkerError, match="ValueError: invalid literal"):
                await pool.run(int, "seven")
            return await then_works(pool)

        assert with_pool(use) == 17**5

    def test_an_error_that_cannot_travel_is_told_in_words(self) -> None:
        async def use(pool: ProcessPool) -> int:
            with pytest.raises(MonitorError, match="answered 404"):
                await pool.run(work.refuse_with_details)
            return await then_works(pool)

        assert with_pool(use) == 17**5

    def test_an_answer_that_cannot_travel_is_a_worker_error(self) -> None:
        async def use(pool: ProcessPool) -> int:
            with pytest.raises(WorkerError, match="cannot be handed over"):
                await pool.run(work.unspeakable)
            return await then_works(pool)

        assert with_pool(use) == 17**5


class TestTrouble:
    def test_work_that_takes_too_long_is_ended(self) -> None:
        def hired() -> int:
            return sum(each.name.startswith("monitor-pool-") for each in threading.enumerate())

        async def use(pool: ProcessPool) -> tuple[int, int]:
            pid = await pool.run(os.getpid)
            start = time.monotonic()
            with pytest.raises(WorkerError, match=r"longer than 0\.4 s"):
                await pool.run(time.sleep, 30)
            assert time.monotonic() - start < 2
            assert gone(pid)
            return pid, await pool.run(os.getpid)

        before, after = with_pool(use, seconds=0.4)
        assert before != after

    def test_work_that_takes_too_much_memory_ends_alone(self) -> None:
        async def use(pool: ProcessPool) -> int:
            with pytest.raises(WorkerError, match="more than 200 MB"):
                await pool.run(work.swallow, 5000)
            return await then_works(pool)

        assert with_pool(use, megabytes=200) == 17**5

    @pytest.mark.parametrize("how", ["exit", "kill", "leave"])
    def test_work_that_dies_ends_alone(self, how: str) -> None:
        async def use(pool: ProcessPool) -> tuple[object, ...]:
            dying = pool.run(work.die, how)
            living = pool.run(pow, 2, 5)
            outcome = await asyncio.gather(dying, living, return_exceptions=True)
            return (*outcome, await then_works(pool))

        died, lived, then = with_pool(use, workers=2)
        assert isinstance(died, WorkerError)
        assert "died" in str(died)
        assert (lived, then) == (32, 17**5)

    def test_work_that_is_cancelled_frees_its_place(self) -> None:
        async def use(pool: ProcessPool) -> int:
            await pool.run(os.getpid)
            waiting = asyncio.create_task(pool.run(time.sleep, 30))
            await asyncio.sleep(0.1)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            return await asyncio.wait_for(then_works(pool), 5)

        assert with_pool(use) == 17**5

    def test_a_worker_that_does_not_start_is_a_worker_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "executable", "/bin/false")
        with pytest.raises(WorkerError, match="did not start"):
            with_pool(lambda pool: pool.run(pow, 2, 10))


class TestWorkers:
    def test_as_much_work_runs_at_once_as_there_are_workers(self, tmp_path: Path) -> None:
        async def use(pool: ProcessPool) -> list[bool]:
            both = [pool.run(work.meet, str(tmp_path), name, 1, 5.0) for name in ("one", "two")]
            return list(await asyncio.gather(*both))

        assert with_pool(use, workers=2) == [True, True]

    def test_where_much_waits_the_next_worker_starts_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pool_module, "HIRE_SECONDS", 60.0)

        def hired() -> int:
            return sum(each.name.startswith("monitor-pool-") for each in threading.enumerate())

        async def use(pool: ProcessPool) -> tuple[int, int]:
            few = [pool.run(time.sleep, 0.01) for _ in range(WAITING)]
            started = asyncio.gather(*few)
            await asyncio.sleep(0)
            before = hired()
            await asyncio.gather(started, *(pool.run(time.sleep, 0.01) for _ in range(3 * WAITING)))
            return before, hired()

        assert with_pool(use, workers=3) == (1, 3)

    def test_no_more_work_runs_at_once_than_there_are_workers(self, tmp_path: Path) -> None:
        async def use(pool: ProcessPool) -> list[bool]:
            both = [pool.run(work.meet, str(tmp_path), name, 1, 0.2) for name in ("one", "two")]
            return list(await asyncio.gather(*both))

        assert with_pool(use, workers=1) == [False, True]

    def test_leaving_the_pool_ends_the_workers(self) -> None:
        async def use(pool: ProcessPool) -> list[int]:
            return list(await asyncio.gather(*(pool.run(os.getpid) for _ in range(2))))

        pids = with_pool(use, workers=2)
        assert all(gone(pid) for pid in pids)

    def test_leaving_the_pool_does_not_wait_for_busy_workers(self) -> None:
        async def use(pool: ProcessPool) -> asyncio.Task[None]:
            await pool.run(os.getpid)
            task = asyncio.create_task(pool.run(time.sleep, 30))
            await asyncio.sleep(0.1)
            return task

        start = time.monotonic()
        with_pool(use, seconds=30.0)
        assert time.monotonic() - start < 5

    def test_workers_end_when_the_program_is_killed(self) -> None:
        script = (
            "import asyncio, os, time\n"
            "from monitor.edges.pool import ProcessPool\n"
            "async def main():\n"
            "    async with ProcessPool(1) as pool:\n"
            "        print(await pool.run(os.getpid), flush=True)\n"
            "        time.sleep(30)\n"
            "asyncio.run(main())\n"
        )
        parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=HERE.parent)
        with parent:
            assert parent.stdout is not None
            pid = int(parent.stdout.readline())
            assert not gone(pid)
            parent.send_signal(signal.SIGKILL)
        end = time.monotonic() + 5
        while not gone(pid) and time.monotonic() < end:
            time.sleep(0.02)
        assert gone(pid)
