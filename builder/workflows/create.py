"""New workflows: blank, from an example that ships with the product, or as a fork of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.db import read_clock, to_milliseconds
from builder.engine.graph import Workflow
from builder.governance import expect_free_name
from builder.kit.ids import new_id, show_id
from builder.sdk import JSON, Stage
from builder.teams import Caller, require
from builder.workflows import store
from builder.workflows.load import read_file
from builder.workflows.read import expect_workflow
from builder.workflows.rules import expect_source, key_of, source_of
from builder.workflows.schemas import Draft, UnknownWorkflowError

_HERE = Path(__file__).resolve()


@dataclass(frozen=True, slots=True)
class Example:
    """A workflow to begin with. `key` names it for good (`support-triage`, `constructs/loop`)."""

    key: str
    name: str
    purpose: str
    path: Path


def examples_folder() -> Path:
    """Where the examples are: beside this file in a wheel, at the top of a checkout."""
    shipped = _HERE.parent / "examples"
    return shipped if shipped.is_dir() else _HERE.parents[2] / "examples"


@lru_cache(maxsize=1)
def list_examples() -> tuple[Example, ...]:
    """Every example that ships with the product: whole ones first, then one for each construct of the language."""
    folder = examples_folder()
    found = []
    for path in (*sorted(folder.glob("*/workflow.yaml")), *sorted(folder.glob("constructs/*.yaml"))):
        value = read_file(path).value
        key = path.parent.name if path.stem == "workflow" else f"{path.parent.name}/{path.stem}"
        found.append(Example(key, str(value["name"]), str(value.get("purpose", "")), path))
    return tuple(found)


def create_blank(session: Session, caller: Caller, team: int, name: str, purpose: str = "") -> int:
    """Makes a workflow without a step; its id.

    Raises:
        builder.teams.Forbidden: the caller may not write this team's workflows.
    """
    blank = Workflow(handrail=1, name=name)
    return store_new(session, caller, team, name, purpose, source_of(blank), {"from": "blank"})


def create_from_example(session: Session, caller: Caller, team: int, example: str, name: str | None = None) -> int:
    """Makes a workflow that begins as an example; its id.

    Raises:
        UnknownWorkflowError: there is no such example.
    """
    found = next((each for each in list_examples() if each.key == example), None)
    if found is None:
        raise UnknownWorkflowError(f"There is no example {example[:80]!r}.", field="example")
    called = name or found.name
    source = expect_source(read_file(found.path).value, called)
    origin: dict[str, JSON] = {"from": "example", "example": found.key}
    return store_new(session, caller, team, called, found.purpose, source, origin)


def fork_workflow(
    session: Session, caller: Caller, workflow_id: int, team: int, name: str | None = None, version: int | None = None
) -> int:
    """Makes a workflow that begins as another's draft, or as one of its versions, and remembers which; its id.

    Raises:
        UnknownWorkflowError: there is none that this caller may read.
    """
    row = expect_workflow(session, caller, workflow_id, "workflow.read")
    origin: dict[str, JSON] = {"from": "fork", "workflow": show_id(row.id), "name": row.name}
    if version is None:
        draft = store.read_draft_row(session, row.id)
        assert draft is not None, "every workflow has a draft"
        source, origin["revision"] = draft.source, draft.revision
    else:
        found = store.read_version_row(session, row.id, version)
        if found is None:
            raise UnknownWorkflowError(f"“{row.name}” has no version {version}.")
        source, origin["version"] = expect_source(found.woven["source"], row.name), version
    return store_new(session, caller, team, name or f"{row.name} (copy)"[:200], row.purpose, source, origin)


def store_new(
    session: Session,
    caller: Caller,
    team: int,
    name: str,
    purpose: str,
    source: Mapping[str, JSON],
    origin: Mapping[str, JSON],
) -> int:
    """Keeps a new workflow with its draft; its id. Whoever owns the team answers for what he makes.

    Raises:
        builder.teams.Forbidden: the caller may not write this team's workflows.
    """
    require(caller, "workflow.write", team)
    expect_free_name(session, team, name, None)
    now = read_clock(session)
    number = new_id(to_milliseconds(now))
    key = key_of(name, store.read_keys(session, team))
    values = {
        "id": number,
        "team_id": team,
        "key": key,
        "name": name,
        "purpose": purpose,
        "owner_id": caller.person_id if "owner" in caller.teams.get(team, ()) else None,
        "stage": Stage.SANDBOX.value,
        "origin": dict(origin),
        "made_by": caller.person,
        "made_at": now,
        "changed_at": now,
    }
    store.insert_workflow(session, values)
    store.insert_draft(session, number, source, caller.person, now)
    store.insert_revision(session, Draft(number, 1, source, caller.person, now), _note(origin))
    subject = f"workflow {show_id(number)}"
    append_event(
        session, "workflow_created", actor=caller.actor, subject=subject, now=now, record={"name": name, **origin}
    )
    return number


def _note(origin: Mapping[str, JSON]) -> str:
    said = {
        "example": "Begun as the example {example}.",
        "fork": "Begun as a copy of “{name}”.",
        "import": "Imported from {file}.",
    }
    return said.get(str(origin["from"]), "Begun blank.").format(**origin)
