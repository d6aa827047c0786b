"""The routes of credentials."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from builder.credentials.connection_api import router as connections
from builder.credentials.make import (
    change_credential,
    end_credential,
    find_credential,
    find_uses,
    find_versions,
    list_credentials,
    list_usable,
    make_credential,
    rotate_credential,
)
from builder.credentials.try_out import keep_test, take_for_test, try_credential
from builder.credentials.views import (
    CredentialDetail,
    CredentialIn,
    CredentialView,
    FieldsIn,
    GrantsIn,
    KindView,
    MadeView,
    SecretVersionView,
    TestIn,
    TriedView,
    UsableView,
    UseView,
    read_wanted_credential,
    read_wanted_grants,
    show_credentials,
    show_kinds,
    show_usable,
    show_uses,
    show_versions,
)
from builder.kit.pages import Page, PageSize, cut_page, read_cursor
from builder.kit.wire import Id
from builder.teams import Calling, permit

router = APIRouter(tags=["credentials"])
router.include_router(connections)

CredentialId = Annotated[Id, Path()]
READ, WRITE = [Depends(permit("credential.read"))], [Depends(permit("credential.write"))]
_ONE = "/api/credentials/{credential}"


@router.get("/api/credentials", operation_id="list_credentials", dependencies=READ)
def get_credentials(call: Calling) -> list[CredentialView]:
    """Every credential, by name, without what it holds."""
    with call.read() as session:
        return show_credentials(session, list_credentials(session, call.caller), call.now)


@router.get("/api/credential-kinds", operation_id="list_credential_kinds", dependencies=READ)
def get_kinds() -> list[KindView]:
    """Every kind of credential, with its fields."""
    return show_kinds()


@router.get(
    "/api/teams/{team}/credentials",
    operation_id="list_usable_credentials",
    dependencies=[Depends(permit("credential.use"))],
)
def get_usable(team: Annotated[Id, Path()], call: Calling) -> list[UsableView]:
    """The credentials that a team's steps can name."""
    with call.read() as session:
        return show_usable(list_usable(session, call.caller, team), call.now)


@router.post("/api/credentials", operation_id="make_credential", status_code=201, dependencies=WRITE)
def post_credential(wanted: CredentialIn, call: Calling) -> MadeView:
    """Makes a credential. What it holds is sealed at once, and never shown again."""
    with call.transaction() as session:
        made = make_credential(session, call.caller, read_wanted_credential(wanted), call.application.wrapping)
    return MadeView(id=made)


@router.get(_ONE, operation_id="read_credential", dependencies=READ)
def get_credential(credential: CredentialId, call: Calling) -> CredentialDetail:
    """One credential without what it holds."""
    with call.read() as session:
        row = find_credential(session, call.caller, credential)
        versions = find_versions(session, call.caller, credential)
        return CredentialDetail(
            credential=show_credentials(session, [row], call.now)[0], versions=show_versions(session, versions)
        )


@router.put(_ONE, operation_id="change_credential", status_code=204, dependencies=WRITE)
def put_credential(credential: CredentialId, wanted: GrantsIn, call: Calling) -> None:
    """Changes who may use a credential, where it may be sent, and until when."""
    with call.transaction() as session:
        change_credential(session, call.caller, credential, read_wanted_grants(wanted))


@router.post(f"{_ONE}/rotate", operation_id="rotate_credential", status_code=201, dependencies=WRITE)
def post_rotate(credential: CredentialId, wanted: FieldsIn, call: Calling) -> SecretVersionView:
    """Puts something new in place of what a credential holds; the old is forgotten."""
    with call.transaction() as session:
        rotate_credential(session, call.caller, credential, wanted.fields, call.application.wrapping)
        return show_versions(session, find_versions(session, call.caller, credential)[:1])[0]


@router.post(f"{_ONE}/off", operation_id="end_credential", status_code=204, dependencies=WRITE)
def post_off(credential: CredentialId, call: Calling) -> None:
    """Switches a credential off: nothing uses it from now on."""
    with call.transaction() as session:
        end_credential(session, call.caller, credential, off=True)


@router.post(f"{_ONE}/on", operation_id="revive_credential", status_code=204, dependencies=WRITE)
def post_on(credential: CredentialId, call: Calling) -> None:
    """Switches a credential on again."""
    with call.transaction() as session:
        end_credential(session, call.caller, credential, off=False)


@router.post(f"{_ONE}/test", operation_id="try_credential", dependencies=WRITE)
def post_test(credential: CredentialId, wanted: TestIn, call: Calling) -> TriedView:
    """Tries a credential for real: a request, a sign-in or a connection. Waits for how it went."""
    with call.transaction() as session:
        opened = take_for_test(session, call.caller, credential, wanted.url, call.application.wrapping)
    tried = try_credential(opened, wanted.url, call.application.open_egress())
    with call.transaction() as session:
        keep_test(session, opened, tried)
    return TriedView(ok=tried.ok, said=tried.said)


@router.get(f"{_ONE}/uses", operation_id="list_credential_uses", dependencies=READ)
def get_uses(
    credential: CredentialId,
    call: Calling,
    cursor: Annotated[str | None, Query(max_length=2_000)] = None,
    size: PageSize = 50,
) -> Page[UseView]:
    """Who used a credential, for what and where, the newest first."""
    place = read_cursor(cursor, int)
    with call.read() as session:
        rows = find_uses(session, call.caller, credential, None if place is None else int(place[0]), size + 1)
        shown, following = cut_page(rows, size, lambda each: (each.id,))
        return Page[UseView](items=show_uses(session, list(shown)), next=following)
