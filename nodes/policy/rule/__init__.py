"""A rule of one's own over a record: allow, review or block."""
