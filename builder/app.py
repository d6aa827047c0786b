"""The API as one ASGI application: closed by default, one shape of error, the same guard before every route.

A route is public because it stands in `PUBLIC_ROUTES`, or it names its permission; an application with a route that
does neither is not built.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from fastapi import APIRouter, FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from builder import __version__
from builder.catalog import router as catalog
from builder.credentials import router as credentials
from builder.db import clock
from builder.files import router as files
from builder.governance import router as governance
from builder.insights import router as insights
from builder.kit.clock import SYSTEM_CLOCK
from builder.kit.errors import HandrailError
from builder.live import router as live
from builder.notices import router as notices
from builder.payloads import LARGEST as LARGEST_FILE
from builder.publishing import router as publishing
from builder.refusals import Described, say_malformed
from builder.reviews import router as reviews
from builder.runs import router as runs
from builder.screens import Screens
from builder.teams import Installation, Permit, Visiting
from builder.teams import router as teams
from builder.triggers import router as triggers
from builder.workflows import router as workflows

ROUTERS: Sequence[APIRouter] = (
    teams, notices, credentials, governance, catalog, files, workflows, runs, reviews, triggers, publishing, insights,
    live,
)  # fmt: skip
"""Every room's routes."""

PUBLIC_ROUTES = frozenset({
    ("GET", "/api/health"),
    ("GET", "/api/ready"),
    ("GET", "/api/session"),
    ("POST", "/api/session"),
    ("POST", "/api/session/link"),
    ("POST", "/api/links/look"),
    ("POST", "/api/invitations/accept"),
    ("POST", "/api/password/forgotten"),
    ("POST", "/api/password/reset"),
    ("GET", "/api/sign-in"),
    ("GET", "/api/sign-in/company"),
    ("GET", "/api/sign-in/company/back"),
    ("POST", "/api/sign-in/company/logout"),
    ("POST", "/hooks/{key}"),
})  # fmt: skip
"""What somebody may call who is not signed in. Nothing else is public."""

LARGEST_BODY = 4 * 1024 * 1024
UPLOADS = frozenset({("POST", "/api/files")})
"""Where a body may be as large as a file, which is taken in piece by piece."""
JUDGES_ITSELF = "/hooks/"
"""Where whoever takes something in stops reading by himself, and writes down that it was too large."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SAFE = ("GET", "HEAD", "OPTIONS")

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_API_HEADERS = {"Cache-Control": "no-store"}


class OpenRouteError(HandrailError):
    """A route says neither that it is public nor which permission it needs."""

    code: ClassVar[str] = "open_route"
    status: ClassVar[int] = 500


class NotReadyError(HandrailError):
    """This process cannot do its work now."""

    code: ClassVar[str] = "not_ready"
    status: ClassVar[int] = 503


class ForeignPageError(HandrailError):
    """Another site's page tries to change something here."""

    code: ClassVar[str] = "foreign_page"
    status: ClassVar[int] = 403


class TooLargeError(HandrailError):
    """More was sent than anything here needs."""

    code: ClassVar[str] = "too_large"
    status: ClassVar[int] = 413


class Problem(BaseModel):
    """Every refusal: a code for programs, a sentence for people, where it is about, and what to do."""

    code: str
    sentence: str
    node: str | None = None
    field: str | None = None
    way_out: str | None = None
    params: dict[str, Any] | None = None


class Health(BaseModel):
    """That the process answers."""

    ok: bool


def build_app(application: Installation, screens: Path | None = None) -> FastAPI:
    """The API of an installation, and its screens where a folder of built ones is given.

    Raises:
        OpenRouteError: a route is neither public nor guarded.
    """
    app = assemble_app()
    app.state.application = application
    if screens is not None:
        app.mount("/", Screens(screens))
    return app


def assemble_app() -> FastAPI:
    """The API without an installation behind it: its routes, and what they say of themselves.

    Raises:
        OpenRouteError: a route is neither public nor guarded.
    """
    app = Described(
        title="Handrail",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=False,
        responses={"4XX": {"model": Problem}, "5XX": {"model": Problem}},
        exception_handlers={
            HandrailError: _answer_refusal,
            RequestValidationError: _answer_malformed,
            HTTPException: _answer_plain,
        },
    )
    app.public = PUBLIC_ROUTES
    app.add_middleware(BodyLimit)
    app.add_middleware(Guard)
    app.include_router(_vital_signs)
    for router in ROUTERS:
        app.include_router(router)
    check_routes(app)
    return app


def check_routes(app: FastAPI) -> None:
    """Refuses an application with a route that anybody could call by oversight.

    Raises:
        OpenRouteError: with every such route.
    """
    seen, wrong = set(), []
    for route in iter_route_contexts(app.routes):
        for method in route.methods or {"?"}:
            place = (method, route.path or "?")
            seen.add(place)
            if (place in PUBLIC_ROUTES) == (permission_of(route) is not None):
                wrong.append(f"{method} {route.path}")
    wrong += [" ".join(place) for place in sorted(PUBLIC_ROUTES - seen)]
    if wrong:
        raise OpenRouteError(
            f"Each route is either public or names its permission; not so: {', '.join(wrong)}.",
            way_out='Add `dependencies=[Depends(permit("…"))]`, or a line to PUBLIC_ROUTES.',
        )


def permission_of(route: Any) -> str | None:
    """The permission that a route declares; None when it declares none."""
    waiting = [route.dependant] if hasattr(route, "dependant") else []
    while waiting:
        one = waiting.pop()
        if isinstance(one.call, Permit):
            return one.call.permission
        waiting.extend(one.dependencies)
    return None


# ---------------------------------------------------------------------- signs of life

