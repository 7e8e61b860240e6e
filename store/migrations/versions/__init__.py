"""One file for each revision; the first four digits of its name are the revision."""
