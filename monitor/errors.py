"""Every error that this program raises on purpose.

MonitorError                 one line for a person: where, what, how to mend
├── SetupError               exit 3: the working folder, its settings or its files
│   ├── WatchError           watch.toml is refused; carries every problem found
│   ├── SettingsError        a setting in .env or the environment is refused
│   ├── SeedError            a record in seeds/ is refused
│   ├── LeaseError           another run is under way, or has taken over from this one
│   └── StoreError           the database cannot be opened (newer schema, no permission, damage)
├── PatternError             a table of figures is refused; names the entry
├── RuleError                a rule does not parse; carries line, column and a caret
├── FetchError               one request failed: `reason` is a word for tables, the text says more
├── ExtractError             one page or feed could not be read
├── RecordError              a stored digest cannot be read
├── TemplateError            a template of the working folder is wrong; carries its name and line
├── WorkerError              a worker process died or ran over its limits
└── DeliveryError            one recipient or file could not be served; `permanent` says whether to try again
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any


class MonitorError(Exception):
    """Base of all; `str()` is one line for a person."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file that a person wrote. `line` counts from 1; 0 when it is the whole file."""

    file: str
    line: int
    where: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = f" {self.where}:" if self.where else ""
        mend = f"; {self.mend}" if self.mend else ""
        return f"{place}:{where} {self.what}{mend}"


class SetupError(MonitorError):
    """The program cannot start; exit code 3."""


class WatchError(SetupError):
    """watch.toml is refused. `problems` holds all of them, in the order of the file."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class PatternError(MonitorError):
    """A table of figures is refused. `where`: the entry, as in "forms.trucks" or "subject ships: never"."""

    def __init__(self, where: str, what: str, mend: str = "") -> None:
        self.where, self.what, self.mend = where, what, mend
        super().__init__(f"figures: {where and f'{where}: '}{what}{mend and f'; {mend}'}")


class SettingsError(SetupError):
    """A setting is missing or malformed."""


class SeedError(SetupError):
    """A seed record is malformed."""


class StoreError(SetupError):
    """The database cannot be used as it is."""


class LeaseError(SetupError):
    """Another run, perhaps on another machine, may write here, and this one may not."""


class RuleError(MonitorError):
    """A rule does not parse. `line` and `column` count from 1 within the rule's own text."""

    def __init__(self, what: str, *, rule: str, line: int = 1, column: int = 1, mend: str = "") -> None:
        self.what = what
        self.rule = rule
        self.line = line
        self.column = column
        self.mend = mend
        super().__init__(what + (f"; {mend}" if mend else ""))

    def picture(self) -> str:
        """The offending line with a caret under the place."""
        lines = self.rule.splitlines() or [""]
        shown = lines[min(self.line, len(lines)) - 1]
        return f"{shown}\n{' ' * (self.column - 1)}^"


class FetchError(MonitorError):
    """One request failed.

    `reason`: a short word for tables (`timeout`, `too-large`, `status`, `connect`, `protocol`, `url`, ...);
    `status`: the HTTP status where there was one; `retry_after`: seconds that the server asked us to wait.
    """

    def __init__(
        self, message: str, *, url: str, reason: str, status: int | None = None, retry_after: float | None = None
    ) -> None:
        self.url = url
        self.reason = reason
        self.status = status
        self.retry_after = retry_after
        super().__init__(message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled with all that it says: a worker may raise it."""
        again = partial(type(self), url=self.url, reason=self.reason, status=self.status, retry_after=self.retry_after)
        return again, self.args


class ExtractError(MonitorError):
    """A feed or page could not be turned into leads or an article."""


class RecordError(MonitorError):
    """A stored digest is damaged, or was stored by a newer program."""


class TemplateError(MonitorError):
    """A template of the working folder cannot be used. `line` counts from 1; 0 where unknown."""

    def __init__(self, name: str, line: int, what: str) -> None:
        self.name, self.line, self.what = name, line, what
        place = f"templates/{name}:{line}" if line else f"templates/{name}"
        super().__init__(f"{place}: {what}; mend it, or delete it to use the shipped one")


class WorkerError(MonitorError):
    """A worker process died, or was killed for running over its time or memory."""


class DeliveryError(MonitorError):
    """A digest could not be handed over. `permanent`: trying again is no use.

    `everybody`: nothing was reached that could take anything, so the others need not be tried now;
    `unknown`: it is this recipient who was refused, not this message.
    """

    def __init__(self, message: str, *, permanent: bool, everybody: bool = False, unknown: bool = False) -> None:
        self.permanent = permanent
        self.everybody = everybody
        self.unknown = unknown
        super().__init__(message)
