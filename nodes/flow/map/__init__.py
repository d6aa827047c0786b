"""The node type flow.map."""
