"""A GovernanceTemplate is a file of rules that a team did not write but its workflows obey; here it is read."""

from builder.governance.read import NotGovernanceError, read_template

__all__ = ["NotGovernanceError", "read_template"]
