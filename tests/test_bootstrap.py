"""bootstrap.py: old Pythons can read it and are refused politely; it pins by hash and trusts no set-up cut off."""

from __future__ import annotations

import ast
import importlib.util
import re
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from end_to_end.command import ROOT, python

BOOTSTRAP = ROOT / "bootstrap.py"
LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.mark.parametrize("minor", [6, 7, 8, 9, 10, 11])
def test_any_python_3_since_6_can_read_it(minor: int) -> None:
    ast.parse(BOOTSTRAP.read_text("utf-8"), feature_version=(3, minor))


def test_nothing_outside_the_standard_library_is_imported() -> None:
    tree = ast.parse(BOOTSTRAP.read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


@pytest.mark.parametrize("version", [(3, 6, 9), (3, 10, 14)])
def test_a_python_before_3_11_is_refused_in_one_line(version: tuple[int, int, int]) -> None:
    code = (
        "import runpy, sys\n"
        f"sys.version_info = {version!r}\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    done = python(code, str(BOOTSTRAP), "run")
    assert done.code == 3, done.all
    (line,) = done.err.splitlines()
    assert line.startswith(f"bootstrap: Python 3.11 or newer is needed, this is {version[0]}.{version[1]}")
    assert "python3.11" in line


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_one_version_and_its_hashes(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    entries = [
        entry
        for entry in re.sub(r"\\\n\s*", " ", text).splitlines()
        if entry.strip() and not entry.lstrip().startswith("#")
    ]
    assert len(entries) > 20
    for entry in entries:
        requirement, *hashes = entry.split(" --hash=")
        assert re.match(r"^[a-z0-9][a-z0-9._-]*(\[[a-z0-9,]+\])?==[\w.!+]+( ;.*)?$", requirement.strip()), entry[:80]
        assert hashes, entry[:80]
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each.split()[0]) for each in hashes), entry[:80]
    names = [entry.partition("==")[0] for entry in entries]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "//" not in text
    assert "index" not in text


def test_the_test_lock_holds_everything_that_a_run_needs() -> None:
    run, dev = ({line.split()[0] for line in (ROOT / name).read_text("utf-8").splitlines() if "==" in line}
                for name in LOCKS)  # fmt: skip
    assert run < dev


def test_the_locks_hold_every_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    locked = {
        line.partition("==")[0].partition("[")[0].strip()
        for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines()
        if "==" in line
    }
    declared = {re.split(r"[\[<>=]", each)[0] for each in project["project"]["dependencies"]}
    assert declared <= locked


# --- the stamp ----------------------------------------------------------------------------------------------------


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing in it but bootstrap.py and two small lock files."""
    root = tmp_path / "checkout"
    root.mkdir()
    (root / "bootstrap.py").write_bytes(BOOTSTRAP.read_bytes())
    for name in LOCKS:
        (root / name).write_text(f"# {name}\n")
    return root


def load(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap_under_test", root / "bootstrap.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Stands in the place of .venv/bin/python: notes what it was asked, and can be told to fail at the installation.
FAKE = """#!/bin/sh
here=$(dirname "$0")
echo "$*" >> "$here/asked"
case "$*" in
  *"pip install"*) if [ -e "$here/../fail" ]; then exit 1; fi ;;
  *purelib*) echo "$here/.." ;;
esac
exit 0
"""


def fake_environment(root: Path) -> Path:
    """An environment whose Python only takes notes."""
    folder = root / ".venv" / "bin"
    folder.mkdir(parents=True)
    (folder / "python").write_text(FAKE)
    (folder / "python").chmod(0o755)
    return root / ".venv"


def start(root: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """bootstrap.py in the fake checkout, without uv on the path."""
    path = {"PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [sys.executable, root / "bootstrap.py", *args],
        capture_output=True,
        text=True,
        env=path,
        timeout=60,
        check=False,
    )


def asked(root: Path) -> list[str]:
    notes = root / ".venv" / "bin" / "asked"
    return notes.read_text().splitlines() if notes.exists() else []


def installations(root: Path) -> int:
    return sum("pip install" in line for line in asked(root))


def test_a_finished_set_up_is_used_as_it_is(checkout: Path) -> None:
    environment = fake_environment(checkout)
    assert start(checkout, "doctor").returncode == 0
    assert installations(checkout) == 1
    assert (environment / "stamp").exists()
    second = start(checkout, "run", "--now")
    assert installations(checkout) == 1
    assert asked(checkout)[-1] == "-m monitor run --now"
    assert second.stderr == ""


def test_the_packages_are_installed_by_hash_and_never_built(checkout: Path) -> None:
    fake_environment(checkout)
    start(checkout, "doctor")
    (line,) = (line for line in asked(checkout) if "pip install" in line)
    assert "--require-hashes" in line
    assert "--only-binary :all:" in line
    assert line.endswith(f"-r {checkout / 'requirements.lock'}")


def test_a_set_up_that_was_killed_is_done_again(checkout: Path) -> None:
    """A killed set-up has made the environment and perhaps some packages; the stamp comes last."""
    environment = fake_environment(checkout)
    (environment / "fail").touch()
    failed = start(checkout, "doctor")
    assert failed.returncode == 3
    assert "check the network and run the same command again" in failed.stderr
    assert not (environment / "stamp").exists()
    assert "-m monitor doctor" not in asked(checkout)
    (environment / "fail").unlink()
    assert start(checkout, "doctor").returncode == 0
    assert installations(checkout) == 2
    assert asked(checkout)[-1] == "-m monitor doctor"


def test_an_old_stamp_does_not_outlive_the_start_of_a_new_set_up(checkout: Path) -> None:
    environment = fake_environment(checkout)
    start(checkout, "doctor")
    (checkout / "requirements.lock").write_text("# other packages\n")
    (environment / "fail").touch()
    assert start(checkout, "doctor").returncode == 3
    assert not (environment / "stamp").exists()


@pytest.mark.parametrize("spoil", ["lock", "place", "half a stamp"])
def test_a_stamp_holds_for_one_lock_file_in_one_place(checkout: Path, tmp_path: Path, spoil: str) -> None:
    environment = fake_environment(checkout)
    start(checkout, "doctor")
    if spoil == "lock":
        (checkout / "requirements.lock").write_text("# other packages\n")
    elif spoil == "place":
        checkout = checkout.rename(tmp_path / "moved")
    else:
        stamp = environment / "stamp"
        stamp.write_text(stamp.read_text()[:30])
    start(checkout, "doctor")
    assert installations(checkout) == 2


def test_the_test_environment_serves_runs_as_well_but_not_the_other_way_round(checkout: Path) -> None:
    fake_environment(checkout)
    start(checkout, "test", "-x")
    assert asked(checkout)[-1] == "-m pytest -x"
    start(checkout, "run")
    assert installations(checkout) == 1
    (checkout / ".venv" / "stamp-dev").unlink()
    start(checkout, "run")
    start(checkout, "test")
    assert installations(checkout) == 3


def test_a_machine_that_cannot_make_environments_is_told_what_to_install(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = load(checkout)
    broken = checkout / "no-python"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(sys, "executable", str(broken))
    with pytest.raises(SystemExit) as end:
        module.make_environment(None)
    assert end.value.code == 3
    assert "python3-venv" in capsys.readouterr().err
    assert not (checkout / ".venv").exists()


def test_a_folder_that_cannot_be_written_is_refused_in_words(checkout: Path) -> None:
    (checkout / ".venv").write_text("a file in its place")
    done = start(checkout, "run")
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("bootstrap: ")
