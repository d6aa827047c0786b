"""Node types of kind tool."""
