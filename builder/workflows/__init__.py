"""A Workflow is a named automation that one team owns: its one Draft is edited, its Versions never change.

A file of one is data: reading, checking, importing or comparing it executes nothing and contacts nobody.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder.workflows.api import router
    from builder.workflows.check import Checked, Installed, check_draft, examine_source, next_stage, preview_of
    from builder.workflows.create import (
        Example,
        create_blank,
        create_from_example,
        examples_folder,
        fork_workflow,
        list_examples,
    )
    from builder.workflows.draft import (
        expect_draft,
        find_revision,
        list_revisions,
        read_draft,
        restore_draft,
        restore_version,
        save_draft,
    )
    from builder.workflows.edit import archive_workflow, change_workflow, unarchive_workflow
    from builder.workflows.exchange import apply_import, export_workflow, plan_import
    from builder.workflows.govern import (
        Examined,
        Governed,
        Ground,
        examine_workflow,
        finding_of,
        govern_workflow,
    )
    from builder.workflows.load import LoadedWorkflow, UnreadableFile, called_references, load_workflow, read_file
    from builder.workflows.names import WorkflowNames
    from builder.workflows.pins import change_pins, forget_pins, read_pins
    from builder.workflows.read import (
        expect_open,
        expect_workflow,
        find_keepers,
        find_workflow,
        list_workflows,
    )
    from builder.workflows.rules import expect_source, is_sealed, workflow_of
    from builder.workflows.schemas import (
        ArchivedError,
        BadDraftError,
        Draft,
        DraftChangedError,
        DraftRevision,
        ImportPlan,
        PlanChangedError,
        SecretInsideError,
        UnknownWorkflowError,
        Version,
        VersionState,
        WorkflowError,
        WorkflowRow,
    )
    from builder.workflows.store import read_revisions
    from builder.workflows.uses import find_type_uses, tell_template_users
    from builder.workflows.versions import (
        Live,
        add_version,
        compare_versions,
        expect_version,
        find_authors,
        find_version,
        list_versions,
        make_live,
        read_live,
        read_version_mark,
    )
    from builder.workflows.views import Named, VersionView, name_people, name_workflows, show_versions

_NAMES = {
    "api": ("router",),
    "check": ("Checked", "Installed", "check_draft", "examine_source", "next_stage", "preview_of"),
    "create": (
        "Example", "create_blank", "create_from_example", "examples_folder", "fork_workflow", "list_examples",
    ),
    "draft": (
        "expect_draft", "find_revision", "list_revisions", "read_draft", "restore_draft", "restore_version",
        "save_draft",
    ),
    "edit": ("archive_workflow", "change_workflow", "unarchive_workflow"),
    "exchange": ("apply_import", "export_workflow", "plan_import"),
    "govern": ("Examined", "Governed", "Ground", "examine_workflow", "finding_of", "govern_workflow"),
    "load": ("LoadedWorkflow", "UnreadableFile", "called_references", "load_workflow", "read_file"),
    "names": ("WorkflowNames",),
    "pins": ("change_pins", "forget_pins", "read_pins"),
    "read": ("expect_open", "expect_workflow", "find_keepers", "find_workflow", "list_workflows"),
    "rules": ("expect_source", "is_sealed", "workflow_of"),
    "schemas": (
        "ArchivedError", "BadDraftError", "Draft", "DraftChangedError", "DraftRevision", "ImportPlan",
        "PlanChangedError", "SecretInsideError", "UnknownWorkflowError", "Version", "VersionState", "WorkflowError",
        "WorkflowRow",
    ),
    "store": ("read_revisions",),
    "uses": ("find_type_uses", "tell_template_users"),
    "views": ("Named", "VersionView", "name_people", "name_workflows", "show_versions"),
    "versions": (
        "Live", "add_version", "compare_versions", "expect_version", "find_authors", "find_version", "list_versions",
        "make_live", "read_live", "read_version_mark",
    ),
}  # fmt: skip
_DOORS = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "ArchivedError",
    "BadDraftError",
    "Checked",
    "Draft",
    "DraftChangedError",
    "DraftRevision",
    "Examined",
    "Example",
    "Governed",
    "Ground",
    "ImportPlan",
    "Installed",
    "Live",
    "LoadedWorkflow",
    "Named",
    "PlanChangedError",
    "SecretInsideError",
    "UnknownWorkflowError",
    "UnreadableFile",
    "Version",
    "VersionState",
    "VersionView",
    "WorkflowError",
    "WorkflowNames",
    "WorkflowRow",
    "add_version",
    "apply_import",
    "archive_workflow",
    "called_references",
    "change_pins",
    "change_workflow",
    "check_draft",
    "compare_versions",
    "create_blank",
    "create_from_example",
    "examine_source",
    "examine_workflow",
    "examples_folder",
    "expect_draft",
    "expect_open",
    "expect_source",
    "expect_version",
    "expect_workflow",
    "export_workflow",
    "find_authors",
    "find_keepers",
    "find_revision",
    "find_type_uses",
    "find_version",
    "find_workflow",
    "finding_of",
    "forget_pins",
    "fork_workflow",
    "govern_workflow",
    "is_sealed",
    "list_examples",
    "list_revisions",
    "list_versions",
    "list_workflows",
    "load_workflow",
    "make_live",
    "name_people",
    "name_workflows",
    "next_stage",
    "plan_import",
    "preview_of",
    "read_draft",
    "read_file",
    "read_live",
    "read_pins",
    "read_revisions",
    "read_version_mark",
    "restore_draft",
    "restore_version",
    "router",
    "save_draft",
    "show_versions",
    "tell_template_users",
    "unarchive_workflow",
    "workflow_of",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """A name of the front door, loaded when it is first asked for (SQLAlchemy is heavy)."""
    if name not in _DOORS:
        raise AttributeError(f"builder.workflows has no {name!r}")
    return getattr(import_module(f"builder.workflows.{_DOORS[name]}"), name)
