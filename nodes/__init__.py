"""Everything on the palette: one folder for each node type, found by scanning."""
