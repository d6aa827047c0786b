"""An identity provider that somebody else wrote (`oidc-provider-mock`), in a process of its own: there it may warn of
what its libraries will take away, which here would be an error.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass
class MockProvider:
    """The provider, by its address."""

    issuer: str

    def add_person(self, subject: str, **claims: Any) -> None:
        """Somebody who can sign in there; or changes him."""
        assert httpx.put(f"{self.issuer}/users/{subject}", json=claims, trust_env=False).status_code == 204

    def change_key(self) -> None:
        """Signs with another key from now on; the old one is published no more."""
        assert httpx.post(f"{self.issuer}/change-key", trust_env=False).status_code == 204

    def vouch_to_another(self) -> None:
        """Vouches for people to another product from now on."""
        assert httpx.post(f"{self.issuer}/other-audience", trust_env=False).status_code == 204


@contextmanager
def open_mock_provider() -> Iterator[MockProvider]:
    """The provider, serving."""
    environment = {**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"}  # it stands on this machine, without TLS
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", __file__],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield MockProvider(process.stdout.readline().strip())
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


def serve() -> None:
    """Serves on a free port, and says where."""
    import flask
    import oidc_provider_mock
    import oidc_provider_mock._app as provider
    from werkzeug.serving import make_server

    app = oidc_provider_mock.app(require_nonce=True)

    @app.post("/change-key")
    def change_key() -> tuple[str, int]:
        kept = flask.g.oidc_provider_mock_storage
        kept.jwk = type(kept)().jwk
        return "", 204

    @app.post("/other-audience")
    def vouch_to_another() -> tuple[str, int]:
        provider.OpenIDCode.get_audiences = lambda *_: ["another product"]
        return "", 204

    @app.get("/favicon.ico")
    def show_icon() -> tuple[str, int]:
        return "", 204

    server = make_server("127.0.0.1", 0, app, threaded=True)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    serve()
