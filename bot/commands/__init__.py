"""One command a file: read the settings, call the step, print what it came to."""
