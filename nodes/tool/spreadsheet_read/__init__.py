"""The node type tool.spreadsheet_read."""
