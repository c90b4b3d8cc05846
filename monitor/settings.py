"""Settings: one table, from which .env.example and docs/settings.md are made and against which values are read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from monitor.errors import Problem, SettingsError


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `kind`: a key of `_KINDS`; `least`, `most`: bounds of a number; `known`: words of a choice."""

    name: str
    default: str
    kind: str
    secret: bool
    help: str
    least: float = 0
    most: float = 0
    known: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """The name of its field in `Settings`."""
        return self.name.lower().removeprefix("monitor_")


_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

SETTINGS = (
    Setting("MONITOR_HOME", ".", "path", False, "working folder: seeds/, digests/ and, if not set below, the rest"),
    Setting("MONITOR_WATCH", "", "path", False, "the watch file; empty: watch.toml in the working folder"),
    Setting(
        "MONITOR_DATABASE", "", "database", True,
        "SQLAlchemy URL, sqlite or postgresql; empty: monitor.db in the working folder",
    ),
    Setting(
        "MONITOR_CONTACT", "", "contact", False,
        "your web page or mail address; sources see it in the User-Agent and can reach you",
    ),
    Setting("MONITOR_WORKERS", "0", "number", False, "processes that read pages; 0: one for each core", 0, 256),
    Setting("MONITOR_HOSTS", "24", "number", False, "hosts asked at once", 1, 256),
    Setting("MONITOR_DEADLINE", "30", "seconds", False, "seconds that one request may take in all", 0.1, 600),
    Setting("MONITOR_MAX_BYTES", "5000000", "number", False, "largest answer that is read, in bytes", 1000, 10**9),
    Setting(
        "MONITOR_ALLOW_ADDRESSES", "", "networks", False,
        "networks that may be asked though not public, such as 127.0.0.0/8; each link in a feed then reaches them",
    ),
    Setting(
        "MONITOR_ROBOTS", "obey", "choice", False,
        "what to do with robots.txt; ignore it only on servers of your own", known=("obey", "ignore"),
    ),
    Setting("MONITOR_PAGE_SECONDS", "20", "seconds", False, "seconds that reading one page may take", 0.1, 600),
    Setting("MONITOR_PAGE_MEMORY", "1024", "number", False, "memory for reading one page, in MB", 64, 1_000_000),
    Setting("MONITOR_RETRIES", "5", "number", False, "tries for a page before it is given up", 1, 100),
    Setting("SMTP_HOST", "", "host", False, "mail server; empty: no mail is sent"),
    Setting("SMTP_PORT", "587", "number", False, "its port", 1, 65535),
    Setting("SMTP_USER", "", "text", False, "login name; empty: no login"),
    Setting("SMTP_PASSWORD", "", "text", True, "password for the login"),
    Setting(
        "SMTP_TLS", "starttls", "choice", False,
        "encryption: starttls (port 587), tls (port 465) or none, only for a server on this machine",
        known=("starttls", "tls", "none"),
    ),
    Setting("SMTP_FROM", "", "sender", False, "sender of digests; empty: SMTP_USER, if that is an address"),
    Setting(
        "MONITOR_PUBLIC_URL", "", "web", False,
        "address under which one-click requests to unsubscribe reach `monitor mail listen`; empty: by mail only",
    ),
    Setting(
        "MONITOR_NOTIFY", "", "services", True,
        "chat and push services that get digests too, as name=apprise-address with spaces between them",
    ),
    Setting("MONITOR_PING_START", "", "web", True, "address that is asked when a run begins"),
    Setting("MONITOR_PING_SUCCESS", "", "web", True, "address that is asked when a run ended well"),
    Setting("MONITOR_PING_FAIL", "", "web", True, "address that is asked when a run failed"),
    Setting("MONITOR_LOG", "INFO", "level", False, "least level that is logged", known=_LEVELS),
)  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """All settings, read. Times in seconds, `page_memory` in MB; paths are not resolved."""

    home: Path
    watch: Path
    database: str
    contact: str
    workers: int
    hosts: int
    deadline: float
    max_bytes: int
    allow_addresses: str
    robots: str
    page_seconds: float
    page_memory: int
    retries: int
    smtp_host: str
    smtp_port: int
    smtp_user: str
    smtp_password: str
    smtp_tls: str
    smtp_from: str
    public_url: str
    notify: str
    ping_start: str
    ping_success: str
    ping_fail: str
    log: str

    @property
    def services(self) -> dict[str, str]:
        """The addresses of MONITOR_NOTIFY by name."""
        return dict(part.split("=", 1) for part in self.notify.split())

    def __repr__(self) -> str:
        """Without secrets: settings end up in logs and tracebacks."""
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in masked(self).items())})"


