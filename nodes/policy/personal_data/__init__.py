"""Finds structured personal data in a record, and masks it, asks people, or blocks."""
