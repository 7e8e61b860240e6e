"""The heads of the model in the order of its outputs, with the width of each."""

from typing import Final

from models import emotion, intent, sentiment

MAX_TOKENS: Final = 128
HEAD_TOKENS: Final = 96
"""Of a longer text the first 96 and the last 32 tokens are read."""

HEADS: Final[dict[str, int]] = {
    "sentiment": len(sentiment.LABELS),
    "emotion": len(emotion.LABELS),
    "intent": len(intent.LABELS),
    "irony": 2,
    "offensive": 2,
}

TRAINED: Final[dict[str, int]] = HEADS | {"complaint": 2, "target": len(sentiment.LABELS)}
"""What a network is trained for; weights name their own heads, older ones have only `HEADS`."""

OPEN: Final = "[unused1]"
CLOSE: Final = "[unused2]"
"""Around the span whose sentiment `target` tells; tokens of the vocabulary that no text holds."""

TOPIC: Final = "topic"
"""The output beside the logits: the mean of the states after `TOPIC_LAYER` layers."""
TOPIC_LAYER: Final = 3
"""Later layers forget what a text speaks of for how it is meant: see benchmarks/RESULTS.md."""
WIDTH: Final = 384


def clipped(ids: list[int]) -> list[int]:
    """Token ids cut to ``MAX_TOKENS``: the beginning and the end are kept, the middle goes."""
    if len(ids) <= MAX_TOKENS:
        return ids
    return ids[:HEAD_TOKENS] + ids[-(MAX_TOKENS - HEAD_TOKENS) :]