def read_settings(environ: Mapping[str, str], dotenv: Mapping[str, str | None]) -> Settings:
    """The settings from the environment, then .env, then the defaults; paths in them start at the home.

    Raises SettingsError with every problem, one a line. A name that is there but empty means the default.
    """
    problems = [*_unknown(dotenv)]
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        file = "environment" if setting.name in environ else ".env"
        given = environ[setting.name] if setting.name in environ else dotenv.get(setting.name, "")
        try:
            if given is None:
                raise _Refused("has no value", f"write {setting.name}={setting.default}")
            given = given.strip() if setting.kind != "text" else given
            if any(ord(char) < 32 or ord(char) == 127 for char in given):
                raise _Refused("holds a line break or another control character", "write it on one line")
            values[setting.field] = _KINDS[setting.kind](setting, given or setting.default)
        except _Refused as refused:
            problems.append(Problem(file, 0, setting.name, refused.what, refused.mend))
    problems += _check_mail(values, environ)
    if problems:
        raise SettingsError("\n".join(str(problem) for problem in problems))
    home = _at_home(values["home"], environ)
    values["home"] = home
    values["watch"] = home / (_at_home(values["watch"], environ) if str(values["watch"]) != "." else "watch.toml")
    values["database"] = _database_at_home(values["database"] or "sqlite:///monitor.db", home)
    if not values["smtp_from"] and "@" in values["smtp_user"]:
        values["smtp_from"] = values["smtp_user"]
    return Settings(**values)


def masked(settings: Settings) -> dict[str, str | int | float]:
    """The settings by name with every secret hidden, as `config dump` shows them."""
    shown: dict[str, str | int | float] = {}
    for setting in SETTINGS:
        value = getattr(settings, setting.field)
        if setting.kind == "database":
            value = re.sub(r"(?<=://)([^:/@]*):.*@", r"\1:***@", value)
            value = re.sub(r"([?&][^=&]*pass[^=&]*=)[^&]*", r"\1***", value, flags=re.IGNORECASE)
        elif setting.secret:
            value = "***" if value else ""
        shown[setting.name] = str(value) if isinstance(value, Path) else value
    return shown


def env_example() -> str:
    """The text of .env.example."""
    lines = [
        "# Settings of monitor. Copy this file to .env and take the # away where you want another value.",
        "# The environment wins over .env. Made from the table in monitor/settings.py, as docs/settings.md is.",
    ]
    for setting in SETTINGS:
        secret = " Keep it secret." if setting.secret else ""
        lines += ["", f"# {_sentence(setting.help)}{secret}", f"#{setting.name}={setting.default}"]
    return "\n".join(lines) + "\n"


def settings_page() -> str:
    """The text of docs/settings.md."""
    lines = [
        "# Settings",
        "",
        "What belongs to a machine or is secret stands in the environment or in `.env`, a file in the working folder;",
        "what belongs to the story stands in [`watch.toml`](watch-file.md). The environment wins over `.env`, and",
        "both win over the defaults below. A name with nothing after its `=` means the default.",
        "",
        "| name | default | values | meaning |",
        "|---|---|---|---|",
    ]
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else "empty"
        secret = " **Secret.**" if setting.secret else ""
        lines.append(f"| `{setting.name}` | {default} | {_values(setting)} | {_sentence(setting.help)}{secret} |")
    return "\n".join([*lines, "", *_PAGE_END]) + "\n"


