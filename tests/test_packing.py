"""Bodies that stay packed until a worker reads them."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builders import NOW

from monitor.edges.pool import ProcessPool
from monitor.errors import FetchError
from monitor.model import Fetched, Lead
from monitor.packing import PackedError, TooLargeError, unpack
from monitor.stages.errands import read_prepared

MOST = 100_000


def bare_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


@given(
    st.binary(max_size=2_000),
    st.sampled_from(
        [
            ("gzip", gzip.compress),
            ("x-gzip", gzip.compress),
            ("deflate", zlib.compress),
            ("deflate", bare_deflate),
            ("", bytes),
            ("identity", bytes),
        ]
    ),
)
def test_what_was_packed_comes_out_whole(body: bytes, way: tuple[str, object]) -> None:
    coding, pack = way
    assert callable(pack)
    assert unpack(pack(body), coding, MOST) == body


@given(st.binary(min_size=1, max_size=2_000), st.data())
def test_what_was_cut_off_is_refused(body: bytes, data: st.DataObject) -> None:
    packed = gzip.compress(body)
    with pytest.raises(PackedError):
        unpack(packed[: data.draw(st.integers(0, len(packed) - 1))], "gzip", MOST)


def test_exactly_the_cap_is_let_through_and_a_byte_more_is_not() -> None:
    assert len(unpack(gzip.compress(b"x" * MOST), "gzip", MOST)) == MOST
    with pytest.raises(TooLargeError, match="larger than 100,000 bytes"):
        unpack(gzip.compress(b"x" * (MOST + 1)), "gzip", MOST)


def test_a_coding_that_nobody_asked_for_is_refused() -> None:
    with pytest.raises(PackedError, match="zstd"):
        unpack(b"whatever", "zstd", MOST)


@pytest.mark.parametrize(
    ("body", "reason", "said"),
    [
        (gzip.compress(b" " * 20_000_000), "too-large", "larger than 100,000 bytes"),
        (gzip.compress(b"<p>text</p>" * 99)[:-9], "protocol", "cut off"),
        (b"\x1f\x8bnonsense", "protocol", "damaged"),
    ],
    ids=["too much", "cut off", "damaged"],
)
def test_a_worker_says_of_a_body_what_the_fetcher_would(body: bytes, reason: str, said: str) -> None:
    url = "https://gazette.example/a"
    answer = Fetched(url, 200, body, "text/html", "", "", "", coding="gzip", most_bytes=MOST)
    work = partial(read_prepared, answer, lead=Lead("s", url, url), now=NOW, watch=b"", outlet="Gazette", language="en")

    async def read() -> None:
        async with ProcessPool(1, seconds=20) as pool:
            await pool.run(work)

    with pytest.raises(FetchError, match=said) as caught:
        asyncio.run(read())
    assert (caught.value.reason, caught.value.url, caught.value.status) == (reason, url, None)
