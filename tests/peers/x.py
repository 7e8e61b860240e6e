"""X on loopback: recent search, mentions, lookups, counts and compliance jobs, and its bill.

The shapes are those of ../shared/peers/recordings/x (search and its `meta`, mentions, counts, the
account by name, the compliance job, the x-rate-limit headers) and, for what was not recorded, of
these documents in xdevplatform/docs, read 2026-11-22: fundamentals/conversation-id, edit-posts,
response-codes-and-errors and rate-limits; posts/search/integrate/paginate; posts/timelines/
quickstart; compliance/batch-compliance/introduction, integrate and quickstart; getting-started/
pricing. The message for a `since_id` older than seven days is as users of X quote it.
"""

import re
import threading
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from listener.connectors import Deletions
from listener.connectors.x_options import XOptions
from tests.peers.http import FAULTS, HttpServer, Reply, Request
from tests.peers.search_syntax import Found, Search, X
from tests.peers.x_jobs import Jobs
from tests.peers.x_shapes import (
    account,
    failure,
    invalid,
    lowest,
    not_found,
    post,
    problem,
    token,
)

TOKEN: Final = "AAAAAAAAAAAAAAAAAAAAAexample%3Dtoken"
_OWN: Final = ("exceeded", "no-credit", "only-errors", "usage-capped")
_PRICES: Final = {"post": 5_000, "user": 10_000, "mention": 1_000, "count": 5_000}
"""Millionths of a dollar, by getting-started/pricing."""


