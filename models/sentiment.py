"""Sentiment: the labels of the head and the order of its outputs."""

from typing import Final

LABELS: Final = ("negative", "neutral", "positive")
