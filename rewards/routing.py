"""Routing: which responder takes a case."""

from collections.abc import Sequence

from rewards.policy import Responder
from store.records import CaseKind


def choose(
    kind: CaseKind, platform: str, language: str | None, responders: Sequence[Responder]
) -> str | None:
    """The name of the first responder that fits; None where nobody does.

    `language` is a code such as ``de`` or ``pt-BR``; who takes only some languages does not
    take a post whose language is unknown.
    """
    spoken = base_language(language)
    for responder in responders:
        if (
            _fits(kind.value, responder.kinds)
            and _fits(platform, responder.platforms)
            and _fits(spoken, tuple(base_language(each) for each in responder.languages))
        ):
            return responder.name
    return None


def base_language(code: str | None) -> str:
    """``pt`` of ``pt-BR`` and ``pt_BR``; empty where unknown."""
    return (code or "").strip().lower().replace("_", "-").partition("-")[0]


def _fits(value: str, wanted: Sequence[str]) -> bool:
    return not wanted or value in wanted
