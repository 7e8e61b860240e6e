"""Records of history: each format as its platform writes it."""
