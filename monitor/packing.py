"""Packed bodies: exactly one layer of gzip, deflate or brotli, never more than the room that is left. Pure."""

from __future__ import annotations

import zlib
from typing import Any

_GZIP_MAGIC = b"\x1f\x8b"
_PIECE = 16_384


class PackedError(Exception):
    """The body is not packed as it says, or was cut off; says which."""


class TooLargeError(Exception):
    """The body is larger than the cap."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"larger than {most_bytes:,} bytes")


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


def unpack(body: bytes, coding: str, most_bytes: int) -> bytes:
    """A whole body. Raises PackedError, and TooLargeError for one that holds more than so much."""
    unpacker = Unpacker(coding)
    unpacked = unpacker.unpack(body, most_bytes + 1)
    if len(unpacked) > most_bytes:
        raise TooLargeError(most_bytes)
    unpacker.finish()
    return unpacked
