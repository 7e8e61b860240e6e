"""Every speed figure that the project states, as a script."""
