"""The node type prompt.extract."""
