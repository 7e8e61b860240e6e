"""Remembers: the nouns, the tables, and the only SQL of the project."""