class XPeer:
    """One app's view of X. `billed` is what it would be charged, in millionths of a dollar."""

    word = "x"
    options: object = XOptions(queries=("laurels -is:retweet",))
    secrets: Mapping[str, str] = {"LAURELS_X_BEARER_TOKEN": TOKEN}
    edits = True
    deletions = Deletions.RECHECK
    faults: tuple[str, ...] = (*FAULTS, "exceeded", "only-errors", "usage-capped")

    def __init__(self) -> None:
        self.billed = 0
        self.compliance = Jobs(lambda id_: id_ in self._posts)
        self._charged: set[str] = set()
        self._lock = threading.RLock()
        self._posts: dict[str, dict[str, Any]] = {}
        self._chains: dict[str, list[str]] = {}
        self._first: dict[str, str] = {}
        self._everything: list[int] = []
        self._conversations: defaultdict[str, list[int]] = defaultdict(list)
        self._mentions: defaultdict[str, list[int]] = defaultdict(list)
        self._users: dict[str, str] = {}
        self._said = 0
        self._failures: deque[str] = deque()
        self._server = HttpServer(self._answer)

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def asked(self) -> list[Request]:
        return self._server.asked

    def close(self) -> None:
        self._server.close()

    def fail(self, fault: str) -> None:
        if fault in _OWN:
            self._failures.append(fault)
        else:
            self._server.fail(fault)

    def user(self, name: str) -> str:
        """The id of an account, which comes into being when first named."""
        with self._lock:
            return self._users.setdefault(name, str(2_244_994_945 + len(self._users)))

    def say(
        self, text: str, at: datetime, *, author: str = "ann", parent: str | None = None
    ) -> str:
        with self._lock:
            id_ = self._new_id(at)
            item = self._made(id_, text, at, author)
            if parent is not None:
                above = self._posts[self._chains[parent][-1]]
                item["conversation_id"] = above["conversation_id"]
                item["in_reply_to_user_id"] = above["author_id"]
                item["referenced_tweets"] = [{"type": "replied_to", "id": parent}]
            self._chains[id_], self._first[id_] = [id_], id_
            self._put(item)
            return id_

    def edit(self, platform_id: str, text: str, at: datetime) -> None:
        with self._lock:
            chain = self._chains[platform_id]
            old = self._posts[chain[-1]]
            self._take(old)
            id_ = str(max(int(self._new_id(at)), int(chain[-1]) + 1))
            name = next(name for name, user in self._users.items() if user == old["author_id"])
            item = self._made(id_, text, at, name)
            kept = ("conversation_id", "in_reply_to_user_id", "referenced_tweets")
            item |= {field: old[field] for field in kept if field in old}
            chain.append(id_)
            self._first[id_] = platform_id
            for version in chain:
                known = item if version == id_ else self._posts[version]
                known["edit_history_tweet_ids"] = list(chain)
            self._put(item)

    def delete(self, platform_id: str) -> None:
        with self._lock:
            for version in self._chains.pop(platform_id):
                item = self._posts.pop(version)
                self._take(item)

    def repost(self, platform_id: str, at: datetime, author: str) -> str:
        """Somebody shares a post without a word of their own; mentions show that."""
        with self._lock:
            told = self._posts[platform_id]
            id_ = self.say(f"RT @ann: {told['text']}", at, author=author)
            self._posts[id_]["referenced_tweets"] = [{"type": "retweeted", "id": platform_id}]
            return id_

    def spoil(self, platform_id: str, field: str) -> None:
        """A post comes without one of its fields."""
        del self._posts[platform_id][field]

    def _new_id(self, at: datetime) -> str:
        self._said += 1
        return str(lowest(at) | (self._said & 0x3FFFFF))

    def _made(self, id_: str, text: str, at: datetime, author: str) -> dict[str, Any]:
        names = re.findall(r"@([A-Za-z0-9_]{1,15})", text)
        return post(id_, text, at, self.user(author), {name: self.user(name) for name in names})

    def _put(self, item: dict[str, Any]) -> None:
        self._posts[item["id"]] = item
        for listing in self._listings(item):
            insort(listing, int(item["id"]))

    def _take(self, item: dict[str, Any]) -> None:
        id_ = int(item["id"])
        for listing in self._listings(item):
            place = bisect_left(listing, id_)
            if listing[place : place + 1] == [id_]:
                del listing[place]

    def _listings(self, item: Mapping[str, Any]) -> list[list[int]]:
        named = {one["id"] for one in item["entities"]["mentions"]}
        return [
            self._everything,
            self._conversations[item["conversation_id"]],
            *(self._mentions[user] for user in named),
        ]

    def _answer(self, request: Request) -> Reply:
        with self._lock:
            proof = f"Bearer {TOKEN}"
            if request.headers.get("authorization") != proof and request.path.startswith("/2/"):
                return problem(401, "Unauthorized", "about:blank")
            if self._failures:
                return failure(self._failures.popleft())
            reply = self._routed(request)
            headers = {"x-rate-limit-limit": "450", "x-rate-limit-remaining": "449"}
            return Reply(reply.body, reply.status, {**headers, **reply.headers})

    def _routed(self, request: Request) -> Reply:
        match request.path.split("/")[1:]:
            case ["2", "tweets", "search", "recent"]:
                return self._search(request.query)
            case ["2", "tweets", "counts", "recent"]:
                return self._counts(request.query["query"])
            case ["2", "users", user, "mentions"]:
                newest = self._mentions[user][-800:]
                return self._page(newest, request.query, "pagination_token", "mention")
            case ["2", "users", "by", "username", name]:
                return self._account(name)
            case ["2", "tweets"]:
                return self._lookup(request.query)
            case ["2", "compliance", "jobs", *rest]:
                return self.compliance.answer(request, rest)
            case ["twttr-tweet-compliance", id_, kind]:
                return self.compliance.answer(request, [id_, kind])
        return problem(404, "Not Found", "about:blank")

    def _search(self, query: Mapping[str, str]) -> Reply:
        if len(query["query"]) > 512:
            return invalid("query", query["query"], "expression too long")
        since = int(query.get("since_id", 0))
        opens = lowest(datetime.now(UTC) - timedelta(days=7))
        if since and since <= opens:
            told = (
                "'since_id' must be a tweet id created after 7 days ago. Please use a 'since_id' "
                f"that is larger than {opens}"
            )
            return invalid("since_id", str(since), told)
        found = self._fitting(query["query"])
        if (thread := re.search(r"conversation_id:(\d+)", query["query"])) is not None:
            # "This returns all replies to the original post".
            found = [id_ for id_ in self._conversations[thread[1]] if str(id_) != thread[1]]
        return self._page(found, {"since_id": str(opens), **query}, "next_token", "post")

    def _fitting(self, query: str) -> list[int]:
        if query.startswith("conversation_id:"):
            return []
        search = Search(query, X)
        return [id_ for id_ in self._everything if search.finds(self._seen(self._posts[str(id_)]))]

    def _seen(self, item: Mapping[str, Any]) -> Found:
        """Every post here is one about laurels, as if a quoted link said so."""
        names = {user: name for name, user in self._users.items()}
        references = item.get("referenced_tweets", ())
        return Found(
            [item.get("text", ""), "laurels"],
            names.get(item.get("author_id", ""), ""),
            is_reply=any(one["type"] == "replied_to" for one in references),
        )

    def _page(self, ids: list[int], query: Mapping[str, str], name: str, price: str) -> Reply:
        low = bisect_right(ids, int(query.get("since_id", 0)))
        high = bisect_left(ids, int(query[name], 36)) if name in query else len(ids)
        size = int(query["max_results"])
        page = ids[max(low, high - size) : max(low, high)][::-1]
        meta: dict[str, Any] = {"result_count": len(page)}
        if not page:
            return Reply({"meta": meta})
        meta |= {"newest_id": str(page[0]), "oldest_id": str(page[-1])}
        if high - size > low:
            meta["next_token"] = token(page[-1])
        return self._told([str(id_) for id_ in page], query, price, {"meta": meta})

    def _told(
        self, ids: list[str], query: Mapping[str, str], price: str, more: Mapping[str, Any]
    ) -> Reply:
        found = [self._posts[id_] for id_ in ids]
        for id_ in ids:
            self._bill(f"post {id_}", price)
        body = {"data": found, **more}
        if query.get("expansions") == "author_id":
            authors = sorted({one["author_id"] for one in found if "author_id" in one})
            names = {user: name for name, user in self._users.items()}
            for user in authors:
                self._bill(f"user {user}", "user")
            body["includes"] = {"users": [account(user, names[user]) for user in authors]}
        return Reply(body)

    def _lookup(self, query: Mapping[str, str]) -> Reply:
        ids = query["ids"].split(",")
        if len(ids) > 100:
            return invalid("ids", query["ids"], "size must be between 1 and 100")
        errors = [not_found(id_) for id_ in ids if id_ not in self._posts]
        found = [id_ for id_ in ids if id_ in self._posts]
        more = {"errors": errors} if errors else {}
        return self._told(found, query, "post", more) if found else Reply(more)

    def _account(self, name: str) -> Reply:
        if name not in self._users:
            detail = f"Could not find user with username: [{name}]."
            return Reply({"errors": [{**not_found(name, "user"), "detail": detail}]})
        self._bill(f"user {self._users[name]}", "user")
        return Reply({"data": account(self._users[name], name)})

    def _counts(self, query: str) -> Reply:
        self.billed += _PRICES["count"]
        per_day: defaultdict[str, int] = defaultdict(int)
        found = self._fitting(query)
        for id_ in found:
            per_day[self._posts[str(id_)]["created_at"][:10]] += 1
        day = "T00:00:00.000Z"
        data = [{"start": at + day, "end": at + day, "tweet_count": n} for at, n in per_day.items()]
        return Reply({"data": data, "meta": {"total_tweet_count": len(found)}})

    def _bill(self, what: str, price: str) -> None:
        key = f"{datetime.now(UTC).date()} {what}"
        if key not in self._charged:
            self._charged.add(key)
            self.billed += _PRICES[price]
