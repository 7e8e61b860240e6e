"""What the connectors can do is what the documentation says, and every one has its peer."""

from pathlib import Path

import pytest

from listener.connectors import KINDS, Capabilities, kind
from tests.peers import PEERS, peer

DOCUMENT = (Path(__file__).parents[2] / "docs" / "connectors.md").read_text(encoding="utf-8")


def row(word: str, can: Capabilities) -> str:
    """The line of the table for a connector."""
    flags = (can.search, can.stream, can.thread, can.edits)
    secrets = ", ".join(f"`{name}`" for name in can.secrets) or "none"
    if can.optional_secrets:
        secrets += "; optional " + ", ".join(f"`{name}`" for name in can.optional_secrets)
    cells = [word, *("yes" if flag else "–" for flag in flags), can.deletions.value, secrets]
    return "| " + " | ".join(cells) + " |"


@pytest.mark.parametrize("word", sorted(KINDS))
def test_table_says_what_a_connector_can_do(word: str) -> None:
    assert row(word, kind(word).capabilities) in DOCUMENT.splitlines()


def test_every_connector_has_a_peer_for_the_contract() -> None:
    assert set(KINDS) <= set(PEERS)


@pytest.mark.parametrize("word", ["hackernews", "archive"])
def test_peer_serves_the_connector_that_it_names(word: str) -> None:
    served = peer(word)
    try:
        assert served.word == word
        assert isinstance(served.options, kind(word).Options)
    finally:
        served.close()
