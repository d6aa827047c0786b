"""One request out: judged, sent, read within limits, and every way it can go wrong said as a failure class.

What a caller is told, and when:

- `permanent`: the host is not allowed or its certificate not trusted, the URL or a header is wrong, the answer is too
  large or of another type.
- `transient`: the request certainly did not arrive, or it only reads, or its sender calls it repeatable.
- `uncertain`: a request that may change something left, and no whole answer came back.

Proxies and certificates named in the environment are ignored: the way out is what IT configured, and nothing else.
"""

from __future__ import annotations

import asyncio
import functools
import re
import ssl
import zlib
from collections.abc import AsyncIterable
from fnmatch import fnmatchcase
from typing import Any, Self

import httpcore
import httpx

from builder.egress.dial import GuardedDialer, Resolve, refuse, refuse_host, resolve_name
from builder.egress.rules import Address, Allowed, HostError, judge_address, read_host, read_port, write_entry
from builder.sdk import Failed, FailureClass, HttpAnswer, HttpRequest, NodeError

SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
METHODS = SAFE_METHODS | frozenset(("POST", "PUT", "PATCH", "DELETE"))
OWN_HEADERS = frozenset((
    "host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "expect",
    "accept-encoding", "proxy-authorization", "proxy-connection",
))  # fmt: skip
"""Headers that the client writes itself; a request that brings one is refused."""
CARRIED_HEADERS = frozenset(("accept", "accept-language", "user-agent"))
"""All that follows a redirect to another host."""

REDIRECTS = frozenset((301, 302, 303, 307, 308))
MAX_REDIRECTS = 5
MAX_URL = 8_000
CONNECT_SECONDS = 10.0
IDLE_SECONDS = 2.0  # shorter than any server's own limit, so that a kept connection is not closed under a request

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_HEADER_TEXT = re.compile(r"[\t\x20-\x7e]*\Z")
_BAD_IN_URL = re.compile(r"[\x00-\x20\x7f\\]")


