"""Which addresses may be connected to, and that what is connected to is what was checked."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.hostile import fails, fetch_one, hostile_server, loopback
from support.mail import make_certificate

from monitor.edges.guard import Guard, RefusedAddressError, networks, objection
from monitor.edges.transport import GuardedBackend

PRIVATE_V4 = (
    "0.0.0.0 0.1.2.3 10.1.2.3 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254 "
    "168.63.129.16 172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.255.255 198.18.0.1 "
    "198.51.100.7 203.0.113.7 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255"
).split()
PUBLIC_V4 = (
    "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 172.15.0.1 172.32.0.1 223.255.255.1".split()
)
PRIVATE_V6 = (
    ":: ::1 ::8.8.8.8 ::ffff:0:808:808 64:ff9b:1::808:808 64:ff9b:2::1 100::1 1000::1 2001:0:808:808::1 2001:10::1 "
    "2001:20::1 2001:db8::1 2002:808:808::1 3ffe::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1 "
    "2a00::5efe:a00:1 2a00::200:5efe:808:808"
).split()


def addresses(guard: Guard, host: str) -> tuple[str, ...]:
    """What the guard lets through."""

    async def run() -> tuple[str, ...]:
        try:
            return await guard.addresses(host, 80)
        finally:
            guard.close()

    return asyncio.run(run())


def names(*found: str) -> Guard:
    """A guard for which every name has these addresses."""

    async def lookup(host: str, port: int) -> Iterable[str]:
        return found

    return Guard((), lookup)


class TestAddresses:
    @pytest.mark.parametrize("address", PRIVATE_V4 + PRIVATE_V6)
    def test_that_are_not_public_are_refused_and_said_why(self, address: str) -> None:
        assert objection(ip_address(address))
        with pytest.raises(RefusedAddressError, match=r"is not public: \w"):
            addresses(names(address), "gazette.example")

    @pytest.mark.parametrize("address", PRIVATE_V4)
    @pytest.mark.parametrize("around", ["::ffff:{}", "64:ff9b::{}", "::{}", "2002:{hex}::1", "2001:0:{hex}::"])
    def test_that_are_not_public_are_refused_inside_others(self, address: str, around: str) -> None:
        number = int(ip_address(address))
        wrapped = around.format(address, hex=f"{number >> 16:x}:{number & 0xFFFF:x}")
        assert objection(ip_address(wrapped))

    @pytest.mark.parametrize("address", [*PUBLIC_V4, "2606:4700::1111", "2a00:1450::1", "2400:cb00::1"])
    def test_that_are_public_are_let_through(self, address: str) -> None:
        assert addresses(Guard(), address) == (str(ip_address(address)),)

    @pytest.mark.parametrize("around", ["::ffff:{}", "64:ff9b::{}"])
    @pytest.mark.parametrize("address", PUBLIC_V4)
    def test_that_are_public_are_let_through_where_a_network_translates_them(self, address: str, around: str) -> None:
        assert objection(ip_address(around.format(address))) == ""

    @given(st.ip_addresses())
    def test_what_python_calls_private_is_never_let_through(self, address: object) -> None:
        found = ip_address(str(address))
        if not objection(found) and getattr(found, "ipv4_mapped", None) is None:
            assert found.is_global or found in networks("64:ff9b::/96")[0]
            assert not found.is_multicast


class TestNames:
    def test_with_one_private_address_are_refused_whole(self) -> None:
        with pytest.raises(RefusedAddressError, match=r"10\.0\.0\.1"):
            addresses(names("8.8.8.8", "10.0.0.1", "1.1.1.1"), "gazette.example")

    def test_with_public_addresses_keep_their_order_each_once(self) -> None:
        assert addresses(names("8.8.8.8", "2606:4700::1", "8.8.8.8"), "x.example") == ("8.8.8.8", "2606:4700::1")

    def test_without_an_address_are_an_error(self) -> None:
        with pytest.raises(OSError, match="no address"):
            addresses(names(), "gazette.example")

    def test_localhost_is_looked_up_and_refused(self) -> None:
        with pytest.raises(RefusedAddressError, match="loopback"):
            addresses(Guard(), "localhost")

    @pytest.mark.parametrize("host", ["0x7f.1", "127.1", "2130706433"])
    def test_odd_numbers_are_checked_as_the_system_reads_them(self, host: str) -> None:
        with pytest.raises((RefusedAddressError, OSError)):
            addresses(Guard(), host)


class TestAllowance:
    @pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "::1"])
    def test_lets_its_networks_through(self, address: str) -> None:
        assert addresses(loopback(), address) == (str(ip_address(address)),)

    @pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "fe80::1"])
    def test_lets_nothing_else_through(self, address: str) -> None:
        with pytest.raises(RefusedAddressError):
            addresses(loopback(), address)

    def test_is_written_with_commas_and_empty_means_none(self) -> None:
        assert [str(network) for network in networks(" 127.0.0.0/8,, ::1/128 ,")] == ["127.0.0.0/8", "::1/128"]
        assert networks("") == ()


class TestConnections:
    def test_the_next_address_is_tried_when_one_does_not_answer(self) -> None:
        async def lookup(host: str, port: int) -> Iterable[str]:
            return ["127.0.0.2", "127.0.0.1"]

        with hostile_server() as server:
            url = server.answers(body=b"here").replace("127.0.0.1", "gazette.example")
            assert fetch_one(url, guard=loopback(lookup)).body == b"here"

    def test_addresses_that_swallow_everything_leave_time_for_the_others(self) -> None:
        async def run() -> float:
            async def lookup(host: str, port: int) -> Iterable[str]:
                return ["127.0.0.1", "127.0.0.1", "::1"]

            start = time.monotonic()
            with pytest.raises((httpcore.ConnectError, httpcore.ConnectTimeout)):
                await GuardedBackend(loopback(lookup)).connect_tcp("gazette.example", 1, timeout=0.3)
            return time.monotonic() - start

        assert asyncio.run(run()) < 0.6

    def test_the_certificate_is_checked_against_the_name_not_the_address(self, tmp_path: Path) -> None:
        certificate, key = make_certificate(tmp_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        told: list[str] = []
        context.sni_callback = lambda connection, name, old: told.append(str(name))

        async def lookup(host: str, port: int) -> Iterable[str]:
            return ["127.0.0.1"]

        with hostile_server(context) as server:
            port = server.answers(body=b"here").split(":")[2]
            url = f"https://localhost:{port}"
            assert fetch_one(url, guard=loopback(lookup), trust=str(certificate)).body == b"here"
            assert set(told) == {"localhost"}
            stranger = url.replace("localhost", "gazette.example")
            error = fails(stranger, guard=loopback(lookup), trust=str(certificate))
            assert (error.reason, told[-1]) == ("connect", "gazette.example")
            assert fails(url, guard=loopback(lookup)).reason == "connect"
