"""The routes of the company's sign-in: the way to the provider and back for everybody, its set-up for admins.

Going there and coming back are page loads, so whatever goes wrong leads to the page of sign-in, which says it in words;
what the provider wrote never reaches a page.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from builder.db import read_clock
from builder.teams.gate import Calling, Visit, Visiting, is_by_tls, permit, seat_session, slow_down
from builder.teams.identity.begin import begin_company_sign_in, take_back
from builder.teams.identity.depart import LogoutTokenError, hear_logout
from builder.teams.identity.discover import Facts, ask_provider, read_facts
from builder.teams.identity.finish import (
    CameBack,
    exchange_code,
    fetch_more,
    judge_exchanged,
    judge_return,
    read_vouched,
    wants_more,
)
from builder.teams.identity.id_token import UnknownKeyError, judge_logout_token
from builder.teams.identity.provider import (
    Provider,
    find_wanted,
    list_bound_people,
    open_provider,
    set_up_provider,
    show_provider,
)
from builder.teams.identity.settle import note_refusal, settle_person
from builder.teams.identity.try_out import try_provider
from builder.teams.identity.words import (
    CompanySignInError,
    ProviderIn,
    ProviderPageView,
    SignInWaysView,
    TriedProviderView,
)
from builder.teams.rules import COMPANY_LASTS, COMPANY_PACE, COMPANY_START_LASTS, network_of
from builder.teams.schemas import TooFastError
from builder.teams.ways import read_ways

company = APIRouter(tags=["sign-in"])

GO = "/api/sign-in/company"
BACK = f"{GO}/back"
LOGOUT = f"{GO}/logout"
BROWSER = "handrail_sign_in"
_LOGOUT_PACE = (10.0, 200)
_LARGEST_LOGOUT = 120_000

Said = Annotated[str, Query(max_length=8_000)]


@company.get("/api/sign-in", operation_id="list_ways_in")
def get_ways(visit: Visiting) -> SignInWaysView:
    """How people come in here. Public, for the page of sign-in."""
    with visit.read() as session:
        ways = read_ways(session)
    return SignInWaysView(company=ways.company, passwords=ways.passwords, ask=ways.ask)


@company.get(GO, operation_id="go_to_company", status_code=302, response_class=RedirectResponse)
def get_company(visit: Visiting, to: Said = "/") -> Response:
    """Sends the browser to the company's sign-in; from there it comes back, and is led to a page of this product."""
    try:
        slow_down(f"company {network_of(visit.place.address)}", COMPANY_PACE)
        facts = read_facts(visit.application)
        with visit.transaction() as session:
            provider = open_provider(session, visit.application.wrapping)
            now = read_clock(session)
            begun = begin_company_sign_in(session, provider, facts, _address(visit, BACK), to, now)
    except (CompanySignInError, TooFastError) as refusal:
        return _refuse(visit, refusal)
    response = RedirectResponse(begun.address, 302)
    response.set_cookie(
        BROWSER,
        begun.browser,
        max_age=int(COMPANY_START_LASTS.total_seconds()),
        path=GO,
        secure=is_by_tls(visit),
        httponly=True,
        samesite="lax",
    )
    return response


@company.get(BACK, operation_id="come_from_company", status_code=302, response_class=RedirectResponse)
def get_back(
    visit: Visiting, request: Request, state: Said = "", code: Said = "", error: Said = "", iss: Said | None = None
) -> Response:
    """Takes a browser back from the company's sign-in, and lets in whom it vouches for."""
    came, browser = CameBack(state, code, error, iss), request.cookies.get(BROWSER)
    try:
        slow_down(f"company {network_of(visit.place.address)}", COMPANY_PACE)
        with visit.transaction() as session:
            leads_to = take_back(session, state, browser, read_clock(session))
    except (CompanySignInError, TooFastError) as refusal:
        return _refuse(visit, refusal)
    assert browser is not None
    try:
        token = _let_in(visit, came, browser)
    except CompanySignInError as refusal:
        with visit.transaction() as session:
            note_refusal(session, refusal.problem, visit.place, read_clock(session))
        return _refuse(visit, refusal)
    response = RedirectResponse(leads_to, 302)
    seat_session(visit, response, token, COMPANY_LASTS)
    _forget_browser(visit, response)
    return response


