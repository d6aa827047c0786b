"""Handrail: workflows that business teams own, inside rules that governance proves."""

__version__ = "0.1.0"
