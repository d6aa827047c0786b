"""The node type tool.sql_query."""
