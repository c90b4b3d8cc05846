"""One answer as it came, and what its headers say: where to, when to come back, for how long it is fresh."""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx

RETRY_LEAST, RETRY_MOST = 60.0, 86_400.0
MOST_FRESH = 86_400.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,12})", re.IGNORECASE)
_NOT_KEPT = re.compile(r"(?:^|[\s,])no-(?:store|cache)(?![\w=-])", re.IGNORECASE)
_LONGEST_VALIDATOR = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer with any status; the body was read only where the status is 200."""

    url: httpx.URL
    status: int
    phrase: str
    headers: httpx.Headers
    body: bytes = b""

    @property
    def target(self) -> str | None:
        """Where it redirects to, as it stands there; None where it does not."""
        return self.headers.get("location") if self.status in _REDIRECTS else None

    @property
    def permanent(self) -> bool:
        """Whether the old address is to be forgotten."""
        return self.status in (301, 308)

    @property
    def content_type(self) -> str:
        """Its media type, small letters, without parameters."""
        value: str = self.headers.get("content-type", "")
        return value.partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The charset it names, or ""."""
        named = _CHARSET.search(self.headers.get("content-type", ""))
        return named.group(1) if named else ""

    @property
    def coding(self) -> str:
        """How the body is packed, or ""."""
        coding: str = self.headers.get("content-encoding", "")
        return coding

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait, clamped to a minute and a day (RFC 9110, 10.2.3); None when absent or unreadable."""
        return _retry_after(self.headers.get("retry-after", ""))

    @property
    def fresh_for(self) -> float:
        """Seconds for which it need not be asked again (RFC 9111, 4.2.1), at most a day; 0 where it does not say."""
        said: str = self.headers.get("cache-control", "")
        if _NOT_KEPT.search(said):
            return 0.0
        named = _MAX_AGE.search(said)
        if named:
            seconds = float(named[1]) - _age(self.headers.get("age", ""))
        else:
            expires, now = _date(self.headers.get("expires", "")), _date(self.headers.get("date", ""))
            seconds = 0.0 if expires is None else expires - (time.time() if now is None else now)
        return min(max(seconds, 0.0), MOST_FRESH)

    def validator(self, name: bytes) -> str:
        """The header's bytes as characters, to be sent back as they came; "" for one that nobody could mean."""
        value = next((value for key, value in self.headers.raw if key.lower() == name), b"")
        return value.decode("latin-1") if len(value) <= _LONGEST_VALIDATOR else ""


def _age(value: str) -> float:
    return float(value) if re.fullmatch(r"[0-9]{1,12}", value) else 0.0


def _date(value: str) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp() if value else None
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _retry_after(value: str) -> float | None:
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        at = _date(value)
        if at is None:
            return None
        seconds = at - time.time()
    if math.isnan(seconds):
        return None
    return min(max(seconds, RETRY_LEAST), RETRY_MOST)
