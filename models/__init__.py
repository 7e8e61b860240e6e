"""Judges text: one small transformer, its labels, and what is read from its output."""
