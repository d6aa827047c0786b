"""The client against hosts it must not reach, and against servers that misbehave."""

from __future__ import annotations

import asyncio
import gzip
import socket
import zlib

import httpcore
import pytest

from builder.egress import Allowed, Client
from builder.egress.rules import read_host
from builder.sdk import FailureClass, HttpAnswer, HttpRequest, NodeError
from tests.rooms.loopback import Seen, Server, answer

pytestmark = pytest.mark.anyio


def get(url: str, **more) -> HttpRequest:
    return HttpRequest("GET", url, **more)


async def fail(client: Client, request: HttpRequest):
    with pytest.raises(NodeError) as caught:
        await client.send(request)
    await client.aclose()
    return caught.value.failed


REFUSED_HOSTS = [
    # loopback
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1",
    "017700000001", "0177.0.0.1", "0177.1", "0x7F.0x0.0x0.0x1", "127.0.0.1.", "[::1]", "[0:0:0:0:0:0:0:1]", "0",
    "0.0.0.0", "[::]",
    # private, carrier-grade NAT, benchmarking
    "10.0.0.1", "10.1", "012.0.0.1", "0xa000001", "167772161", "172.16.0.1", "172.31.255.255", "2886729729",
    "192.168.0.1", "0xc0a80001", "0300.0250.0.1", "192.168.1", "100.64.0.1", "100.127.255.255", "198.18.0.1",
    "192.0.0.1",
    # link-local and metadata
    "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "0xa9.254.0251.254",
    "100.100.100.200", "168.63.129.16", "192.0.0.192", "[fe80::1]", "[fd00:ec2::254]", "[fc00::1]", "[fec0::1]",
    # IPv4 inside IPv6
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:169.254.169.254]", "[::ffff:8.8.8.8]", "[::127.0.0.1]",
    "[::a00:1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::a00:1]", "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]", "[2001:0:7f00:1::]", "[::ffff:0:127.0.0.1]",
    # multicast, broadcast, reserved
    "224.0.0.1", "239.255.255.250", "255.255.255.255", "240.0.0.1", "[ff02::1]", "[ff05::2]", "[100::1]",
    "[4000::1]",
    # digits that are not ASCII, and dots that are not dots
    "127。0。0。1", "127．0．0．1",
]  # fmt: skip


@pytest.mark.parametrize("host", REFUSED_HOSTS)
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_refused_before_a_socket_opens(host: str, scheme: str, no_network) -> None:
    client = Client(network=no_network, resolve=never)
    failed = await fail(client, get(f"{scheme}://{host}/x"))
    assert failed.failure is FailureClass.PERMANENT
    if failed.code != "url_wrong":  # httpx itself takes some of these spellings for no address at all
        assert failed.code == "host_not_allowed"
        assert "IT can allow" in failed.sentence
    assert no_network.opened == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/", "file:///etc/passwd", "gopher://127.0.0.1:70/_x", "//127.0.0.1/", "example.com", "http:x",
        "", "http://", "http:///x", "http://user:word@example.com/", "http://user@example.com/", "http://a\\@127.0.0.1/",
        "http://example.com\\@127.0.0.1/", "http://127.0.0.1\r\n.example/", "http://exa mple/",
        "http://example.com/a b", "http://%31%32%37.0.0.1/",
        "http://１２７.0.0.1/", "http://①②⑦.0.0.1/", "http://1.2.3.4.5/", "http://256.1.1.1/",
        "http://[::1%25lo]/", "http://[::1/", "http://example.com:0/", "http://example.com:99999/", "http://a..b/",
        "http://" + "a" * 9_000, "http://example.com/\x00", "javascript:alert(1)", "http+unix://%2Fvar%2Frun%2Fsock/",
    ],
)  # fmt: skip
async def test_what_is_no_url_is_refused(url: str, no_network) -> None:
    failed = await fail(Client(network=no_network, resolve=never), get(url))
    assert (failed.failure, failed.code) == (FailureClass.PERMANENT, "url_wrong")
    assert no_network.opened == []


async def never(host: str, port: int) -> tuple[str, ...]:
    raise AssertionError(f"{host} was looked up")


def resolver(*answers: tuple[str, ...]):
    left = list(answers)
    asked: list[str] = []

    async def resolve(host: str, port: int) -> tuple[str, ...]:
        asked.append(host)
        return left.pop(0)

    resolve.asked = asked
    return resolve


