"""Digests as files: whole or not at all, and only where they belong."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from monitor.edges.files import FileChannel, write_atomically
from monitor.errors import DeliveryError
from monitor.model import Delivery


def delivery(name: str, payload: bytes = b"# talks\n") -> Delivery:
    return Delivery(1, 1, "file", name, payload)


def test_the_bytes_are_written_and_then_taken(tmp_path: Path) -> None:
    folder = tmp_path / "not yet there" / "digests"
    seen: list[bytes] = []
    file = folder / "2024-03-20.md"
    FileChannel(folder).deliver(delivery("2024-03-20.md", bytes(range(256))), lambda: seen.append(file.read_bytes()))
    assert seen == [bytes(range(256))]
    assert [path.name for path in folder.iterdir()] == ["2024-03-20.md"]


def test_a_repeated_delivery_leaves_one_file(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path)
    for payload in (b"a longer text\n", b"short\n"):
        channel.deliver(delivery("x.md", payload), lambda: None)
    assert (tmp_path / "x.md").read_bytes() == b"short\n"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("name", ["../out.md", "/tmp/out.md", "a/../../out.md"])
def test_a_name_does_not_lead_out_of_the_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "digests"
    FileChannel(folder).deliver(delivery(name), lambda: None)
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.md")] == ["digests/out.md"]


def test_what_cannot_be_written_is_tried_again_and_not_taken(tmp_path: Path) -> None:
    (tmp_path / "digests").write_text("a file stands in the way")
    taken: list[int] = []
    with pytest.raises(DeliveryError, match=r"cannot write .*2024-03-20") as caught:
        FileChannel(tmp_path / "digests").deliver(delivery("2024-03-20.md"), lambda: taken.append(1))
    assert not caught.value.permanent
    assert taken == []


def test_an_error_while_writing_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.md"
    write_atomically(path, b"old\n")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, b"new, but only half of it")
    assert path.read_bytes() == b"old\n"


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    texts = [b"one" * 100_000, b"two" * 50_000]
    write_atomically(path, texts[0])
    odd: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            found = path.read_bytes()
            if found not in texts:
                odd.append(len(found))

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(30):
        write_atomically(path, texts[turn % 2])
    done.set()
    reader.join()
    assert odd == []
