"""What ``laurels people`` tells of accounts, and of the code for a second one."""

from dataclasses import replace

import pytest

from bot.commands import people
from store import identity, mentions
from store.db import Engine
from store.records import Author
from tests.posts import MOMENT, a_post


def heard(engine: Engine, platform: str, handle: str, text: str, *, is_bot: bool = False) -> int:
    """An account that wrote this; its row id."""
    author = Author(handle, handle, is_bot=is_bot)
    post = replace(a_post(f"{handle}-{text}", text, platform=platform), author=author)
    with engine.begin() as tx:
        mentions.save_posts(tx, [post], "s", MOMENT)
        (found,) = identity.find(tx, platform, handle)
    return found.id


def test_link_that_a_rule_forbids_by_now_is_told_with_the_way_out(
    sqlite_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    one = heard(sqlite_engine, "reddit", "ann", "a")
    other = heard(sqlite_engine, "mastodon", "robo", "b")
    with sqlite_engine.begin() as tx:
        identity.join(tx, one, other, "confirmed: by mail", "eve", MOMENT)
    people.show(sqlite_engine, "reddit:ann", as_json=False)
    assert "unlink" not in capsys.readouterr().out
    heard(sqlite_engine, "mastodon", "robo", "beep", is_bot=True)
    people.show(sqlite_engine, "reddit:ann", as_json=False)
    told = capsys.readouterr().out
    assert "one is a program and one is not" in told
    assert "laurels people unlink mastodon:robo" in told


def test_names_that_strangers_chose_are_no_commands_to_the_terminal(
    sqlite_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    one = heard(sqlite_engine, "reddit", "ann\x1b[2J", "a")
    other = heard(sqlite_engine, "mastodon", "ann\x9b1m", "b")
    with sqlite_engine.begin() as tx:
        identity.join(tx, one, other, "confirmed: by mail", "eve", MOMENT)
    heard(sqlite_engine, "mastodon", "ann\x9b1m", "beep", is_bot=True)
    people.show(sqlite_engine, "reddit:ann\x1b[2J", as_json=False)
    people.claim(sqlite_engine, "reddit:ann\x1b[2J", as_json=False)
    told = capsys.readouterr().out
    assert "reddit:ann [2J" in told
    assert "laurels people unlink mastodon:ann 1m" in told
    assert all(line.isprintable() for line in told.split("\n"))


def test_code_is_given_with_where_to_post_it(
    sqlite_engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    heard(sqlite_engine, "reddit", "ann", "a")
    people.claim(sqlite_engine, "reddit:ann", as_json=False)
    told = capsys.readouterr().out
    assert "OTHER account" in told
    assert "the code alone" in told
    assert "proves" not in told
    assert "a member confirms it at the desk, under Claims" in told
    assert "Posted from reddit:ann itself, it is void" in told
