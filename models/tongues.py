"""Sentiment in languages that the network does not read: hashed pieces of words, a table, no torch.

Words, pairs of words and pieces of two to five letters each add their weight. The weights are a
logistic regression over naive Bayes ratios (Wang and Manning, ACL 2012), one a class; where the
network does read some of a language, both are added up.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import regex
from numpy.typing import NDArray

from models.likelihood import log_softmax
from models.sentiment import LABELS

Scores = NDArray[np.float32]

FILE: Final = "tongues.npz"
SUPPORTED: Final = frozenset({"en", "de"})
"""Languages whose macro-F1 is 66 or more (docs/model.md); a judgement of others is a guess."""

ENGLISH: Final = frozenset({"en"})
"""The language that all but sentiment was learnt in."""

_LATIN: Final[dict[str, str]] = {
    "en": (
        "the to and of is it you that for this my with have on be are at your from just what "
        "was not they we he she will would can do don't i'm it's about who how when there but "
        "as by all i a in so no me my am im ok or if too very more oh one yes good great thanks "
        "please love hate wow lol new happy nice never ever stop an our his her i've i'll that's "
        "get got let make really still best worst bad app hey hope today some than then them"
    ),
    "fr": (
        "le les des et du pour un une est sur dans pas qui par plus que ne il ce mais je aux "
        "sont nous vous avec ça bien tout ont cette c'est j'ai fait comme être au très même "
        "aussi merci"
    ),
    "de": (
        "nicht ich und das der aus mit zu auch aber für den auf mehr von sind gut du sich "
        "noch nur mich ein dem mir ist dann eine zum meine bin schon mal kann wird wenn ja "
        "wieder dass nach heute bitte immer wir sehr oder doch sie hier haben habe keine es "
        "im wie danke dir euch uns mein ne nix alles alle etwas jetzt gerade morgen abend "
        "viel sein seine einen einem am vom beim gibt geht wäre hätte weil was wer wo warum "
        "schön leider super ab bis hab bist macht da wollen"
    ),
    "it": (
        "il di che è non un per del ma si anche una della con sono alla ci grazie ho fare "
        "tutto più ti su lo bene solo ancora dei gli nel cosa questo fatto ora fa chi dopo "
        "dal alle oggi sul poi sempre come mi ha io le perché a in no me i o se da ed"
    ),
    "pt": (
        "o que de é e não eu da com na pra esse só se tem muito hoje mais uma em essa tá vai "
        "por os meu já mas foi tô melhor quero para bem ser minha isso vou ela está ele nem "
        "um do você obrigado a no me so as"
    ),
    "es": (
        "que de y no la el en es un lo pero por se con mi una para los yo ya las te si muy al "
        "como más del tengo todo estoy cuando gracias porque hoy ver quiero mejor bueno está "
        "son así hay le a no me he"
    ),
    "hi": (
        "hai ki ho ka bhai ko se ke bhi kya hi ye nahi aap tha aur nhi kar koi ek na jo ab ne "
        "toh hain mein aaj sab liye mai thi gaya yaar baat tu mere hum kr wo kiya bahut tum "
        "rahe raha mera"
    ),
}
"""The small words of each language, Hindi as it is typed in Latin letters."""
LANGUAGES: Final = (*_LATIN, "ar")
OTHER: Final = "other"
"""A text in letters that none of these languages is written in."""
_SCRIPTS: Final = ((regex.compile(r"\p{Arabic}"), "ar"), (regex.compile(r"\p{Devanagari}"), "hi"))
_ACCENTS: Final = {
    **dict.fromkeys("äöüß", ("de",)),
    **dict.fromkeys("ñ¿¡", ("es",)),
    **dict.fromkeys("ãõ", ("pt",)),
    **dict.fromkeys("ìò", ("it",)),
    **dict.fromkeys("êçœîûë", ("fr",)),
    **dict.fromkeys("éèàáíóúùâô", ("fr", "it", "es", "pt")),
}
_LETTER: Final = regex.compile(r"\p{L}")
_FOREIGN: Final = regex.compile(r"[\p{L}--\p{Latin}--\p{Common}--\p{Inherited}]", regex.VERSION1)
_SPOKEN: Final = re.compile(r"[^\W\d_]+(?:'[a-z]+)?")
_OWN: Final = {
    word: tuple(tongue for tongue, words in _LATIN.items() if word in words.split())
    for words in _LATIN.values()
    for word in words.split()
}


def tongue(prepared: str) -> str | None:
    """Which of the eight languages a prepared text is in, `OTHER`, or None where nothing tells.

    Told by its letters and its small words, in microseconds: it chooses who judges, no more. What
    a post is said to be written in comes from `models.language`.
    """
    if not prepared.isascii():
        letters = len(_LETTER.findall(prepared))
        for script, name in _SCRIPTS:
            if 3 * len(script.findall(prepared)) > letters > 0:
                return name
        if 3 * len(_FOREIGN.findall(prepared)) > letters > 0:
            return OTHER
    votes = dict.fromkeys(_LATIN, 0.0)
    if not prepared.isascii():
        for letter in prepared.lower():
            for name in _ACCENTS.get(letter, ()):
                votes[name] += 0.5 / len(_ACCENTS[letter])
    for word in _SPOKEN.findall(prepared.lower())[:_MAX_WORDS]:
        for name in _OWN.get(word, ()):
            votes[name] += 1.0 / len(_OWN[word])
    best = max(votes, key=lambda name: votes[name])
    return best if votes[best] > 0.0 else None


BUCKETS: Final = 1 << 19
_SHORTEST, _LONGEST = 2, 5
_MAX_WORDS: Final = 400
_READ, _UNTOLD = 0.2, 2.0
"""Weights of the network's log-probabilities beside this head's, tuned on half of umsab's dev."""
_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}'’]+|[^\s\p{L}\p{M}\p{N}]")


