"""The node type tool.chat_message."""
