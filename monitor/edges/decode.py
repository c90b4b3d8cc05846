"""Bodies as they come from the network, unpacked on the way or handed on as they are, up to the cap."""

from __future__ import annotations

import asyncio
import contextlib

import httpx

from monitor.packing import TooLargeError, Unpacker

ACCEPTED = "gzip, deflate, br"
# The body of a redirect or an error is read for the connection's sake, if it is short and comes at once.
_SHORT_BODY, _SHORT_TIME = 65_536, 0.5


async def read_body(answer: httpx.Response, most_bytes: int, *, cut: bool = False, as_sent: bool = False) -> bytes:
    """The body, unpacked by one layer and never beyond the cap; with `cut`, its beginning is enough.

    `as_sent`: packed as it came, for `packing.unpack`; so it is within the cap already. Raises PackedError and
    TooLargeError. An answer that is no 200 has none worth having: b"".
    """
    assert isinstance(answer.stream, httpx.AsyncByteStream)  # noqa: S101 - for the type checker
    if answer.status_code != 200:
        await _pass_over(answer)
        return b""
    unpacker = Unpacker("" if as_sent else answer.headers.get("content-encoding", ""))
    body = bytearray()
    received = 0
    async for chunk in answer.stream:
        received += len(chunk)
        body += unpacker.unpack(chunk, most_bytes - len(body) + 1)
        # What comes after the end of a packed body counts as well.
        if max(len(body), received) > most_bytes:
            if cut:
                return bytes(body[:most_bytes])
            raise TooLargeError(most_bytes)
    unpacker.finish()
    return bytes(body)


async def _pass_over(answer: httpx.Response) -> None:
    """Read what nobody needs, so that the connection can be used again."""
    length = answer.headers.get("content-length", "0" if answer.status_code in (204, 304) else "")
    if not length.isdecimal() or int(length[:12]) > _SHORT_BODY:
        return
    with contextlib.suppress(httpx.HTTPError, TimeoutError):
        assert isinstance(answer.stream, httpx.AsyncByteStream)  # noqa: S101 - for the type checker
        async with asyncio.timeout(_SHORT_TIME):
            async for _ in answer.stream:
                pass
