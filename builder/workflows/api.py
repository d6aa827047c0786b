"""The routes of workflows, their drafts, versions and files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Response

from builder.kit.etags import expect_revision, show_etag
from builder.kit.pages import Page, PageSize, cut_page, read_cursor
from builder.kit.wire import Id
from builder.sdk import Stage
from builder.teams import Call, Calling, permit
from builder.workflows.check import Installed, check_draft
from builder.workflows.create import create_blank, create_from_example, fork_workflow, list_examples
from builder.workflows.draft import (
    find_revision,
    list_revisions,
    read_draft,
    restore_draft,
    restore_version,
    save_draft,
)
from builder.workflows.edit import archive_workflow, change_workflow, unarchive_workflow
from builder.workflows.exchange import apply_import, export_workflow, plan_import
from builder.workflows.pins import change_pins, read_pins
from builder.workflows.reach_routes import router as reach
from builder.workflows.read import find_workflow, list_workflows
from builder.workflows.schemas import UnknownWorkflowError
from builder.workflows.uses import find_type_uses
from builder.workflows.versions import compare_versions, find_version, list_versions
from builder.workflows.views import (
    ChangeView,
    CheckIn,
    CheckView,
    DraftView,
    ExampleView,
    FileIn,
    GraphIn,
    ImportIn,
    ImportView,
    NewWorkflow,
    PinsIn,
    PinsView,
    RestoreIn,
    RevisionView,
    TypeUseView,
    VersionDetail,
    VersionView,
    WorkflowChange,
    WorkflowView,
    show_draft,
    show_revisions,
    show_version,
    show_versions,
    show_workflows,
)

router = APIRouter(tags=["workflows"])
router.include_router(reach)

WorkflowId = Annotated[Id, Path()]
Number = Annotated[int, Path(ge=1, le=2_000_000_000)]
Cursor = Annotated[str | None, Query(max_length=2_000)]
IfMatch = Annotated[str | None, Header()]
READ, WRITE = [Depends(permit("workflow.read"))], [Depends(permit("workflow.write"))]


@router.get("/api/workflows", operation_id="list_workflows", dependencies=READ)
def get_workflows(
    call: Calling,
    team: Id | None = None,
    q: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")] = "",
    stage: Stage | None = None,
    archived: bool = False,
    cursor: Cursor = None,
    size: PageSize = 50,
) -> Page[WorkflowView]:
    """Workflows that one may read, by name."""
    place = read_cursor(cursor, str, int)
    after = None if place is None else (str(place[0]), int(place[1]))
    with call.read() as session:
        rows = list_workflows(
            session, call.caller, team=team, text=q, stage=stage, archived=archived, after=after, limit=size + 1
        )
        shown, following = cut_page(rows, size, lambda each: (each[1], each[0].id))
        return Page[WorkflowView](items=show_workflows(session, (row for row, _ in shown)), next=following)


@router.get("/api/examples", operation_id="list_examples", dependencies=READ)
def get_examples() -> list[ExampleView]:
    """Workflows to begin with."""
    return [ExampleView(key=each.key, name=each.name, purpose=each.purpose) for each in list_examples()]


@router.post("/api/workflows", operation_id="create_workflow", status_code=201, dependencies=WRITE)
def post_workflow(wanted: NewWorkflow, call: Calling) -> WorkflowView:
    """Makes a workflow: blank, from an example, or as a copy of another."""
    with call.transaction() as session:
        caller, team, name = call.caller, wanted.team, wanted.name
        if wanted.begin == "example":
            number = create_from_example(session, caller, team, wanted.example or "", name)
        elif wanted.begin == "fork":
            number = fork_workflow(session, caller, wanted.workflow or 0, team, name, wanted.version)
        else:
            number = create_blank(session, caller, team, name or "New workflow", wanted.purpose)
        return show_workflows(session, [find_workflow(session, caller, number)])[0]


@router.get("/api/workflows/{workflow}", operation_id="read_workflow", dependencies=READ)
def get_workflow(workflow: WorkflowId, call: Calling) -> WorkflowView:
    """One workflow."""
    with call.read() as session:
        return show_workflows(session, [find_workflow(session, call.caller, workflow)])[0]


@router.patch("/api/workflows/{workflow}", operation_id="change_workflow", dependencies=WRITE)
def patch_workflow(workflow: WorkflowId, wanted: WorkflowChange, call: Calling) -> WorkflowView:
    """Changes name, purpose, who answers for it, or the archive; what is not named stays."""
    said = {name: getattr(wanted, name) for name in wanted.model_fields_set}
    archived = said.pop("archived", None)
    values = {_COLUMNS.get(key, key): value for key, value in said.items() if value is not None or key in _COLUMNS}
    with call.transaction() as session:
        if archived is False:
            unarchive_workflow(session, call.caller, workflow)
        if values:
            change_workflow(session, call.caller, workflow, values)
        if archived:
            archive_workflow(session, call.caller, workflow)
        return show_workflows(session, [find_workflow(session, call.caller, workflow)])[0]


_COLUMNS = {"owner": "owner_id", "deputy": "deputy_id"}

# ---------------------------------------------------------------- drafts


@router.get("/api/workflows/{workflow}/draft", operation_id="read_draft", dependencies=READ)
def get_draft(workflow: WorkflowId, call: Calling, response: Response) -> DraftView:
    """The draft; its ETag is its revision."""
    with call.read() as session:
        draft = read_draft(session, call.caller, workflow)
        response.headers["ETag"] = show_etag(draft.revision)
        return show_draft(session, draft)


@router.put("/api/workflows/{workflow}/draft", operation_id="save_draft", dependencies=WRITE)
def put_draft(
    workflow: WorkflowId, wanted: GraphIn, call: Calling, response: Response, if_match: IfMatch = None
) -> DraftView:
    """Saves over the revision that `If-Match` names; 409 `draft_changed` says what somebody else changed meanwhile."""
    seen = expect_revision(if_match)
    with call.transaction() as session:
        draft = save_draft(session, call.caller, workflow, seen, wanted.graph)
        response.headers["ETag"] = show_etag(draft.revision)
        return show_draft(session, draft)


@router.get("/api/workflows/{workflow}/draft/history", operation_id="list_revisions", dependencies=READ)
def get_revisions(
    workflow: WorkflowId, call: Calling, cursor: Cursor = None, size: PageSize = 50
) -> Page[RevisionView]:
    """States in which the draft was, the newest first."""
    place = read_cursor(cursor, int)
    with call.read() as session:
        before = None if place is None else int(place[0])
        rows = list_revisions(session, call.caller, workflow, before, size + 1)
        shown, following = cut_page(rows, size, lambda each: (each.revision,))
        return Page[RevisionView](items=show_revisions(session, shown), next=following)


@router.get("/api/workflows/{workflow}/draft/history/{revision}", operation_id="read_revision", dependencies=READ)
def get_revision(workflow: WorkflowId, revision: Number, call: Calling) -> DraftView:
    """One state in which the draft was."""
    with call.read() as session:
        return show_draft(session, find_revision(session, call.caller, workflow, revision))


@router.post("/api/workflows/{workflow}/draft/restore", operation_id="restore_draft", dependencies=WRITE)
def post_restore(
    workflow: WorkflowId, wanted: RestoreIn, call: Calling, response: Response, if_match: IfMatch = None
) -> DraftView:
    """Makes an earlier state, or what a version was made of, the draft's next revision."""
    seen = expect_revision(if_match)
    with call.transaction() as session:
        if wanted.version is not None:
            draft = restore_version(session, call.caller, workflow, seen, wanted.version)
        elif wanted.revision is not None:
            draft = restore_draft(session, call.caller, workflow, seen, wanted.revision)
        else:
            raise UnknownWorkflowError("Nothing to restore was named.", way_out="Name a revision or a version.")
        response.headers["ETag"] = show_etag(draft.revision)
        return show_draft(session, draft)


