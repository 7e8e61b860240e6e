"""Judge stored posts and turn the judgements into rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

import numpy as np

from models.intent import gives_thanks
from models.judgement import Classifier, Judgement, Label, Text, Towards
from models.relevance import Brand, Relevance, RelevanceJudge, Seen
from models.spam import spam
from models.text import prepare
from store.records import LIKE, SHARED, UNLIKE, Analysis, Post, StoredPost, Task


class Identifier(Protocol):
    """Tells the language of a text."""

    def language(self, text: str, declared: str | None = None) -> Label:
        """The code and how sure it is."""
        ...


@dataclass(frozen=True, slots=True)
class Judges:
    """Everything that judges a post."""

    classifier: Classifier
    identifier: Identifier
    relevance: RelevanceJudge | None = None
    towards: Towards | None = None

    @property
    def model(self) -> str:
        """What stands beside each analysis."""
        return self.classifier.model


@dataclass(frozen=True, slots=True)
class Ground:
    """What tells whether posts are about us: the queries that found each, and what these mean.

    `targets` are the words for us in posts that name us.
    """

    queries: Mapping[int, Sequence[str]] = field(default_factory=dict)
    brands: Mapping[str, Brand] = field(default_factory=dict)
    seen: Mapping[str, Sequence[Seen]] = field(default_factory=dict)
    targets: Mapping[int, str] = field(default_factory=dict)


NO_GROUND: Final = Ground()


@dataclass(frozen=True, slots=True)
class Reading:
    """One post's judgement as the later steps want it."""

    post: StoredPost
    analyses: tuple[Analysis, ...]
    intent: str
    intent_confidence: float
    thanks: bool


def read(judges: Judges, posts: Sequence[StoredPost], ground: Ground = NO_GROUND) -> list[Reading]:
    """A reading a post, in the order given; the texts go through the classifier together."""
    languages = [judges.identifier.language(_words(one.post), one.post.lang) for one in posts]
    texts = [
        Text(one.post.text, one.post.title, language.name)
        for one, language in zip(posts, languages, strict=True)
    ]
    judged = judges.classifier.classify(texts)
    relevant = _relevant(judges.relevance, posts, judged, ground)
    moods = _moods(judges.towards, posts, ground)
    return [
        _reading(judges.model, one, found, language, relevant.get(one.id), moods.get(one.id))
        for one, found, language in zip(posts, judged, languages, strict=True)
    ]


def _moods(judge: Towards | None, posts: Sequence[StoredPost], ground: Ground) -> dict[int, Label]:
    """The mood towards us of each post that names us, where the model tells it."""
    named = [one for one in posts if one.id in ground.targets]
    if judge is None or not named:
        return {}
    texts = [full_text(one.post.title, one.post.text) for one in named]
    found = judge.towards(texts, [ground.targets[one.id] for one in named])
    return {} if found is None else {one.id: mood for one, mood in zip(named, found, strict=True)}


def _relevant(
    judge: RelevanceJudge | None,
    posts: Sequence[StoredPost],
    judged: Sequence[Judgement],
    ground: Ground,
) -> dict[int, Relevance]:
    """The verdict on each post, that of the query which it fits best.

    A post found by a query of which nobody said what it means is not judged at all.
    """
    found: dict[int, list[Relevance | None]] = {}
    for name, brand in ground.brands.items() if judge is not None else ():
        chosen = [
            (one, judgement.topic)
            for one, judgement in zip(posts, judged, strict=True)
            if name in ground.queries.get(one.id, ()) and judgement.topic is not None
        ]
        if judge is None or not chosen:
            continue
        topics = np.stack([topic for _, topic in chosen])
        texts = [full_text(one.post.title, one.post.text) for one, _ in chosen]
        verdicts = judge.judge(brand, ground.seen.get(name, ()), texts, topics)
        for at, (one, _) in enumerate(chosen):
            found.setdefault(one.id, []).append(None if verdicts is None else verdicts[at])
    return {
        post_id: max(told, key=lambda one: one.probability)
        for post_id, verdicts in found.items()
        if len(told := [one for one in verdicts if one is not None]) == len(verdicts)
    }


def full_text(title: str | None, text: str) -> str:
    """A post's words as the judges read them."""
    return f"{title}. {text}" if title else text


def _words(post: Post) -> str:
    """Title and text as spam and language are told from them."""
    return f"{post.title}\n{post.text}" if post.title else post.text


def _reading(
    model: str,
    stored: StoredPost,
    found: Judgement,
    language: Label,
    relevance: Relevance | None,
    mood: Label | None,
) -> Reading:
    post = stored.post
    thanks = gives_thanks(prepare(post.text), found.intent.name, found.intent.confidence)
    analyses = [
        _row(stored.id, Task.SENTIMENT, model, found.sentiment),
        _row(stored.id, Task.EMOTION, model, found.emotion),
        _row(stored.id, Task.INTENT, model, found.intent),
        _row(stored.id, Task.IRONY, model, found.irony),
        _row(stored.id, Task.OFFENSIVE, model, found.offensive),
    ]
    if found.complaint is not None:
        analyses.append(_row(stored.id, Task.COMPLAINT, model, found.complaint))
    if (mark := spam(_words(post))).marks:
        name = "spam" if mark.is_spam else "clean"
        scores = {"spam": mark.score} | dict.fromkeys(mark.marks, 1.0)
        analyses.append(_row(stored.id, Task.SPAM, model, Label(name, mark.score, scores)))
    if mood is not None:
        sure = replace(mood, is_guess=mood.is_guess or found.is_guessed)
        analyses.append(_row(stored.id, Task.TARGET, model, sure))
    if relevance is not None:
        analyses.append(_row(stored.id, Task.RELEVANCE, model, _label(relevance)))
    analyses.append(_row(stored.id, Task.LANGUAGE, model, language))
    return Reading(stored, tuple(analyses), found.intent.name, found.intent.confidence, thanks)


def _label(relevance: Relevance) -> Label:
    """The verdict with its reasons among the scores: words, and the reviewed post by its id."""
    scores = {Task.RELEVANCE.value: relevance.probability}
    scores |= {f"{UNLIKE}{word}": 0.0 for word in relevance.unlike}
    scores |= {f"{SHARED}{word}": 1.0 for word in relevance.shared}
    if (near := relevance.nearest) is not None:
        scores[f"{LIKE}{near.id}"] = float(near.about)
    is_about = relevance.probability >= 0.5
    sure = relevance.probability if is_about else 1.0 - relevance.probability
    return Label("about us" if is_about else "something else", round(sure, 4), scores)


def _row(post_id: int, task: Task, model: str, label: Label) -> Analysis:
    name, sure = label.name, label.confidence
    return Analysis(post_id, task, model, name, sure, label.scores, label.is_guess)
