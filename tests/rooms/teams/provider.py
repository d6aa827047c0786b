"""An identity provider on loopback that does what a test wants, right or wrong: a real server, real keys."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from builder.kit.ids import show_id
from builder.opening import Outside
from tests.rooms.world import World

CLIENT, SECRET = "handrail", "a secret of the client"
_codes = itertools.count(1)
_KEYS: dict[str, RSAKey] = {}


def rsa_key(kid: str) -> RSAKey:
    """A key of this name, made once."""
    if kid not in _KEYS:
        _KEYS[kid] = RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})
    return _KEYS[kid]


@dataclass
class FakeProvider:
    """An identity provider.

    Attributes:
        key: what it signs with.
        published: the keys that it publishes.
        person: the claims of whoever signs in.
        token_claims: changes the claims of the ID token, last.
        sign: makes the ID token of header and claims.
        in_token: claims that stand in the ID token; the rest is at userinfo.
        answers: path → (status, body) that is answered instead.
        seen: paths that were asked for, in order.
        exchanged: the forms and headers that came with codes.
    """

    port: int = 0
    key: Any = field(default_factory=lambda: rsa_key("one"))
    published: list[Any] = field(default_factory=lambda: [rsa_key("one")])
    person: dict[str, Any] = field(default_factory=dict)
    token_claims: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
    sign: Callable[[dict[str, Any], dict[str, Any], Any], str] = lambda header, claims, key: jwt.encode(
        header, claims, key, algorithms=[header["alg"]]
    )
    alg: str = "RS256"
    in_token: tuple[str, ...] | None = None
    discovery: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    exchanged: list[tuple[dict[str, str], dict[str, str]]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    hold: threading.Event | None = None

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def describe(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?keep=1",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/leave",
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": ["sub", "email", "groups"],
        } | self.discovery

    def authorize(self, address: str, **more: str) -> str:
        """What the browser is sent back to, with the query of our own callback."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{next(_codes)}"
        self.codes[code] = asked
        said = {"code": code, "state": asked["state"]} | more
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?{urlencode(said)}"

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        wanted = self.person if self.in_token is None else {k: v for k, v in self.person.items() if k in self.in_token}
        claims = {"iss": self.issuer, "aud": asked["client_id"], "iat": now, "exp": now + 300}
        claims |= wanted | ({"nonce": asked["nonce"]} if "nonce" in asked else {})
        return self.sign({"alg": self.alg, "kid": self.key.kid}, self.token_claims(claims), self.key)

    def logout_token(self, **claims: Any) -> str:
        now = int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 100, "jti": f"jti-{next(_codes)}"}
        said |= {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}} | claims
        said = {name: value for name, value in said.items() if value is not None}
        return jwt.encode({"alg": self.alg, "kid": self.key.kid}, said, self.key, algorithms=[self.alg])

    def exchange(self, form: dict[str, str], headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.exchanged.append((form, headers))
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None:
            return 400, {"error": "invalid_grant"}
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if asked["code_challenge"] != proof or asked["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if headers.get("authorization") != f"Basic {basic}" and form.get("client_secret") != SECRET:
            return 401, {"error": "invalid_client"}
        return 200, {"access_token": "access", "token_type": "Bearer", "id_token": self.id_token(asked)}

    def answer(self, method: str, path: str, form: dict[str, str], headers: dict[str, str]) -> tuple[int, bytes]:
        self.seen.append(path)
        if self.hold is not None:
            self.hold.wait(5)
        if path in self.answers:
            return self.answers[path]
        status, said = 200, {}
        if path == "/.well-known/openid-configuration":
            said = self.describe()
        elif path == "/jwks":
            said = {"keys": [each.as_dict(private=False) for each in self.published]}
        elif path == "/token" and method == "POST":
            status, said = self.exchange(form, headers)
        elif path == "/userinfo" and headers.get("authorization") == "Bearer access":
            said = self.person
        else:
            status = 404
        return status, json.dumps(said).encode()


@contextlib.contextmanager
def open_provider(**options: Any) -> Iterator[FakeProvider]:
    """A provider, serving."""
    made = FakeProvider(**options)

    class Door(BaseHTTPRequestHandler):
        def do(self) -> None:
            length = int(self.headers.get("content-length", 0))
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, body = made.answer(self.command, urlsplit(self.path).path, form, headers)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(OSError):  # whoever asked may have gone away
                self.wfile.write(body)

        do_GET = do_POST = do  # noqa: N815  (the names are the server's)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made
    finally:
        if made.hold is not None:
            made.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()


def set_up(world: World, issuer: str, **wanted: Any) -> Any:
    """Sets the provider up in the product, as an admin does; the answer. IT allows its host."""
    world.application.ask_outside = Outside([urlsplit(issuer).netloc] if issuer.startswith("http://127.") else [])
    asked = {"name": "Acme Login", "issuer": issuer, "client_id": CLIENT, "secret": SECRET, "scopes": []}
    asked |= {"mapping": [{"group": "builders", "team": show_id(world.ours), "role": "builder"}], "enabled": True}
    return world.client("admin").put("/api/identity-provider", json=asked | wanted)


def rule(world: World, group: str, role: str) -> dict[str, Any]:
    """A row of the mapping: of a role in Ours, or of one in the organisation."""
    team = None if role in ("admin", "governor", "auditor") else show_id(world.ours)
    return {"group": group, "team": team, "role": role}


def unsigned(header: dict[str, Any], claims: dict[str, Any], _: Any) -> str:
    """A token that nobody signed."""
    header = header if header["alg"] == "HS256" else header | {"alg": "none"}
    parts = [json.dumps(each).encode() for each in (header, claims)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


def by_public_key(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    """A token signed with the public key as if it were a shared secret."""
    signed = unsigned({**header, "alg": "HS256"}, claims, key).removesuffix(".")
    tag = hmac.new(key.as_pem(private=False), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(tag).rstrip(b'=').decode()}"


def curve_key(kid: str, curve: str = "P-256") -> ECKey | OKPKey:
    """A key on a curve."""
    kind = OKPKey if curve == "Ed25519" else ECKey
    return kind.generate_key(curve, {"kid": kid, "use": "sig"})
