"""The routes of API tokens: each makes and ends his own; admins see everybody's, and may end them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from builder.kit.pages import Page, PageSize, cut_page, read_cursor
from builder.kit.wire import Id
from builder.teams.gate import Calling, permit
from builder.teams.rules import carried_by
from builder.teams.tokens import end_token, list_all_tokens, list_own_tokens, make_token
from builder.teams.words import NewToken, NewTokenView, TokensView, TokenView

token_routes = APIRouter(tags=["tokens"])
own = [Depends(permit("self"))]


@token_routes.get("/api/tokens", operation_id="list_tokens", dependencies=own)
def get_tokens(call: Calling) -> TokensView:
    """One's own API tokens, the newest first, and what another could carry."""
    with call.read() as session:
        items = _show(list_own_tokens(session, call.caller), call.now)
    return TokensView(items=items, grantable=carried_by(call.caller, None))


@token_routes.post("/api/tokens", operation_id="make_token", status_code=201, dependencies=own)
def post_token(wanted: NewToken, call: Calling) -> NewTokenView:
    """Makes an API token. It is shown this once."""
    with call.transaction() as session:
        made = make_token(session, call.caller, wanted, call.now)
    return NewTokenView(id=made.id, token=made.secret, ends_at=made.ends_at)


@token_routes.delete("/api/tokens/{number}", operation_id="end_token", status_code=204, dependencies=own)
def delete_token(number: Annotated[Id, Path()], call: Calling) -> None:
    """Ends one of one's own API tokens, at once."""
    with call.transaction() as session:
        end_token(session, call.caller, number, call.now, own=True)


@token_routes.get(
    "/api/organisation/tokens", operation_id="list_all_tokens", dependencies=[Depends(permit("organisation.read"))]
)
def get_all_tokens(
    call: Calling, cursor: Annotated[str | None, Query(max_length=2_000)] = None, size: PageSize = 50
) -> Page[TokenView]:
    """Everybody's API tokens, the newest first."""
    place = read_cursor(cursor, int)
    with call.read() as session:
        rows = list_all_tokens(session, call.caller, None if place is None else int(place[0]), size + 1)
    shown, following = cut_page(_show(rows, call.now), size, lambda each: (each.id,))
    return Page[TokenView](items=shown, next=following)


@token_routes.delete(
    "/api/organisation/tokens/{number}",
    operation_id="end_any_token",
    status_code=204,
    dependencies=[Depends(permit("organisation.write"))],
)
def delete_any_token(number: Annotated[Id, Path()], call: Calling) -> None:
    """Ends anybody's API token, at once."""
    with call.transaction() as session:
        end_token(session, call.caller, number, call.now, own=False)


def _show(rows: Iterable[Any], now: datetime) -> list[TokenView]:
    return [
        TokenView.model_validate({**row._mapping, "holds": row.ended_at is None and now < row.ends_at}) for row in rows
    ]
