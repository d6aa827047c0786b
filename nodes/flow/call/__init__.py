"""The node type flow.call."""
