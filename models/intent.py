"""Intent: what the author wants with the post."""

from typing import Final

LABELS: Final = ("question", "answer", "thanks", "issue", "praise", "request", "other")
