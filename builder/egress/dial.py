"""Opening connections: a name is resolved once, every address is judged, and the judged address is the one connected.

This stands inside the connection pool, below TLS: the certificate and the Host header keep the name, while the
socket goes to the address that was judged. A name that answers differently the second time (DNS rebinding) gains
nothing, because there is no second time.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeAlias

import httpcore

from builder.egress.rules import HostError, judge_address, judge_name, read_addresses, read_host, write_entry
from builder.sdk import Failed, FailureClass, NodeError

Resolve: TypeAlias = Callable[[str, int], Awaitable[tuple[str, ...]]]
"""Turns a name and a port into address texts. Raises socket.gaierror."""

SocketOption: TypeAlias = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]

_NO_SUCH_NAME = frozenset((socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)))


async def resolve_name(host: str, port: int) -> tuple[str, ...]:
    """All addresses of a name, as the system's resolver gives them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def refuse(code: str, sentence: str) -> NodeError:
    """A refusal that no retry will change."""
    return NodeError(Failed(FailureClass.PERMANENT, code, sentence))


def refuse_host(host: str, port: int, word: str) -> NodeError:
    """The refusal of an internal host, with the way out."""
    return refuse(
        "host_not_allowed",
        f"The host {host} is not reached: its address is {word}. If it should be, IT can allow "
        f"{write_entry(host, port)}.",
    )


class GuardedDialer(httpcore.AsyncNetworkBackend):
    """The pool's way to open a socket: judged addresses only."""

    def __init__(self, resolve: Resolve, network: httpcore.AsyncNetworkBackend, *, listed: bool) -> None:
        """Args:
        resolve: turns names into addresses.
        network: opens the socket in the end.
        listed: whether this dialer serves the hosts of the allow-list.
        """
        self._resolve = resolve
        self._network = network
        self._listed = listed

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (the signature is the pool's)
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address that answers, if all of the host's addresses may be reached."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await self.find_addresses(host, port)
                return await self._first_open(addresses, port, local_address, socket_options)
        except TimeoutError:
            raise httpcore.ConnectTimeout("no connection in time") from None

    async def find_addresses(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses of a host, if all of them may be reached.

        Raises:
            NodeError: one of them may not, or there is none.
        """
        try:
            known = read_host(host)
        except HostError as error:
            raise refuse("url_wrong", f"The address cannot be used: {error}.") from None
        if not isinstance(known, str):
            word = None if self._listed else judge_address(known)
            if word is not None:
                raise refuse_host(str(known), port, word)
            return (str(known),)
        try:
            addresses = read_addresses(await self._resolve(known, port))
        except socket.gaierror as error:
            lasting = error.errno in _NO_SUCH_NAME
            raise NodeError(Failed(
                FailureClass.PERMANENT if lasting else FailureClass.TRANSIENT,
                "host_unknown",
                f"The name {known} is not known." if lasting else f"The name {known} could not be looked up just now.",
            )) from None  # fmt: skip
        word = judge_name(addresses, listed=self._listed)
        if word is not None:
            raise refuse_host(known, port, word)
        return tuple(map(str, addresses))

    async def _first_open(
        self, addresses: tuple[str, ...], port: int, local_address: str | None, options: Iterable[SocketOption] | None
    ) -> httpcore.AsyncNetworkStream:
        problem: httpcore.ConnectError = httpcore.ConnectError("the name has no address")
        for address in addresses:
            try:
                return await self._network.connect_tcp(
                    address, port, local_address=local_address, socket_options=options
                )
            except httpcore.ConnectError as error:
                problem = error
        raise problem

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  (the signature is the pool's)
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Never: no URL leads to a socket file."""
        raise refuse("host_not_allowed", "Socket files are not reached.")

    async def sleep(self, seconds: float) -> None:
        """Waits; the pool asks for it between tries."""
        await asyncio.sleep(seconds)
