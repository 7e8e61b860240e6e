"""Intent: what the author wants with the post, and the words that give thanks away."""

import re
from typing import Final

LABELS: Final = ("question", "answer", "thanks", "issue", "praise", "request", "other")

_THANKS: Final = re.compile(
    r"\b(?:thank(?:s|z|x)?(?: ?(?:you|u|ya))?|thnx|thx+|tnx|ty(?:sm|vm)?|tysm|10q|cheers|kudos"
    r"|much appreciated|appreciate(?:d)?(?: it| that| this| your| the)|grateful"
    r"|(?:you|u)(?: have|'ve)? (?:just )?saved my|lifesaver|life saver"
    r"|dank(?:e|eschön|sch[oö]n|jewel|u)?|vielen dank|gracias|merci|obrigad[oa]|grazie|dzi[eę]k(?:i|uj[eę])"
    r"|tack|takk|tak|kiitos|teşekkür(?:ler)?|terima ?kasih|multumesc|mulțumesc|hvala|díky|děkuji)\b"
    r"|спасибо|дякую|ありがと|感謝|谢谢|謝謝|多谢|감사|고마[워와]|شكر|תודה|धन्यवाद|ευχαριστώ|ขอบคุณ",
    re.IGNORECASE,
)
_NOT_THANKS: Final = re.compile(
    r"\bno,? (?:thanks|thank you|thx)\b|\bthank(?:s|x)? (?:for nothing|but no)\b|\bno thanks\b"
    r"|\b(?:thanks?(?: you)?|thx|cheers) (?:so much |a lot |very much )?in advance\b"
    r"|\bthank(?:s| you)? for (?:breaking|ruining|deleting|losing|wasting|nothing|the (?:crash|bug|outage))"
    r"|\b(?:im voraus|vorab)\b|\bpor adelantado\b|\bd'avance\b|\bdesde já\b|\bthank (?:god|goodness|heavens?)\b"
    r"|\b(?:don'?t|do not|never|no need to|without (?:a|any|so much as a)|say|said|says|saying|not even a) thank"
    r"|\bthanks to (?:the|this|your|that|their)\b",
    re.IGNORECASE,
)


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
