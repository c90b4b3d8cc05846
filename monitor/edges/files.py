"""Digests as files: written beside and renamed, so that a reader never sees half of one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from monitor.errors import DeliveryError, SetupError
from monitor.model import Delivery


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, and durably. Raises OSError."""
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    beside.replace(path)


def read_templates(folder: Path) -> dict[str, str]:
    """The templates of a working folder by file name; none where there is no such folder. Raises SetupError."""
    try:
        return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.j2")) if path.is_file()}
    except (OSError, UnicodeError) as error:
        raise SetupError(f"{folder}: a template cannot be read ({error}); templates are UTF-8 text") from error


class FileChannel:
    """`ports.Channel` into a folder; the delivery's `to` is the file's name, which we made ourselves."""

    name = "file"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, delivery: Delivery, accepted: Callable[[], None]) -> None:
        """See `ports.Channel`."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self._folder / Path(delivery.to).name, delivery.payload)
        except OSError as error:
            raise DeliveryError(f"cannot write {self._folder / delivery.to}: {error}", permanent=False) from error
        accepted()
