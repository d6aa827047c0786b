"""The node type prompt.complete."""
