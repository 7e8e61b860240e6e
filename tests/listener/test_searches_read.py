"""A platform's search read back as a query of ours."""

from dataclasses import replace

import pytest

from listener.querying.searches import searches
from listener.querying.searches_dialects import DIALECTS, REDDIT, Dialect, X
from listener.querying.searches_read import as_query


@pytest.mark.parametrize(
    ("dialect", "search", "query"),
    [
        (X, '("acme cloud" OR acme) down -is:retweet', '("acme cloud" OR acme) down'),
        (X, "from:ann -from:bob is:reply has:media acme -is:retweet",
         "author:ann -author:bob is:reply has:image acme"),
        (X, '"from:ann" acme -is:retweet', '"from:ann" acme'),
        (replace(X, tail=" -is:retweet lang:en"), "acme -is:retweet lang:en", "acme"),
        (X, "acme -is:retweet lang:en", "acme  lang:en"),
        (X, "acme -is:nullcast", None),
        (X, "acme url:example.com", None),
        (REDDIT, "acme AND NOT author:bob AND subreddit:python",
         "acme AND NOT author:bob AND channel:python"),
    ],
)  # fmt: skip
def test_search_is_read_in_our_words_or_not_at_all(
    dialect: Dialect, search: str, query: str | None
) -> None:
    assert as_query(search, dialect) == query


@pytest.mark.parametrize("platform", DIALECTS)
def test_what_is_asked_for_can_be_read_back(platform: str) -> None:
    dialect = DIALECTS[platform]
    query = 'acme (down OR "is slow") author:ann.b -author:bob is:reply or #tag @handle'
    assert all(as_query(one, dialect) for one in searches([query], dialect))
