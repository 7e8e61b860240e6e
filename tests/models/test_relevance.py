"""What is about a brand and what only shares its word, with the reason."""

import pytest

from models.classifier import OnnxClassifier
from models.relevance import Brand, Relevance, RelevanceJudge, Seen

APPLE = Brand("apple", "apple", "Apple Inc., maker of the iPhone, iPad, Mac and Apple Watch")
NAMELESS = Brand("apple", "apple")
ABOUT = [
    "My apple watch and my iphone do not sync any more",
    "The new ipad by apple has a better screen and a faster chip",
    "apple support replaced my mac keyboard for free",
]
OTHER = [
    "We picked an apple from the old tree behind the house",
    "We picked ten baskets of fruit under the apple tree",
    "An apple a day keeps the doctor away, eat more fruit",
]


@pytest.fixture(scope="module")
def classifier() -> OnnxClassifier:
    """The model that is shipped."""
    return OnnxClassifier(threads=1)


@pytest.fixture
def judge(classifier: OnnxClassifier) -> RelevanceJudge:
    """A judge that knows nothing yet."""
    return RelevanceJudge(classifier)


def judged(
    judge: RelevanceJudge, brand: Brand, texts: list[str], *seen: Seen
) -> list[Relevance] | None:
    """What it says of the texts."""
    topics = judge.encoder.topics(texts)
    assert topics is not None
    return judge.judge(brand, seen, texts, topics)


def test_description_tells_the_company_from_the_fruit(judge: RelevanceJudge) -> None:
    found = judged(judge, APPLE, ABOUT + OTHER) or []
    assert all(one.probability > 0.5 for one in found[:3])
    assert all(one.probability < 0.5 for one in found[3:])


def test_words_say_why(judge: RelevanceJudge) -> None:
    about, other = judged(judge, APPLE, [ABOUT[0], OTHER[0]]) or []
    assert about.shared == ("iphone", "watch")
    assert about.unlike == ()
    assert set(other.unlike) <= {"picked", "old", "tree", "behind", "house"}
    assert len(other.unlike) == 3
    assert other.shared == ()


def test_nothing_is_judged_where_nothing_says_what_is_meant(judge: RelevanceJudge) -> None:
    assert judged(judge, NAMELESS, ABOUT) is None
    assert judged(judge, NAMELESS, ABOUT, Seen(1, ABOUT[0], about=True)) is None


def test_dismissals_alone_teach_what_is_not_meant(judge: RelevanceJudge) -> None:
    seen = [Seen(1, OTHER[0], about=False), Seen(2, "Baked apple cake with sugar", about=False)]
    pie, phone = (
        judged(judge, NAMELESS, ["apple crumble recipe, with butter", ABOUT[1]], *seen) or []
    )
    assert pie.probability < 0.5 < phone.probability
    assert pie.nearest is not None
    assert pie.nearest.id in {1, 2}
    assert phone.nearest is None


def test_confirmation_counts_against_the_description(judge: RelevanceJudge) -> None:
    text = "Apple orchard opens a second shop in town"
    (before,) = judged(judge, APPLE, [text]) or []
    (after,) = judged(judge, APPLE, [text], Seen(1, "The Apple orchard shop", about=True)) or []
    assert after.probability > before.probability


def test_a_new_dismissal_counts_at_once(judge: RelevanceJudge) -> None:
    first = [Seen(1, OTHER[1], about=False)]
    text = ["Eat an apple, the doctor says: fruit keeps you away from him"]
    (before,) = judged(judge, NAMELESS, text, *first) or []
    (after,) = judged(judge, NAMELESS, text, *first, Seen(2, OTHER[2], about=False)) or []
    assert after.probability < before.probability


def test_texts_of_any_kind_are_judged(judge: RelevanceJudge) -> None:
    texts = ["", "apple", "\x00", "🍎" * 50, "apple " * 5000, "りんご"]
    assert len(judged(judge, APPLE, texts, Seen(1, "", about=False)) or []) == len(texts)


def test_topic_comes_with_the_judgement(classifier: OnnxClassifier) -> None:
    from models.judgement import Text

    (judgement,) = classifier.classify([Text("Apple pie", "A recipe")])
    topics = classifier.topics(["A recipe. Apple pie"])
    assert judgement.topic is not None
    assert topics is not None
    assert judgement.topic == pytest.approx(topics[0], abs=1e-4)
