"""The screens as the browser gets them: built files, compressed once, and the page itself for every address of it.

Where the build left a file compressed by Brotli beside it, a browser that takes that gets it: a tenth less than by
gzip. Browsers take it over HTTPS and from their own machine.

A file whose name holds its hash never changes, so it may be kept for ever; the page names those files, so it is asked
for each time.
"""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_BUILT = Path(__file__).resolve().parent / "dist"
_PAGE = "index.html"
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK = "no-cache"
_BROTLI = ".br"
_DENSE = frozenset({".woff2", ".woff", ".png", ".jpg", ".webp", ".ico"})
"""Endings of what is compressed already."""


def screens_folder() -> Path | None:
    """Where the built screens are; None when they are not built."""
    return _BUILT if (_BUILT / _PAGE).is_file() else None


@dataclass(frozen=True, slots=True)
class File:
    """A file as it is sent.

    Attributes:
        dense: the same, compressed, by the name of the way, the densest first; empty where that would gain nothing.
    """

    body: bytes
    dense: Mapping[str, bytes]
    media_type: str
    tag: str


class Screens:
    """An ASGI application over a folder of built screens."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = {
            path.relative_to(folder).as_posix(): path
            for path in folder.rglob("*")
            if path.is_file() and path.suffix != _BROTLI and not path.relative_to(folder).parts[0].startswith(".")
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call.

        Raises:
            HTTPException: 404 for a file that is not there and for what belongs to the API, 405 for a change.
        """
        name = str(scope["path"]).lstrip("/")
        if name.split("/", 1)[0] in ("api", "hooks") or (name.startswith("assets/") and name not in self._files):
            raise HTTPException(404)
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        headers = Headers(scope=scope)
        file = _read(self._files.get(name) or self._folder / _PAGE)
        answer = _answer(file, headers, _FOR_EVER if name.startswith("assets/") else _ASK)
        await answer(scope, receive, send)


def _answer(file: File, headers: Headers, keep: str) -> Response:
    fixed = {"ETag": file.tag, "Cache-Control": keep, "Vary": "Accept-Encoding"}
    if headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=fixed)
    taken = {each.partition(";")[0].strip() for each in headers.get("accept-encoding", "").split(",")}
    for way, body in file.dense.items():
        if way in taken:
            return Response(body, headers={**fixed, "Content-Encoding": way}, media_type=file.media_type)
    return Response(file.body, headers=fixed, media_type=file.media_type)


@lru_cache(maxsize=1_000)
def _read(path: Path) -> File:
    body = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    dense = {} if path.suffix in _DENSE else {"gzip": gzip.compress(body, 6, mtime=0)}
    beside = path.with_name(path.name + _BROTLI)
    if beside.is_file():
        dense = {"br": beside.read_bytes(), **dense}
    return File(body, dense, kind, f'"{sha256(body).hexdigest()[:32]}"')
