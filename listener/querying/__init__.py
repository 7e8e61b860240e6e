"""How a query is read: its grammar, its limits, what is wrong with it."""