_PAGE_END = (
    "Relative paths start at `MONITOR_HOME`, a relative `MONITOR_HOME` where the program starts; `~` at the beginning",
    "of a path is your home folder.",
    "",
    "A value that cannot be read stops the program with exit code 3 before anything is done. All mistakes are told",
    "at once:",
    "",
    "```",
    '.env: SMTP_PROT: unknown setting; did you mean "SMTP_PORT"?',
    '.env: SMTP_PORT: "abc" is no whole number; write e.g. 587',
    "```",
    "",
    "Names that begin with neither `MONITOR_` nor `SMTP_` may stand in `.env` for other programs.",
    "`monitor config dump` shows what is in force; it shows no secret. This page is made from `monitor/settings.py`.",
)


# --- one value ----------------------------------------------------------------------------------------------------


class _Refused(Exception):
    """A value that does not read: what is wrong and how to mend it."""

    def __init__(self, what: str, mend: str) -> None:
        self.what = what
        self.mend = mend
        super().__init__(what)


def _text(setting: Setting, value: str) -> str:
    return value


def _path(setting: Setting, value: str) -> Path:
    return Path(value)


def _number(setting: Setting, value: str) -> int:
    if not re.fullmatch(r"-?[0-9][0-9_]{0,15}", value, re.ASCII):
        raise _Refused(f'"{_short(value)}" is no whole number', f"write e.g. {setting.default}")
    return int(_bounded(setting, value, int(value.replace("_", ""))))


def _seconds(setting: Setting, value: str) -> float:
    if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,9})?", value, re.ASCII):
        raise _Refused(f'"{_short(value)}" is no number of seconds', f"write e.g. {setting.default}")
    return _bounded(setting, value, float(value))


def _bounded(setting: Setting, value: str, number: float) -> float:
    if not setting.least <= number <= setting.most:
        side = "small" if number < setting.least else "large"
        raise _Refused(f"{value} is too {side}", f"write {_figure(setting.least)} to {_figure(setting.most)}")
    return number


def _choice(setting: Setting, value: str) -> str:
    if value.lower() in setting.known:
        return value.lower()
    raise _Refused(f'"{_short(value)}" is not known', f"write one of {', '.join(setting.known)}")


def _networks(setting: Setting, value: str) -> str:
    found = []
    for part in filter(None, (part.strip() for part in value.split(","))):
        try:
            found.append(str(ip_network(part)))
        except ValueError as error:
            raise _Refused(f'"{_short(part)}" is no network', "write e.g. 127.0.0.0/8") from error
    return ", ".join(found)


def _level(setting: Setting, value: str) -> str:
    if value.upper() in setting.known:
        return value.upper()
    raise _Refused(f'"{_short(value)}" is no level', f"write one of {', '.join(setting.known)}")


def _database(setting: Setting, value: str) -> str:
    # The value is not shown: it may hold a password.
    scheme, colon, _ = value.partition("://")
    driver = "postgresql+psycopg" if scheme in ("postgres", "postgresql") else scheme
    if value and (not colon or driver.partition("+")[0] not in ("sqlite", "postgresql")):
        raise _Refused("is no address of a database", "write sqlite:///file.db or postgresql://user@host/name")
    return driver + value[len(scheme) :]


def _contact(setting: Setting, value: str) -> str:
    if value and not re.fullmatch(r"https?://[^\s/]+\S*|[^\s@<>]+@[^\s@<>]+", value):
        raise _Refused(f'"{_short(value)}" is neither a web nor a mail address', "write e.g. desk@example.org")
    return value


def _web(setting: Setting, value: str) -> str:
    if value and not re.fullmatch(r"https?://[^\s/<>]+[^\s<>]*", value):
        raise _Refused("is no web address", "write e.g. https://example.org/ab12")
    return value.rstrip("/") if setting.name == "MONITOR_PUBLIC_URL" else value


def _services(setting: Setting, value: str) -> str:
    # The value is not shown: the addresses hold secrets.
    parts = value.split()
    names = [part.partition("=")[0] for part in parts]
    if not all(re.fullmatch(r"[\w-]{1,40}=\w+://\S+", part) for part in parts) or len(names) > len(set(names)):
        raise _Refused("is no list of names and addresses", "write e.g. phone=ntfy://topic desk=mailto://…")
    return " ".join(parts)


