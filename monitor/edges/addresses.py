"""Whether an address may be asked at all, told from its text alone: before a name is looked up or a byte is sent."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import httpx

from monitor.errors import FetchError

LONGEST_URL = 2048
_LONGEST_LABEL, _LONGEST_HOST = 63, 253
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
# How a number can stand for an IPv4 address: decimal, octal, hexadecimal, short. None of them is a name.
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)", re.I)
# Web servers live on these two or above the ports that a system keeps for itself …
_WEB_PORTS = frozenset({80, 443})
_FREE_PORTS = range(1024, 65536)
# … but not where databases, mail, telephones, shells and printers listen.
_OTHER_PORTS = frozenset(
    {1433, 1521, 1719, 1720, 1723, 2049, 2181, 2375, 2376, 2379, 2380, 3128, 3306, 3389, 3659, 4045, 4190, 5060, 5061}
    | {5432, 5672, 5900, 5984, 6000, 6379, 6443, 6566, *range(6665, 6670), 6679, 6697, 9042, 9092, 9100, 9200, 9300}
    | {10080, 10250, 11211, 15672, 25565, 27017}
)


def checked_url(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """The address, relative to `base` where that is given; without its fragment.

    Raises FetchError with reason "url" for what is no plain http or https address of a web server.
    """
    why = _wrong_text(text)
    if not why:
        try:
            url = httpx.URL(text) if base is None else base.join(text)
            url = url.copy_with(fragment=None) if url.fragment else url
            why = _wrong_parts(url)
        except (httpx.InvalidURL, ValueError, AssertionError, TypeError, IndexError) as error:
            # httpx and idna raise all of these for an address that is none.
            why = f"not a usable address: {str(error) or type(error).__name__}"
    if why:
        raise FetchError(why, url=text, reason="url")
    return url


def place(url: httpx.URL) -> str:
    """Host and port: who is asked, for pauses, robots.txt and wishes to be left alone."""
    return f"{url.host}:{url.port or url.scheme}"


def _wrong_text(text: str) -> str:
    try:
        length = len(text.encode())
    except UnicodeEncodeError:
        return "not a usable address: it holds half a character"
    if length > LONGEST_URL:
        return f"not a usable address: it is longer than {LONGEST_URL:,} bytes"
    if _CONTROLS.search(text):
        return "not a usable address: it holds a line break or another invisible character"
    if "\\" in text:
        return "not a usable address: it holds a backslash"
    return ""


def _wrong_parts(url: httpx.URL) -> str:
    if url.scheme not in ("http", "https") or not url.host:
        return "not an http or https address"
    if url.userinfo:
        return "not a usable address: it holds a user name or password"
    port = url.port
    if port is not None and (port in _OTHER_PORTS or not (port in _WEB_PORTS or port in _FREE_PORTS)):
        return f"not a usable address: no web server belongs on port {port}"
    if len(str(url)) > LONGEST_URL + 1024:
        return "not a usable address: it becomes too long when it is written out"
    return _wrong_host(url.raw_host.decode("ascii"))


def _wrong_host(host: str) -> str:
    if ":" in host:
        try:
            return "not a usable address: it names a network card" if IPv6Address(host).scope_id else ""
        except AddressValueError:
            return "not a usable address: its IPv6 address is malformed"
    labels = host.removesuffix(".").split(".")
    if len(host) > _LONGEST_HOST or any(not 0 < len(label) <= _LONGEST_LABEL for label in labels):
        return "not a usable address: a part of its host is empty or too long"
    if re.search(r"[^a-z0-9._-]", host):
        return "not a usable address: its host holds a character that no name can have"
    if _NUMBER.fullmatch(labels[-1]):
        try:
            IPv4Address(host)
        except AddressValueError:
            return "not a usable address: its host is a number in disguise"
    return ""
