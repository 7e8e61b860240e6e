"""``laurels check``: each part is tried, and a failure says what to do."""

import json
import socket
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from bot.check import Part, State, check, lines, report
from bot.settings import Settings
from desk.settings import DeskSettings
from listener.connectors.archive import ArchiveOptions
from listener.settings import ListenSettings, SourceSettings
from models.judgement import Classifier, Judgement, Label, Text
from models.weights_file import ModelError
from rewards.drafting.settings import DraftingSettings
from rewards.policy import Policy
from store import cursors
from store.db import fact as stored_fact
from store.db import migrate, open_store, reading
from store.records import SourceKind
from store.settings import StoreSettings
from tests.peers.http import Reply
from tests.peers.language_model import LanguageModel

NOW = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)


class FakeClassifier:
    """Says thanks to everything."""

    model = "fake-1"

    def classify(self, texts: Sequence[Text]) -> list[Judgement]:
        """One judgement a text."""
        label = Label("thanks", 1.0, {})
        return [Judgement(label, label, label, label, label) for _ in texts]


def parts_of(settings: Settings, origin: Path | None = None) -> dict[str, Part]:
    def make(_: Settings) -> Classifier:
        return FakeClassifier()

    return {part.name: part for part in check(settings, origin, make, NOW)}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        store=StoreSettings(f"sqlite:///{tmp_path}/deep/laurels.db"), desk=DeskSettings(port=0)
    )


def test_all_parts_of_a_fresh_installation_are_ok(settings: Settings) -> None:
    parts = parts_of(settings)
    assert list(parts) == ["settings", "store", "model", "desk", "time zones"]
    assert all(part.ok for part in parts.values())
    assert "“Thank you so much, that fixed it!” reads as thanks" in parts["model"].detail


def test_checking_makes_no_store(settings: Settings) -> None:
    assert "not there yet" in parts_of(settings)["store"].detail
    assert settings.store.file is not None
    assert not settings.store.file.parent.exists()


def test_store_is_opened_and_left_as_it_was(settings: Settings) -> None:
    engine = open_store(settings.store.url)
    migrate(engine)
    assert parts_of(settings)["store"].ok
    with reading(engine) as tx:
        assert stored_fact(tx, "check") is None
    engine.dispose()


def test_store_without_tables_says_to_migrate(settings: Settings) -> None:
    assert settings.store.file is not None
    settings.store.file.parent.mkdir()
    settings.store.file.touch()
    part = parts_of(settings)["store"]
    assert not part.ok
    assert "laurels migrate" in part.detail


def test_file_where_the_folder_of_the_store_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    store = StoreSettings(f"sqlite:///{tmp_path}/taken/laurels.db")
    part = parts_of(Settings(store=store))["store"]
    assert not part.ok
    assert f"{tmp_path}/taken cannot be written to" in part.detail


def test_unreachable_server_is_told_without_its_password() -> None:
    store = StoreSettings("postgresql://me:hunter2@127.0.0.1:1/laurels")
    part = parts_of(Settings(store=store))["store"]
    assert not part.ok
    assert "hunter2" not in part.detail


def test_refused_model_does_not_end_the_check(settings: Settings) -> None:
    def make(_: Settings) -> Classifier:
        raise ModelError("its SHA-256 is not the one in model.json")

    parts = {part.name: part for part in check(settings, None, make, NOW)}
    assert parts["model"] == Part(
        "model", State.FAILING, "its SHA-256 is not the one in model.json"
    )
    assert parts["desk"].ok


def test_each_source_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "there.jsonl").write_text("{}\n")
    (tmp_path / "empty.jsonl").touch()
    sources = tuple(
        SourceSettings(
            name,
            "archive",
            SourceKind.COMMUNITY,
            options=ArchiveOptions(tmp_path / f"{name}.jsonl"),
        )
        for name in ("there", "empty", "gone")
    )
    parts = parts_of(Settings(listener=ListenSettings(sources)))
    assert parts["source there"].ok
    assert not parts["source empty"].ok
    assert not parts["source gone"].ok
    assert "gone.jsonl" in parts["source gone"].detail