def _host(setting: Setting, value: str) -> str:
    if re.fullmatch(r"[\w.-]+:[0-9]+", value):
        raise _Refused(f'"{_short(value)}" holds a port', "write the port as SMTP_PORT")
    if value and not re.fullmatch(r"[\w.-]+|\[?[0-9a-fA-F:]+\]?", value):
        raise _Refused(f'"{_short(value)}" is no host', "write e.g. smtp.example.org")
    return value


def _sender(setting: Setting, value: str) -> str:
    if value and not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+|[^<>@]*<[^\s@<>]+@[^\s@<>]+>", value):
        raise _Refused(f'"{_short(value)}" is no sender', "write e.g. Digest <digest@example.org>")
    return value


_KINDS: Mapping[str, Callable[[Setting, str], object]] = {
    "text": _text,
    "path": _path,
    "number": _number,
    "seconds": _seconds,
    "choice": _choice,
    "networks": _networks,
    "level": _level,
    "database": _database,
    "contact": _contact,
    "web": _web,
    "services": _services,
    "host": _host,
    "sender": _sender,
}


# --- all values ---------------------------------------------------------------------------------------------------


def _unknown(dotenv: Mapping[str, str | None]) -> list[Problem]:
    """Names in .env that look like ours and are not. (The environment is full of other programs' names.)"""
    known = [setting.name for setting in SETTINGS]
    problems = []
    for name in dotenv:
        near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.75)
        if name not in known and name.upper().startswith(("MONITOR_", "SMTP_")):
            mend = f'did you mean "{near[0]}"?' if near else "see docs/settings.md for all there are"
            problems.append(Problem(".env", 0, _short(name), "unknown setting", mend))
    return problems


def _check_mail(values: Mapping[str, Any], environ: Mapping[str, str]) -> list[Problem]:
    """A login with only half of it, and mail without a sender."""

    def problem(name: str, what: str, mend: str) -> Problem:
        return Problem("environment" if name in environ else ".env", 0, name, what, mend)

    if any(name not in values for name in ("smtp_host", "smtp_user", "smtp_password", "smtp_from")):
        return []  # one of them is refused already
    if values["smtp_user"] and not values["smtp_password"]:
        return [problem("SMTP_PASSWORD", "is missing, but SMTP_USER is set", "set both or none")]
    if values["smtp_password"] and not values["smtp_user"]:
        return [problem("SMTP_USER", "is missing, but SMTP_PASSWORD is set", "set both or none")]
    if values["smtp_host"] and not values["smtp_from"] and "@" not in values["smtp_user"]:
        return [problem("SMTP_FROM", "is missing, but SMTP_HOST is set", "write e.g. digest@example.org")]
    return []


def _at_home(path: Path, environ: Mapping[str, str]) -> Path:
    """The path with a leading ~ replaced; .env is read by no shell that would do it."""
    home = environ.get("HOME", "")
    return Path(home, *path.parts[1:]) if home and path.parts[:1] == ("~",) else path


def _database_at_home(url: str, home: Path) -> str:
    """The URL; a relative SQLite file starts at the home like every path."""
    found = re.fullmatch(r"(sqlite(?:\+\w+)?:///)([^/:?][^?]*)(\?.*)?", url)
    return f"{found[1]}{home / found[2]}{found[3] or ''}" if found else url


def _short(value: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in value[:80])


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _figure(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _values(setting: Setting) -> str:
    """What may be written, for the page."""
    words = {
        "path": "a path",
        "database": "a URL",
        "contact": "a URL or an address",
        "host": "a host",
        "sender": "an address",
        "web": "a URL",
        "services": "names and URLs",
        "networks": "networks, with commas between them",
        "text": "text",
        "number": f"{_figure(setting.least)} to {_figure(setting.most)}",
        "seconds": f"{_figure(setting.least)} to {_figure(setting.most)}",
    }
    return words.get(setting.kind) or ", ".join(f"`{word}`" for word in setting.known)
