"""Node types of kind flow."""
