"""Blocks or removes keys, tokens and passwords."""
