"""The node type prompt.classify."""
