"""What a Bluesky post says: records of app.bsky.feed.post, as every way of reading brings them.

The fields are those of the lexicons app.bsky.feed.post, app.bsky.richtext.facet and
app.bsky.embed.*; what is not named here is skipped while decoding.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import msgspec

from store.records import Author, Kind, Post

PLATFORM: Final = "bluesky"
COLLECTION: Final = "app.bsky.feed.post"
_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_BOT: Final = "bot"


class Link(msgspec.Struct):
    """A content id inside JSON."""

    link: str = msgspec.field(name="$link")


class Ref(msgspec.Struct):
    """Another record."""

    uri: str


class Reply(msgspec.Struct):
    """Where in a conversation a post stands."""

    root: Ref
    parent: Ref


class Feature(msgspec.Struct):
    """What a stretch of text is: a mention has `did`, a hashtag `tag`."""

    did: str | None = None
    tag: str | None = None


class Facet(msgspec.Struct):
    """A stretch of text that is more than its letters."""

    features: list[Feature] = []


class Blob(msgspec.Struct):
    """A file."""

    ref: Link | None = None


class Image(msgspec.Struct):
    """One picture of several."""

    image: Blob


class External(msgspec.Struct):
    """A card that leads elsewhere."""

    uri: str


class Embed(msgspec.Struct):
    """What hangs below a text: pictures, a video, a card, and with `media` also a quoted post."""

    images: list[Image] | None = None
    video: Blob | None = None
    external: External | None = None
    media: "Embed | None" = None


class Label(msgspec.Struct):
    """A word that an author or a service put on something."""

    val: str


class Labels(msgspec.Struct):
    """The labels that authors put on their own things."""

    values: list[Label] = []


class Record(msgspec.Struct):
    """A post as its author's repository holds it."""

    text: str
    createdAt: str | None = None  # noqa: N815
    langs: list[str] | None = None
    reply: Reply | None = None
    facets: list[Facet] | None = None
    embed: Embed | None = None
    labels: Labels | None = None
    tags: list[str] | None = None


def uri_of(did: str, key: str) -> str:
    """A post's address in the network, which is its platform id."""
    return f"at://{did}/{COLLECTION}/{key}"


def parts_of(uri: str) -> tuple[str, str]:
    """Whose repository a record is in, and its key there; raises ValueError for no address."""
    scheme, _, rest = uri.partition("at://")
    parts = rest.split("/")
    if scheme or len(parts) != 3:
        raise ValueError(f"no address of a record: {uri[:80]}")
    return parts[0], parts[2]


def is_bot(labels: Iterable[Label] | None) -> bool:
    """Whether one of the labels says that a program writes."""
    return any(label.val == _BOT for label in labels or ())


def post_of(
    key: str,
    record: Record,
    author: Author,
    seen_at: datetime,
    *,
    edited_at: datetime | None = None,
    score: int | None = None,
) -> Post:
    """The post under `key` in its author's repository, which the network first saw at `seen_at`."""
    did, reply = author.platform_id, record.reply
    uri = uri_of(did, key)
    return Post(
        platform=PLATFORM,
        platform_id=uri,
        kind=Kind.COMMENT if reply else Kind.POST,
        author=author,
        created_at=_written_at(record.createdAt, seen_at),
        text=record.text,
        thread_id=reply.root.uri if reply else uri,
        parent_id=reply.parent.uri if reply else None,
        addressed=_addressed(record),
        media=_media(did, record.embed) if record.embed else (),
        score=score,
        tags=_tags(record),
        lang=record.langs[0] if record.langs else None,
        url=f"https://bsky.app/profile/{author.handle}/post/{key}",
        edited_at=edited_at,
    )


def moment(text: str | None) -> datetime | None:
    """A moment as ISO 8601; None where it cannot be read."""
    try:
        found = datetime.fromisoformat(text or "")
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _written_at(claim: str | None, seen_at: datetime) -> datetime:
    """When its author says that it was written: any past will do, but not what was yet to come."""
    found = moment(claim)
    return found if found is not None and _FIRST < found < seen_at else seen_at


def _addressed(record: Record) -> tuple[str, ...]:
    if not record.facets:
        return ()
    dids = [one.did for facet in record.facets for one in facet.features if one.did]
    return tuple(dict.fromkeys(dids))


def _tags(record: Record) -> tuple[str, ...]:
    if not record.facets and not record.tags:
        return ()
    inline = [one.tag for facet in record.facets or () for one in facet.features if one.tag]
    return tuple(dict.fromkeys([*inline, *(record.tags or ())]))


def _media(did: str, embed: Embed) -> tuple[str, ...]:
    """Where the pictures, the video or the page that the post shows can be seen."""
    if embed.media is not None:
        return _media(did, embed.media)
    if embed.external is not None:
        return (embed.external.uri,)
    if embed.video is not None and embed.video.ref:
        return (f"https://video.bsky.app/watch/{did}/{embed.video.ref.link}/playlist.m3u8",)
    refs = [one.image.ref for one in embed.images or () if one.image.ref]
    return tuple(f"https://cdn.bsky.app/img/feed_fullsize/plain/{did}/{ref.link}" for ref in refs)