@router.get(
    "/api/workflows/{workflow}/draft/pins", operation_id="read_pins", dependencies=[Depends(permit("workflow.write"))]
)
def get_pins(workflow: WorkflowId, call: Calling) -> PinsView:
    """What stands still while the draft is tried. No version, file or copy holds it."""
    with call.read() as session:
        return PinsView(pins=dict(read_pins(session, call.caller, workflow)))


@router.put("/api/workflows/{workflow}/draft/pins", operation_id="change_pins", dependencies=WRITE)
def put_pins(workflow: WorkflowId, wanted: PinsIn, call: Calling) -> PinsView:
    """Pins outputs and takes pins off; what is not named stays."""
    with call.transaction() as session:
        return PinsView(pins=dict(change_pins(session, call.caller, workflow, wanted.pins, wanted.removed)))


@router.post("/api/workflows/{workflow}/check", operation_id="check_graph", dependencies=READ)
def post_check(workflow: WorkflowId, wanted: CheckIn, call: Calling) -> CheckView:
    """Findings, labels, what fits where, and what governance would weave in. Nothing is stored."""
    with call.read() as session:
        checked = check_draft(
            session, call.caller, workflow, wanted.graph, _installed(call), stage=wanted.stage, about=wanted.about
        )
    return CheckView(**checked.as_record())


