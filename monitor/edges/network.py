"""Our own look at the network, when nobody could be reached: is it theirs, or is it ours? Nothing is asked of anybody.

What is tried costs the other side nothing: a connection is opened and closed again, a name is looked up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address
from itertools import islice
from urllib.parse import urlsplit

from monitor.edges.guard import Guard, RefusedAddressError, objection

TRIED = 3
SECONDS = 5.0
# Every name server that works knows this one.
ROOT = "a.root-servers.net"


async def online(unreached: Sequence[str], others: Sequence[str], guard: Guard) -> bool | None:
    """Whether the network works from here though the hosts of `unreached` addresses did not answer.

    `others`: addresses of further hosts, of which a few are tried. None when there is nothing to tell it by.
    """
    missing = _places(unreached)
    if all(await asyncio.gather(*(_is_near(host, port, guard) for host, port in missing))):
        # Servers of our own that are down say nothing of the network, and need none.
        return True
    further = [place for place in _places(others) if place[0] not in {host for host, _ in missing}]
    if further:
        return any(await asyncio.gather(*(_opens(host, port, guard) for host, port in islice(further, TRIED))))
    return None if await _has_addresses(ROOT, 443, guard) else False


def _places(urls: Sequence[str]) -> list[tuple[str, int]]:
    """Host and port of each, once, in their order."""
    parts = [urlsplit(url) for url in urls]
    places = [(part.hostname or "", part.port or (80 if part.scheme == "http" else 443)) for part in parts]
    return list(dict.fromkeys(places))


async def _is_near(host: str, port: int, guard: Guard) -> bool:
    try:
        async with asyncio.timeout(SECONDS):
            found = await guard.addresses(host, port)
    except (TimeoutError, OSError, UnicodeError, RefusedAddressError):
        return False
    return any(objection(ip_address(address)) for address in found)


async def _has_addresses(host: str, port: int, guard: Guard) -> bool:
    try:
        async with asyncio.timeout(SECONDS):
            return bool(await guard.addresses(host, port))
    except RefusedAddressError:
        return True
    except (TimeoutError, OSError, UnicodeError):
        return False


async def _opens(host: str, port: int, guard: Guard) -> bool:
    """Whether somebody is there; one who refuses the connection is there as well."""
    try:
        async with asyncio.timeout(SECONDS):
            for address in await guard.addresses(host, port):
                _, writer = await asyncio.open_connection(address, port)
                writer.close()
                return True
    except ConnectionRefusedError:
        return True
    except (TimeoutError, OSError, UnicodeError, RefusedAddressError):
        return False
    return False
