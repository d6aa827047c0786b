"""The node type tool.spreadsheet_write."""