def pieces(prepared: str) -> NDArray[np.int64]:
    """The buckets of a prepared text, each once, in order."""
    words = _WORD.findall(prepared.lower())[:_MAX_WORDS]
    found = {f"w{word}" for word in words}
    found.update(f"b{one} {other}" for one, other in pairwise(words))
    for word in set(words):
        framed = f" {word} "
        for size in range(_SHORTEST, _LONGEST + 1):
            if len(framed) <= size:
                found.add(f"c{framed}")
                break
            found.update(f"c{framed[at : at + size]}" for at in range(len(framed) - size + 1))
    hashed = {zlib.crc32(one.encode()) & (BUCKETS - 1) for one in found}
    return np.array(sorted(hashed), dtype=np.int64)


def _share(name: str | None, prepared: str) -> float:
    if name is None:
        return _UNTOLD
    unread = name in {"ar", "hi"} and not prepared.isascii()
    return 0.0 if unread else _READ


@dataclass(frozen=True, slots=True)
class Tongues:
    """The head: a table of weights [buckets, labels] in steps of `scale`, and a `bias`."""

    table: NDArray[np.int8]
    scale: Scores
    bias: Scores

    def scores(self, prepared: Sequence[str]) -> Scores:
        """Log-odds of each label [texts, labels]; an empty text has the bias alone."""
        out = np.zeros((len(prepared), len(LABELS)), dtype=np.float32)
        for at, text in enumerate(prepared):
            found = pieces(text)
            if len(found):
                summed = self.table[found].sum(axis=0, dtype=np.int64)
                out[at] = summed * self.scale / np.sqrt(len(found))
        return out + self.bias

    def joined(
        self, logits: Scores, prepared: Sequence[str], spoken: Sequence[str | None]
    ) -> Scores:
        """The network's `logits`, or this head's scores with some of them, by the language spoken.

        English is the network's; a script that it has no words for is this head's; for the rest,
        and where nothing tells the language, both are added up.
        """
        places = [at for at, name in enumerate(spoken) if name != "en"]
        if not places:
            return logits
        out = np.array(logits, dtype=np.float32)
        own = log_softmax(self.scores([prepared[at] for at in places]))
        read = log_softmax(out[places])
        shares = np.array([_share(spoken[at], prepared[at]) for at in places], dtype=np.float32)
        out[places] = own + shares[:, None] * read
        return out

    def save(self, folder: Path) -> None:
        """Write the head to `folder`."""
        np.savez_compressed(folder / FILE, table=self.table, scale=self.scale, bias=self.bias)


def load(folder: Path) -> Tongues | None:
    """The head in `folder`; None where there is none."""
    path = folder / FILE
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as kept:
        return Tongues(kept["table"], kept["scale"], kept["bias"])
