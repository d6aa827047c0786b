"""AWS Signature Version 4 for one S3 request, as far as storing and reading whole objects needs it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class S3Key:
    """An access key.

    Attributes:
        name: the access key id.
        secret: its secret.
        region: the region that the store says it is in.
    """

    name: str
    secret: str
    region: str = "us-east-1"


def sign_request(
    key: S3Key, method: str, path: str, headers: Mapping[str, str], *, content_hash: str, now: datetime
) -> dict[str, str]:
    """The headers of a request with its date, content hash and signature added.

    Args:
        key: who signs.
        method: `GET`, `PUT` …
        path: the absolute path, not yet escaped.
        headers: what is sent beside; `host` must be among them. All of them are signed.
        content_hash: SHA-256 of the body, in hex.
        now: the present, in UTC.
    """
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    signed = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    signed |= {"x-amz-content-sha256": content_hash, "x-amz-date": stamp}
    names = ";".join(sorted(signed))
    lines = [method, quote(path, safe="/-_.~"), "", *(f"{name}:{signed[name]}" for name in sorted(signed)), ""]
    request = "\n".join([*lines, names, content_hash])
    scope = f"{stamp[:8]}/{key.region}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    secret = f"AWS4{key.secret}".encode()
    for part in (stamp[:8], key.region, "s3", "aws4_request"):
        secret = hmac.digest(secret, part.encode(), "sha256")
    signature = hmac.digest(secret, text.encode(), "sha256").hex()
    authorisation = f"AWS4-HMAC-SHA256 Credential={key.name}/{scope},SignedHeaders={names},Signature={signature}"
    return signed | {"authorization": authorisation}