async def read_logout(request: Request) -> str:
    """The logout token of a form; empty where there is none."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST_LOGOUT:
            return ""
    try:
        said = parse_qs(body.decode("ascii"), max_num_fields=20)
    except ValueError:
        return ""
    return said.get("logout_token", [""])[0]


@company.post(
    LOGOUT,
    operation_id="hear_company_logout",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": {"type": "object", "properties": {"logout_token": {"type": "string"}}}
                }
            },
        }
    },
)
def post_logout(visit: Visiting, said: Annotated[str, Depends(read_logout)]) -> None:
    """The company's sign-in says that somebody left there: his sessions here end."""
    slow_down(f"logout {network_of(visit.place.address)}", _LOGOUT_PACE)
    try:
        provider, facts = _open(visit)
        now = _now(visit)

        def judge(known: Facts) -> dict[str, Any]:
            return judge_logout_token(said, known.keys, known.issuer, provider.client_id, int(now.timestamp()))

        claims = _with_keys(visit, facts, judge)
    except CompanySignInError as refusal:
        raise LogoutTokenError(refusal.sentence, way_out=refusal.way_out) from None
    with visit.transaction() as session:
        hear_logout(session, provider.issuer, claims, now)


# ---------------------------------------------------------------------- set-up


@company.get(
    "/api/identity-provider",
    operation_id="read_identity_provider",
    dependencies=[Depends(permit("organisation.read"))],
)
def get_provider(call: Calling) -> ProviderPageView:
    """How the company's sign-in is set up, never its secret; and who signs in by it."""
    with call.read() as session:
        provider, people = show_provider(session, call.caller), list_bound_people(session, call.caller)
    return ProviderPageView(provider=provider, back=_address(call, BACK), logout=_address(call, LOGOUT), people=people)


@company.put(
    "/api/identity-provider",
    operation_id="set_up_identity_provider",
    dependencies=[Depends(permit("settings.write"))],
)
def put_provider(wanted: ProviderIn, call: Calling) -> ProviderPageView:
    """Sets the company's sign-in up, or changes it. Its secret is sealed at once, and never shown again."""
    with call.transaction() as session:
        set_up_provider(session, call.caller, wanted, call.application.wrapping, call.now)
    return get_provider(call)


@company.post(
    "/api/identity-provider/test",
    operation_id="try_identity_provider",
    dependencies=[Depends(permit("settings.write"))],
)
def post_test(call: Calling) -> TriedProviderView:
    """Reads what the provider says of itself, and says what that means."""
    with call.read() as session:
        wanted = find_wanted(session, call.caller)
    return try_provider(call.application, wanted)


# ---------------------------------------------------------------------- one way in


def _let_in(visit: Visit, came: CameBack, browser: str) -> str:
    """The token of the session of whom the provider vouches for. Raises CompanySignInError."""
    provider, facts = _open(visit)
    judge_return(came, facts)
    back = _address(visit, BACK)
    exchanged = ask_provider(visit.application, lambda send: exchange_code(send, provider, facts, came, browser, back))
    now = _now(visit)
    claims = _with_keys(visit, facts, lambda known: judge_exchanged(exchanged, provider, known, came, browser, now))
    access_token = exchanged.access_token
    if access_token is not None and facts.userinfo_endpoint is not None and wants_more(claims, provider):
        known = claims
        claims = ask_provider(visit.application, lambda send: fetch_more(send, facts, access_token, known))
    vouched = read_vouched(claims, provider)
    with visit.transaction() as session:
        settled = settle_person(session, provider, vouched, visit.place, read_clock(session), visit.token)
    if settled.token is None:
        raise CompanySignInError(settled.problem or "refused")
    return settled.token


def _open(visit: Visit) -> tuple[Provider, Facts]:
    facts = read_facts(visit.application)
    with visit.read() as session:
        return open_provider(session, visit.application.wrapping), facts


def _now(visit: Visit) -> datetime:
    with visit.read() as session:
        return read_clock(session)


def _with_keys(visit: Visit, facts: Facts, judge: Callable[[Facts], dict[str, Any]]) -> dict[str, Any]:
    """Judges by the keys that are known, and, where one is not, once more by those that the provider has now."""
    try:
        return judge(facts)
    except UnknownKeyError:
        pass
    try:
        return judge(read_facts(visit.application, keys_anew=True))
    except UnknownKeyError:
        raise CompanySignInError("unknown_key") from None


def _refuse(visit: Visit, refusal: CompanySignInError | TooFastError) -> Response:
    problem = refusal.problem if isinstance(refusal, CompanySignInError) else "too_fast"
    response = RedirectResponse(f"/sign-in?problem={problem}", 302)
    _forget_browser(visit, response)
    return response


def _forget_browser(visit: Visit, response: Response) -> None:
    response.delete_cookie(BROWSER, path=GO, secure=is_by_tls(visit), httponly=True, samesite="lax")


def _address(visit: Visit, path: str) -> str:
    return f"{visit.application.settings.url}{path}"
