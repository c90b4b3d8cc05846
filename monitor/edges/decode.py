"""Bodies, packed or not: exactly one layer of gzip, deflate or brotli, never more than the room that is left."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from typing import Any

import httpx

ACCEPTED = "gzip, deflate, br"
_GZIP_MAGIC = b"\x1f\x8b"
_PIECE = 16_384
# The body of a redirect or an error is read for the connection's sake, if it is short and comes at once.
_SHORT_BODY, _SHORT_TIME = 65_536, 0.5


class PackedError(Exception):
    """The body is not packed as it says, or was cut off; says which."""


class TooLargeError(Exception):
    """The body is larger than the cap."""


class Unpacker:
    """One layer of one coding ("" for none), piece by piece. Raises PackedError for a coding nobody asked for."""

    def __init__(self, coding: str) -> None:
        self._coding = coding.strip().lower().removeprefix("x-")
        self._engine: Any = None
        self._held = b""  # the first bytes, before it is known what they begin
        self._done = self._coding in ("", "identity")
        if self._coding not in ("", "identity", "gzip", "deflate", "br"):
            raise PackedError(f"the answer is packed as {coding.strip()[:80]!r}, which nobody asked for")

    def unpack(self, data: bytes, room: int) -> bytes:
        """What these bytes hold, at most `room` of it: as much as that means that there may be more."""
        if self._coding in ("", "identity"):
            return data[:room]
        try:
            return self._brotli(data, room) if self._coding == "br" else self._zlib(data, room)
        except PackedError:
            raise
        except Exception as error:  # zlib's and brotli's own errors, and whatever a damaged stream makes of them
            raise PackedError(f"the packed answer is damaged: {error}") from error

    def finish(self) -> None:
        """Raises PackedError when more should have come."""
        if not self._done:
            raise PackedError("the packed answer was cut off")

    def _zlib(self, data: bytes, room: int) -> bytes:
        data, out = self._held + data, bytearray()
        self._held = b""
        while data and len(out) < room:
            if self._engine is None:
                # Two bytes tell what begins: a (further) gzip member, zlib's header, or bare deflate.
                if len(data) < 2:
                    self._held = data
                    break
                if self._done and not (self._coding == "gzip" and data.startswith(_GZIP_MAGIC)):
                    break  # what follows the end is nobody's; it counts against the cap all the same
                self._engine = zlib.decompressobj(self._window(data))
                self._done = False
            out += self._engine.decompress(data, room - len(out))
            data = self._engine.unconsumed_tail
            if self._engine.eof:
                data, self._engine, self._done = self._engine.unused_data, None, True
        return bytes(out)

    def _window(self, data: bytes) -> int:
        if self._coding == "gzip":
            return 16 + zlib.MAX_WBITS
        headed = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
        return zlib.MAX_WBITS if headed else -zlib.MAX_WBITS

    def _brotli(self, data: bytes, room: int) -> bytes:
        if self._engine is None:
            import brotli  # type: ignore[import-untyped]  # noqa: PLC0415 - few answers need it

            self._engine = brotli.Decompressor()
        out = bytearray()
        for start in range(0, len(data), _PIECE):
            if self._done or len(out) >= room:
                break
            piece = data[start : start + _PIECE]
            while len(out) < room:
                out += self._engine.process(piece, output_buffer_limit=room - len(out))
                piece = b""
                if self._engine.can_accept_more_data() or self._engine.is_finished():
                    break
            self._done = self._engine.is_finished()
        return bytes(out[:room])


async def read_body(answer: httpx.Response, most_bytes: int, cut: bool) -> bytes:
    """The body, unpacked by one layer and never beyond the cap; with `cut`, its beginning is enough.

    Raises PackedError and TooLargeError. An answer that is no 200 has none worth having: b"".
    """
    assert isinstance(answer.stream, httpx.AsyncByteStream)  # noqa: S101 - for the type checker
    if answer.status_code != 200:
        await _pass_over(answer)
        return b""
    unpacker = Unpacker(answer.headers.get("content-encoding", ""))
    body = bytearray()
    received = 0
    async for chunk in answer.stream:
        received += len(chunk)
        body += unpacker.unpack(chunk, most_bytes - len(body) + 1)
        # What comes after the end of a packed body counts as well.
        if max(len(body), received) > most_bytes:
            if cut:
                return bytes(body[:most_bytes])
            raise TooLargeError(f"larger than {most_bytes:,} bytes")
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
