"""X archives, as in docs/archive_data.md of https://github.com/TheExGenesis/community-archive."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from listener.connectors import ConnectorError
from listener.connectors.archive import Archive, ArchiveOptions
from store.records import Kind
from tests.listener.history.records import broken_off, ids, posts, read, zipped

ACCOUNT = {
    "account": {
        "email": "acme@acme.example",
        "createdVia": "web",
        "username": "AcmeCloud",
        "accountId": "322603863",
        "createdAt": "2011-06-23T13:04:14.000Z",
        "accountDisplayName": "Acme",
    }
}


def tweet(id_: str, text: str, **changes: Any) -> dict[str, Any]:
    """A post as tweets.js has it."""
    found = {
        "edit_info": {
            "initial": {
                "editTweetIds": [id_],
                "editableUntil": "2023-02-18T13:03:11.000Z",
                "editsRemaining": "5",
                "isEditEligible": False,
            }
        },
        "retweeted": False,
        "source": '<a href="https://mobile.twitter.com" rel="nofollow">Twitter Web App</a>',
        "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []},
        "display_text_range": ["0", "71"],
        "favorite_count": "1",
        "id_str": id_,
        "truncated": False,
        "retweet_count": "0",
        "id": id_,
        "created_at": "Sat Feb 18 12:33:11 +0000 2023",
        "favorited": False,
        "full_text": text,
        "lang": "en",
    }
    return {"tweet": found | changes}


def archive(tweets: list[dict[str, Any]], **others: list[dict[str, Any]]) -> dict[str, str]:
    """The files of an archive."""

    def part(name: str, items: list[dict[str, Any]]) -> str:
        return f"window.YTD.{name}.part0 = {json.dumps(items, indent=2)}"

    return {
        "data/README.txt": "about",
        "data/account.js": part("account", [ACCOUNT]),
        "data/deleted-tweets.js": part("deleted_tweets", [tweet("1", "regretted")]),
        "data/like.js": part("like", [{"like": {"tweetId": "2", "fullText": "liked"}}]),
        "data/tweets.js": part("tweets", tweets),
    } | {f"data/{name.replace('_', '-')}.js": part(name, items) for name, items in others.items()}


def test_reply_reads_as_the_live_connector_reads_it(tmp_path: Path) -> None:
    mention = {
        "name": "Cameron",
        "screen_name": "empathy2000",
        "indices": ["0", "12"],
        "id_str": "732980797985148928",
        "id": "732980797985148928",
    }
    said = tweet(
        "1626922779105759235",
        "@empathy2000 salt &amp; pepper #food",
        entities={"hashtags": [{"text": "food"}], "user_mentions": [mention], "urls": []},
        in_reply_to_status_id_str="1626916612560281601",
        in_reply_to_user_id_str="732980797985148928",
    )
    (post,) = posts(zipped(tmp_path / "twitter-2023.zip", archive([said])))
    assert (post.platform, post.platform_id, post.kind) == (
        "x",
        "1626922779105759235",
        Kind.COMMENT,
    )
    assert (post.parent_id, post.thread_id) == ("1626916612560281601", None)
    assert post.text == "@empathy2000 salt & pepper #food"
    assert (post.author.platform_id, post.author.handle) == ("322603863", "AcmeCloud")
    assert (post.addressed, post.tags, post.score) == (("732980797985148928",), ("food",), 1)
    assert post.url == "https://x.com/AcmeCloud/status/1626922779105759235"
    assert post.created_at.replace(microsecond=0) == datetime(2023, 2, 18, 12, 33, 11, tzinfo=UTC)


def test_first_post_of_a_thread_and_one_from_before_snowflakes(tmp_path: Path) -> None:
    old = tweet("1234567", "hi", created_at="Wed Nov 22 20:00:01 +0000 2006", edit_info=None)
    new, first = posts(
        zipped(tmp_path / "a.zip", archive([tweet("1626922779105759235", "new"), old]))
    )
    assert (new.kind, new.thread_id) == (Kind.POST, "1626922779105759235")
    assert first.created_at == datetime(2006, 11, 22, 20, 0, 1, tzinfo=UTC)


def test_edited_post_keeps_the_id_of_its_first_version(tmp_path: Path) -> None:
    info = {"edit": {"initialTweetId": "1626922779105759235", "editControlInitial": {}}}
    (post,) = posts(
        zipped(tmp_path / "a.zip", archive([tweet("1626922879105759235", "b", edit_info=info)]))
    )
    assert post.platform_id == "1626922779105759235"
    assert post.edited_at is not None


def test_reposts_likes_and_deleted_posts_are_left_out(tmp_path: Path) -> None:
    found = posts(zipped(tmp_path / "a.zip", archive([tweet("5", "RT @bob: wise words")])))
    assert not found


def test_parts_and_pictures(tmp_path: Path) -> None:
    picture = {"expanded_url": "https://x.com/AcmeCloud/status/11/photo/1", "type": "photo"}
    files = archive(
        [tweet("1626922779105759236", "a", extended_entities={"media": [picture, picture]})],
        tweets_part1=[tweet("1626922779105759237", "b")],
        community_tweet=[tweet("1626922779105759238", "c")],
    )
    found = posts(zipped(tmp_path / "a.zip", files))
    assert sorted(post.text for post in found) == ["a", "b", "c"]
    assert next(post for post in found if post.text == "a").media == (picture["expanded_url"],)


def test_folder_and_file_go_on_after_any_stop(tmp_path: Path) -> None:
    files = archive([tweet(str(1626922779105759235 + n), str(n)) for n in range(9)])
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = broken_off(tmp_path, 4)
    assert found == ids(posts(tmp_path / "data" / "tweets.js"))
    assert len(found) == 9


def test_posts_without_their_account_are_refused(tmp_path: Path) -> None:
    files = archive([tweet("5", "a")])
    del files["data/account.js"]
    with pytest.raises(ConnectorError, match=r"no account\.js beside the posts"):
        Archive(ArchiveOptions(zipped(tmp_path / "a.zip", files))).fetch(None)


def test_bad_post_is_put_aside(tmp_path: Path) -> None:
    files = archive([tweet("x1", "a"), {"tweet": 3}, tweet("6", "b", created_at="soon")])
    (batch,) = read(zipped(tmp_path / "a.zip", files))
    assert [one.number for one in batch.rejects] == [1, 2, 3]
