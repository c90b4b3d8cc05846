#!/usr/bin/env python3
"""Set up once, then run: `python3 bootstrap.py demo`, `python3 bootstrap.py test`, `python3 bootstrap.py run`, ...

Needs only Python 3.11 or newer. Makes `.venv` beside this file from the hashed lock files (with uv where it is
installed, else venv and pip), stamps it with the lock's hash, and hands over to `python -m monitor ARGS` or, for
`test`, to pytest. Exit code 3: the machine cannot be set up, with one line that says why and what to do.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def refuse(message: str) -> "None":
    """Print one line and end with exit code 3."""
    print(f"bootstrap: {message}", file=sys.stderr)
    sys.exit(3)


def stamp_of(lock: Path) -> str:
    """The text that a finished environment for this lock file and this place carries."""
    version = "%d.%d" % sys.version_info[:2]
    return hashlib.sha256(lock.read_bytes()).hexdigest() + f" {version} {HERE}\n"


def ready(lock: Path, stamp: Path) -> bool:
    """Whether the environment was finished for exactly this lock file (a killed set-up leaves no stamp)."""
    return PYTHON.exists() and stamp.exists() and stamp.read_text() == stamp_of(lock)


def make_environment(uv: "str | None") -> None:
    """Create `.venv`, or refuse with the package that is missing."""
    if uv:
        command = [uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(VENV)]
    else:
        command = [sys.executable, "-m", "venv", str(VENV)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        refuse("this Python cannot make environments; install python3-venv (apt install python3-venv) or uv")


def install(lock: Path, stamp: Path) -> None:
    """Install the locked packages and make the checkout importable; write the stamp last."""
    print(f"bootstrap: setting up {VENV.name} from {lock.name} (once, under a minute)", file=sys.stderr)
    stamp.unlink(missing_ok=True)
    uv = shutil.which("uv")
    if not PYTHON.exists() or (not uv and not has_pip()):
        shutil.rmtree(VENV, ignore_errors=True)
        make_environment(uv)
    head = (
        [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
        if uv
        else [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    )
    done = subprocess.run([*head, "--require-hashes", "--only-binary", ":all:", "-r", str(lock)], check=False)
    if done.returncode:
        refuse("the packages could not be installed (see above); check the network and run the same command again")
    purelib = subprocess.run(
        [str(PYTHON), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    Path(purelib, "monitor-checkout.pth").write_text(f"{HERE}\n", encoding="utf-8")
    stamp.write_text(stamp_of(lock))


def has_pip() -> bool:
    """Whether the environment has pip of its own (one made by uv has not)."""
    return subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0


def main(args: "list[str]") -> "None":
    """Set up what is missing, then become the program or pytest."""
    if sys.version_info < (3, 11):
        refuse("Python 3.11 or newer is needed, this is %d.%d; run it with python3.11" % sys.version_info[:2])
    testing = args[:1] == ["test"]
    lock = HERE / ("requirements-dev.lock" if testing else "requirements.lock")
    stamp = VENV / ("stamp-dev" if testing else "stamp")
    other = HERE / "requirements-dev.lock"
    # The test environment holds everything that a run needs, so it serves both.
    if not ready(lock, stamp) and not (not testing and ready(other, VENV / "stamp-dev")):
        try:
            install(lock, stamp)
        except OSError as error:
            refuse(f"cannot write the environment: {error}; check permissions and free space of {HERE}")
        except KeyboardInterrupt:
            refuse("stopped; run the same command again to finish the set-up")
    if testing:
        os.chdir(HERE)
        command = [str(PYTHON), "-m", "pytest", *args[1:]]
    else:
        command = [str(PYTHON), "-m", "monitor", *args]
    if os.name == "nt":
        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
