"""Payloads in an object store: a small one on loopback that believes only signed requests."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from builder.payloads import ObjectStore, PayloadError, S3Key
from builder.payloads.signature import sign_request

KEY = S3Key("handrail", "a secret", "eu-central-1")


class Bucket(ThreadingHTTPServer):
    """Keeps what was put, and answers each request with the next status of `script`, if there is one."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.objects: dict[str, bytes] = {}
        self.script: list[int] = []
        self.asked = 0


class Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Bucket

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _refused(self, body: bytes) -> bool:
        self.server.asked += 1
        if self.server.script:
            self._answer(self.server.script.pop(0))
            return True
        content_hash = self.headers["x-amz-content-sha256"]
        now = datetime.strptime(self.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        wanted = sign_request(
            KEY, self.command, self.path, {"host": self.headers["host"]}, content_hash=content_hash, now=now
        )
        good = hashlib.sha256(body).hexdigest() == content_hash
        if not good or wanted["authorization"] != self.headers["authorization"]:
            self._answer(403)
            return True
        return False

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if not self._refused(body):
            self.server.objects[self.path] = body
            self._answer(200)

    def do_GET(self) -> None:
        if self._refused(b""):
            return
        found = self.server.objects.get(self.path)
        self._answer(404 if found is None else 200, found or b"")


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    server = Bucket()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def store(bucket: Bucket) -> Iterator[ObjectStore]:
    opened = ObjectStore(f"http://127.0.0.1:{bucket.server_port}/", "main", KEY)
    yield opened
    opened.close()


def test_the_signature_is_that_of_the_published_example() -> None:
    """Amazon S3 API reference, "Signature calculations: transferring payload in a single chunk", example GET object."""
    key = S3Key("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
    headers = {"Host": "examplebucket.s3.amazonaws.com", "Range": "bytes=0-9"}
    now = datetime(2013, 5, 24, tzinfo=UTC)
    signed = sign_request(key, "GET", "/test.txt", headers, content_hash=hashlib.sha256(b"").hexdigest(), now=now)
    assert signed["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )


@pytest.mark.parametrize("content", [b"", b"x", b"\x00" * 100_000], ids=["empty", "small", "large"])
def test_what_goes_in_comes_out(store: ObjectStore, bucket: Bucket, content: bytes) -> None:
    key = store.put(content)
    assert store.get(key) == content
    assert list(bucket.objects) == [f"/main/payloads/{key[:2]}/{key}"]


def test_a_changed_object_is_not_given_out(store: ObjectStore, bucket: Bucket) -> None:
    key = store.put(b"the approved text")
    bucket.objects = dict.fromkeys(bucket.objects, b"another")
    with pytest.raises(PayloadError, match="changed or damaged"):
        store.get(key)


def test_a_store_that_stumbles_is_asked_again(store: ObjectStore, bucket: Bucket) -> None:
    bucket.script = [503, 500]
    assert store.get(store.put(b"x")) == b"x"
    assert bucket.asked == 4


@pytest.mark.parametrize("script", [[500, 500, 500], [403], [307]])
def test_a_refusal_is_said(store: ObjectStore, bucket: Bucket, script: list[int]) -> None:
    bucket.script = list(script)
    with pytest.raises(PayloadError, match=f"status {script[-1]}"):
        store.put(b"x")


def test_a_missing_object_is_said(store: ObjectStore) -> None:
    with pytest.raises(PayloadError, match="status 404"):
        store.get("0" * 64)


def test_a_wrong_secret_is_refused(bucket: Bucket) -> None:
    store = ObjectStore(f"http://127.0.0.1:{bucket.server_port}", "main", S3Key("handrail", "guessed"))
    with pytest.raises(PayloadError, match="status 403"):
        store.put(b"x")
    store.close()


def test_a_store_that_is_away_is_said() -> None:
    store = ObjectStore("http://127.0.0.1:1", "main", KEY)
    with pytest.raises(PayloadError, match="cannot be reached"):
        store.put(b"x")
    store.close()
