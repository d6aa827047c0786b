"""Node types of kind policy."""
