"""The routes of files. An upload is the body itself, taken in piece by piece."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from builder.files.read import find_file
from builder.files.rules import write_disposition
from builder.files.schemas import FileView, show_file
from builder.files.upload import Content, keep_upload
from builder.kit.wire import Id
from builder.teams import Call, Calling, permit, require

router = APIRouter(tags=["files"])

FileId = Annotated[Id, Path()]
READ = [Depends(permit("payload.read"))]
_BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_BODY = {"content": _BYTES, "required": True}
_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}}


@router.post(
    "/api/files",
    operation_id="upload_file",
    status_code=201,
    dependencies=[Depends(permit("run.start"))],
    openapi_extra={"requestBody": _BODY},
)
async def post_file(
    team: Id, name: Annotated[str, Query(min_length=1, max_length=1_000)], request: Request, call: Calling
) -> FileView:
    """Keeps a file for a team. The body is the file, and its type is found by looking into it."""
    require(call.caller, "run.start", team)
    with Content() as content:
        async for piece in request.stream():
            content.write(piece)
        return await run_in_threadpool(_keep, call, content, team, name)


def _keep(call: Call, content: Content, team: int, name: str) -> FileView:
    key = content.store(call.application.payloads)
    caller = call.caller
    with call.transaction() as session:
        kept = keep_upload(
            session, content, key, name, team_id=team, person=caller.person, actor=caller.actor
        )  # fmt: skip
    return show_file(kept)


@router.get("/api/files/{file}", operation_id="read_file", dependencies=READ)
def get_file(file: FileId, call: Calling) -> FileView:
    """What a file is; its content is fetched apart."""
    with call.read() as session:
        return show_file(find_file(session, call.caller, file, call.application))


@router.get(
    "/api/files/{file}/content",
    operation_id="read_file_content",
    dependencies=READ,
    response_class=Response,
    responses=_FILE,
)
def get_content(file: FileId, call: Calling) -> Response:
    """A file's content, to be saved: a browser never shows it here."""
    with call.read() as session:
        found = find_file(session, call.caller, file, call.application)
    headers = {
        "Content-Type": found.media_type,
        "Content-Disposition": write_disposition(found.name),
        "X-Content-Type-Options": "nosniff",
    }
    return Response(call.application.payloads.get(found.key), headers=headers)
