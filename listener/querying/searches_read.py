"""A platform's search read back as a query of ours, to look for it in what was heard."""

import re
from typing import Final

from listener.query import QueryError, parse
from listener.querying.searches_dialects import Dialect

_QUOTED: Final = re.compile(r'("[^"]*")')


def as_query(search: str, dialect: Dialect) -> str | None:
    """A query that matches what the search finds, where the platform takes words as we do.

    None for a search with an operator that no query has.
    """
    told = search.replace(dialect.tail, " ") if dialect.tail else search
    parts = _QUOTED.split(told)
    query = "".join(part if part[:1] == '"' else _read(part, dialect) for part in parts).strip()
    try:
        parse(query)
    except QueryError:
        return None
    return query


def _read(text: str, dialect: Dialect) -> str:
    for name, facet in dialect.facets.items():
        asked = re.escape(facet.asked).replace(r"\{\}", r"([^\s()]+)")
        text = re.sub(rf"\b{asked}\b", rf"{name}:\1" if "{}" in facet.asked else name, text)
    return text
