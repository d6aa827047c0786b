"""The routes by which people look after webhooks: address, secrets, samples, and the log of what arrived."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from builder.kit.pages import Page, PageSize, cut_page, read_cursor
from builder.kit.wire import Id
from builder.teams import Calling, permit
from builder.triggers.deliveries import (
    find_delivery,
    find_sample,
    list_deliveries,
    look_into,
    replay_delivery,
)
from builder.triggers.form_routes import StartedView, Wire
from builder.triggers.hooks import allow_unsigned, end_secret, listen_for_sample, make_secret, show_hook
from builder.workflows import Named, name_people

webhook_routes = APIRouter(tags=["webhooks"])

TriggerId = Annotated[Id, Path()]
DeliveryId = Annotated[Id, Path()]
READ, WRITE = [Depends(permit("trigger.read"))], [Depends(permit("trigger.write"))]
State = Literal["started", "again", "filtered", "sample", "refused"]


class SecretView(Wire):
    """A secret, as far as it is ever shown again; `ends_at` is None while it is the newest."""

    id: Id
    ending: str
    made_by: Named
    made_at: datetime
    ends_at: datetime | None


class WebhookView(Wire):
    """What a webhook has beside what every trigger has.

    Attributes:
        address: where to deliver; None until the first secret is made.
        secrets: those that hold, the newest first.
        unsigned_by: the admin who lets it go without signatures, if one does.
        listens_until: until when it listens for a sample.
    """

    address: str | None
    secrets: list[SecretView]
    unsigned_by: Named | None
    listens_until: datetime | None


class NewSecret(Wire):
    """A secret to be made; those that hold end after so many hours."""

    hours: Annotated[int, Field(ge=0, le=720)] = 24


class NewSecretView(Wire):
    """A secret, shown this once."""

    id: Id
    secret: str


class UnsignedIn(Wire):
    """Whether a webhook may go without signatures."""

    allowed: bool


class ListenIn(Wire):
    """Whether a webhook listens for a sample."""

    on: bool


class SampleView(Wire):
    """What the newest delivery showed of what arrives: names and types, no values. None while nothing came."""

    delivery: Id
    at: datetime
    body: dict[str, Any]


class DeliveryRow(Wire):
    """A delivery in the log.

    Attributes:
        reason, sentence: why it was refused.
        key: what its sender calls it.
        replay_of: the delivery that somebody sent in again.
        kept: whether what arrived is kept, and so can be sent in again.
        more: how many before it were not written down, because there were too many at once.
    """

    id: Id
    at: datetime
    state: State
    reason: str
    sentence: str
    key: str
    run: Id | None
    replay_of: Id | None
    size: int
    kept: bool
    more: int


class DeliveryDetail(DeliveryRow):
    """A delivery with what arrived; that only where `payload` is true."""

    trigger: Id
    payload: bool
    body: Any = None
    headers: dict[str, str] | None = None


@webhook_routes.get("/api/triggers/{trigger}/webhook", operation_id="read_webhook", dependencies=WRITE)
def get_webhook(trigger: TriggerId, call: Calling) -> WebhookView:
    """The address and the secrets of a webhook."""
    site = call.application
    with call.read() as session:
        state = show_hook(session, call.caller, trigger, site.vault_key)
        people = name_people(session, [*(row.made_by for row in state.secrets), *filter(None, [state.unsigned_by])])
    return WebhookView(
        address=None if state.key is None else f"{site.settings.url}/hooks/{state.key}",
        secrets=[
            SecretView(
                id=row.id, ending=row.ending, made_by=people[row.made_by], made_at=row.made_at, ends_at=row.ends_at
            )
            for row in state.secrets
        ],
        unsigned_by=None if state.unsigned_by is None else people[state.unsigned_by],
        listens_until=state.listens_until,
    )


@webhook_routes.post(
    "/api/triggers/{trigger}/webhook/secrets", operation_id="make_webhook_secret", status_code=201, dependencies=WRITE
)
def post_secret(trigger: TriggerId, wanted: NewSecret, call: Calling) -> NewSecretView:
    """Makes a secret, and the address where there is none. The secret is shown this once."""
    with call.transaction() as session:
        made = make_secret(session, call.caller, trigger, wanted.hours, call.application.vault_key)
    return NewSecretView(id=made.id, secret=made.secret)


@webhook_routes.delete(
    "/api/triggers/{trigger}/webhook/secrets/{number}",
    operation_id="end_webhook_secret",
    status_code=204,
    dependencies=WRITE,
)
def delete_secret(trigger: TriggerId, number: Annotated[Id, Path()], call: Calling) -> None:
    """Ends a secret at once."""
    with call.transaction() as session:
        end_secret(session, call.caller, trigger, number)


@webhook_routes.put(
    "/api/triggers/{trigger}/webhook/unsigned",
    operation_id="allow_unsigned",
    status_code=204,
    dependencies=[Depends(permit("settings.write"))],
)
def put_unsigned(trigger: TriggerId, wanted: UnsignedIn, call: Calling) -> None:
    """Lets a webhook go without signatures, or no longer."""
    with call.transaction() as session:
        allow_unsigned(session, call.caller, trigger, call.application.vault_key, allowed=wanted.allowed)


@webhook_routes.put(
    "/api/triggers/{trigger}/webhook/listen", operation_id="listen_for_sample", status_code=204, dependencies=WRITE
)
def put_listen(trigger: TriggerId, wanted: ListenIn, call: Calling) -> None:
    """Lets a webhook wait for one delivery that shows what arrives."""
    with call.transaction() as session:
        listen_for_sample(session, call.caller, trigger, call.application.vault_key, on=wanted.on)


@webhook_routes.get("/api/triggers/{trigger}/webhook/sample", operation_id="read_sample", dependencies=WRITE)
def get_sample(trigger: TriggerId, call: Calling) -> SampleView | None:
    """What the newest delivery showed."""
    with call.read() as session:
        found = find_sample(session, call.caller, trigger, call.application.vault_key)
    return None if found is None else SampleView(delivery=found[0].id, at=found[0].at, body=dict(found[1]))


@webhook_routes.get("/api/triggers/{trigger}/deliveries", operation_id="list_deliveries", dependencies=READ)
def get_deliveries(
    trigger: TriggerId,
    call: Calling,
    state: Annotated[list[State] | None, Query(max_length=5)] = None,
    cursor: Annotated[str | None, Query(max_length=2_000)] = None,
    size: PageSize = 50,
) -> Page[DeliveryRow]:
    """What arrived, the newest first."""
    place = read_cursor(cursor, int)
    with call.read() as session:
        before = None if place is None else int(place[0])
        rows = list_deliveries(session, call.caller, trigger, state or (), before, size + 1)
    shown, following = cut_page(_show(rows), size, lambda each: (each.id,))
    return Page[DeliveryRow](items=shown, next=following)


@webhook_routes.get("/api/deliveries/{delivery}", operation_id="read_delivery", dependencies=READ)
def get_delivery(delivery: DeliveryId, call: Calling) -> DeliveryDetail:
    """One delivery, with what arrived, as far as one may see it."""
    with call.read() as session:
        row, trigger = find_delivery(session, call.caller, delivery)
        values = look_into(call.caller, row, trigger, call.application.vault_key)
    seen = {} if values is None else {"body": values["body"], "headers": values["headers"]}
    return DeliveryDetail(**_fields(row), trigger=trigger.id, payload=values is not None, **seen)


@webhook_routes.post(
    "/api/deliveries/{delivery}/replay",
    operation_id="replay_delivery",
    status_code=201,
    dependencies=[Depends(permit("run.start"))],
)
def post_replay(delivery: DeliveryId, call: Calling) -> StartedView:
    """Sends in again what arrived."""
    with call.transaction() as session:
        return StartedView(run=replay_delivery(session, call.caller, delivery, call.application).run_id)


def _show(rows: Iterable[Any]) -> list[DeliveryRow]:
    return [DeliveryRow(**_fields(row)) for row in rows]


def _fields(row: Any) -> dict[str, Any]:
    names = ("id", "at", "state", "reason", "sentence", "key", "replay_of", "size", "more")
    kept = row.kept if hasattr(row, "kept") else row.sealed is not None
    return {**{name: getattr(row, name) for name in names}, "run": row.run_id, "kept": bool(kept)}
