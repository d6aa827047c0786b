"""The node type review.edit."""
