"""The mood towards us: told of posts that name us, kept, and believed before that of the post."""

from collections.abc import Sequence

import pytest

from bot.pipeline.readings import Judges
from bot.pipeline.understand import understand
from listener.settings import ListenSettings, QuerySettings, Role
from models.judgement import Label
from rewards.policy import Policy
from rewards.reading import reading as read
from store import analyses, mentions
from store.db import Engine, reading
from store.mentions import NewMention
from store.records import Analysis, Task
from tests.fakes import EnglishOnly, WordClassifier
from tests.posts import MOMENT, a_post

LISTENING = ListenSettings(
    queries=(QuerySettings("acme", "acme"), QuerySettings("rival", "foo", role=Role.COMPETITOR))
)
TEXT = "foo is broken, Acme Cloud is not"


class Moods:
    """Who is called Acme is liked, where the model tells at all."""

    def __init__(self, *, tells: bool = True) -> None:
        self._tells = tells
        self.asked: list[tuple[str, str]] = []
        """Each text with its target."""

    def towards(self, texts: Sequence[str], targets: Sequence[str]) -> list[Label] | None:
        """Positive towards Acme, negative towards the others."""
        self.asked += zip(texts, targets, strict=True)
        if not self._tells:
            return None
        return [Label("positive" if "Acme" in one else "negative", 0.8, {}) for one in targets]


def told(
    engine: Engine, moods: Moods, *found: tuple[str, tuple[int, int]], title: str | None = None
) -> dict[Task, Analysis]:
    """What is kept of a post that queries matched in some places."""
    with engine.begin() as tx:
        (one,) = mentions.save_posts(tx, [a_post("p", TEXT, title=title)], "test", MOMENT)
        wanted = [NewMention(one.id, name, (span,), MOMENT) for name, span in found]
        mentions.add_mentions(tx, wanted)
    judges = Judges(WordClassifier(), EnglishOnly(), towards=moods)
    understand(engine, judges, Policy(), lambda: MOMENT, listening=LISTENING)
    with reading(engine) as tx:
        return analyses.of(tx, [one.id])[one.id]


def test_mood_is_that_towards_the_words_a_brand_query_matched(engine: Engine) -> None:
    moods = Moods()
    found = told(engine, moods, ("rival", (0, 3)), ("acme", (15, 25)))
    assert moods.asked == [(TEXT, "Acme Cloud")]
    assert (found[Task.SENTIMENT].label, found[Task.TARGET].label) == ("negative", "positive")
    assert read(found).sentiment.name == "positive"


def test_places_count_from_the_title(engine: Engine) -> None:
    moods = Moods()
    told(engine, moods, ("acme", (3, 7)), title="My Acme")
    assert moods.asked == [(f"My Acme. {TEXT}", "Acme")]


@pytest.mark.parametrize("found", [[("rival", (0, 3))], [("acme", (0, 200))], []])
def test_post_that_does_not_name_us_has_none(
    engine: Engine, found: list[tuple[str, tuple[int, int]]]
) -> None:
    assert Task.TARGET not in told(engine, Moods(), *found)


def test_model_that_does_not_tell_leaves_the_mood_of_the_post(engine: Engine) -> None:
    found = told(engine, Moods(tells=False), ("acme", (15, 19)))
    assert Task.TARGET not in found
    assert read(found).sentiment.name == "negative"


def test_guess_is_not_believed_before_the_mood_of_the_post() -> None:
    mood = Analysis(1, Task.SENTIMENT, "m", "negative", 0.9)
    towards = Analysis(1, Task.TARGET, "m", "positive", 0.4, is_guess=True)
    assert read({Task.SENTIMENT: mood, Task.TARGET: towards}).sentiment.name == "negative"
    said = read({Task.SENTIMENT: mood, Task.TARGET: towards}, {Task.SENTIMENT: "neutral"})
    assert said.sentiment.name == "neutral"
