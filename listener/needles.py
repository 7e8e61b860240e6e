"""What a platform's own search is to find: what the queries match, and what is said to us."""

from collections.abc import Iterable
from contextlib import suppress

from listener.query import QueryError, Term, parse


def needles(queries: Iterable[str], own_handles: Iterable[str] = ()) -> tuple[str, ...]:
    """The queries, and one for each of our handles; none without a query.

    A handle that no post can mention, such as one with a space, is left out.
    """
    found = dict.fromkeys(queries)
    if found:
        for handle in own_handles:
            with suppress(QueryError):
                mention = "@" + handle.removeprefix("@")
                if isinstance(parse(mention), Term):
                    found[mention] = None
    return tuple(found)