def test_taken_port_is_told(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        part = parts_of(Settings(store=settings.store, desk=DeskSettings(port=port)))["desk"]
    assert not part.ok
    assert "is taken by another program; stop that, or change desk.port" in part.detail


def test_desk_that_runs_already_is_no_failure(settings: Settings) -> None:
    class Desk(BaseHTTPRequestHandler):
        """Answers as desk/pages/health.py does."""

        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/healthz" else 404)
            self.end_headers()
            self.wfile.write(b'{"ok":true,"posts":3}')

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Desk) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_port
        part = parts_of(Settings(store=settings.store, desk=DeskSettings(port=port)))["desk"]
        server.shutdown()
    assert part.state is State.OK
    assert "is taken, by a desk that runs; `laurels desk --link`" in part.detail


@pytest.mark.parametrize(
    ("failures", "permanent", "state", "way_out"),
    [
        (1, False, State.RETRYING, "Nothing to do yet; `laurels listen 'a b'` tries it now"),
        (3, False, State.FAILING, "`laurels listen 'a b'` tries it now"),
        (1, True, State.STOPPED, "Mend that and start `laurels run` again"),
    ],
)
def test_source_that_fails_says_how_badly_and_what_to_do(
    tmp_path: Path, failures: int, permanent: bool, state: State, way_out: str
) -> None:
    source = SourceSettings("a b", "hackernews", SourceKind.COMMUNITY)
    store = StoreSettings(f"sqlite:///{tmp_path / 'store.db'}")
    engine = open_store(store.url)
    migrate(engine)
    for _ in range(failures):
        with engine.begin() as tx:
            again = None if permanent else NOW + timedelta(minutes=1)
            cursors.fail(tx, "a b", "it is down", NOW, permanent=permanent, retry_at=again)
    engine.dispose()
    part = parts_of(Settings(listener=ListenSettings((source,)), store=store))["source a b"]
    assert part.state is state
    assert part.ok is (state is State.RETRYING)
    assert "it is down" in part.detail
    assert way_out in part.detail


def test_source_whose_secret_is_missing_is_stopped(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LAURELS_DISCORD_TOKEN", raising=False)
    source = SourceSettings("chat", "discord", SourceKind.COMMUNITY)
    listener = ListenSettings((source,))
    part = parts_of(Settings(listener=listener, store=settings.store))["source chat"]
    assert part.state is State.STOPPED
    assert part.detail.startswith("discord needs LAURELS_DISCORD_TOKEN; set it in the environment")


KEY = "LAURELS_STACKEXCHANGE_KEY"


def looks_of(settings: Settings, **every_seconds: int) -> list[str]:
    """What is said of sources that read all questions and all comments of Stack Overflow."""
    sources = tuple(
        SourceSettings(name, "stackexchange", SourceKind.COMMUNITY, seconds)
        for name, seconds in every_seconds.items()
    )
    parts = parts_of(Settings(listener=ListenSettings(sources), store=settings.store))
    assert all(parts[f"source {name}"].ok for name in every_seconds)
    return [parts[f"source {name}"].detail for name in every_seconds]


def test_looks_that_a_day_without_a_key_does_not_allow_are_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY, raising=False)
    (told,) = looks_of(settings, so=300)
    assert "its looks take 576 requests a day, and Stack Exchange allows 300 without" in told
    assert f"set {KEY}, free from stackapps.com, or every_seconds to 576 or more" in told
    (told,) = looks_of(settings, so=576)
    assert KEY not in told
    monkeypatch.setenv(KEY, "k")
    (told,) = looks_of(settings, so=300)
    assert KEY not in told


def test_sources_share_what_a_day_without_a_key_allows(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY, raising=False)
    one, other = looks_of(settings, a=576, b=1152)
    assert "the looks of 2 sources there take 450 requests a day" in one
    assert "every_seconds to 864 or more" in one
    assert "every_seconds to 1728 or more" in other
    assert not [told for told in looks_of(settings, a=864, b=1728) if KEY in told]


def test_settings_without_a_source_say_so(settings: Settings) -> None:
    assert "`laurels init` writes one" in parts_of(settings)["settings"].detail
    assert "under listener.sources" in parts_of(settings, Path("c.yaml"))["settings"].detail


def test_address_of_another_machine_is_told(settings: Settings) -> None:
    part = parts_of(Settings(store=settings.store, desk=DeskSettings("192.0.2.1")))["desk"]
    assert not part.ok


def test_time_zones_show_what_time_it_is_there(settings: Settings) -> None:
    settings = Settings(store=settings.store, rewards=Policy(time_zone="Asia/Tokyo"))
    assert "Asia/Tokyo (now 2026-02-01 08:30)" in parts_of(settings)["time zones"].detail


