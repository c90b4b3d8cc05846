"""The golden digest. `python -m support.golden`, in tests/, renders it again; read the difference before keeping it."""

from __future__ import annotations

from pathlib import Path

from monitor.model import Digest
from monitor.record import read_record
from monitor.stages.feed import digest_feed, trip_feed
from monitor.stages.render import FORMATS, render

FOLDER = Path(__file__).parents[1] / "golden" / "digest"


def golden_digest() -> Digest:
    """The record."""
    return read_record((FOLDER / "strike.json").read_bytes())


def golden_texts() -> dict[str, str]:
    """The record in every form, by the name of its file."""
    digest = golden_digest()
    names = {"mail": "strike.mail.html", "mail-txt": "strike.mail.txt"}
    texts = {names.get(form, f"strike.{form}"): render(digest, form) for form in FORMATS if form != "json"}
    return texts | {"strike.atom": digest_feed([digest]), "round-01.atom": trip_feed([digest], "round-01")}


if __name__ == "__main__":
    for name, text in golden_texts().items():
        (FOLDER / name).write_text(text, "utf-8")
