"""The engine is the heart: pure values in, values out. It checks, weaves, proves, verifies, plans and decides."""
