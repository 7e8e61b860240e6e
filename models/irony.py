"""Irony: the head's word counts only where a text praises and names trouble at once.

Trained on tweets that carried #irony or #sarcasm, the head alone takes every warm thank-you for
irony; what people in a community mean by sarcasm is praise for something that went wrong.
"""

import re
from typing import Final

from models.judgement import Label

LABELS: Final = ("literal", "irony")

_PRAISE: Final = re.compile(
    r"\b(?:lov(?:e|es|ed|ing|ely)|great|nice|fantastic|wonderful|brilliant|genius|impressive"
    r"|delight(?:ed|ful)?|generous|perfect|amazing|awesome|excellent|bravo|congrat\w*|well done"
    r"|good job|can'?t wait|10/10|so glad|lucky|thrilled|truly|thanks?|thank you|grateful"
    r"|finally|best|enjoy\w*|toll|super|klasse|danke|genial|gracias|merci|bravo)\b",
    re.IGNORECASE,
)
_TROUBLE: Final = re.compile(
    r"\b(?:crash\w*|bugs?|broke\w*|break\w*|outage|down|los(?:t|e|es|ing)|eat(?:s|ing|en)?|ate"
    r"|delet\w*|gone|fail\w*|errors?|slow\w*|hours?|pay(?:ing)? (?:more|\d)|pric(?:e|es|ing)"
    r"|expensive|useless|ads?|corrupt\w*|fr(?:eez|oz)\w*|stuck|refunds?|another (?:update|week|day)"
    r"|every (?:single )?(?:time|day|morning|monday)|worse|moved|remov\w*|missing|blank|gr[ea]y"
    r"|nothing|couldn'?t|doesn'?t work|not working|locked out|wip(?:e|ed|es)|surprise|each time"
    r"|absturz|kaputt|weg|roto|perdid[oa]|panne)\b",
    re.IGNORECASE,
)
_RELIEF: Final = re.compile(
    r"\b(?:fixed|solv(?:ed|es)|sorted|works|worked|working (?:now|again)|restored|recovered"
    r"|is back|all (?:there|back)|helped"
    r"|saved (?:my|me)|rescued|thank you so|thanks so|you rock|legend|much appreciated)\b",
    re.IGNORECASE,
)
_DOUBT: Final = 0.49
"""What remains of the head's word where the text gives no ground for it."""


def grounded(probability: float, prepared: str) -> float:
    """What the words of a prepared text leave of the head's probability of irony."""
    if probability <= _DOUBT:
        return probability
    grounds = _PRAISE.search(prepared) and _TROUBLE.search(prepared)
    return probability if grounds and not _RELIEF.search(prepared) else _DOUBT


def irony(probability: float, prepared: str) -> Label:
    """The label of a prepared text from the head's probability of irony and its words."""
    probability = grounded(probability, prepared)
    if probability >= 0.5:
        return Label("irony", round(probability, 4), {})
    return Label("literal", round(1.0 - probability, 4), {})
