"""A GovernanceTemplate is a file of rules that a team did not write but its workflows obey; here it is read."""

from builder.governance.examples import LoadExample, check_template
from builder.governance.read import NotGovernanceError, read_template

__all__ = ["LoadExample", "NotGovernanceError", "check_template", "read_template"]
