"""Ask for a draft: what may leave is sent, what comes back is linted, neither is logged."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from time import monotonic
from typing import Final

import structlog

from rewards.drafting.answer import Answer, read
from rewards.drafting.brief import Brief, Mask, prompt
from rewards.drafting.endpoint import BusyError
from rewards.drafting.settings import DraftingSettings

LOG = structlog.get_logger(__name__)
AT_ONCE: Final = 4
"""Drafts that are waited for at the same time: the desk's other pages need threads too."""

Complete = Callable[[list[dict[str, str]]], str]


@dataclass(frozen=True, slots=True)
class Drafter:
    """Writes drafts with one endpoint. `mask` takes personal data out of a text."""

    settings: DraftingSettings
    mask: Mask
    complete: Complete
    places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(AT_ONCE))

    def write(self, brief: Brief) -> Answer:
        """A draft with its faults; call it in no transaction.

        Raises EndpointError: BusyError where nothing was sent.
        """
        if not self.places.acquire(blocking=False):
            raise BusyError(f"{AT_ONCE} drafts are being written just now; try again soon.")
        began, outcome = monotonic(), "failed"
        fence = f"posts-{secrets.token_hex(8)}"
        messages = prompt(brief, self.mask, fence, self.settings.disclosure)
        try:
            found = read(self.complete(messages), brief, self.settings, self.mask, fence)
            outcome = "refused" if found.faults else "written"
        finally:
            self.places.release()
            LOG.info(
                "draft asked for",
                case=brief.case_id,
                model=self.settings.model,
                outcome=outcome,
                characters=sum(len(one["content"]) for one in messages),
                seconds=round(monotonic() - began, 1),
            )
        return found