class _Trip:
    """One request under way: whether any of it may have reached the other side."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.left = False

    async def watch(self, event: str, _: dict[str, Any]) -> None:
        """Called by the pool at each stage of its work."""
        if event.endswith("send_request_headers.started"):
            self.left = True

    def lost(self, code: str, sentence: str) -> NodeError:
        """The failure when no whole answer came."""
        harmless = not self.left or self.request.method in SAFE_METHODS or self.request.repeatable
        if not harmless:
            sentence += " Whether the request was carried out is not known."
        return NodeError(Failed(FailureClass.TRANSIENT if harmless else FailureClass.UNCERTAIN, code, sentence))


class Client:
    """The guarded HTTP client. One for each event loop; it keeps connections for two seconds."""

    def __init__(
        self,
        allowed: Allowed | None = None,
        *,
        ports: frozenset[int] = frozenset((80, 443)),
        stall_seconds: float = 30.0,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve = resolve_name,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        """Args:
        allowed: hosts that IT lets through whatever their address or port.
        ports: ports of all other hosts.
        stall_seconds: longest pause between two pieces of an answer that has begun.
        tls: whom to trust; by default the certificate authorities that httpx ships with.
        resolve: turns a name into addresses.
        network: opens sockets.
        """
        self._allowed = allowed if allowed is not None else Allowed()
        self._ports = ports
        self._stall = stall_seconds
        self._tls = tls
        self._resolve = resolve
        self._network = network
        self._pools: dict[bool, httpcore.AsyncConnectionPool] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes the kept connections."""
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            await pool.aclose()

    async def send(self, request: HttpRequest) -> HttpAnswer:
        """Sends one request and reads its whole answer, following redirects of GET and HEAD.

        Raises:
            NodeError: see the module; the sentence names the host, never the path or query.
        """
        headers = _read_headers(request)
        url = _read_url(request.url)
        trip = _Trip(request)
        try:
            async with asyncio.timeout(request.timeout):
                return await self._travel(trip, url, headers)
        except TimeoutError:
            raise trip.lost("timed_out", f"{_shown(url)} did not answer within {request.timeout:g} seconds.") from None

    async def find_address(self, host: str, port: int) -> str:
        """The address at which a host may be reached by another protocol than HTTP, looked up once.

        Raises:
            NodeError: the way out is shut for it, or it has no address.
        """
        try:
            listed = self._allowed.covers(read_host(host), read_port(port))
        except HostError as error:
            raise refuse("host_wrong", f"The host cannot be used: {error}.") from None
        addresses = await self._dialer(listed=listed).find_addresses(host, port)
        return addresses[0]

    async def _travel(self, trip: _Trip, url: httpx.URL, headers: list[tuple[str, str]]) -> HttpAnswer:
        listed = True
        for _ in range(MAX_REDIRECTS + 1):
            listed = self._judge(url, may_be_listed=listed)
            answer = await self._exchange(trip, url, headers, listed=listed)
            place = _header(answer.headers, "location")
            if answer.status not in REDIRECTS or place is None or trip.request.method not in ("GET", "HEAD"):
                return answer
            onward = _join(url, place)
            if url.scheme == "https" and onward.scheme == "http":
                raise refuse("redirect_refused", f"{_shown(url)} sends the request on without encryption.")
            if _origin(onward) != _origin(url):
                headers = [(name, value) for name, value in headers if name.lower() in CARRIED_HEADERS]
            url = onward
        raise refuse("redirect_refused", f"{_shown(url)} sends the request on more than {MAX_REDIRECTS} times.")

    def _judge(self, url: httpx.URL, *, may_be_listed: bool) -> bool:
        """Whether the host is on the allow-list; a stranger's redirect gains nothing from that list."""
        host, port = _place(url)
        if may_be_listed and self._allowed.covers(host, port):
            return True
        if not isinstance(host, str):
            word = judge_address(host)
            if word is not None:
                raise refuse_host(str(host), port, word)
        if port not in self._ports:
            raise refuse(
                "port_not_allowed",
                f"Port {port} of {host} is not reached. If it should be, IT can allow {write_entry(str(host), port)}.",
            )
        return False

    def _pool(self, *, listed: bool) -> httpcore.AsyncConnectionPool:
        """Two pools, so that a connection made under the allow-list never serves a request outside it."""
        if listed not in self._pools:
            self._pools[listed] = httpcore.AsyncConnectionPool(
                ssl_context=self._tls or _usual_tls(),
                max_connections=1_000,
                keepalive_expiry=IDLE_SECONDS,
                network_backend=self._dialer(listed=listed),
            )
        return self._pools[listed]

    def _dialer(self, *, listed: bool) -> GuardedDialer:
        return GuardedDialer(self._resolve, self._network or httpcore.AnyIOBackend(), listed=listed)

    async def _exchange(
        self, trip: _Trip, url: httpx.URL, headers: list[tuple[str, str]], *, listed: bool
    ) -> HttpAnswer:
        request = trip.request
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        sent = [("Host", url.netloc.decode("ascii")), *headers, ("Accept-Encoding", "gzip, deflate")]
        limits = {"connect": min(CONNECT_SECONDS, request.timeout), "pool": request.timeout}
        try:
            async with self._pool(listed=listed).stream(
                request.method,
                target,
                headers=sent,
                content=request.body,
                extensions={"timeout": limits, "trace": trip.watch},
            ) as response:
                received = _received_headers(response)
                _check_type(request, response.status, received, url)
                body = await self._read_body(request, response, received, url)
                return HttpAnswer(response.status, received, body)
        except httpcore.TimeoutException:
            raise trip.lost("timed_out", f"{_shown(url)} took no connection in time.") from None
        except httpcore.NetworkError as error:
            if "certificate" in str(error).lower():
                raise refuse("certificate_not_trusted", f"The certificate of {_shown(url)} is not trusted.") from None
            if not trip.left:
                raise trip.lost("unreachable", f"{_shown(url)} cannot be reached: nothing answers there.") from None
            raise trip.lost("answer_broken", f"The connection to {_shown(url)} broke.") from None
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol):
            raise trip.lost("answer_broken", f"{_shown(url)} broke off or did not speak HTTP.") from None
        except _StalledError:
            raise trip.lost("stalled", f"{_shown(url)} stopped in the middle of its answer.") from None

    async def _read_body(
        self, request: HttpRequest, response: httpcore.Response, headers: tuple[tuple[str, str], ...], url: httpx.URL
    ) -> bytes:
        """The body, decompressed, counted as it comes: neither a large answer nor a bomb is ever held whole."""
        coding = (_header(headers, "content-encoding") or "identity").strip().lower()
        if coding not in ("identity", "gzip", "x-gzip", "deflate"):
            raise refuse(
                "answer_unreadable", f"{_shown(url)} packed its answer as {coding[:40]!r}, which was not asked for."
            )
        unpack = None if coding == "identity" else zlib.decompressobj(wbits=47)
        body = bytearray()
        assert isinstance(response.stream, AsyncIterable)
        pieces = aiter(response.stream)
        while (piece := await self._next_piece(pieces)) is not None:
            try:
                body += piece if unpack is None else unpack.decompress(piece, request.max_bytes + 1 - len(body))
            except zlib.error:
                raise refuse(
                    "answer_unreadable", f"{_shown(url)} sent a packed answer that cannot be unpacked."
                ) from None
            if len(body) > request.max_bytes:
                raise refuse("answer_too_large", f"{_shown(url)} answers with more than {request.max_bytes:,} bytes.")
        if unpack is not None and body and not unpack.eof:
            raise httpcore.RemoteProtocolError("the packed answer ends too early")
        return bytes(body)

    async def _next_piece(self, pieces: Any) -> bytes | None:
        try:
            async with asyncio.timeout(self._stall):
                piece: bytes = await anext(pieces)
                return piece
        except StopAsyncIteration:
            return None
        except TimeoutError:
            raise _StalledError from None


