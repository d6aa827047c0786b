"""A kit part is a small tool that knows nothing of workflows: clock, ids, errors, expressions, detectors, sealing."""