_vital_signs = APIRouter(tags=["health"])


@_vital_signs.get("/api/health", operation_id="get_health")
async def get_health() -> Health:
    """Whether the process answers at all."""
    return Health(ok=True)


@_vital_signs.get("/api/ready", operation_id="get_readiness", responses={503: {}})
def get_readiness(visit: Visiting) -> Health:
    """Whether the process can do its work: the database answers."""
    try:
        with visit.read() as session:
            session.execute(select(clock()))
    except SQLAlchemyError as error:
        raise NotReadyError("The database does not answer.") from error
    return Health(ok=True)


# ---------------------------------------------------------------------- before and after every route


class BodyLimit:
    """Lets no body in that is larger than its route needs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._usual = RequestBodyLimitMiddleware(app, LARGEST_BODY)
        self._upload = RequestBodyLimitMiddleware(app, LARGEST_FILE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call."""
        if str(scope.get("path")).startswith(JUDGES_ITSELF):
            await self._app(scope, receive, send)
            return
        is_upload = (scope.get("method"), scope.get("path")) in UPLOADS
        await (self._upload if is_upload else self._usual)(scope, receive, send)


class Guard:
    """Stands before every route: refuses changes from other sites' pages; gives every answer its headers.

    A change from a browser says from which page it came. Without that it comes from no browser, and then no browser's
    cookie came along by itself either.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False
        began = SYSTEM_CLOCK.monotonic()
        fixed = _HEADERS | (_API_HEADERS if scope["path"].startswith("/api/") else {})

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._count(scope, message["status"], SYSTEM_CLOCK.monotonic() - began)
                headers = MutableHeaders(scope=message)
                for name, value in fixed.items():
                    headers.setdefault(name, value)
            await send(message)

        place = (scope["method"], scope["path"])
        refusal = refuse_early(place, Headers(scope=scope), scope["app"].state.application.settings.url)
        if refusal is not None:
            await _answer(refusal)(scope, receive, send_with_headers)
            return
        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:  # whatever went wrong, the answer has the one shape; the server logs the error
            if not started:
                await _say("broken", "Something went wrong here. It is written down.", 500)(
                    scope, receive, send_with_headers
                )
            raise

    @staticmethod
    def _count(scope: Scope, status: int, seconds: float) -> None:
        """An answer has begun; an address that leads nowhere, or to a screen's file, is not a figure of its own."""
        route = getattr(scope.get("route"), "path", "other")
        scope["app"].state.application.telemetry.count_request(scope["method"], route, status, seconds)


def refuse_early(place: tuple[str, str], headers: Mapping[str, str], url: str) -> HandrailError | None:
    """Why a call (method, path) is not even read: it comes from another site's page, or says that it is too large."""
    if place[0] not in _SAFE and not is_own_page(headers, url):
        return ForeignPageError("This change came from a page of another site.", way_out="Open the product itself.")
    said = headers.get("content-length", "0")
    if place[1].startswith(JUDGES_ITSELF):
        return None
    most = LARGEST_FILE if place in UPLOADS else LARGEST_BODY
    return _too_large(most) if len(said) > 18 or (said.isdecimal() and int(said) > most) else None


def is_own_page(headers: Mapping[str, str], url: str) -> bool:
    """Whether a change comes from a page of this product, or from no browser.

    Args:
        headers: of the request, by names in small letters.
        url: where people open the product. On this machine itself, any port of it may stand before ours.
    """
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "none") in ("same-origin", "none")
    try:
        here = urlsplit(origin)
        local = here.hostname in _LOOPBACK and here.netloc == headers.get("host")
    except ValueError:
        return False
    return local or origin == url


# ---------------------------------------------------------------------- one shape of error


def _say(code: str, sentence: str, status: int, **more: Any) -> JSONResponse:
    return JSONResponse({"code": code, "sentence": sentence, **more}, status)


def _answer(error: HandrailError) -> JSONResponse:
    params = {"params": jsonable_encoder(error.params)} if error.params else {}
    headers = {"WWW-Authenticate": 'Bearer realm="handrail"'} if error.status == HTTPStatus.UNAUTHORIZED else {}
    if isinstance(wait := error.params.get("seconds"), int):
        headers["Retry-After"] = str(wait)
    return JSONResponse(error.as_record() | params, error.status, headers)


def _too_large(most: int) -> TooLargeError:
    most //= 1024 * 1024
    return TooLargeError(f"This is larger than {most} MiB.", way_out="Send less at once.", most=most)


async def _answer_refusal(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HandrailError)
    return _answer(error)


async def _answer_malformed(_: Request, error: Exception) -> JSONResponse:
    """What is wrong with a request, field by field; nothing of what was sent is repeated."""
    assert isinstance(error, RequestValidationError)
    told = say_malformed(error.errors())
    if told is None:
        return _say("unknown", "There is nothing at this address.", 404)
    first = told[0]
    sentence = f"This cannot be read: {first['field'] or 'the body'}: {first['sentence']}"
    return _say("malformed", sentence, 422, field=first["field"], params={"problems": told[:20]})


async def _answer_plain(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    sentences = {
        404: ("unknown", "There is nothing at this address."),
        405: ("method", "This address does not know this method."),
    }
    if error.status_code == 413:
        is_upload = (request.method, request.url.path) in UPLOADS
        return _answer(_too_large(LARGEST_FILE if is_upload else LARGEST_BODY))
    phrase = HTTPStatus(error.status_code).phrase
    code, sentence = sentences.get(error.status_code, ("malformed", f"This cannot be read: {phrase.lower()}."))
    answer = _say(code, sentence, error.status_code)
    answer.headers.update(error.headers or {})
    return answer
