"""Reads a Reddit submission with its tree of comments, within bounds."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import count
from typing import Any, Final, Protocol

from listener.connectors import Bounds
from listener.connectors.reddit_post import BadThing
from store.records import Post

_AT_ONCE: Final = 500
"""Comments that Reddit shows in one answer, at most."""
_MORE_AT_ONCE: Final = 100
"""Comments that Reddit unfolds in one answer, at most."""
_CONTEXT: Final = 8
"""Parents that Reddit shows above one comment, at most."""
_SORT: Final = "confidence"


class Asking(Protocol):
    """What `reddit_client.Client` does."""

    def get(self, path: str, params: Mapping[str, str | int], *, what: str) -> Any:
        """The parsed answer."""
        ...

    def post(self, path: str, data: Mapping[str, str], *, what: str) -> Any:
        """The parsed answer to a form."""
        ...


class Conversation:
    """The tree of `root` around a post: first the whole, then the way up from the post, then what
    Reddit folded away as "more"."""

    def __init__(
        self, asking: Asking, read: Callable[[object], Post], root: str, bounds: Bounds
    ) -> None:
        self._asking = asking
        self._read = read
        self._root = root
        self._bounds = bounds
        self._left = bounds.requests
        self._found: dict[str, Post] = {}
        self._levels: dict[str, int] = {}
        self._near: set[str | None] = set()
        self._folded: list[tuple[bool, int, int, str, list[str]]] = []
        self._order = count()

    def around(self, post: Post) -> Sequence[Post]:
        """The root, the post and its parents first, then the others as Reddit ranks them."""
        self._near = {post.platform_id, post.parent_id}
        self._tree("", depth=self._bounds.depth)
        if self._root not in self._found:
            return ()
        self._climb(post)
        while self._left > 0 and len(self._found) < self._bounds.posts and self._unfold():
            continue
        first = self._way_up(post)
        others = (one for id_, one in self._found.items() if id_ not in first)
        return [*first.values(), *others][: max(self._bounds.posts, 0)]

    def _tree(self, below: str, **params: int) -> None:
        if self._left <= 0:
            return
        self._left -= 1
        limit = max(1, min(_AT_ONCE, self._bounds.posts))
        answer = self._asking.get(
            f"comments/{self._root[3:]}{below}",
            {"limit": limit, "sort": _SORT, **params},
            what=f"the thread {self._root}",
        )
        for listing in answer if isinstance(answer, list) else ():
            self._add(_children(listing))

    def _climb(self, post: Post) -> None:
        before, missing = None, self._missing(post)
        while missing is not None and missing != before:
            self._tree(f"/_/{missing[3:]}", context=_CONTEXT)
            before, missing = missing, self._missing(post)

    def _missing(self, post: Post) -> str | None:
        """The first on the way from the post to the root that is not found yet."""
        at: str | None = post.platform_id
        while at is not None and at in self._found:
            at = self._found[at].parent_id
        return at

    def _way_up(self, post: Post) -> dict[str, Post]:
        way: list[Post] = []
        at: str | None = post.platform_id
        while at is not None and at in self._found and len(way) <= len(self._found):
            way.append(self._found[at])
            at = self._found[at].parent_id
        if not way or way[-1].platform_id != self._root:
            way.append(self._found[self._root])
        return {one.platform_id: one for one in reversed(way)}

    def _unfold(self) -> bool:
        """Ask for what matters most of what is folded away; False where nothing is."""
        if not self._folded:
            return False
        *_, parent, ids = heappop(self._folded)
        if not ids:
            self._tree(f"/_/{parent[3:]}", depth=self._bounds.depth)
            return True
        self._left -= 1
        if ids[_MORE_AT_ONCE:]:
            self._fold(parent, ids[_MORE_AT_ONCE:])
        form = {"children": ",".join(ids[:_MORE_AT_ONCE]), "link_id": self._root, "sort": _SORT}
        what = f"more of the thread {self._root}"
        self._add(_things(self._asking.post("api/morechildren", form, what=what)))
        return True

    def _add(self, things: Sequence[Any]) -> None:
        waiting = deque(things)
        while waiting:
            thing = waiting.popleft()
            if not isinstance(thing, Mapping) or not isinstance(thing.get("data"), Mapping):
                continue
            data = thing["data"]
            level = self._levels.get(str(data.get("parent_id")), -1) + 1
            if data.get("parent_id") is not None and level >= self._bounds.depth:
                continue
            if thing.get("kind") == "more":
                self._fold_thing(data)
            elif self._keep(thing, level):
                waiting.extendleft(reversed(_children(data.get("replies"))))

    def _keep(self, thing: object, level: int) -> bool:
        try:
            post = self._read(thing)
        except BadThing:
            return False
        self._found[post.platform_id] = post
        self._levels[post.platform_id] = -1 if post.parent_id is None else level
        return True

    def _fold_thing(self, data: Mapping[str, Any]) -> None:
        parent, children = data.get("parent_id"), data.get("children")
        if not isinstance(parent, str) or not isinstance(children, list):
            return
        self._fold(parent, [one for one in children if isinstance(one, str) and one])

    def _fold(self, parent: str, ids: list[str]) -> None:
        """The replies and siblings of the post come first, then what is most.

        Without ids it is "continue this thread": the tree below the parent, by its own address.
        """
        is_far = parent not in self._near
        heappush(self._folded, (is_far, -len(ids), next(self._order), parent, ids))


def _children(listing: object) -> Sequence[Any]:
    data = listing.get("data") if isinstance(listing, Mapping) else None
    found = data.get("children") if isinstance(data, Mapping) else None
    return found if isinstance(found, list) else ()


def _things(answer: object) -> Sequence[Any]:
    inner = answer.get("json") if isinstance(answer, Mapping) else None
    data = inner.get("data") if isinstance(inner, Mapping) else None
    found = data.get("things") if isinstance(data, Mapping) else None
    return found if isinstance(found, list) else ()
