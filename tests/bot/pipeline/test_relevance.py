"""A mention of something else that shares the word waits apart, and people teach which it is."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.pipeline.decide import decide_cases
from bot.pipeline.readings import Judges
from bot.pipeline.understand import understand
from listener.settings import ListenSettings, QuerySettings
from models.classifier import OnnxClassifier
from models.judgement import Judgement, Text
from models.relevance import RelevanceJudge
from rewards.policy import Policy
from rewards.review import Review
from store import analyses, cases, mentions
from store.cases import CaseRow
from store.db import Engine, reading
from store.mentions import NewMention
from store.records import CaseState, Lane, Task
from tests.fakes import EnglishOnly, WordClassifier
from tests.posts import MOMENT, a_post

POLICY = Policy()
ABOUT = "Apple Inc., maker of the iPhone, iPad, Mac and Apple Watch"
PHONE = "The apple iphone screen is broken and the ipad battery too"
JUICE = "The apple juice is gone and the bottle is broken, the children drank all of it"
MORE = "Our apple juice is gone: the children broke a bottle in the garden, all broken"


class Intents(WordClassifier):
    """Plain words for the intent, the shipped model for what a text speaks of."""

    def __init__(self, encoder: OnnxClassifier) -> None:
        self._encoder = encoder

    def classify(self, texts: Sequence[Text]) -> list[Judgement]:
        """One judgement a text."""
        topics = [one.topic for one in self._encoder.classify(texts)]
        judged = super().classify(texts)
        return [
            Judgement(one.sentiment, one.emotion, one.intent, one.irony, one.offensive, topic=topic)
            for one, topic in zip(judged, topics, strict=True)
        ]


@pytest.fixture(scope="module")
def judges() -> Judges:
    """The shipped model tells topics; plain words tell the rest."""
    encoder = OnnxClassifier(threads=1)
    return Judges(Intents(encoder), EnglishOnly(), RelevanceJudge(encoder))


def case_of(
    engine: Engine, judges: Judges, name: str, text: str, about: str = ABOUT, query: str = "apple"
) -> CaseRow:
    """Hear a mention, understand and decide it; its case."""
    listening = ListenSettings(queries=(QuerySettings("apple", "apple", about=about),))
    with engine.begin() as tx:
        (one,) = mentions.save_posts(tx, [a_post(name, text, author=name)], "test", MOMENT)
        mentions.add_mentions(tx, [NewMention(one.id, query, (), MOMENT)])
    understand(engine, judges, POLICY, lambda: MOMENT, listening=listening)
    decide_cases(engine, POLICY, lambda: MOMENT + timedelta(days=3))
    with reading(engine) as tx:
        (case,) = cases.of_posts(tx, [one.id])
    return case


def test_homonym_waits_in_the_lane_of_the_unsure_and_says_why(
    engine: Engine, judges: Judges
) -> None:
    assert case_of(engine, judges, "a", PHONE).lane is Lane.MAIN
    doubted = case_of(engine, judges, "b", JUICE)
    assert (doubted.lane, doubted.state) == (Lane.UNSURE, CaseState.OPEN)
    with reading(engine) as tx:
        found = analyses.of(tx, [doubted.post_id])[doubted.post_id][Task.RELEVANCE]
    assert found.label == "something else"
    assert {"unlike:gone", "unlike:bottle"} & set(found.scores)


def test_nothing_is_doubted_where_nobody_said_what_is_meant(engine: Engine, judges: Judges) -> None:
    assert case_of(engine, judges, "a", JUICE, about="").lane is Lane.MAIN
    assert case_of(engine, judges, "b", MORE, query="juice").lane is Lane.MAIN


def test_dismissal_counts_for_the_next_mention(engine: Engine, judges: Judges) -> None:
    first = case_of(engine, judges, "a", JUICE, about="")
    with engine.begin() as tx:
        Review(POLICY).dismiss(tx, first.id, "not about us", actor="Ann", now=MOMENT)
    assert case_of(engine, judges, "b", MORE, about="").lane is Lane.UNSURE
    assert case_of(engine, judges, "c", PHONE, about="").lane is Lane.MAIN


def test_confirmation_counts_for_the_next_mention(engine: Engine, judges: Judges) -> None:
    first = case_of(engine, judges, "a", JUICE)
    with engine.begin() as tx:
        Review(POLICY).admit(tx, first.id, actor="Ann", now=MOMENT)
    assert case_of(engine, judges, "b", MORE).lane is Lane.MAIN