# ---------------------------------------------------------------- versions


@router.get("/api/workflows/{workflow}/versions", operation_id="list_versions", dependencies=READ)
def get_versions(workflow: WorkflowId, call: Calling, cursor: Cursor = None, size: PageSize = 50) -> Page[VersionView]:
    """Versions, the newest first."""
    place = read_cursor(cursor, int)
    with call.read() as session:
        before = None if place is None else int(place[0])
        rows = list_versions(session, call.caller, workflow, before, size + 1)
        shown, following = cut_page(rows, size, lambda each: (each.number,))
        return Page[VersionView](items=show_versions(session, shown), next=following)


@router.get("/api/workflows/{workflow}/versions/{number}", operation_id="read_version", dependencies=READ)
def get_version(workflow: WorkflowId, number: Number, call: Calling) -> VersionDetail:
    """One version with its graphs."""
    with call.read() as session:
        return show_version(session, find_version(session, call.caller, workflow, number))


@router.get("/api/workflows/{workflow}/compare", operation_id="compare_versions", dependencies=READ)
def get_comparison(
    workflow: WorkflowId,
    call: Calling,
    before: Annotated[int | None, Query(alias="from", ge=1, le=2_000_000_000)] = None,
    after: Annotated[int | None, Query(alias="to", ge=1, le=2_000_000_000)] = None,
) -> list[ChangeView]:
    """What differs in meaning between two versions; without a number it is the draft."""
    with call.read() as session:
        changes = compare_versions(session, call.caller, workflow, before, after)
    return [ChangeView(**each.as_record()) for each in changes]


# ---------------------------------------------------------------- files


@router.get(
    "/api/workflows/{workflow}/export",
    operation_id="export_workflow",
    dependencies=READ,
    response_class=Response,
    responses={200: {"content": {"application/yaml": {"schema": {}}}}},
)
def get_export(
    workflow: WorkflowId, call: Calling, version: Annotated[int | None, Query(ge=1, le=2_000_000_000)] = None
) -> Response:
    """The draft, or what a version was made of, as a file."""
    with call.read() as session:
        name, text = export_workflow(session, call.caller, workflow, call.application.triggers, version)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.encode(), media_type="application/yaml", headers=headers)


@router.post("/api/imports/plan", operation_id="plan_import", dependencies=WRITE)
def post_import_plan(wanted: FileIn, call: Calling) -> ImportView:
    """What taking in a file would do. Nothing is stored, executed or contacted."""
    with call.read() as session:
        plan = plan_import(
            session, call.caller, wanted.team, wanted.content.encode("utf-8", "surrogatepass"), wanted.filename,
            types=call.application.types, connections=_opened(call), name=wanted.name,
        )  # fmt: skip
    return ImportView(plan=plan.hash, workflow=plan.workflow_id, **plan.as_record())


@router.post("/api/imports", operation_id="apply_import", status_code=201, dependencies=WRITE)
def post_import(wanted: ImportIn, call: Calling) -> WorkflowView:
    """Does what a plan said."""
    with call.transaction() as session:
        number = apply_import(
            session, call.caller, wanted.team, wanted.content.encode("utf-8", "surrogatepass"), wanted.filename,
            types=call.application.types, connections=_opened(call), triggers=call.application.triggers,
            plan_hash=wanted.plan, choice=wanted.choice,
            name=wanted.name,
        )  # fmt: skip
        return show_workflows(session, [find_workflow(session, call.caller, number)])[0]


def _installed(call: Call) -> Installed:
    return Installed(call.application.types, call.application.connections)


def _opened(call: Call) -> frozenset[str]:
    return frozenset(call.application.connections)


@router.get(
    "/api/node-types/{key}/uses", operation_id="list_type_uses", dependencies=[Depends(permit("template.read"))]
)
def get_type_uses(key: Annotated[str, Path(max_length=80)], call: Calling) -> list[TypeUseView]:
    """The workflows that place a node type (`tool.crm_reply@3`), in their live version or in their draft."""
    with call.read() as session:
        return [
            TypeUseView(workflow=each.workflow_id, name=each.name, team=each.team, live=each.live, draft=each.draft)
            for each in find_type_uses(session, call.caller, key)
        ]
