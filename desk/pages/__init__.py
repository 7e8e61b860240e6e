"""One page, one file: read what the page shows, render its template."""
