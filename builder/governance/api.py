"""The routes of governance."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from builder.governance.budget_api import router as budgets
from builder.governance.exemption_api import router as exemptions
from builder.governance.schemas import TemplateState, TemplateVersion
from builder.governance.write import (
    approve_template,
    assign_template,
    enforce_template,
    find_template,
    import_template,
    list_templates,
    retire_template,
)
from builder.kit.ids import read_id
from builder.kit.wire import Id, Line, Prose
from builder.sdk import Stage
from builder.teams import Calling, permit, read_people

router = APIRouter(tags=["governance"])
router.include_router(budgets)
router.include_router(exemptions)

TemplateId = Annotated[Id, Path()]
Number = Annotated[int, Path(ge=1, le=2_000_000_000)]
READ, WRITE = [Depends(permit("governance.read"))], [Depends(permit("governance.write"))]
APPROVE = [Depends(permit("governance.approve"))]
_ONE = "/api/governance/{template}/versions/{number}"


class Wire(BaseModel):
    """What comes in or goes out; an unknown field is a mistake that is told."""

    model_config = ConfigDict(extra="forbid")


class TemplateView(Wire):
    """One version of a template; `source` is the file."""

    id: Id
    number: int
    name: str
    owner: str
    because: str
    state: TemplateState
    applies_to: dict[str, Any]
    enforced_from: date | None
    note: str
    made_by: str
    made_at: datetime
    approved_by: str | None
    enforced_by: str | None
    retired_by: str | None
    source: dict[str, Any]


class ImportedView(Wire):
    """What was taken in, and the rules that it cannot hold together with; they keep it from being approved."""

    template: TemplateView
    findings: list[dict[str, Any]]


class TemplateIn(Wire):
    """A governance file with the workflow files of its examples, by the paths that it names."""

    content: Annotated[str, Field(max_length=1_000_000)]
    filename: Line = "governance.yaml"
    files: Annotated[dict[str, Annotated[str, Field(max_length=500_000)]], Field(max_length=50)] = {}


class AssignmentIn(Wire):
    """For which teams (not said: all) and stages a template is."""

    teams: Annotated[list[Line], Field(max_length=1_000)] | None = None
    stages: Annotated[list[Stage], Field(min_length=1, max_length=3)]


class EnforcementIn(Wire):
    """From which day on it binds."""

    day: date


class RetirementIn(Wire):
    """Why it ends."""

    reason: Prose


@router.get("/api/governance", operation_id="list_templates", dependencies=READ)
def get_templates(call: Calling) -> list[TemplateView]:
    """Every version of every template, by name, the newest first."""
    with call.read() as session:
        return _show(session, list_templates(session, call.caller))


@router.post("/api/governance", operation_id="import_template", status_code=201, dependencies=WRITE)
def post_template(wanted: TemplateIn, call: Calling) -> ImportedView:
    """Takes in a governance file as a draft, after its own examples came out as it says."""
    site = call.application
    with call.transaction() as session:
        made, findings = import_template(
            session, call.caller, wanted.content.encode("utf-8", "surrogatepass"), wanted.filename, wanted.files,
            types=site.types, connections=site.connections,
        )  # fmt: skip
        return ImportedView(template=_show(session, [made])[0], findings=[each.as_view() for each in findings])


@router.get(_ONE, operation_id="read_template", dependencies=READ)
def get_template(template: TemplateId, number: Number, call: Calling) -> TemplateView:
    """One version of a template."""
    with call.read() as session:
        return _show(session, [find_template(session, call.caller, template, number)])[0]


@router.post(f"{_ONE}/assign", operation_id="assign_template", status_code=201, dependencies=WRITE)
def post_assignment(template: TemplateId, number: Number, wanted: AssignmentIn, call: Calling) -> TemplateView:
    """Says anew whom it binds, as its next version, a draft."""
    with call.transaction() as session:
        made = assign_template(session, call.caller, template, number, wanted.teams, wanted.stages)
        return _show(session, [made])[0]


@router.post(f"{_ONE}/approve", operation_id="approve_template", dependencies=APPROVE)
def post_approval(template: TemplateId, number: Number, call: Calling) -> TemplateView:
    """A second governor says that it is right."""
    site = call.application
    with call.transaction() as session:
        moved = approve_template(session, call.caller, template, number, types=site.types, connections=site.connections)
        return _show(session, [moved])[0]


@router.post(f"{_ONE}/enforce", operation_id="enforce_template", dependencies=WRITE)
def post_enforcement(template: TemplateId, number: Number, wanted: EnforcementIn, call: Calling) -> TemplateView:
    """Lets an approved version bind from a day on."""
    with call.transaction() as session:
        return _show(session, [enforce_template(session, call.caller, template, number, wanted.day)])[0]


@router.post(f"{_ONE}/retire", operation_id="retire_template", dependencies=APPROVE)
def post_retirement(template: TemplateId, number: Number, wanted: RetirementIn, call: Calling) -> TemplateView:
    """Ends a version."""
    with call.transaction() as session:
        return _show(session, [retire_template(session, call.caller, template, number, wanted.reason)])[0]


def _show(session: Session, versions: Iterable[TemplateVersion]) -> list[TemplateView]:
    versions = list(versions)
    people = {text for each in versions for text in (each.made_by, each.approved_by, each.enforced_by, each.retired_by)
              if text is not None}  # fmt: skip
    known = read_people(session, [read_id(text) for text in people])
    names = {text: known[read_id(text)].name if read_id(text) in known else text for text in people}
    return [
        TemplateView(
            id=each.template_id,
            number=each.number,
            name=each.name,
            owner=each.source["owner"],
            because=each.source["because"],
            state=each.state,
            applies_to=each.source.get("applies_to", {"teams": "all", "stages": [stage.value for stage in Stage]}),
            enforced_from=each.enforced_from,
            note=each.note,
            made_by=names[each.made_by],
            made_at=each.made_at,
            approved_by=None if each.approved_by is None else names[each.approved_by],
            enforced_by=None if each.enforced_by is None else names[each.enforced_by],
            retired_by=None if each.retired_by is None else names[each.retired_by],
            source=dict(each.source),
        )
        for each in versions
    ]
