"""The routes of the form."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict

from builder.kit.wire import Id
from builder.teams import Calling, permit
from builder.triggers.form import find_form, start_by_form

form_routes = APIRouter(tags=["triggers"])

WorkflowId = Annotated[Id, Path()]


class Wire(BaseModel):
    """What comes in or goes out; an unknown field is a mistake that is told."""

    model_config = ConfigDict(extra="forbid")


class FormView(Wire):
    """What a person fills in to start a workflow; `inputs` is its JSON Schema."""

    name: str
    purpose: str
    version: int
    inputs: dict[str, Any]


class StartIn(Wire):
    """What was filled in: inputs only, never a definition."""

    input: dict[str, Any]


class StartedView(Wire):
    """The run that was started."""

    run: Id


@form_routes.get(
    "/api/workflows/{workflow}/form", operation_id="read_form", dependencies=[Depends(permit("workflow.read"))]
)
def get_form(workflow: WorkflowId, call: Calling) -> FormView:
    """The form of the live version."""
    with call.read() as session:
        form = find_form(session, call.caller, workflow)
    return FormView(name=form.name, purpose=form.purpose, version=form.version, inputs=dict(form.schema))


@form_routes.post(
    "/api/workflows/{workflow}/form",
    operation_id="start_by_form",
    status_code=201,
    dependencies=[Depends(permit("run.start"))],
)
def post_form(workflow: WorkflowId, wanted: StartIn, call: Calling) -> StartedView:
    """Starts a run of the live version."""
    site = call.application
    with call.transaction() as session:
        run = start_by_form(
            session,
            call.caller,
            workflow,
            wanted.input,
            public_key=site.signing_key.public,
            load_plan=site.load_plan,
            payloads=site.payloads,
            admission=site.admission,
        )
    return StartedView(run=run)