class _StalledError(Exception):
    """Nothing came for too long in the middle of an answer."""


@functools.cache
def _usual_tls() -> ssl.SSLContext:
    """The public certificate authorities; reading them takes 20 ms, so once for all clients."""
    return httpx.create_ssl_context(trust_env=False)


def _read_url(text: str) -> httpx.URL:
    if len(text) > MAX_URL:
        raise refuse("url_wrong", f"The address is longer than {MAX_URL:,} characters.")
    if _BAD_IN_URL.search(text):
        raise refuse("url_wrong", "The address holds a space, a backslash or a control character.")
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise refuse("url_wrong", "The address is not a URL.") from None
    _place(url)
    return url


def _join(url: httpx.URL, place: str) -> httpx.URL:
    try:
        return _read_url(str(url.join(place)))
    except httpx.InvalidURL:
        raise refuse("url_wrong", f"{_shown(url)} sends the request on to something that is not a URL.") from None


def _place(url: httpx.URL) -> tuple[Address | str, int]:
    """Host and port of a URL, checked."""
    if url.scheme not in ("http", "https"):
        raise refuse("url_wrong", "Only http and https addresses are reached.")
    if url.userinfo:
        raise refuse("url_wrong", "An address may not carry a user name or password.")
    port = url.port if url.port is not None else (443 if url.scheme == "https" else 80)
    try:
        return read_host(url.raw_host.decode("ascii")), read_port(port)
    except (HostError, UnicodeError) as error:
        raise refuse("url_wrong", f"The host of the address cannot be used: {error}.") from None


def _read_headers(request: HttpRequest) -> list[tuple[str, str]]:
    if request.method not in METHODS:
        raise refuse("method_wrong", f"{request.method[:20]!r} is not a method that is sent.")
    for name, value in request.headers:
        if not _TOKEN.match(name) or not _HEADER_TEXT.match(value):
            raise refuse("header_wrong", f"The header {name[:60]!r} holds characters that no header may hold.")
        if name.lower() in OWN_HEADERS:
            raise refuse("header_wrong", f"The header {name} is written by the client itself.")
    return list(request.headers)


def _received_headers(response: httpcore.Response) -> tuple[tuple[str, str], ...]:
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in response.headers)


def _header(headers: tuple[tuple[str, str], ...], wanted: str) -> str | None:
    return next((value for name, value in headers if name == wanted), None)


def _check_type(request: HttpRequest, status: int, headers: tuple[tuple[str, str], ...], url: httpx.URL) -> None:
    """Refuses a successful answer of a type that the caller did not ask for, before its body is read."""
    if not request.accept or not 200 <= status < 300 or status == 204 or request.method == "HEAD":
        return
    if _header(headers, "content-length") == "0":
        return
    given = (_header(headers, "content-type") or "").partition(";")[0].strip().lower()
    if not any(fnmatchcase(given, wanted) for wanted in request.accept):
        raise refuse(
            "answer_type_wrong",
            f"{_shown(url)} answers with {given[:60] or 'no content type'}, not with {' or '.join(request.accept)}.",
        )


def _origin(url: httpx.URL) -> tuple[str, Address | str, int]:
    return url.scheme, *_place(url)


def _shown(url: httpx.URL) -> str:
    """A URL as a sentence may name it: paths and queries carry secrets, hosts do not."""
    return f"{url.host}:{url.port}" if url.port is not None else url.host
