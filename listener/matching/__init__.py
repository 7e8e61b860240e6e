"""What a query's words are in a text, by docs/queries.md."""
