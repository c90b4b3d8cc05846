"""The watch file on disk, edited as a person would: what stands there stays, byte for byte."""

from __future__ import annotations

import contextlib
import os
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import tomlkit
from tomlkit.items import AoT, Array, Table

from monitor.errors import SetupError
from monitor.model import Kind, Source

_DEFAULTS = {field.name: field.default for field in fields(Source)}


def append_sources(path: Path, sources: Sequence[Source], check: Callable[[str], object]) -> int:
    """Write these sources at the end of the file; returns the line on which the first one begins.

    `check` reads the new text and raises what is wrong with it; the file is replaced, whole and durably, only after
    it. A link is followed; the file keeps its mode. Raises SetupError when the file cannot be read or written, or
    changed meanwhile.
    """
    path = path.resolve()
    before = _read(path)
    after, line = with_sources(before.decode("utf-8"), sources)
    check(after)
    try:
        if _read(path) != before:
            raise SetupError(f"{path}: somebody else wrote to it at the same moment; try again")
        _replace(path, after.encode("utf-8"))
    except OSError as error:
        mend = "check its permissions, or let --dry-run show the lines and paste them"
        raise SetupError(f"{path}: cannot be written ({error}); {mend}") from error
    return line


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SetupError(f"{path}: cannot be read ({error}); check the path and its permissions") from error


def with_sources(text: str, sources: Sequence[Source]) -> tuple[str, int]:
    """The text with these sources at its end, and the line of the first; raises SetupError for what is no TOML."""
    try:
        document = tomlkit.parse(text.removeprefix("\ufeff"))
        data = tomllib.loads(text.removeprefix("\ufeff"))
    except ValueError as error:
        raise SetupError(f"the watch file is no TOML ({error}); mend it first") from error
    break_ = "\r\n" if "\r\n" in text else "\n"
    inline = document.get("source")
    if isinstance(inline, Array):
        for source in sources:
            row = tomlkit.inline_table()
            row.update(_row(source))
            inline.append(row)
        after = ("\ufeff" if text.startswith("\ufeff") else "") + tomlkit.dumps(document)
        line = 1 + text.count("\n", 0, text.find("source"))
    else:
        gap = "" if not text or text.endswith("\n") else break_
        head = text + gap + (break_ if text.strip() else "")
        line = 1 + head.count("\n")
        after = head + entries(sources).replace("\n", break_)
    wanted = {**data, "source": [*data.get("source", []), *map(_values, sources)]}
    if tomllib.loads(after.removeprefix("\ufeff")) != wanted:
        raise SetupError("the sources cannot be written into this watch file; add them by hand")
    return after, line


def entries(sources: Sequence[Source]) -> str:
    """The sources as [[source]] tables, as they are written into the file; defaults are left out."""
    document, rows = tomlkit.document(), AoT([])
    for source in sources:
        rows.append(_row(source))
    document["source"] = rows
    lines = tomlkit.dumps(document).split("\n[[source]]")
    return "\n\n[[source]]".join(line.rstrip("\n") for line in lines).lstrip("\n") + "\n"


def _row(source: Source) -> Table:
    row = tomlkit.table()
    for key, value in _values(source).items():
        row[key] = value
    return row


def _values(source: Source) -> dict[str, str | bool]:
    """The keys that a person would write; the language is the watch's."""
    row: dict[str, str | bool] = {"id": source.id, "name": source.name, "url": source.url}
    if source.kind is not Kind.FEED:
        row["kind"] = source.kind.value
    for key in ("select", "every", "pause", "dedup", "confirmed"):
        value = getattr(source, key)
        if value != _DEFAULTS[key]:
            row[key] = _duration(value) if isinstance(value, timedelta) else value
    return row


def _duration(span: timedelta) -> str:
    """Half an hour as "30m": the largest unit that divides it."""
    for unit, length in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)):
        number, rest = divmod(span, timedelta(milliseconds=length))
        if number and not rest:
            return f"{number}{unit}"
    return "0s"


def _replace(path: Path, data: bytes) -> None:
    """The file's new content, whole or not at all, with its old mode and owner."""
    status = path.stat()
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), status.st_mode & 0o7777)
            with contextlib.suppress(OSError):
                os.fchown(file.fileno(), status.st_uid, status.st_gid)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
