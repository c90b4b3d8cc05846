"""The seed folder: which files are read, and how one is added."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.edges.corpus import read_corpus, store_seed
from monitor.errors import SeedError


def test_a_missing_folder_is_an_empty_corpus(tmp_path: Path) -> None:
    assert list(read_corpus(tmp_path / "seeds")) == []


def test_texts_records_and_pages_are_read_by_name_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b.TXT", "a.md", "c.html", "d.htm", "README.md", "readme.MD", "picture.png", "notes", ".hidden.swp"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "folder.md").mkdir()
    assert list(read_corpus(tmp_path)) == [(name, name.encode()) for name in ("a.md", "b.TXT", "c.html", "d.htm")]


def test_bytes_are_handed_over_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(b"\xff\xfe\r\n\x00")
    assert list(read_corpus(tmp_path)) == [("x.txt", b"\xff\xfe\r\n\x00")]


def test_a_link_to_nowhere_is_no_seed(tmp_path: Path) -> None:
    (tmp_path / "x.txt").symlink_to(tmp_path / "gone")
    assert list(read_corpus(tmp_path)) == []


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.txt").write_bytes(b"")

    def denied(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(SeedError, match=r"x\.txt: cannot be read .*Permission denied"):
        list(read_corpus(tmp_path))


def test_a_seed_is_kept_and_found_again(tmp_path: Path) -> None:
    path = store_seed(tmp_path / "seeds", "talks.md", b"text")
    assert path == tmp_path / "seeds" / "talks.md"
    assert list(read_corpus(tmp_path / "seeds")) == [("talks.md", b"text")]


def test_a_seed_never_replaces_another(tmp_path: Path) -> None:
    store_seed(tmp_path, "talks.md", b"first")
    with pytest.raises(SeedError, match=r"talks\.md: there is a seed of this name already"):
        store_seed(tmp_path, "talks.md", b"second")
    assert (tmp_path / "talks.md").read_bytes() == b"first"


def test_a_seeds_name_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    assert store_seed(tmp_path / "seeds", "../../talks.md", b"text") == tmp_path / "seeds" / "talks.md"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "seeds").write_text("a file stands in the way")
    with pytest.raises(SeedError, match="cannot be written"):
        store_seed(tmp_path / "seeds", "talks.md", b"text")
