"""What may go wrong with the store."""


class StoreError(Exception):
    """The store cannot do it; the message names the way out."""


class NewerDatabase(StoreError):
    """The database was written by a newer Laurels."""


class OlderDatabase(StoreError):
    """The database has to be migrated first."""


class Unreachable(StoreError):
    """No connection to the database."""