def test_report_is_one_json_object_without_secrets() -> None:
    settings = Settings(store=StoreSettings("postgresql://me:hunter2@db/laurels"))
    text = json.dumps(report([Part("store", State.FAILING, "no")], settings))
    assert json.loads(text)["ok"] is False
    assert "hunter2" not in text


def test_lines_show_settings_and_parts(settings: Settings) -> None:
    parts = [Part("store", State.OK, "opens"), Part("time zones", State.FAILING, "no " * 20 + "no")]
    text = lines(parts, settings)
    assert "cooldown_days: 30" in text
    told = "ok       store       opens\nfailing  time zones  no no"
    assert told in text
    assert text.endswith("no no\n\nTo be mended: time zones.")
    assert lines(parts[:1], settings).endswith("ok  store  opens\n\nNothing needs you.")


def test_what_others_wrote_is_no_command_to_the_terminal(
    settings: Settings, model: LanguageModel
) -> None:
    model.models = Reply({"data": [{"id": "\x1b[2Jsmall-2\x9b1m\r"}]})
    asking = with_drafting(settings, model.url)
    told = lines(check(asking, None, lambda _: FakeClassifier(), NOW), asking)
    assert "e.g. to  [2Jsmall-2 1m " in told
    assert all(one.isprintable() for one in told.splitlines())


def test_lines_are_folded_on_a_terminal(settings: Settings) -> None:
    parts = [Part("store", State.OK, "opens"), Part("time zones", State.FAILING, "now then " * 20)]
    told = lines(parts, settings, 60).partition("ok       store")[2].splitlines()
    assert max(map(len, told)) <= 60
    assert len(told[2]) - len(told[2].lstrip()) == 21


def test_source_that_nobody_asks_any_more_is_told(tmp_path: Path) -> None:
    (tmp_path / "there.jsonl").write_text("{}\n")
    options = ArchiveOptions(tmp_path / "there.jsonl")
    source = SourceSettings("there", "archive", SourceKind.COMMUNITY, options=options)
    store = StoreSettings(f"sqlite:///{tmp_path / 'store.db'}")
    engine = open_store(store.url)
    migrate(engine)
    for minutes, is_told in ((1, False), (30, True)):
        with engine.begin() as tx:
            cursors.put(tx, "there", "1", NOW - timedelta(minutes=minutes))
        part = parts_of(Settings(listener=ListenSettings((source,)), store=store))["source there"]
        assert part.ok
        assert ("overdue" in part.detail) is is_told
    engine.dispose()


@pytest.fixture
def model() -> Iterator[LanguageModel]:
    made = LanguageModel()
    yield made
    made.close()


def with_drafting(settings: Settings, url: str) -> Settings:
    return replace(settings, drafting=DraftingSettings(url=url, model="small-1"))


def test_endpoint_for_drafts_is_asked_what_it_has(settings: Settings, model: LanguageModel) -> None:
    part = parts_of(with_drafting(settings, model.url))["drafting"]
    assert part.ok
    assert part.detail.endswith("answers and has small-1")
    assert [one.method for one in model.server.asked] == ["GET"], "nobody's words are sent"


@pytest.mark.parametrize(
    ("reply", "state", "said"),
    [
        (Reply({}, 404), State.OK, "does not list its models"),
        (
            Reply({"data": [{"id": "small-2"}]}),
            State.STOPPED,
            "has no model 'small-1'; set drafting.model, e.g. to small-2",
        ),
        (Reply({}, 401), State.FAILING, "wants a key (HTTP 401); set LAURELS_DRAFTING_API_KEY."),
        (Reply(b"hello"), State.FAILING, "sent something that is not JSON"),
    ],
)
def test_endpoint_that_is_amiss_says_the_way_out(
    settings: Settings, model: LanguageModel, reply: Reply, state: State, said: str
) -> None:
    model.models = reply
    part = parts_of(with_drafting(settings, model.url))["drafting"]
    assert part.state is state
    assert said in part.detail


def test_key_that_no_header_can_hold_is_refused_untold(
    settings: Settings, model: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAURELS_DRAFTING_API_KEY", "sk-\u00e4bc")
    part = parts_of(with_drafting(settings, model.url))["drafting"]
    assert part.state is State.STOPPED
    assert "LAURELS_DRAFTING_API_KEY: holds" in part.detail
    assert "sk-" not in part.detail
    assert model.server.asked == []
