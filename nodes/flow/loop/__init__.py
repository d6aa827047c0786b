"""The node type flow.loop."""
