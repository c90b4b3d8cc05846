"""Our own look at the network: a connection to somebody else or a name looked up, on real sockets of this machine."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable, Iterator, Sequence

import pytest
from support.hostile import Server, hostile_server

from monitor.edges.guard import Guard, networks
from monitor.edges.network import ROOT, TRIED, online

AWAY = ["https://north.example/feed", "https://south.example/feed"]


@pytest.fixture
def server() -> Iterator[Server]:
    with hostile_server() as server:
        yield server


class Names:
    """A name server of our own: what it does not know, it cannot look up. Public addresses are never connected to."""

    def __init__(self, **known: str) -> None:
        self.known = {name.replace("_", "."): address for name, address in known.items()}
        self.asked: list[str] = []

    async def look_up(self, host: str, port: int) -> Iterable[str]:
        self.asked.append(host)
        if host not in self.known:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return [self.known[host]]


def look(unreached: Sequence[str], others: Sequence[str] = (), *, names: Names, allowed: str = "") -> bool | None:
    return asyncio.run(online(unreached, others, Guard(networks(allowed), names.look_up)))


def at(server: Server, name: str) -> str:
    return server.address.replace("127.0.0.1", name) + "/feed"


def closed() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_connection_to_another_source_shows_that_it_is_not_us_and_asks_nothing(server: Server) -> None:
    names = Names(north_example="8.8.8.8", south_example="8.8.8.8", west_example="127.0.0.1")
    assert look(AWAY, [*AWAY, at(server, "west.example")], names=names, allowed="127.0.0.1/32") is True
    assert server.asked == []


def test_one_who_refuses_the_connection_is_there_as_well() -> None:
    names = Names(north_example="8.8.8.8", west_example="127.0.0.1")
    assert look(AWAY[:1], [f"http://west.example:{closed()}/"], names=names, allowed="127.0.0.1/32") is True


def test_when_no_other_source_can_be_reached_either_it_is_us() -> None:
    names = Names()
    others = [*AWAY, *(f"https://{name}.example/feed" for name in ("east", "west", "up", "down", "in"))]
    assert look(AWAY[:1], others, names=names) is False
    assert len(set(names.asked) - {"north.example"}) == TRIED


def test_the_hosts_that_failed_are_not_tried_again() -> None:
    names = Names(**{"a_root-servers_net": "198.41.0.4"})
    assert look(AWAY, AWAY, names=names) is None
    assert names.asked.count("north.example") == 1


@pytest.mark.parametrize("knows", [True, False])
def test_with_one_source_alone_the_name_server_says_whether_it_is_us(knows: bool) -> None:
    names = Names(**({"a_root-servers_net": "198.41.0.4"} if knows else {}))
    assert look(AWAY[:1], AWAY[:1], names=names) is (None if knows else False)
    assert names.asked == ["north.example", ROOT]


def test_a_server_of_our_own_that_is_down_needs_no_network() -> None:
    names = Names(inner_example="10.0.0.7")
    assert look(["http://127.0.0.1:9999/feed", "http://inner.example/feed"], AWAY, names=names,
                allowed="127.0.0.0/8, 10.0.0.0/8") is True  # fmt: skip


def test_a_server_of_our_own_does_not_speak_for_those_elsewhere() -> None:
    assert look(["http://127.0.0.1:9999/feed", AWAY[0]], AWAY, names=Names(), allowed="127.0.0.0/8") is False


def test_a_name_server_that_hangs_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(host: str, port: int) -> Iterable[str]:
        await asyncio.sleep(60)
        return []

    monkeypatch.setattr("monitor.edges.network.SECONDS", 0.05)
    assert asyncio.run(online(AWAY[:1], AWAY, Guard((), hang))) is False
