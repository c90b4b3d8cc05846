"""The wheel: everything that a run needs is inside, and it runs where there is no checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from end_to_end.command import ROOT, Done, environment

TAKEN = (
    "monitor", "seeds", "stories", "watch.toml", ".env.example", "pyproject.toml", "README.md", "LICENSE",
)  # fmt: skip


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of this checkout, unpacked."""
    source = tmp_path_factory.mktemp("source", numbered=False)
    for name in TAKEN:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / name).is_file():
            shutil.copyfile(ROOT / name, source / name)
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=source, capture_output=True, text=True, timeout=120, env=environment(), check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    (wheel,) = (source / "dist").glob("*.whl")
    target = tmp_path_factory.mktemp("unpacked", numbered=False)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def installed(unpacked: Path, cwd: Path, *args: str) -> Done:
    """A command of the unpacked wheel, with this environment's packages and nothing of the checkout on the path.

    -S keeps out the environment's .pth files, of which one leads to the checkout; its packages are named instead.
    """
    packages = Path(pytest.__file__).parents[1]
    path = {"PYTHONPATH": f"{unpacked}:{packages}"}
    done = subprocess.run(
        [sys.executable, "-S", "-m", "monitor", *args],
        capture_output=True, env=environment(path), cwd=cwd, timeout=120, check=False,
    )  # fmt: skip
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_every_file_of_the_package_is_inside(unpacked: Path) -> None:
    def files(root: Path) -> dict[str, bytes]:
        found = (path for path in (root / "monitor").rglob("*") if "__pycache__" not in path.parts)
        return {str(path.relative_to(root)): path.read_bytes() for path in found if path.is_file()}

    inside = {name: data for name, data in files(unpacked).items() if not name.startswith("monitor/shipped/")}
    source = files(unpacked.parent / "source")
    assert inside == source
    for needed in ("rules/grammar.lark", "demo/pages/day1.toml", "edges/migrations/env.py", "templates/digest.md.j2"):
        assert f"monitor/{needed}" in inside
    assert [name for name in inside if "figures" in name and name.endswith(".toml")]


def test_the_shipped_watch_seeds_and_settings_are_inside(unpacked: Path) -> None:
    shipped = unpacked / "monitor" / "shipped"
    assert (shipped / "watch.toml").read_bytes() == (ROOT / "watch.toml").read_bytes()
    assert (shipped / "env.example").read_bytes() == (ROOT / ".env.example").read_bytes()
    assert {path.name for path in (shipped / "seeds").glob("*.md")} == {
        path.name for path in (ROOT / "seeds").glob("*.md")
    }
    for name in ("blank", "strike"):
        inside = shipped / "stories" / name / "watch.toml"
        assert inside.read_bytes() == (ROOT / "stories" / name / "watch.toml").read_bytes()


def test_neither_tests_nor_anything_of_one_machine_is_inside(unpacked: Path) -> None:
    tops = {path.name for path in unpacked.iterdir()}
    assert {name for name in tops if not name.endswith(".dist-info")} == {"monitor"}
    assert [path for path in unpacked.rglob("*") if path.name in ("monitor.db", ".env", "__pycache__")] == []


def test_the_command_is_declared(unpacked: Path) -> None:
    (info,) = unpacked.glob("*.dist-info")
    assert "monitor = monitor.cli.main:main" in (info / "entry_points.txt").read_text()
    metadata = Parser().parsestr((info / "METADATA").read_text("utf-8"))
    assert metadata["Name"] == "monitor"
    assert metadata["Requires-Python"] == ">=3.11"


def test_an_installed_copy_lays_a_folder_and_finds_it_good(unpacked: Path, tmp_path: Path) -> None:
    code = "import monitor; print(monitor.__file__)"
    where = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True, text=True, cwd=tmp_path, env=environment({"PYTHONPATH": str(unpacked)}), check=True,
    )  # fmt: skip
    assert where.stdout.startswith(str(unpacked))
    laid = installed(unpacked, tmp_path, "init", "x")
    assert laid.code == 0, laid.all
    assert (tmp_path / "x" / "watch.toml").read_bytes() == (ROOT / "watch.toml").read_bytes()
    assert (tmp_path / "x" / ".env.example").read_bytes() == (ROOT / ".env.example").read_bytes()
    doctor = installed(unpacked, tmp_path, "doctor", "--home", "x")
    assert doctor.code == 0, doctor.all
    assert "5 seeds" in doctor.out


def test_an_installed_copy_brings_the_demo(unpacked: Path, tmp_path: Path) -> None:
    done = installed(unpacked, tmp_path, "demo", "--help")
    assert done.code == 0, done.all
    assert done.out.startswith("Usage: monitor demo")
    code = (
        "from monitor.demo.play import briefs\n"
        "from monitor.demo.press import load\n"
        "from monitor.demo.html import front\n"
        "press = load(briefs()); print(len(press.pages), len(front(press.publishers[0], press.pages, '', '')) > 500)"
    )
    packages = Path(pytest.__file__).parents[1]
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True, text=True, cwd=tmp_path, check=False,
        env=environment({"PYTHONPATH": f"{unpacked}:{packages}"}),
    )  # fmt: skip
    assert loaded.stdout == "100 True\n", loaded.stderr
