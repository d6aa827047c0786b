"""A Workflow is a named automation that one team owns; here its file is read, with every file that it calls."""

from builder.workflows.load import LoadedWorkflow, UnreadableFile, called_references, load_workflow, read_file

__all__ = ["LoadedWorkflow", "UnreadableFile", "called_references", "load_workflow", "read_file"]
