"""The node type tool.webhook_reply."""
