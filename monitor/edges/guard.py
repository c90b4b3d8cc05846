"""Which network addresses may be connected to: public ones, and what a person allows. Names are looked up here.

Every address that a name has is checked, and the caller connects to exactly those: a name that points elsewhere a
moment later leads nowhere. Tables of our own, since `ipaddress.is_global` lets multicast, NAT64 and 6to4 pass.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Lookup = Callable[[str, int], Awaitable[Iterable[str]]]

_V4 = tuple(
    (IPv4Network(network), words)
    for network, words in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "a provider's inner network (CGNAT)"),
        ("127.0.0.0/8", "this machine (loopback)"),
        ("169.254.0.0/16", "link-local, where clouds answer with their secrets"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "for examples"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "for measurements"),
        ("198.51.100.0/24", "for examples"),
        ("203.0.113.0/24", "for examples"),
        ("168.63.129.16/32", "a cloud's inner service"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_V6 = tuple(
    (IPv6Network(network), words)
    for network, words in (
        ("::/128", "unspecified"),
        ("::1/128", "this machine (loopback)"),
        ("::/96", "an IPv4-compatible address, long abolished"),
        ("::ffff:0:0:0/96", "a translated IPv4 address"),
        ("64:ff9b:1::/48", "a local translation to IPv4 (NAT64)"),
        ("100::/64", "a black hole"),
        ("2001::/32", "a tunnel (Teredo)"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "for examples"),
        ("2002::/16", "a tunnel (6to4)"),
        ("3ffe::/16", "long abolished"),
        ("3fff::/20", "for examples"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "private"),
        ("ff00::/8", "multicast"),
    )
)
_PUBLIC_V6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# The last half of an ISATAP tunnel's address, before the IPv4 address in it.
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
_LOOKUPS_AT_ONCE = 16


class RefusedAddressError(Exception):
    """The name or address leads where this program does not go; says where and why."""


def networks(text: str) -> tuple[Network, ...]:
    """Comma-separated networks, such as 127.0.0.0/8; raises ValueError."""
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def objection(address: Address) -> str:
    """What kind of address this is, in words, or "" for a public one."""
    if isinstance(address, IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return objection(inner)
        for network, words in _V6:
            if address in network:
                return words
        if int(address) >> 32 & 0xFFFFFFFF in _ISATAP:
            return "a tunnel (ISATAP)"
        return "" if address in _PUBLIC_V6 else "reserved"
    return next((words for network, words in _V4 if address in network), "")


def _inner(address: Address) -> IPv4Address | None:
    """The IPv4 address that is reached through this one, where that is how a network honestly writes it."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


class Guard:
    """Looks names up and refuses what is not public. `allowed`: networks that are fine all the same.

    `lookup`: name and port to addresses, as text; by default the system's.
    """

    def __init__(self, allowed: Iterable[Network] = (), lookup: Lookup | None = None) -> None:
        self._allowed = tuple(allowed)
        self._lookup = lookup or self._ask_system
        # Not the loop's own threads: a name server that hangs must hold up nothing else, the end of a run included.
        self._threads: ThreadPoolExecutor | None = None

    async def addresses(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses of this host, every one of them checked, in the order in which to try them.

        Raises RefusedAddressError when one of them is refused, OSError or UnicodeError when there is none.
        """
        try:
            found: list[Address] = [ip_address(host)]
        except ValueError:
            found = [ip_address(text.partition("%")[0]) for text in await self._lookup(host, port)]
        if not found:
            raise OSError("the name has no address")
        for address in dict.fromkeys(found):
            words = "" if self._is_allowed(address) else objection(address)
            if words:
                raise RefusedAddressError(
                    f"{host} is at {address}, which is not public: {words}; see MONITOR_ALLOW_ADDRESSES"
                )
        return tuple(str(address) for address in dict.fromkeys(found))

    def _is_allowed(self, address: Address) -> bool:
        inner = _inner(address)
        return any(address in network or (inner is not None and inner in network) for network in self._allowed)

    async def _ask_system(self, host: str, port: int) -> list[str]:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_LOOKUPS_AT_ONCE, thread_name_prefix="monitor-names")
        loop = asyncio.get_running_loop()
        rows = await loop.run_in_executor(self._threads, _getaddrinfo, host, port)
        return [str(row[4][0]) for row in rows]

    def close(self) -> None:
        """Wait for no name server any more."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None


def _getaddrinfo(host: str, port: int) -> list[tuple[object, object, object, object, tuple[object, ...]]]:
    return [*socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
