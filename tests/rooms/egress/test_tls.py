"""Over TLS the name stays: in the handshake, in the certificate's check and in the Host header."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from builder.egress import Allowed, Client
from builder.sdk import HttpRequest, NodeError
from tests.rooms.loopback import Seen, Server, answer

pytestmark = pytest.mark.anyio


@pytest.fixture
def server_tls(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS of a server called crm.example (or 127.0.0.1), and of a client that trusts it alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "crm.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("crm.example"), x509.IPAddress(IPv4Address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    place = tmp_path / "server.pem"
    place.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(place)
    return server, ssl.create_default_context(cafile=place)


async def to_loopback(host: str, port: int) -> tuple[str, ...]:
    return ("127.0.0.1",)


async def hello(seen: Seen, writer: asyncio.StreamWriter) -> None:
    writer.write(answer(b"hello"))


async def test_the_certificate_is_checked_against_the_name(server_tls) -> None:
    theirs, ours = server_tls
    names: list[str | None] = []
    theirs.sni_callback = lambda _, name, __: names.append(name)
    allowed = Allowed.of("crm.example", "other.example")
    async with Server(hello, theirs) as server, Client(allowed, tls=ours, resolve=to_loopback) as client:
        got = await client.send(HttpRequest("GET", f"https://crm.example:{server.port}/"))
        with pytest.raises(NodeError, match="certificate of other") as caught:
            await client.send(HttpRequest("POST", f"https://other.example:{server.port}/", body=b"x"))
    assert got.body == b"hello"
    assert names == ["crm.example", "other.example"]
    assert server.seen[0].headers["host"] == f"crm.example:{server.port}"
    assert caught.value.failed.failure == "permanent"


async def test_public_authorities_alone_are_trusted_by_default(server_tls) -> None:
    async with (
        Server(hello, server_tls[0]) as server,
        Client(Allowed.of("crm.example"), resolve=to_loopback) as client,
    ):
        with pytest.raises(NodeError, match="certificate of crm"):
            await client.send(HttpRequest("GET", f"https://crm.example:{server.port}/"))
