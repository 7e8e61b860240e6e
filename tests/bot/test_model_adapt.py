"""``laurels model adapt`` with the shipped model: what a team teaches, and how it is undone."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import event
from typer.testing import CliRunner

from bot import wiring
from bot.adapting import TASKS
from bot.commands.model import info
from bot.commands.model_adapt import adapt, undo
from bot.failures import CommandError
from bot.lessons import digest, lessons
from bot.program import app
from bot.run import Daemon
from bot.settings import Settings
from models.adapt import Origin
from models.adapted import Adaptation, load, newest, save
from models.judgement import Text
from models.settings import ModelSettings
from models.weights_file import ModelError
from store import analyses, cases, decisions, labels, mentions
from store.db import Engine, reading
from store.records import Analysis, CaseKind, CaseState, Reason, Task, Verdict
from store.settings import StoreSettings
from tests.posts import MOMENT, a_post
from tests.store.seeds import new_case, only

THINGS = ("update", "drop", "skin", "song", "mix", "deck", "board", "trick", "beat", "clip")
CROWDS = ("everyone here", "my crew", "the whole room", "all of us", "that stream", "our team")
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def engine(sqlite_engine: Engine) -> Engine:
    return sqlite_engine


@pytest.fixture
def settings(engine: Engine) -> Settings:
    """Settings that name the store."""
    return Settings(store=StoreSettings(engine.url.render_as_string()))


def sick(n: int) -> str:
    """Praise, as it is said here; the model takes it for anger."""
    thing, crowd = THINGS[n % 10], CROWDS[n // 10 % 6]
    return f"that {thing} is sick, absolutely sick, {crowd} went insane number {n}"


def plain(n: int) -> str:
    """What the model reads as it is meant here."""
    thing, crowd = THINGS[n % 10], CROWDS[n // 10 % 6]
    kinds = (
        f"the {thing} crashes again and {crowd} lost their work, number {n}",
        f"I hate the new {thing}, {crowd} waited for days, number {n}",
        f"awful {thing}, it broke twice and {crowd} gave up, number {n}",
        f"so disappointed with the {thing}, {crowd} wants a refund, number {n}",
        f"the {thing} of number {n} comes on Tuesday, says {crowd}",
        f"thank you, {crowd} loves the {thing}, number {n}",
    )
    return kinds[n % 6]


def heard(engine: Engine, name: str, text: str, said: str, platform: str, *, old: bool) -> int:
    """A post that the model read the mood of so, by a person of its own."""
    at = MOMENT + timedelta(minutes=0 if old else 10)
    with engine.begin() as tx:
        post = a_post(name, text, author=f"by {name}", platform=platform)
        (stored,) = mentions.save_posts(tx, [post], platform, at)
        analyses.save(tx, [Analysis(stored.id, Task.SENTIMENT, "laurels-2", said, 0.8)])
        analyses.mark_understood(tx, [stored.id], "laurels-2")
    return stored.id


def taught(
    engine: Engine,
    count: int,
    right: Callable[[int], str] = lambda _n: "positive",
    *,
    platform: str = "stackexchange",
    start: int = 0,
) -> None:
    """Of `count` posts the mood is corrected, of as many it was right, and as many nobody saw."""
    shipped = wiring.shipped(ModelSettings(threads=1))
    for n in range(start, start + count):
        text = sick(n)
        said = "negative" if right(n) != "negative" else "neutral"
        post_id = heard(engine, f"s{n}", text, said, platform, old=True)
        found = Analysis(post_id, Task.SENTIMENT, "laurels-2", said, 0.8)
        allowed = platform == "stackexchange"
        with engine.begin() as tx:
            labels.add(tx, found, right(n), may_train=allowed, actor="Ann", at=at(n))
        heard(engine, f"u{n}", plain(n + 7_000), "neutral", platform, old=False)
    texts = [Text(plain(n)) for n in range(start, start + count)]
    for n, judged in enumerate(shipped.classify(texts), start):
        post_id = heard(engine, f"p{n}", plain(n), judged.sentiment.name, platform, old=True)
        with engine.begin() as tx:
            case_id = only(cases.open_cases(tx, [new_case(tx, post_id, CaseKind.ISSUE)]))
            why = [Reason("approved", "approved")]
            decisions.add(tx, f"{case_id}:0", case_id, Verdict.ROUTE, why, "Ann", at(n))
            cases.set_state(tx, case_id, CaseState.DONE, at(n))


def at(n: int) -> datetime:
    return MOMENT + timedelta(minutes=n)


def told(
    engine: Engine, settings: Settings, capsys: Capture, *, dry_run: bool = False
) -> dict[str, object]:
    adapt(engine, settings, dry_run=dry_run, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


def mood(settings: Settings, text: str) -> str:
    return wiring.classifier(settings).classify([Text(text)])[0].sentiment.name


UNSEEN = "this new remix is sick, absolutely sick, the whole hall went insane"


def test_what_a_community_means_is_learned_told_and_undone(
    engine: Engine, settings: Settings, capsys: Capture
) -> None:
    assert mood(settings, UNSEEN) == "negative"
    taught(engine, 60)
    tried = told(engine, settings, capsys, dry_run=True)
    assert (tried["version"], newest(wiring.adapted_folder(settings))) == (1, None)
    found = told(engine, settings, capsys)
    mended = found["tasks"]["sentiment"]  # type: ignore[index]
    assert (found["version"], mended["outcome"]) == (1, "kept")
    assert mended["after"] > mended["before"]
    assert (mended["corrected"], mended["confirmed"]) == (60, 60)
    assert mood(settings, UNSEEN) == "positive"
    assert wiring.classifier(settings).model == "laurels-2+1"
    assert wiring.judges(settings).model == "laurels-2+1"
    for plainly, wanted in (("I hate it, it broke again", "negative"), ("I love it!", "positive")):
        assert mood(settings, plainly) == wanted
    with pytest.raises(CommandError, match="nothing was judged since version 1"):
        adapt(engine, settings, dry_run=False, as_json=True)
    undo(settings, as_json=False)
    assert capsys.readouterr().out == "laurels-2+1 is taken back; laurels-2 as it ships judges.\n"
    assert mood(settings, UNSEEN) == "negative"
    with pytest.raises(CommandError, match="no version to undo"):
        undo(settings, as_json=False)


def test_report_fits_a_terminal(engine: Engine, settings: Settings, capsys: Capture) -> None:
    taught(engine, 25)
    adapt(engine, settings, dry_run=False, as_json=False)
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert "sentiment  stackexchange" in shown
    assert "intent: 0 corrections; 20 are needed before a head is fitted." in shown
    assert "laurels model adapt --undo goes back to laurels-2 as it ships." in shown
    (kept,) = wiring.adapted_folder(settings).iterdir()
    assert kept.stat().st_size < 100_000
    assert b"sick" not in kept.read_bytes()


def test_few_labels_are_told_with_the_number_needed(
    engine: Engine, settings: Settings, capsys: Capture
) -> None:
    taught(engine, 5)
    adapt(engine, settings, dry_run=False, as_json=False)
    shown = capsys.readouterr().out
    assert "sentiment: 5 corrections; 20 are needed before a head is fitted." in shown
    assert "laurels-2 as it ships judges on." in shown
    assert newest(wiring.adapted_folder(settings)) is None


def test_labels_that_contradict_each_other_are_not_kept(
    engine: Engine, settings: Settings, capsys: Capture
) -> None:
    dice = random.Random(4)
    words = [dice.choice(("positive", "neutral", "negative")) for _ in range(60)]
    taught(engine, 60, words.__getitem__)
    found = told(engine, settings, capsys)
    assert found["version"] is None
    assert found["tasks"]["sentiment"]["outcome"] != "kept"  # type: ignore[index]
    adapt(engine, settings, dry_run=False, as_json=False)
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert "others  kept" in shown


def test_forbidden_posts_move_scale_and_bias_alone(
    engine: Engine, settings: Settings, capsys: Capture
) -> None:
    taught(engine, 40, platform="x")
    taught(engine, 40, platform="discord", start=100)
    found = told(engine, settings, capsys)
    assert all(one["may_train"] == 0 for one in found["labels"])  # type: ignore[attr-defined]
    made = load(wiring.adapted_folder(settings))
    if made is not None:
        assert not made.heads["sentiment"].weights.any()


def test_label_of_a_platform_that_forbids_it_now_is_not_learned_from(engine: Engine) -> None:
    taught(engine, 3)
    with reading(engine) as tx:
        (found,) = lessons(tx, {Task.SENTIMENT: TASKS[Task.SENTIMENT]}, lambda _: False).values()
    assert len(found) >= 6
    assert not any(one.may_train for one in found)


def test_deleted_and_withdrawn_lessons_are_gone(engine: Engine) -> None:
    taught(engine, 4)
    with engine.begin() as tx:
        mentions.delete_post(tx, "stackexchange", "s0", MOMENT, MOMENT)
        mentions.delete_post(tx, "stackexchange", "p0", MOMENT, MOMENT)
        (second,) = (one for one in labels.after(tx, 0, 9) if one.at == at(1))
        labels.undo(tx, second.id, actor="Bo", at=at(2))
    with reading(engine) as tx:
        found = lessons(tx, {Task.SENTIMENT: TASKS[Task.SENTIMENT]}, lambda _: True)
    (some,) = found.values()
    names = {one.post.post.platform_id: one.right for one in some if one.right is not None}
    assert names.keys() == {"s2", "s3", "p1", "p2", "p3"}
    unjudged = {one.post.post.platform_id for one in some} - names.keys()
    assert unjudged == {"s1", "u0", "u1", "u2", "u3"}
    assert len(digest(found)) == 64


def test_reading_that_came_after_the_approval_confirms_nothing(engine: Engine) -> None:
    taught(engine, 2)
    again = a_post("p0", plain(0), author="by p0", platform="stackexchange")
    with engine.begin() as tx:
        (stored,) = mentions.save_posts(tx, [again], "stackexchange", at(0))
        read = analyses.of(tx, [stored.id])[stored.id][Task.SENTIMENT]
        other = next(label for label in TASKS[Task.SENTIMENT] if label != read.label)
        analyses.save(tx, [replace(read, model="laurels-2+1", label=other)])
        analyses.mark_understood(tx, [stored.id], "laurels-2+1")
    with reading(engine) as tx:
        (found,) = lessons(tx, {Task.SENTIMENT: TASKS[Task.SENTIMENT]}, lambda _: True).values()
    confirmed = [one for one in found if one.origin is Origin.CONFIRMED]
    assert [one.post.post.platform_id for one in confirmed] == ["p1"]


def test_later_version_builds_on_what_ships_and_goes_back_to_the_one_before(
    engine: Engine, settings: Settings, capsys: Capture
) -> None:
    taught(engine, 40)
    assert told(engine, settings, capsys)["version"] == 1
    taught(engine, 40, start=200)
    found = told(engine, settings, capsys)
    assert (found["in_use"], found["version"]) == (1, 2)
    undo(settings, as_json=True)
    assert json.loads(capsys.readouterr().out) == {"undone": 2, "version": 1}
    assert wiring.classifier(settings).model == "laurels-2+1"


def test_who_began_before_another_was_done_is_told(
    engine: Engine, settings: Settings, capsys: Capture
) -> None:
    """What the other one kept would be left out of the later version."""
    taught(engine, 60)
    folder = wiring.adapted_folder(settings)
    begun: list[dict[str, object]] = []

    @event.listens_for(engine, "begin")
    def _other_is_first(_connection: object) -> None:
        if not begun:
            begun.append({})
            begun.append(told(engine, settings, capsys))

    with pytest.raises(ModelError, match="somebody else adapted at the same time"):
        adapt(engine, settings, dry_run=False, as_json=True)
    assert begun[1]["version"] == newest(folder) == 1


def test_heads_of_other_weights_are_left_out_with_a_warning(
    engine: Engine, settings: Settings, capsys: Capture
) -> None:
    taught(engine, 30)
    assert told(engine, settings, capsys)["version"] == 1
    folder = wiring.adapted_folder(settings)
    made = load(folder)
    assert made is not None
    save(folder, replace(made, base="0" * 64, version=2))
    assert wiring.classifier(settings).model == "laurels-2"
    assert "fitted on other weights than laurels-2" in capsys.readouterr().out
    found = told(engine, settings, capsys)
    assert (found["in_use"], found["version"]) == (None, 3)


def test_daemon_and_desk_take_a_new_version_up(engine: Engine, settings: Settings) -> None:
    daemon, explained = Daemon(settings, engine, Event()), wiring.explain(settings)

    def understood_by(name: str) -> str | None:
        with engine.begin() as tx:
            (stored,) = mentions.save_posts(tx, [a_post(name, UNSEEN)], "test", MOMENT)
        daemon.understand()
        with reading(engine) as tx:
            return analyses.of(tx, [stored.id])[stored.id][Task.SENTIMENT].model

    assert understood_by("one") == "laurels-2"
    assert explained(UNSEEN, None, "sentiment").label == "negative"
    taught(engine, 30)
    adapt(engine, settings, dry_run=False, as_json=True)
    assert understood_by("two") == "laurels-2+1"
    assert explained(UNSEEN, None, "sentiment").label == "positive"
    undo(settings, as_json=True)
    assert understood_by("three") == "laurels-2"


def test_daemon_takes_a_new_version_up_amid_much_to_read(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, base = wiring.adapted_folder(settings), wiring.shipped(settings.models).identity
    monkeypatch.setattr("bot.run._BATCH", 1)
    with engine.begin() as tx:
        posts = [a_post(name, UNSEEN) for name in ("one", "two")]
        saved = [one.id for one in mentions.save_posts(tx, posts, "test", MOMENT)]

    @event.listens_for(engine, "commit")
    def _adapted(_connection: object) -> None:
        if newest(folder) is None:
            save(folder, Adaptation(1, base, {}, "", MOMENT))

    Daemon(settings, engine, Event()).understand()
    with reading(engine) as tx:
        found = [one[Task.SENTIMENT].model for one in analyses.of(tx, saved).values()]
    assert sorted(found) == ["laurels-2", "laurels-2+1"]


def test_undo_and_trying_exclude_each_other() -> None:
    done = CliRunner().invoke(app, ["model", "adapt", "--undo", "--dry-run"])
    assert done.exit_code == 2
    assert "leave --dry-run out" in done.output


def test_info_names_the_version(engine: Engine, settings: Settings, capsys: Capture) -> None:
    info(settings, as_json=True)
    assert json.loads(capsys.readouterr().out)["adapted"] is None
    taught(engine, 25)
    told(engine, settings, capsys)
    info(settings, as_json=False)
    assert "Moved by the team's corrections: version 1 in" in capsys.readouterr().out


def test_info_tells_why_a_version_judges_nothing(settings: Settings, capsys: Capture) -> None:
    folder, base = wiring.adapted_folder(settings), "0" * 64
    save(folder, Adaptation(1, base, {}, "", MOMENT))
    info(settings, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["adapted"] is None
    assert "version 1 was fitted on other weights" in found["adapted_problem"]
    (folder / "2.npz").write_bytes(b"half of a file")
    info(settings, as_json=False)
    told = capsys.readouterr().out
    assert max(map(len, told.splitlines())) <= 80
    assert "damaged; laurels model adapt --undo" in " ".join(told.split())
    assert "until then nothing is judged." in " ".join(told.split())
    assert "Moved by" not in told
    with pytest.raises(ModelError, match="damaged"):
        wiring.classifier(settings)


def test_model_of_the_hub_is_not_adapted(engine: Engine, settings: Settings) -> None:
    other = Settings(store=settings.store, models=ModelSettings(hub="other"))
    with pytest.raises(CommandError, match=r"set models\.hub to null"):
        adapt(engine, other, dry_run=False, as_json=True)
