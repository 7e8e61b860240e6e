"""The rewards: they decide what a case asks for, and act on it."""
