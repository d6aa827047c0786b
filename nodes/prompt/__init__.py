"""Node types of kind prompt."""
