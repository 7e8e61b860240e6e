"""Choose from a conversation of GitHub what stands nearest to the post it is read for."""

from collections.abc import Sequence

from store.records import Post


def around(asked: Post, posts: Sequence[Post], most: int, *, is_whole: bool) -> tuple[Post, ...]:
    """At most so many, in their order: the root, the asked one, the one above it, the nearest.

    Where the conversation was not read whole the asked post is added as it was known.
    """
    if not posts:
        return ()
    ids = [post.platform_id for post in posts]
    if asked.platform_id not in ids and not is_whole:
        at = sum(post.created_at <= asked.created_at for post in posts[1:]) + 1
        posts = [*posts[:at], asked, *posts[at:]]
        ids.insert(at, asked.platform_id)
    here = ids.index(asked.platform_id) if asked.platform_id in ids else 0
    above = ids.index(asked.parent_id) if asked.parent_id in ids else 0
    ranked = sorted(range(len(ids)), key=lambda n: (n not in (0, here), n != above, abs(n - here)))
    return tuple(posts[n] for n in sorted(ranked[:most]))