@pytest.mark.parametrize(
    "bad", ["127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fe80::1%eth0", "100.64.1.1"]
)
async def test_names_are_judged_by_every_address(bad: str, no_network) -> None:
    client = Client(network=no_network, resolve=resolver(("93.184.216.34", bad)))
    assert (await fail(client, get("http://rebind.example/"))).code == "host_not_allowed"
    assert no_network.opened == []


async def test_a_name_is_resolved_once_and_its_judged_address_connected(no_network) -> None:
    resolve = resolver(("93.184.216.34",), ("127.0.0.1",))
    failed = await fail(Client(network=no_network, resolve=resolve), get("http://rebind.example/"))
    assert resolve.asked == ["rebind.example"]
    assert no_network.opened == [("93.184.216.34", 80)]
    assert (failed.failure, failed.code) == (FailureClass.TRANSIENT, "unreachable")


async def test_an_unsafe_request_that_never_left_is_transient(no_network) -> None:
    client = Client(network=no_network, resolve=resolver(("93.184.216.34",)))
    assert (await fail(client, HttpRequest("POST", "http://crm.example/", body=b"x"))).failure is FailureClass.TRANSIENT


async def test_ports_are_closed_unless_listed(no_network) -> None:
    assert (await fail(Client(network=no_network), get("http://8.8.8.8:6379/"))).code == "port_not_allowed"
    client = Client(Allowed.of("8.8.8.8:6379"), network=no_network)
    assert (await fail(client, get("http://8.8.8.8:6379/"))).code == "unreachable"


@pytest.mark.parametrize(("error", "failure"), [(socket.EAI_NONAME, "permanent"), (socket.EAI_AGAIN, "transient")])
async def test_unknown_names(error: int, failure: str, no_network) -> None:
    async def resolve(host: str, port: int) -> tuple[str, ...]:
        raise socket.gaierror(error, "as the test says")

    failed = await fail(Client(network=no_network, resolve=resolve), get("http://nowhere.example/"))
    assert (failed.failure, failed.code) == (failure, "host_unknown")


async def test_a_listed_name_may_be_internal_but_never_metadata(no_network) -> None:
    client = Client(Allowed.of("crm.example"), network=no_network, resolve=resolver(("10.0.0.7",)))
    assert (await fail(client, get("http://crm.example:8080/"))).code == "unreachable"
    assert no_network.opened == [("10.0.0.7", 8080)]
    client = Client(Allowed.of("crm.example"), network=no_network, resolve=resolver(("169.254.169.254",)))
    assert (await fail(client, get("http://crm.example/"))).code == "host_not_allowed"


async def test_the_name_is_kept_for_the_receiver_and_keys_arrive() -> None:
    async def script(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b'{"ok": true}', Content_Type="application/json"))

    async with (
        Server(script) as server,
        Client(Allowed.of("crm.example"), resolve=resolver(("127.0.0.1",))) as client,
    ):
        request = HttpRequest(
            "POST", f"http://crm.example:{server.port}/replies?x=1", (("Idempotency-Key", "k1"),), b"body"
        )
        got = await client.send(request)
    assert got.body == b'{"ok": true}'
    assert got.header("content-type") == "application/json"
    assert server.seen[0].line == "POST /replies?x=1 HTTP/1.1"
    assert server.seen[0].headers["host"] == f"crm.example:{server.port}"
    assert server.seen[0].headers["idempotency-key"] == "k1"
    assert server.seen[0].body == b"body"


async def serve(script, request_of, **options) -> HttpAnswer:
    async with Server(script) as server, Client(Allowed.of(server.place), **options) as client:
        return await client.send(request_of(server))


SECRET_PATH = "/secret-path?key=s3cret"


async def broken(script, method: str = "GET", *, options: dict | None = None, **more):
    with pytest.raises(NodeError) as caught:
        await serve(
            script, lambda server: HttpRequest(method, f"http://{server.place}{SECRET_PATH}", **more), **options or {}
        )
    failed = caught.value.failed
    assert "secret" not in failed.sentence
    assert "s3cret" not in failed.sentence
    return failed


