"""The desk: where people read cases and act on them. The only package that imports the web."""
