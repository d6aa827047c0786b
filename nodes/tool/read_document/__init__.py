"""The node type tool.read_document."""