def sends(raw: bytes, *, close: bool = True):
    async def script(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        if close:
            writer.close()
        else:
            await asyncio.Event().wait()

    return script


HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"


@pytest.mark.parametrize("raw", [b"", b"SSH-2.0-OpenSSH\r\n\r\n", HALF, b"HTTP/1.1 200 OK\r\nContent-Le",
                                 b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"])  # fmt: skip
@pytest.mark.parametrize(("method", "failure"), [("GET", "transient"), ("POST", "uncertain"), ("DELETE", "uncertain")])
async def test_no_whole_answer_is_uncertain_unless_it_only_reads(raw: bytes, method: str, failure: str) -> None:
    failed = await broken(sends(raw), method)
    assert (failed.failure, failed.code) == (failure, "answer_broken")


async def test_a_repeatable_request_is_never_uncertain() -> None:
    assert (await broken(sends(HALF), "POST", repeatable=True)).failure is FailureClass.TRANSIENT


@pytest.mark.parametrize(("method", "failure"), [("GET", "transient"), ("POST", "uncertain")])
async def test_a_server_that_says_nothing_is_given_up(method: str, failure: str) -> None:
    failed = await broken(sends(b"", close=False), method, timeout=0.2)
    assert (failed.failure, failed.code) == (failure, "timed_out")


async def test_a_stalled_answer_is_given_up_before_the_whole_time_is_over() -> None:
    failed = await broken(sends(HALF, close=False), timeout=60, options={"stall_seconds": 0.2})
    assert (failed.failure, failed.code) == ("transient", "stalled")


async def test_drops_are_limited_by_the_whole_time() -> None:
    async def drip(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
        while True:
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.01)  # the server's own pace

    assert (await broken(drip, timeout=0.3)).code == "timed_out"


@pytest.mark.parametrize("packed", [False, True])
async def test_large_answers_and_bombs_are_cut_off(packed: bool) -> None:
    body = gzip.compress(bytes(50_000_000), mtime=0) if packed else bytes(3_000_000)
    headers = {"Content_Encoding": "gzip"} if packed else {}
    failed = await broken(sends(answer(body, **headers)), max_bytes=1_000_000)
    assert (failed.failure, failed.code) == ("permanent", "answer_too_large")


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_packed_answers_are_unpacked(coding: str, pack) -> None:
    script = sends(answer(pack(b"hello" * 100), Content_Encoding=coding))
    got = await serve(script, lambda server: get(f"http://{server.place}/", max_bytes=500))
    assert got.body == b"hello" * 100


@pytest.mark.parametrize(("coding", "body", "code"), [
    ("br", b"x", "answer_unreadable"), ("gzip", b"not gzip", "answer_unreadable"),
    ("gzip", gzip.compress(b"hello" * 100, mtime=0)[:-12], "answer_broken"), ("gzip, gzip", b"x", "answer_unreadable"),
])  # fmt: skip
async def test_badly_packed_answers(coding: str, body: bytes, code: str) -> None:
    assert (await broken(sends(answer(body, Content_Encoding=coding)))).code == code


@pytest.mark.parametrize(("given", "fine"), [
    ("application/json; charset=utf-8", True), ("application/problem+json", True), ("text/html", False),
    ("application/jsonp", False), ("", False),
])  # fmt: skip
async def test_content_types(given: str, fine: bool) -> None:
    script = sends(answer(b"{}", **({"Content_Type": given} if given else {})))
    accept = ("application/json", "application/*+json")
    if fine:
        assert (await serve(script, lambda server: get(f"http://{server.place}/", accept=accept))).body == b"{}"
    else:
        assert (await broken(script, accept=accept)).code == "answer_type_wrong"


@pytest.mark.parametrize(("name", "value"), [
    ("X", "a\r\nInjected: 1"), ("X\r\nY", "1"), ("X", "a\nb"), ("X", "a\x00"), ("", "x"), ("X Y", "1"), ("X", "ä"),
    ("Host", "127.0.0.1"), ("Content-Length", "3"), ("transfer-encoding", "chunked"), ("Connection", "upgrade"),
])  # fmt: skip
async def test_headers_cannot_be_injected(name: str, value: str, no_network) -> None:
    failed = await fail(Client(network=no_network), get("http://8.8.8.8/", headers=((name, value),)))
    assert failed.code == "header_wrong"
    assert no_network.opened == []


@pytest.mark.parametrize("method", ["get", "CONNECT", "TRACE", "GET / HTTP/1.1\r\nX:", ""])
async def test_methods(method: str, no_network) -> None:
    assert (await fail(Client(network=no_network), HttpRequest(method, "http://8.8.8.8/"))).code == "method_wrong"


@pytest.mark.parametrize("host", REFUSED_HOSTS)
async def test_redirects_to_refused_hosts(host: str) -> None:
    body = answer(status="302 Found", Location=f"http://{host}/latest/meta-data").decode("utf-8", "surrogateescape")
    failed = await broken(sends(body.encode("ascii", "ignore") if host.isascii() else body.encode()))
    assert failed.failure is FailureClass.PERMANENT
    assert failed.code in ("host_not_allowed", "url_wrong")


@pytest.mark.parametrize(
    "place", ["file:///etc/passwd", "ftp://8.8.8.8/", "//user@8.8.8.8/", "http://8.8.8.8:22/", "\\\\x"]
)
async def test_redirects_to_what_is_no_address(place: str) -> None:
    assert (await broken(sends(answer(status="301 Moved", Location=place)))).code in ("url_wrong", "port_not_allowed")


async def test_a_redirect_on_the_same_host_keeps_its_headers_another_host_gets_none() -> None:
    async def script(seen: Seen, writer: asyncio.StreamWriter) -> None:
        onward = {"/a": "/b", "/b": f"http://other.example:{server.port}/c"}.get(seen.line.split()[1])
        writer.write(answer(status="302 Found", Location=onward) if onward else answer(b"there"))

    async with Server(script) as server:
        allowed = Allowed.of("first.example", "other.example")
        async with Client(allowed, resolve=resolver(("127.0.0.1",), ("127.0.0.1",))) as client:
            keys = (("X-Api-Key", "k"), ("Authorization", "Bearer k"), ("Cookie", "c"), ("Accept", "text/plain"))
            got = await client.send(get(f"http://first.example:{server.port}/a", headers=keys))
    assert got.body == b"there"
    same, other = server.seen[1].headers, server.seen[2].headers
    assert same["x-api-key"] == "k"
    assert other["accept"] == "text/plain"
    assert not {"x-api-key", "authorization", "cookie"} & set(other)


async def test_a_stranger_cannot_send_a_request_to_a_listed_host() -> None:
    """The allow-list is for those who name its hosts, not for whoever redirects to them."""

    async def script(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(status="302 Found", Location=f"http://{server.place}/inside"))

    class ToLoopback:
        """Connects public addresses to the test's server."""

        def __init__(self) -> None:
            self.real = httpcore.AnyIOBackend()

        async def connect_tcp(self, host, port, *_, **__):
            assert host == "93.184.216.34", "a socket was opened to the listed host"
            return await self.real.connect_tcp("127.0.0.1", server.port)

    async with Server(script) as server:
        allowed = Allowed.of(server.place)
        async with Client(allowed, resolve=resolver(("93.184.216.34",)), network=ToLoopback()) as client:
            failed = await fail(client, get("http://stranger.example/"))
    assert failed.code == "host_not_allowed"


async def test_redirects_end_and_writes_are_not_redirected() -> None:
    async def round_and_round(seen: Seen, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(status="307 Again", Location="/again"))

    assert (await broken(round_and_round)).code == "redirect_refused"
    got = await serve(round_and_round, lambda server: HttpRequest("POST", f"http://{server.place}/", body=b"x"))
    assert got.status == 307


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch, no_network) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:3128")
    await fail(Client(network=no_network), get("http://8.8.8.8/"))
    assert no_network.opened == [("8.8.8.8", 80)]


async def test_an_address_for_another_protocol_is_judged_alike(no_network) -> None:
    async def resolve(host: str, _: int) -> tuple[str, ...]:
        return {"mail.example": ("93.184.215.14", "93.184.215.15"), "inside.example": ("10.0.0.7",)}[host]

    client = Client(Allowed.of("inside.example:25"), resolve=resolve)
    assert await client.find_address("mail.example", 587) == "93.184.215.14"
    assert await client.find_address("inside.example", 25) == "10.0.0.7"
    for host, port in (("inside.example", 26), ("127.0.0.1", 25), ("0x7f.1", 25), ("169.254.169.254", 80), ("", 25)):
        with pytest.raises(NodeError):
            await client.find_address(host, port)


@pytest.mark.parametrize("url", ["http://[::1]:81/", "http://[2606:4700::1]:6379/", "http://127.0.0.1:81/"])
async def test_what_a_refusal_says_that_it_can_allow_is_what_the_list_takes(url: str) -> None:
    failed = await fail(Client(), get(url))
    entry = failed.sentence.rpartition("IT can allow ")[2].removesuffix(".")
    host, _, port = url.removeprefix("http://").removesuffix("/").rpartition(":")
    assert Allowed.of(entry).covers(read_host(host), int(port))
