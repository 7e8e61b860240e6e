"""Intent: what the author wants with the post, and the words that give thanks away."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]

LABELS: Final = ("question", "answer", "thanks", "issue", "praise", "request", "other")

_THANKS_WORDS: Final = (
    r"thank(?:s|z|x)?(?: ?(?:you|u|ya))?",
    r"thnx|thx+|tnx|ty(?:sm|vm)?|10q|cheers|kudos",
    r"much appreciated|appreciate(?:d)?(?: it| that| this| your| the)|grateful",
    r"(?:you|u)(?: have|'ve)? (?:just )?saved my|life ?saver",
    r"dank(?:e|eschön|sch[oö]n|jewel|u)?|vielen dank|tack|takk|tak|kiitos",
    r"gracias|merci|obrigad[oa]|grazie|mul[tț]umesc",
    r"dzi[eę]k(?:i|uj[eę])|hvala|díky|děkuji|teşekkür(?:ler)?|terima ?kasih",
)
_THANKS_UNSPACED: Final = (
    "спасибо|дякую|ありがと|感謝|谢谢|謝謝|多谢|감사|고마[워와]|شكر|תודה|धन्यवाद|ευχαριστώ|ขอบคุณ"
)
_NOT_THANKS_WORDS: Final = (
    r"no,? (?:thanks|thank you|thx)",
    r"thank(?:s|x)? (?:for nothing|but no)",
    r"(?:thanks?(?: you)?|thx|cheers) (?:so much |a lot |very much )?in advance",
    r"im voraus|vorab|por adelantado|d'avance|desde já",
    r"thank(?:s| you)? for (?:breaking|ruining|deleting|losing|wasting|the (?:crash|bug|outage))",
    r"thank (?:god|goodness|heavens?)",
    r"(?:don'?t|do not|never|no need to|without (?:a|any|so much as a)|not even a) thank",
    r"(?:say|said|says|saying) thank",
    r"thanks to (?:the|this|your|that|their)",
)


_WISHES: Final = (
    r"(?:please|pls|could you|can you) (?:please )?(?:add|bring|make|allow|support|include)",
    r"bring back|feature request|would (?:be|love) (?:nice|great|awesome|cool|good|to see|helpful)",
    r"(?:i|we) wish|wish (?:you|there|it)|needs? (?:an?|the) (?:option|setting|way|button)",
    r"add (?:an?|the|some|more) (?:option|feature|setting|support|button)",
    r"should (?:add|have an option)",
)
_FAILURES: Final = (
    r"still (?:does ?n.?t|not|is ?n.?t|won.?t|can.?t|having|no|broken|crashing)",
    r"(?:does|do|did) ?n.?t work|not working|stopped working|no longer works?",
    r"won.?t (?:load|open|play|start|let|work|sync|connect|download|install|log)",
    r"can.?t (?:play|log|open|sign|access|connect|download|install|load|get it)",
    r"(?:is|are|was|got|completely|totally) (?:broken|dead|frozen|gone)|broken in|freezes",
    r"crash(?:es|ed|ing)|keeps? (?:crashing|stopping|freezing|failing|skipping|pausing|logging)",
)
_DELIGHTS: Final = (
    r"(?:great|good|amazing|awesome|excellent|fantastic|brilliant|lovely|nice|stellar) "
    r"(?:work|job|stuff|app|service|update|feature|support|team|product|tool|customer)",
    r"keep (?:it )?up|well done|y'?all (?:are|rock|so)|you (?:guys |all )?(?:are|r) (?:the )?"
    r"(?:best|awesome|amazing|great|so)",
    r"(?:i|we|really|just|absolutely|lol) love (?:it|this|you|the|how)",
    r"so (?:good|clever|cool|responsive|awesome|great)|looks? (?:awesome|great|amazing)|love it",
    r"best (?:app|service|support|customer|thing|ever)|my favou?rite|clapping hands|happy with",
)
_TOLD_OF_ONESELF: Final = re.compile(
    r"^(?:@user )+(?!.*\b(?:you|your|try|use|using|should|need to|check|http)\b)", re.IGNORECASE
)
"""An address, and nothing that tells somebody what to do: agents' answers all began so."""
_ASKS: Final = re.compile(
    r"\?\s*$"
    r"|^(?:@user )*(?:how|where|when|what|who|which|can i|is there|does any|has any|any ?one)\b",
    re.IGNORECASE,
)


def _factors(**factors: float) -> Rows:
    return np.array([factors.get(label, 1.0) for label in LABELS], dtype=np.float32)


def _any_word(words: tuple[str, ...]) -> str:
    return r"\b(?:" + "|".join(words) + r")"


_THANKS: Final = re.compile(_any_word(_THANKS_WORDS) + r"\b|" + _THANKS_UNSPACED, re.IGNORECASE)
_NOT_THANKS: Final = re.compile(_any_word(_NOT_THANKS_WORDS), re.IGNORECASE)


_WISH: Final = re.compile(_any_word(_WISHES) + r"\b", re.IGNORECASE)
_FAILURE: Final = re.compile(_any_word(_FAILURES) + r"\b", re.IGNORECASE)
_DELIGHT: Final = re.compile(_any_word(_DELIGHTS) + r"\b", re.IGNORECASE)
_CUES: Final[tuple[tuple[re.Pattern[str], Rows], ...]] = (
    (_WISH, _factors(request=6.0, answer=0.3)),
    (_FAILURE, _factors(issue=4.0, answer=0.2, request=0.2)),
    (_DELIGHT, _factors(praise=8.0, answer=0.4, issue=0.5)),
    (_TOLD_OF_ONESELF, _factors(answer=0.1)),
    (_ASKS, _factors(question=2.0, request=0.4, answer=0.4)),
)
"""Forms and what each does to the odds: no set of posts to a brand taught the head these."""


def weighed(probabilities: Rows, prepared: Sequence[str]) -> Rows:
    """The head's probabilities [texts, labels], each row weighed by the forms of its text."""
    weights = np.ones(probabilities.shape, dtype=np.float32)
    for at, text in enumerate(prepared):
        wishes = _WISH.search(text) is not None
        for pattern, factors in _CUES:
            if pattern.search(text) and not (wishes and pattern is _ASKS):
                weights[at] *= factors
    raised = probabilities * weights
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def thanks_cue(text: str) -> bool | None:
    """True where the words give thanks, False where they only look like it, None without a cue."""
    if _NOT_THANKS.search(text):
        return False
    return True if _THANKS.search(text) else None


def gives_thanks(text: str, label: str, confidence: float) -> bool:
    """Whether the prepared text thanks somebody: the words, else a sure head."""
    cue = thanks_cue(text)
    if cue is None:
        return label == "thanks" and confidence >= 0.8
    return cue
