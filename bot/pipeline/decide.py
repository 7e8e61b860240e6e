"""Stage 3: assemble each case from its rows, decide it, and act."""

from collections.abc import Callable
from datetime import datetime

from bot.pipeline.assemble import Assembly
from rewards.act import act
from rewards.decide import decide
from rewards.policy import Policy
from store import burial, cases
from store.db import Engine, reading


def decide_cases(
    engine: Engine,
    policy: Policy,
    now: Callable[[], datetime],
    *,
    limit: int = 200,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Decide the cases whose time has come, `limit` a transaction; returns how many.

    Between two transactions `stop` may end it.
    """
    decided = 0
    assembly: Assembly | None = None
    while not stop():
        moment = now()
        with reading(engine) as tx:
            waiting = cases.undecided(tx, moment, limit)
            if not waiting:
                return decided
            if assembly is None:
                assembly = Assembly(tx, policy, moment)
        with engine.begin() as tx:
            burial.hold_off(tx)  # no draft may come after the deletion of what it quotes
            for case in assembly.of(tx, waiting):
                decision = decide(case, policy)
                act(tx, decision, case, policy, moment)
                assembly.note(case, decision)
        decided += len(waiting)
    return decided
