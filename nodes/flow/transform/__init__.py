"""The node type flow.transform."""
