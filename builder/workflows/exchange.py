"""Files: a draft goes out as one, and one comes in by a plan that is read before it is applied.

Out and in and out again gives the same bytes. Nothing of this installation is in a file: no ids, no people, no keys.
Reading one executes nothing and contacts nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from builder.audit import append_event
from builder.credentials import read_credential_facts
from builder.db import read_clock
from builder.engine.check import check_graph
from builder.engine.graph import Workflow, dump_part
from builder.kit.documents import read_document, write_yaml
from builder.kit.hashing import hash_value
from builder.kit.ids import show_id
from builder.sdk import JSON, NodeType
from builder.teams import Caller, TriggerFiles, require
from builder.workflows import store
from builder.workflows.create import store_new
from builder.workflows.draft import compare_drafts, expect_draft, put_draft
from builder.workflows.read import expect_open, expect_workflow
from builder.workflows.rules import (
    OF_HERE,
    add_triggers,
    expect_source,
    file_of,
    find_connections,
    find_marked,
    find_missing_types,
    find_secret,
    key_of,
    read_source,
)
from builder.workflows.schemas import (
    BadDraftError,
    ImportPlan,
    PlanChangedError,
    SecretInsideError,
    UnknownWorkflowError,
    WorkflowRow,
)


def export_workflow(
    session: Session, caller: Caller, workflow_id: int, triggers: TriggerFiles, version: int | None = None
) -> tuple[str, str]:
    """A workflow as a file: its name (`support-triage.yaml`) and its text. The draft, or what a version was made of;
    with what starts the workflow now.

    Raises:
        SecretInsideError: it holds what looks like a key.
        UnknownWorkflowError: there is no such version.
    """
    row = expect_workflow(session, caller, workflow_id, "workflow.read")
    name, purpose, source = row.name, row.purpose, expect_draft(session, row).source
    if version is not None:
        found = store.read_version_row(session, row.id, version)
        if found is None:
            raise UnknownWorkflowError(f"“{row.name}” has no version {version}.")
        said = found.woven["source"]
        name, purpose, source = said["name"], said.get("purpose", ""), expect_source(said, said["name"])
    source = add_triggers(source, triggers.say_triggers(session, row.id))
    secret = find_secret(source)
    if secret is not None:
        node, field = secret
        raise SecretInsideError(
            "This holds what looks like a key or a password, so it does not leave as a file.",
            node=node,
            field=field,
            way_out="Put it into a credential, and take it out here.",
        )
    return f"{row.key}.yaml", write_yaml(add_triggers(file_of(source, name, purpose), source.get("triggers", ())))


def plan_import(
    session: Session,
    caller: Caller,
    team: int,
    content: bytes,
    filename: str,
    *,
    types: Mapping[str, NodeType],
    connections: frozenset[str],
    name: str | None = None,
) -> ImportPlan:
    """What taking in a file would do. Nothing is stored.

    Args:
        session: any session.
        caller: who would take it in.
        team: whose it would become.
        content: the file.
        filename: what the person calls it.
        types: the installed node types.
        connections: the names of the model connections that are opened here.
        name: what to call it, instead of what the file says.

    Raises:
        builder.kit.documents.DocumentError: it is not YAML or JSON that is accepted.
        builder.teams.Forbidden: the caller may not write this team's workflows.
    """
    require(caller, "workflow.write", team)
    value = read_document(content, filename).value
    called = name or (str(value.get("name", "")).strip()[:200] if isinstance(value, dict) else "")
    workflow, findings = read_source(value, called or "Imported")
    if not isinstance(value, dict) or workflow is None or "handrail" not in value:
        if isinstance(value, dict) and "handrail" not in value:
            _, findings = read_source(None, "")
        return ImportPlan("unusable", called, f"{filename} is not a workflow file.", findings=findings)
    purpose = value.get("purpose", "")
    plan = ImportPlan(
        "create",
        workflow.name,
        f"“{workflow.name}” will be made as a new workflow.",
        missing_types=find_missing_types(workflow, types),
        missing_connections=[each for each in find_connections(workflow, types) if each not in connections],
        missing_credentials=_find_missing_credentials(session, team, workflow, types),
        off=[each.name for each in workflow.triggers],
        left_out=[word for word in OF_HERE if value.get(word)],
        findings=check_graph(workflow, types),
        workflow=workflow.model_copy(update={"purpose": purpose[:4_000] if isinstance(purpose, str) else ""}),
    )
    there = store.find_by_key(session, team, key_of(workflow.name))
    if there is not None:
        plan = _plan_update(session, there, plan, expect_source(value, workflow.name))
    return replace(plan, hash=hash_value([plan.as_record(), team, plan.workflow_id, plan.revision, value, called]))


def _find_missing_credentials(
    session: Session, team: int, workflow: Workflow, types: Mapping[str, NodeType]
) -> list[str]:
    names = find_marked(workflow, types, "credential")
    known = read_credential_facts(session, team, names)
    return [each for each in names if each not in known or not known[each].granted]


def _plan_update(session: Session, row: WorkflowRow, plan: ImportPlan, source: Mapping[str, JSON]) -> ImportPlan:
    draft = expect_draft(session, row)
    changes = compare_drafts(row, draft.source, source)
    loose = draft.revision > 1 and draft.revision not in store.read_made_of(session, row.id)
    count = f"{len(changes)} changes" if len(changes) != 1 else "1 change"
    action, sentence = (
        "update",
        f"“{row.name}” is here already; its draft will get the file as its next state ({count}).",
    )
    if row.archived_at is not None:
        action, sentence = (
            "conflict",
            f"“{row.name}” is here already, in the archive; the file can become a second one.",
        )
    elif loose and changes:
        action = "conflict"
        sentence = f"The draft of “{row.name}” has changes that no version holds. Update it, or make a second one."
    return replace(
        plan,
        action=action,
        sentence=sentence,
        workflow_id=row.id,
        revision=draft.revision,
        changes=changes,
    )


def apply_import(
    session: Session,
    caller: Caller,
    team: int,
    content: bytes,
    filename: str,
    *,
    types: Mapping[str, NodeType],
    connections: frozenset[str],
    triggers: TriggerFiles,
    plan_hash: str,
    choice: str,
    name: str | None = None,
) -> int:
    """Does what a plan said; the id of the workflow. What was in a draft stays in its history.

    Args:
        session: the caller's transaction.
        caller: who takes it in.
        team: whose it becomes.
        content: the file.
        filename: what the person calls it.
        types: the installed node types.
        connections: the names of the model connections that are opened here.
        triggers: takes in those of the file; all are off at first.
        name: what to call it, instead of what the file says.
        plan_hash: of the plan that was read.
        choice: `create` a new workflow, or `update` the one that there is.

    Raises:
        PlanChangedError: it would do something else by now.
        BadDraftError: the file is no workflow.
    """
    plan = plan_import(
        session, caller, team, content, filename, types=types, connections=connections, name=name
    )  # fmt: skip
    if plan.workflow is None:
        raise BadDraftError(plan.sentence, findings=[each.as_view() for each in plan.findings])
    if plan.hash != plan_hash:
        raise PlanChangedError("Something has changed since this plan was made.", way_out="Look at the new plan.")
    source = expect_source(read_document(content, filename).value, plan.name)
    origin: dict[str, Any] = {"from": "import", "file": filename[:200]}
    said = [dump_part(each) for each in plan.workflow.triggers]
    if choice == "create" or plan.workflow_id is None:
        number = store_new(session, caller, team, plan.name, plan.workflow.purpose, source, origin)
        triggers.take_triggers(session, caller, number, said)
        return number
    row = expect_open(session, caller, plan.workflow_id, "workflow.write")
    put_draft(session, caller, row, plan.revision or 0, source, f"Imported from {filename[:200]}.")
    now = read_clock(session)
    store.update_workflow(session, row.id, {"purpose": plan.workflow.purpose or row.purpose})
    triggers.take_triggers(session, caller, row.id, said)
    subject = f"workflow {show_id(row.id)}"
    append_event(session, "workflow_imported", actor=caller.actor, subject=subject, now=now, record=origin)
    return row.id
