"""The node type tool.email_send."""
