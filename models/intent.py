"""Intent: what the author wants with the post, and the words that give thanks away."""

import re
from typing import Final

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


def _any_word(words: tuple[str, ...]) -> str:
    return r"\b(?:" + "|".join(words) + r")"


_THANKS: Final = re.compile(_any_word(_THANKS_WORDS) + r"\b|" + _THANKS_UNSPACED, re.IGNORECASE)
_NOT_THANKS: Final = re.compile(_any_word(_NOT_THANKS_WORDS), re.IGNORECASE)


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
