"""The golden digest. `python -m support.golden`, in tests/, renders it again; read the difference before keeping it."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter

from monitor.model import Digest
from monitor.stages.render import FORMATS, render

FOLDER = Path(__file__).parents[1] / "golden" / "digest"


def golden_digest() -> Digest:
    """The record."""
    return TypeAdapter(Digest).validate_json((FOLDER / "strike.json").read_bytes())


if __name__ == "__main__":
    for form in FORMATS:
        (FOLDER / f"strike.{form}").write_text(render(golden_digest(), form), "utf-8")
