"""The reads that X charges for, each with what it may cost and what it came to."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from listener.connectors import ConnectorError
from listener.connectors.x_api import Api
from listener.connectors.x_options import XOptions
from listener.connectors.x_post import FIELDS, ids_of, users
from listener.connectors.x_prices import Bill, micro_usd

_KNOWN: Final = "x-users.json"


class Reads:
    """Asks for posts, accounts and counts; a post or an account is charged once a UTC day."""

    def __init__(self, api: Api, options: XOptions, folder: Path) -> None:
        self._api = api
        self._options = options
        self._bill = Bill(api.now, usd_per_user=options.usd_per_user)
        self._known = folder / _KNOWN

    def search(self, query: str, since: int, token: str | None, size: int) -> Mapping[str, Any]:
        """A page of recent search, newest first; `since` 0 is the whole of the seven days."""
        return self._posts(
            f"search for {query}",
            size,
            self._options.usd_per_post,
            lambda client, asked: client.search_recent_tweets(query, next_token=token, **asked),
            {"max_results": size, "since_id": since or None},
        )

    def mentions(self, user: str, since: int, token: str | None, size: int) -> Mapping[str, Any]:
        """A page of the posts that mention an account, newest first."""
        return self._posts(
            f"mentions of {user}",
            size,
            self._options.usd_per_mention,
            lambda client, asked: client.get_users_mentions(user, pagination_token=token, **asked),
            {"max_results": size, "since_id": since or None},
        )

    def lookup(self, ids: Sequence[str]) -> Mapping[str, Any]:
        """Posts by their ids, at most 100, each in the version that its id names."""
        return self._posts(
            f"a lookup of {len(ids)} posts",
            len(ids),
            self._options.usd_per_post,
            lambda client, asked: client.get_tweets(list(ids), **asked),
            {},
        )

    def user(self, name: str) -> str:
        """The id of an account by its name, looked up once and kept in the folder.

        Raises ConnectorError, a permanent one where there is no such account.
        """
        known = self.known()
        if name.lower() not in known:
            found = self._api.ask(
                f"account @{name}",
                lambda client: client.get_user(username=name),
                most=micro_usd(self._options.usd_per_user),
                cost=lambda found: self._bill.add((), 0, _account(found)),
            )
            id_ = next(iter(_account(found)), None)
            if id_ is None:
                raise ConnectorError(
                    f"X: there is no account @{name}; check option user of the source",
                    permanent=True,
                )
            known[name.lower()] = id_
            self._known.parent.mkdir(parents=True, exist_ok=True)
            part = self._known.with_suffix(f".{os.getpid()}.part")
            part.write_text(json.dumps(known), encoding="utf-8")
            part.replace(self._known)
        return known[name.lower()]

    def known(self) -> dict[str, str]:
        """Ids of the accounts that were looked up, by their names in small letters."""
        try:
            found = json.loads(self._known.read_text(encoding="utf-8"))
            return {str(name): str(id_) for name, id_ in found.items()}
        except (OSError, ValueError, AttributeError):
            return {}

    def count(self, query: str) -> Mapping[str, Any]:
        """Posts of each of the last seven days that a query would find."""
        price = micro_usd(self._options.usd_per_count)
        return self._api.ask(
            f"a count of {query}",
            lambda client: client.get_recent_tweets_count(query, granularity="day"),
            most=price,
            cost=lambda _found: price,
        )

    def _posts(
        self,
        what: str,
        most: int,
        usd_per_post: float,
        call: Callable[[Any, Mapping[str, Any]], Any],
        asked: Mapping[str, Any],
    ) -> Mapping[str, Any]:
        authors, price = self._options.authors, micro_usd(usd_per_post)
        expanded = {"expansions": "author_id", "user_fields": "name,username"}
        asked = {**asked, "tweet_fields": FIELDS, **(expanded if authors else {})}
        return self._api.ask(
            what,
            lambda client: call(client, asked),
            most=self._bill.most(most, price, authors=authors),
            cost=lambda found: self._bill.add(ids_of(found), price, users(found)),
        )


def _account(found: Mapping[str, Any]) -> list[str]:
    data = found.get("data")
    return [str(data["id"])] if isinstance(data, dict) and "id" in data else []
