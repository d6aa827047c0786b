"""The node type tool.file_write."""
