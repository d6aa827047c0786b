"""The node type review.approve."""
