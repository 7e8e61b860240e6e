"""The conversation around a post of Stack Exchange: the question, its answers, all comments."""

from collections.abc import Sequence

from listener.connectors import Bounds, ConnectorError
from listener.connectors.stackexchange_api import LARGEST, Api
from listener.connectors.stackexchange_post import id_of, read_comments, read_questions
from store.records import Post


def around(api: Api, post: Post, bounds: Bounds) -> Sequence[Post]:
    """Two requests where these suffice; empty where the question is gone."""
    asked = id_of(post.thread_id or post.platform_id)
    if asked is None or asked.kind != "q" or bounds.requests < 1:
        return ()
    found = api.get(
        "questions/{ids}", what=f"question {asked}", site=asked.site, ids=(asked.number,)
    )
    posts = list(read_questions(found.items, asked.site).posts)
    if posts and bounds.depth > 0:
        posts += _comments_on(api, posts, post, bounds.requests - 1)
    return _nearest(posts, post, bounds)


def _comments_on(api: Api, posts: Sequence[Post], post: Post, requests: int) -> list[Post]:
    """Where there are more answers than one request takes, those that matter to `post`."""
    near = (post.thread_id, post.parent_id, post.platform_id)
    ordered = sorted(posts, key=lambda one: one.platform_id not in near)
    ids = [id_ for one in ordered if (id_ := id_of(one.platform_id))]
    root = next(id_ for id_ in ids if id_.kind == "q")
    asked = {id_.number: root.number for id_ in ids}
    comments: list[Post] = []
    for page in range(1, requests + 1):
        try:
            found = api.get(
                "posts/{ids}/comments",
                what=f"comments on question {root}",
                site=root.site,
                ids=list(asked)[:LARGEST],
                params={"sort": "creation", "order": "asc", "page": page},
            )
        except ConnectorError:
            if page == 1:
                raise
            break  # A wait between pages: a conversation is read again later.
        comments += read_comments(found.items, root.site, asked).posts
        if not found.has_more:
            break
    return comments


def _nearest(posts: Sequence[Post], post: Post, bounds: Bounds) -> Sequence[Post]:
    """What fits into the bounds: the question, what the post replies to and its replies first."""
    parents = {one.platform_id: one.parent_id for one in posts}

    def depth(one: Post) -> int:
        return 0 if one.parent_id is None else 1 + (parents.get(one.parent_id) is not None)

    line = {post.thread_id, post.parent_id, post.platform_id}
    near = sorted(
        (one for one in posts if depth(one) <= bounds.depth),
        key=lambda one: (
            one.parent_id is not None,
            one.platform_id not in line,
            one.parent_id != post.platform_id,
        ),
    )
    return near[: bounds.posts]
