"""Payloads in an object store that speaks S3, for installations of several machines."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

import httpx

from builder.kit.clock import SYSTEM_CLOCK, Clock
from builder.payloads.ports import LARGEST, PayloadError, check_content, check_key, key_of, key_of_file
from builder.payloads.signature import S3Key, sign_request

_TRIES = 3
_EMPTY = hashlib.sha256(b"").hexdigest()


class ObjectStore:
    """Keeps payloads as objects `prefix/ab/abcd…` of one bucket. Each request carries the hash of its content, signed.

    It is reached directly, not through the guarded egress client: whoever runs Handrail names it, no workflow can.
    """

    def __init__(
        self, endpoint: str, bucket: str, key: S3Key, prefix: str = "payloads", clock: Clock = SYSTEM_CLOCK
    ) -> None:
        self._url = httpx.URL(endpoint)
        self._base = "/".join(part for part in ("", self._url.path.strip("/"), bucket, prefix.strip("/")) if part)
        self._key = key
        self._clock = clock
        self._client = httpx.Client(timeout=30.0, trust_env=False, follow_redirects=False)

    def put(self, content: bytes) -> str:
        """Stores bytes, and gives their key when the store has confirmed them.

        Raises:
            PayloadError: they are too large, or the store refuses them or is away.
        """
        key = key_of(content)
        answer = self._ask("PUT", key, content)
        if answer.status_code not in (200, 201, 204):
            raise PayloadError(f"The object store refused a value with status {answer.status_code}.")
        return key

    def put_file(self, file: BinaryIO) -> str:
        """The same for an open file. A request is signed over the whole of it, so it is read whole."""
        key_of_file(file)
        return self.put(file.read())

    def get(self, key: str) -> bytes:
        """The bytes behind a key, checked against it.

        Raises:
            PayloadError: they are not there or were changed, or the store is away.
        """
        check_key(key)
        answer = self._ask("GET", key, b"")
        if answer.status_code != 200 or len(answer.content) > LARGEST:
            raise PayloadError(f"The stored value {key[:12]}… cannot be read: status {answer.status_code}.")
        return check_content(key, answer.content)

    def close(self) -> None:
        """Gives the connections back."""
        self._client.close()

    def _ask(self, method: str, key: str, content: bytes) -> httpx.Response:
        path = f"/{self._base}/{key[:2]}/{key}"
        url = self._url.copy_with(path=path)
        content_hash = key if content else _EMPTY
        for attempt in range(1, _TRIES + 1):
            headers = {"host": url.netloc.decode()}
            headers = sign_request(self._key, method, path, headers, content_hash=content_hash, now=self._clock.now())
            try:
                answer = self._client.request(method, url, headers=headers, content=content or None)
            except httpx.TransportError as error:
                if attempt == _TRIES:
                    raise PayloadError(f"The object store cannot be reached: {type(error).__name__}.") from error
                continue
            if answer.status_code < 500 or attempt == _TRIES:
                return answer
        raise AssertionError("unreachable")
