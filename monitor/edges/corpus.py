"""The files of the seed corpus, read as they are; what they mean is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from monitor.errors import SeedError

SUFFIXES = (".md", ".txt", ".html", ".htm")


def read_corpus(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each seed file, by name. A missing folder is an empty corpus; raises SeedError."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in SUFFIXES and path.is_file() and path.name.lower() != "readme.md":
            try:
                yield path.name, path.read_bytes()
            except OSError as error:
                raise SeedError(f"{path}: cannot be read ({error})") from error


def store_seed(folder: Path, name: str, data: bytes) -> Path:
    """Keep a file in the corpus; an existing file of that name is not overwritten. Raises SeedError."""
    target = folder / Path(name).name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as handle:
            handle.write(data)
    except OSError as error:
        if target.exists():
            raise SeedError(f"{target}: there is a seed of this name already; rename the file to add it") from error
        raise SeedError(f"{target}: cannot be written ({error})") from error
    return target
