"""Hears: connectors read what platforms and files hold, the matcher finds the brand in it."""
