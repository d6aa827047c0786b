"""The node type tool.http_request."""
