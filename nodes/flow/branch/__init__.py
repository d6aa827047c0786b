"""The node type flow.branch."""
