"""``laurels purge``: requests are honoured, files are blanked, and the proof fits a terminal."""

import json
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot import wiring
from bot.commands import purge
from bot.failures import CommandError
from bot.pipeline.purging import tidy
from bot.settings import Settings
from listener.connectors import Reject
from listener.connectors.reddit import RedditOptions
from listener.rejects import put_aside
from listener.settings import ListenSettings, QuerySettings, SourceSettings
from rewards.senders.rehearsal import Rehearsal
from store import mentions, outbox
from store.db import Engine, reading
from store.settings import StoreSettings
from tests.posts import MOMENT, a_post
from tests.store.seeds import an_open_case, draft_for, saved


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """One source, files in a folder of the test's own."""
    options = RedditOptions(user="our_account")
    source = SourceSettings("subs", "reddit", base_url="http://127.0.0.1:9", options=options)
    listener = ListenSettings((source,), (QuerySettings("brand", "leaf"),))
    return Settings(listener=listener, store=StoreSettings(f"sqlite:///{tmp_path / 's.db'}"))


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    """What a command said."""
    return capsys.readouterr().out


def test_request_deletes_a_post_at_once(
    engine: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with engine.begin() as tx:
        saved(tx, a_post("at://did:plc:x/app/3k", "secret", platform="bluesky"))
    named = "bluesky:at://did:plc:x/app/3k"
    asked = (wiring.utc_now() - timedelta(hours=2)).isoformat()
    for expected in (1, 0):
        purge.request(engine, settings, named, None, asked, as_json=True)
        assert json.loads(printed(capsys))["posts"] == expected
    purge.report(engine, None, as_json=True)
    told = json.loads(printed(capsys))
    (buried,) = told["buried"]
    assert buried["rule"] == "request"
    assert buried["longest_seconds"] == pytest.approx(7_200, abs=60)
    assert isinstance(buried["longest_seconds"], int)
    assert told["platforms"][0]["every_seconds"] == 604_800
    assert not re.search(r"days?, \d", json.dumps(told)), "a length of time is a number"
    assert len(told["tombstones"]) == 1
    assert "secret" not in json.dumps(told)


def test_request_deletes_an_account(
    engine: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with engine.begin() as tx:
        saved(tx, *(a_post(f"p{n}", author="u7", platform="reddit") for n in range(3)))
    purge.request(engine, settings, None, "reddit:u7", None, as_json=False)
    assert printed(capsys) == "3 posts deleted, with all that was made of them.\n"


@pytest.mark.parametrize(("post", "message"), [("t3_1", "PLATFORM:ID"), ("reddit:t3_1", "no post")])
def test_request_that_names_nothing_says_so(
    engine: Engine, settings: Settings, post: str, message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        purge.request(engine, settings, post, None, None, as_json=False)


def test_proof_fits_eighty_columns(
    engine: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with engine.begin() as tx:
        for platform in ("reddit", "stackexchange", "mastodon", "rss"):
            saved(tx, *(a_post(f"p{n}", platform=platform) for n in range(3)))
            mentions.delete_post(tx, platform, "p1", MOMENT, MOMENT + timedelta(hours=5))
    purge.report(engine, None, as_json=False)
    text = printed(capsys)
    assert max(map(len, text.splitlines())) <= 80
    assert "Overdue now: 6" in text
    assert "SHA-256 of the 4 tombstones" in text
    purge.forecast(engine, settings, as_json=False)
    assert "reddit" in printed(capsys)


def test_empty_store_is_reported_too(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    purge.report(engine, "2026-01-01", as_json=False)
    assert "Overdue now: 0" in printed(capsys)
    with pytest.raises(CommandError, match="--since"):
        purge.report(engine, "yesterday", as_json=False)


def test_source_that_cannot_be_reached_is_told_and_fails_the_command(
    engine: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with engine.begin() as tx:
        saved(tx, a_post("t3_abc", platform="reddit"))
    assert not purge.purge_all(engine, settings, as_json=True)
    told = json.loads(printed(capsys))
    assert told["sources"]["subs"]["asked"] == 0
    assert told["sources"]["subs"]["error"]


def test_nothing_due_needs_no_request(
    engine: Engine, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert purge.purge_all(engine, settings, as_json=False)
    assert "no post is due" in printed(capsys)


def test_lines_about_deleted_posts_are_blanked_in_place(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "rehearsal.jsonl"
    with engine.begin() as tx:
        for id_ in ("gone", "kept"):
            case_id = an_open_case(tx, a_post(id_, author=f"by-{id_}"))
            draft = draft_for(tx, case_id, f"Thanks @by-{id_}!")
            outbox.enqueue(tx, id_, case_id, "rehearsal", draft, MOMENT, MOMENT)
    with reading(engine) as tx:
        for message in outbox.due(tx, MOMENT, 9):
            target = mentions.load(tx, [message.draft.target_post_id])
            Rehearsal(path).send(message, target[message.draft.target_post_id].post)
    size = path.stat().st_size
    with path.open("a") as file:
        file.write('{"key": "cut off')
    with engine.begin() as tx:
        mentions.delete_post(tx, "discourse", "gone", MOMENT, MOMENT)
    sources = settings.listener.sources
    assert tidy(engine, tmp_path, sources, MOMENT) == 1
    assert tidy(engine, tmp_path, sources, MOMENT) == 0
    text = path.read_text()
    assert len(text) == size + len('{"key": "cut off')
    assert "by-gone" not in text
    assert "Thanks @by-kept!" in text
    assert json.loads(text.splitlines()[0])["id"] == "rehearsal:gone"


def test_rejects_lose_deleted_posts_and_age(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "rejects" / "subs.jsonl"
    rejects = [
        Reject(n, "no author", json.dumps({"name": f"t3_{n}", "body": f"words {n}"}))
        for n in range(3)
    ]
    put_aside(path, rejects)
    with engine.begin() as tx:
        saved(tx, a_post("t3_1", platform="reddit"))
        mentions.delete_post(tx, "reddit", "t3_1", MOMENT, MOMENT)
    now, sources = wiring.utc_now(), settings.listener.sources
    assert tidy(engine, tmp_path, sources, now) == 1
    assert "words 1" not in path.read_text()
    assert "words 2" in path.read_text()
    os.utime(path, (0, now.timestamp() - 49 * 3600))
    assert tidy(engine, tmp_path, sources, now) == 2
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(line["number"], line["reason"], line["raw"]) for line in lines] == [
        (n, "no author", "") for n in range(3)
    ]
