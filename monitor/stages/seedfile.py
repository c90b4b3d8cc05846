"""A seed record: TOML front matter between `+++` lines, then a brief, one plain sentence a line.

`[fingerprint]` lets the original be recognised without holding it: `shingles` is the sorted 64-bit hashes of its
runs of five words, `sentences` the 32-bit word hashes of each sentence as sorted sets, both in base64, in an order
that says nothing. A record without a fingerprint, and any file without front matter, is full text.
"""

from __future__ import annotations

import base64
import binascii
import re
import textwrap
import tomllib
from array import array
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from hashlib import blake2b
from typing import Any

from monitor.errors import SeedError
from monitor.model import Fingerprint, Seed

FENCE = "+++"
# Sentences of a brief are numbered from here, so that they are no neighbours of the original's.
BRIEF_FIRST = 100_001
_KEYS = {"id", "title", "outlet", "url", "published", "trip", "topics", "document", "fingerprint"}


def is_record(text: str) -> bool:
    """Whether a file is a seed record rather than a full text."""
    return text.lstrip("\ufeff").split("\n", 1)[0].rstrip("\r") == FENCE


def read_seed(text: str, name: str) -> Seed:
    """The seed of a record; raises SeedError naming the file and what to mend."""
    parts = re.split(r"^\+\+\+\n", text.lstrip("\ufeff").replace("\r\n", "\n"), maxsplit=2, flags=re.MULTILINE)
    if len(parts) != 3 or parts[0].strip():
        raise SeedError(f"{name}: the front matter is not closed; put a line of {FENCE} before and after it")
    try:
        front = tomllib.loads(parts[1])
    except tomllib.TOMLDecodeError as error:
        raise SeedError(f"{name}: the front matter is not TOML: {error}") from error
    unknown = set(front) - _KEYS
    if unknown:
        raise SeedError(f"{name}: unknown key {sorted(unknown)[0]!r}; known are {', '.join(sorted(_KEYS))}")
    for key in ("id", "title"):
        if not isinstance(front.get(key), str) or not front[key]:
            raise SeedError(f'{name}: {key} is missing; write {key} = "…"')
    topics = front.get("topics", [])
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        raise SeedError(f'{name}: topics is no list of names; write e.g. topics = ["aid"]')
    brief = "\n".join(line.removeprefix("- ").strip() for line in parts[2].strip().splitlines() if line.strip())
    original = front.get("fingerprint")
    return Seed(
        id=front["id"],
        title=front["title"],
        outlet=str(front.get("outlet", "")),
        url=str(front.get("url", "")),
        published=_day(front.get("published"), name),
        trip=str(front.get("trip", "")),
        topics=tuple(topics),
        document=str(front.get("document", "")),
        brief=brief,
        original=None if original is None else _read_fingerprint(original, name),
        version=version_of(text),
    )


def version_of(text: str) -> str:
    """A hash of a record or file, so that an edited one is noticed."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _day(value: Any, name: str) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise SeedError(f"{name}: published: {value!r} is no date; write e.g. 2024-08-23") from error
    if isinstance(day, datetime):
        return day if day.tzinfo else day.replace(tzinfo=UTC)
    return datetime.combine(day, time(12), UTC)


def _read_fingerprint(table: Any, name: str) -> Fingerprint:
    try:
        shingles = _unpack("Q", str(table["shingles"]))
        sentences = tuple(frozenset(_unpack("I", packed)) for packed in table["sentences"])
        words = int(table["words"])
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise SeedError(f"{name}: the fingerprint is damaged ({error}); restore the record as it was") from error
    return Fingerprint(tuple(sorted(shingles)), sentences, words)


def _unpack(code: str, packed: str) -> array[int]:
    numbers: array[int] = array(code)
    numbers.frombytes(base64.b64decode("".join(packed.split()), validate=True))
    return numbers


def _pack(code: str, numbers: Sequence[int]) -> str:
    return base64.b64encode(array(code, sorted(numbers)).tobytes()).decode()


def write_seed(seed: Seed) -> str:
    """The record of a seed, as `read_seed` reads it."""
    quoted = {"id": seed.id, "title": seed.title, "outlet": seed.outlet, "url": seed.url}
    lines = [FENCE, *(f"{key} = {_quote(value)}" for key, value in quoted.items())]
    lines.append(f"published = {_quote(seed.published.date().isoformat() if seed.published else '')}")
    lines.append(f"trip = {_quote(seed.trip)}")
    lines.append(f"topics = [{', '.join(_quote(topic) for topic in seed.topics)}]")
    lines.append(f"document = {_quote(seed.document)}")
    if seed.original is not None:
        lines += ["", "[fingerprint]", f"words = {seed.original.words}", 'shingles = """']
        lines += textwrap.wrap(_pack("Q", seed.original.shingles), 116)
        lines += ['"""', "sentences = ["]
        lines += [f'  "{packed}",' for packed in sorted(_pack("I", sorted(each)) for each in seed.original.sentences)]
        lines.append("]")
    lines += [FENCE, ""]
    lines += [f"- {sentence}" for sentence in seed.brief.splitlines()]
    return "\n".join(lines) + "\n"


def _quote(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
