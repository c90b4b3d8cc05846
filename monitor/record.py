"""A digest as versioned JSON: written in one form, read in every form that was ever stored."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError

from monitor.errors import RecordError
from monitor.model import Digest

VERSION = 2
_DIGEST = TypeAdapter(Digest)


def write_record(digest: Digest, *, indent: int | None = None) -> str:
    """The digest as JSON of the newest version; the same digest gives the same bytes."""
    return _DIGEST.dump_json(digest, indent=indent).decode()


def read_record(text: str | bytes) -> Digest:
    """The digest of a stored record of any version up to this one; raises RecordError for others."""
    try:
        fields = json.loads(text)
        version = fields.get("version", 1)
        if version > VERSION:
            raise RecordError(f"the digest was stored in version {version}, this program reads up to {VERSION}")
        for step in range(version, VERSION):
            _UPGRADES[step](fields)
        return _DIGEST.validate_python(fields | {"version": VERSION}, strict=False)
    except (ValueError, TypeError, AttributeError, KeyError, ValidationError) as error:
        raise RecordError(f"the stored digest cannot be read: {error}") from error


def _from_1(fields: dict[str, Any]) -> None:
    """Version 1 had a trip's reports a day, and no developments beside them."""
    for part in fields["trips"]:
        reports = part.pop("reports", ())
        part["timeline"] = [{"day": date.fromisoformat(day), "reports": count} for day, count in reports]


_UPGRADES = {1: _from_1}
