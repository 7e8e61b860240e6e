"""Runs: settings, wiring, the order of the steps, the command line."""
