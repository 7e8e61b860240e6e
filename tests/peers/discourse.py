"""Discourse on loopback: one forum with its latest posts, topics, posts and categories.

Paths and fields are those of https://docs.discourse.org (discourse/discourse_api_docs,
openapi.yml; the schemas latest_posts_response, topic_show_response, post_show_response and
site_response in discourse/discourse, spec/requests/api/schemas/json). LATEST is a post of a live
forum's /posts.json, with others' words shortened and their names changed; what is refused, and how
pages and numbers are counted, is app/controllers/{posts,topics,application}_controller.rb and
app/queries/latest_posts_query.rb there.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from threading import Lock
from typing import Any, Final

from listener.connectors import Deletions
from listener.connectors.discourse import DiscourseOptions
from tests.peers.http import FAULTS, HttpServer, Reply, Request

LATEST: Final[Mapping[str, Any]] = {
    "id": 56004, "name": "", "username": "Revan",
    "avatar_template": "/letter_avatar_proxy/v4/letter/r/87869e/{size}.png",
    "created_at": "2025-06-11T02:27:48.826Z",
    "cooked": '<p data-ln="0"><img src="https://forum.example/dgCN.jpeg" alt="IMG_6134"></p>',
    "external_id": "z76DKUCtlQRcPHx4", "post_number": 29, "post_type": 1, "posts_count": 29,
    "updated_at": "2025-06-11T02:27:48.826Z", "reply_count": 0, "reply_to_post_number": None,
    "quote_count": 0, "incoming_link_count": 0, "reads": 1, "readers_count": 0, "score": 0,
    "yours": False, "topic_id": 14752, "topic_slug": "topic", "topic_title": "【破防楼】期末周限定",
    "topic_html_title": "【破防楼】期末周限定", "category_id": 4, "display_username": "",
    "primary_group_name": None, "flair_name": None, "flair_url": None, "flair_bg_color": None,
    "flair_color": None, "flair_group_id": None, "badges_granted": [], "version": 1,
    "can_edit": False, "can_delete": False, "can_recover": False, "can_see_hidden_post": False,
    "can_wiki": False, "user_title": "黄金", "title_is_group": False, "bookmarked": False,
    "raw": "![IMG_6134|667x500](upload://dgCNJfhQxsEBbjUcM44xLgSCffV.jpeg)",
    "actions_summary": [], "moderator": False, "admin": False, "staff": False, "user_id": 1590,
    "hidden": False, "trust_level": 3, "deleted_at": None, "user_deleted": False,
    "edit_reason": None, "can_view_edit_history": False, "wiki": False, "excerpt": "[IMG_6134]",
    "truncated": True, "mentioned_users": [], "post_url": "/t/topic/14752/29",
    "can_accept_answer": False, "can_unaccept_answer": False, "accepted_answer": False,
    "topic_accepted_answer": None,
}  # fmt: skip
CATEGORIES: Final = (
    {"id": 4, "name": "General", "slug": "general", "read_restricted": False},
    {"id": 5, "name": "Q&A", "slug": "5-category", "read_restricted": False},
)
MISSING: Final = Reply(
    {
        "errors": ["The requested URL or resource could not be found."],
        "error_type": "not_found",
    },
    404,
)
_PAGE: Final = 50
_CHUNK: Final = 20


class DiscoursePeer:
    """One forum; `windows` makes it page as forums did before 2023: by a window of ids."""

    word = "discourse"
    secrets: Mapping[str, str] = {}
    edits = True
    deletions = Deletions.RECHECK
    faults = FAULTS
    options: DiscourseOptions = DiscourseOptions()

    def __init__(self) -> None:
        self._lock = Lock()
        self._posts: dict[int, dict[str, Any]] = {}
        self._topics: dict[int, list[int]] = {}
        self._topic_of: dict[int, int] = {}
        self.topics: dict[int, dict[str, Any]] = {}
        self._latest: list[int] = []
        self._users: dict[str, int] = {}
        self._next = 1
        self.windows = False
        self.server = HttpServer(self.answer)

    @property
    def url(self) -> str:
        return self.server.url

    def id_of(self, number: int) -> str:
        return f"{self.url.partition('://')[2]}/p/{number}"

    def say(
        self,
        text: str,
        at: datetime,
        *,
        author: str = "ann",
        parent: str | None = None,
        **more: Any,
    ) -> str:
        with self._lock:
            id_ = self._next
            above = None if parent is None else self._above(_number(parent))
            topic = id_ if above is None else above["topic_id"]
            stream = self._topics.setdefault(topic, [])
            last = self._posts[stream[-1]]["post_number"] if stream else 0
            # A reply to the first post is told as one to the topic, which names no post.
            answered = above["post_number"] if above and above["post_number"] > 1 else None
            when = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
            user = self._users.setdefault(author, len(self._users) + 2)
            self.put(
                dict(LATEST) | {
                    "id": id_, "username": author, "user_id": user, "topic_id": topic,
                    "topic_title": "Q & A", "topic_html_title": "Q &amp; A",
                    "post_number": last + 1, "reply_to_post_number": answered,
                    "created_at": when, "updated_at": when,
                    "raw": text, "cooked": f"<p>{escape(text)}</p>",
                } | more
            )  # fmt: skip
        return self.id_of(id_)

    def _above(self, number: int) -> Mapping[str, Any] | None:
        """What a reply goes to: the topic where that post was deleted since, or a new one."""
        if number in self._posts:
            return self._posts[number]
        stream = self._topics.get(self._topic_of[number])
        return self._posts[stream[0]] if stream else None

    def put(self, post: dict[str, Any]) -> None:
        """A post as it is in a document; the newest so far."""
        id_, topic = post["id"], post["topic_id"]
        self._posts[id_] = post
        self._topic_of[id_] = topic
        self._latest.append(id_)
        self._topics.setdefault(topic, []).append(id_)
        self.topics.setdefault(
            topic,
            {"title": post["topic_title"], "archetype": "regular", "tags": [],
             "category_id": post["category_id"]},
        )  # fmt: skip
        self._next = max(self._next, id_) + 1

    def skip(self, ids: int) -> None:
        """As many ids go to posts that nobody may see."""
        with self._lock:
            self._next += ids

    def change(self, platform_id: str, **fields: Any) -> None:
        with self._lock:
            self._posts[_number(platform_id)] |= fields

    def edit(self, platform_id: str, text: str, at: datetime) -> None:
        when = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        cooked = f"<p>{escape(text)}</p>"
        self.change(platform_id, raw=text, cooked=cooked, updated_at=when, version=2)

    def delete(self, platform_id: str) -> None:
        with self._lock:
            post = self._posts[_number(platform_id)]
            topic, id_ = self._topics[post["topic_id"]], post["id"]
            if id_ == topic[0] and len(topic) > 1:
                # A topic that was answered stays; its first post says that its author took it away.
                post |= {"user_deleted": True, "raw": "(topic deleted by author)"}
                return
            del self._posts[id_]
            topic.remove(id_)
            del self._latest[bisect_left(self._latest, id_)]

    def remove_topic(self, platform_id: str) -> None:
        """A moderator takes a topic away with all that was said in it."""
        with self._lock:
            stream = self._topics.pop(self._topic_of[_number(platform_id)])
            for id_ in stream:
                del self._posts[id_]
                del self._latest[bisect_left(self._latest, id_)]

    def fail(self, fault: str) -> None:
        self.server.fail(fault)

    def close(self) -> None:
        self.server.close()

    def answer(self, request: Request) -> Reply:
        with self._lock:
            match request.path.removesuffix(".json").strip("/").split("/"):
                case ["posts"]:
                    return Reply({"latest_posts": self._page(request.query.get("before"))})
                case ["posts", id_] if int(id_) in self._posts:
                    return Reply(_shown(self._posts[int(id_)]))
                case ["posts", "by_number", topic, number]:
                    return self._by_number(int(topic), int(number))
                case ["t", topic] if self._topics.get(int(topic)):
                    return Reply(self._topic(int(topic)))
                case ["t", topic, "posts"] if self._topics.get(int(topic)):
                    ids = [int(id_) for id_ in request.queries["post_ids[]"]]
                    posts = [_shown(self._posts[id_]) for id_ in ids if id_ in self._posts]
                    return Reply({"post_stream": {"posts": posts}, "id": int(topic)})
                case ["site"]:
                    return Reply({"categories": list(CATEGORIES)})
        return MISSING

    def _page(self, before: str | None) -> list[dict[str, Any]]:
        end = len(self._latest)
        first = 0
        if before is not None:
            edge = int(before) + (1 if self.windows else 0)
            end = bisect_left(self._latest, edge)
            if self.windows:
                first = bisect_left(self._latest, int(before) - _PAGE + 1)
        ids = self._latest[max(first, end - _PAGE) : end]
        return [self._posts[id_] for id_ in reversed(ids)]

    def _by_number(self, topic: int, number: int) -> Reply:
        for id_ in self._topics.get(topic, ()):
            if self._posts[id_]["post_number"] == number:
                return Reply(_shown(self._posts[id_]))
        return MISSING

    def _topic(self, topic: int) -> dict[str, Any]:
        stream = self._topics[topic]
        return {
            "post_stream": {
                "posts": [_shown(self._posts[id_]) for id_ in stream[:_CHUNK]],
                "stream": stream,
            },
            "id": topic, "fancy_title": escape(self.topics[topic]["title"]), "slug": "topic",
            "posts_count": len(stream), "highest_post_number": len(stream), "chunk_size": _CHUNK,
            "visible": True, "closed": False, "archived": False, **self.topics[topic],
        }  # fmt: skip


def _number(platform_id: str) -> int:
    return int(re.sub(r".*/p/", "", platform_id))


def _shown(post: Mapping[str, Any]) -> dict[str, Any]:
    """Outside the latest posts a post does not tell of its topic."""
    kept = ("topic_title", "topic_html_title", "category_id", "excerpt", "truncated")
    return {name: value for name, value in post.items() if name not in kept}
