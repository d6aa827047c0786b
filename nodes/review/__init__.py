"""Node types of kind review."""
