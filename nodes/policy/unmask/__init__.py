"""Turns the tokens of this run back into the values they stand for."""
