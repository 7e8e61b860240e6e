"""The way of the tables from one version of Laurels to the next, forward only."""
