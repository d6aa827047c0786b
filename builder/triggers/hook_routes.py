"""The public address of webhooks, and the route by which programs start runs. Both may wait for what the run answers.

Nothing but POST starts anything, and an address that leads nowhere answers as if there were none.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from builder.kit.ids import show_id
from builder.kit.wire import Id
from builder.runs import holds_payload, look_for_answers, read_facts, read_woven_of
from builder.teams import Call, Calling, Installation, Visiting, permit
from builder.triggers.deliver import Arrived, Taken, take_delivery
from builder.triggers.form_routes import Wire
from builder.triggers.program import BadKeyError, start_by_program
from builder.triggers.reasons import LARGEST
from builder.triggers.replies import Reply, replying_nodes, say_answer, say_started
from builder.triggers.schemas import Started
from builder.triggers.views import Version
from builder.triggers.waiting import Waiters

hook_routes = APIRouter(tags=["webhooks"])

WorkflowId = Annotated[Id, Path()]
_FIXED = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
}
_PREFER = re.compile(r"(?:^|,|;)\s*wait\s*=\s*\"?([0-9]{1,3})\"?\s*(?:,|;|$)", re.IGNORECASE)
_REMEMBERED = 500


class ProgramIn(Wire):
    """What a program starts a workflow with: inputs only, never a definition. With `version`, only while that one is
    live.
    """

    input: Annotated[dict[str, Any], Field(max_length=500, default_factory=dict)]
    version: Version | None = None


class ProgramView(Wire):
    """The run that was started; with what it answered, where that was waited for and may be seen.

    `state` is None while it goes on; `result` is there only when `payload` is true.
    """

    run: Id
    page: str
    again: bool
    state: str | None = None
    payload: bool = False
    result: Any = None


@hook_routes.post(
    "/hooks/{key}",
    operation_id="deliver",
    response_class=Response,
    responses={
        200: {"description": "What the run answers."}, 202: {"description": "The run's address."},
        413: {}, 415: {}, 502: {},
    },
)  # fmt: skip
async def post_hook(key: Annotated[str, Path(max_length=200)], request: Request, visit: Visiting) -> Response:
    """Takes a delivery of a webhook in."""
    site = visit.application
    taken = await run_in_threadpool(take_delivery, site, key, await _read(request))
    reply = await _answer(request, site, taken)
    return Response(reply.body, reply.status, {**reply.headers, **_FIXED})


@hook_routes.post(
    "/api/workflows/{workflow}/runs",
    operation_id="start_by_program",
    status_code=202,
    dependencies=[Depends(permit("run.start"))],
    responses={200: {"model": ProgramView}, 502: {}},
)
async def post_run(
    workflow: WorkflowId,
    wanted: ProgramIn,
    call: Calling,
    request: Request,
    response: Response,
    wait: Annotated[int, Query(ge=0, le=60, description="Seconds to wait for the result.")] = 0,
    idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
    prefer: Annotated[str | None, Header(max_length=200)] = None,
) -> ProgramView:
    """Starts a run of the live version, once for each `Idempotency-Key`. `wait`, or `Prefer: wait=…`, asks to be
    answered when it has ended.
    """
    if len(request.headers.getlist("idempotency-key")) > 1:
        raise BadKeyError("The header came more than once.", field="Idempotency-Key", way_out="Send one key.")
    started = await run_in_threadpool(_start, call, workflow, wanted, idempotency_key)
    shown = show_id(started.run_id)
    response.headers["Location"] = f"/api/runs/{shown}"
    view = ProgramView(run=started.run_id, page=f"{call.application.settings.url}/runs/{shown}", again=started.again)
    seconds = wait or _preferred(prefer)
    answer = None
    if seconds:
        answer = await _waiters_of(request, call.application).wait(started.run_id, frozenset(), seconds)
    if answer is None:
        return view
    response.status_code = 200
    sees = await run_in_threadpool(_sees, call, started.run_id)
    state = None if answer.status is None else answer.status.value
    return view.model_copy(update={"state": state, "payload": sees, "result": answer.value if sees else None})


def _start(call: Call, workflow: int, wanted: ProgramIn, key: str | None) -> Started:
    with call.transaction() as session:
        return start_by_program(session, call.caller, workflow, wanted.input, call.application, key, wanted.version)


def _sees(call: Call, run_id: int) -> bool:
    with call.read() as session:
        return holds_payload(session, call.caller, read_facts(session, [run_id])[run_id])


def _preferred(prefer: str | None) -> int:
    """The seconds of `Prefer: wait=…` (RFC 7240)."""
    found = _PREFER.search(prefer or "")
    return min(int(found.group(1)), 60) if found else 0


async def _read(request: Request) -> Arrived:
    """What is sent, up to one byte more than may be."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            break
    headers = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in request.headers.raw]
    return Arrived(headers, bytes(body[: LARGEST + 1]), too_large=len(body) > LARGEST)


async def _answer(request: Request, site: Installation, taken: Taken) -> Reply:
    started, url = taken.started, site.settings.url
    if started is None:
        return say_started(None, url, state=taken.state)
    if taken.settings.answer == "wait":
        replies = await run_in_threadpool(_replies, site, started.run_id)
        answer = await _waiters_of(request, site).wait(started.run_id, replies, taken.settings.wait_seconds)
        if answer is not None:
            return say_answer(started.run_id, answer)
    return say_started(started.run_id, url, again=started.again)


_known: OrderedDict[str, frozenset[str]] = OrderedDict()  # hash of a plan → its nodes that reply


def _replies(site: Installation, run_id: int) -> frozenset[str]:
    with site.database.read() as session:
        plan_hash = read_facts(session, [run_id])[run_id].plan_hash
        if plan_hash not in _known:
            _known[plan_hash] = replying_nodes(site.load_plan(read_woven_of(session, run_id)), site.types)
            if len(_known) > _REMEMBERED:
                _known.popitem(last=False)
        return _known[plan_hash]


def _waiters_of(request: Request, site: Installation) -> Waiters:
    """Everybody who waits in this process; made when somebody waits first."""
    state = request.app.state
    if not hasattr(state, "waiters"):
        state.waiters = Waiters(lambda wanted: _look(site, wanted))
    return cast("Waiters", state.waiters)


def _look(site: Installation, wanted: Any) -> Any:
    with site.database.read() as session:
        return look_for_answers(session, wanted, site.payloads)
