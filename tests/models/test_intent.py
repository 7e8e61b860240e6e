"""Words that give thanks, and words that only look like it."""

import numpy as np
import pytest

from models.intent import LABELS, gives_thanks, thanks_cue, weighed


@pytest.mark.parametrize(
    "text",
    ["thanks!", "ty @leo", "Thx, that worked", "you saved my day", "Danke dir", "muchas gracias",
     "merci beaucoup", "obrigada!", "ありがとうございます", "spasibo, спасибо", "i appreciate it",
     "dzięki", "شكرا جزيلا", "cheers mate"],
)  # fmt: skip
def test_thanks_are_heard_in_many_languages(text: str) -> None:
    assert thanks_cue(text) is True


@pytest.mark.parametrize(
    "text",
    ["no thanks", "Thanks for nothing", "thanks in advance", "thank god it is friday",
     "he never said thanks", "thanks for breaking sync again", "Danke im Voraus",
     "thanks to the update it crashes"],
)  # fmt: skip
def test_words_that_only_look_like_thanks_are_not(text: str) -> None:
    assert thanks_cue(text) is False
    assert not gives_thanks(text, "thanks", 0.99)


def test_without_a_cue_the_head_must_be_sure() -> None:
    assert thanks_cue("party empty duty") is None
    assert gives_thanks("that did it, legend", "thanks", 0.9)
    assert not gives_thanks("that did it, legend", "thanks", 0.6)


def test_forms_of_a_text_weigh_its_own_row_alone() -> None:
    texts = ["please add tabs", "how do I sync?", "it is not working", "I love it", "lol"]
    even = np.full((len(texts), len(LABELS)), 1 / len(LABELS), dtype=np.float32)
    together = weighed(even, texts)
    alone = [weighed(even[:1], [text])[0] for text in texts]
    assert np.array_equal(together, np.stack(alone))
    first = [LABELS[at] for at in together[:4].argmax(axis=1)]
    assert first == ["request", "question", "issue", "praise"]
    assert np.allclose(together[4], even[4])
