"""``laurels desk``: serve the desk, or print a new sign-in link."""

import errno
import os
import socket
from collections.abc import Callable
from datetime import datetime

from bot import wiring
from bot.demo import REPLAY_END
from bot.desk_probe import is_desk
from bot.failures import CommandError
from bot.settings import METRICS_VARIABLE, Settings, secret
from bot.terminal import note
from store.db import Engine, fact, reading


def link(
    engine: Engine, settings: Settings, port: int | None = None, name: str | None = None
) -> str:
    """The address that signs its first visitor in, once; `name` is the member it is for.

    Raises CommandError where there are several members and none is named.
    """
    from desk.auth import NoEntry, new_link

    try:
        with engine.begin() as tx:
            token = new_link(tx, wiring.utc_now(), name)
    except NoEntry as error:
        raise CommandError(f"{error}; try `laurels desk --link --name NAME`") from error
    host = settings.desk.host
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - only shown
    shown = f"[{shown}]" if ":" in shown else shown
    return f"http://{shown}:{port or settings.desk.port}/sign-in/{token}"


def clock(engine: Engine) -> Callable[[], datetime]:
    """The desk's clock: of a replayed record, the moment after its end; else the present."""
    with reading(engine) as tx:
        end = fact(tx, REPLAY_END)
    if end is None:
        return wiring.utc_now
    began, moment = wiring.utc_now(), datetime.fromisoformat(end)
    return lambda: moment + (wiring.utc_now() - began)


def serve(
    engine: Engine, settings: Settings, port: int | None = None, name: str | None = None
) -> None:
    """Serve until interrupted; prints the address with a sign-in link."""
    import uvicorn

    from bot.drift import shown
    from desk.app import create_app
    from listener.platform_rules import may_train
    from rewards.review import Review

    drafter = wiring.drafter(settings.drafting, os.environ)
    listening = _listen(settings.desk.host, port if port is not None else settings.desk.port)
    chosen = int(listening.getsockname()[1])
    app = create_app(
        engine,
        reviewer=Review(settings.rewards, may_train, settings.drafting.disclosure),
        policy=settings.rewards,
        settings=settings.desk,
        now=clock(engine),
        watch=lambda tx, now: shown(tx, settings.rewards.confident, now),
        metrics_token=_metrics_token(),
        explain=wiring.explain(settings),
        drafter=drafter,
    )
    note(f"The desk is at {link(engine, settings, chosen, name)}")
    note("The link works once. Ctrl-C stops the desk.")
    # Without a log of its own, what it tells of a broken page is masked as every other line.
    config = uvicorn.Config(
        app, log_config=None, log_level="warning", lifespan="off", server_header=False
    )
    uvicorn.Server(config).run(sockets=[listening])


def _metrics_token() -> str | None:
    is_set = METRICS_VARIABLE in os.environ or f"{METRICS_VARIABLE}_FILE" in os.environ
    return secret(METRICS_VARIABLE, os.environ) if is_set else None


def must_be_free(settings: Settings, port: int | None) -> None:
    """Raise CommandError now rather than after a long run where the desk could not be served."""
    _listen(settings.desk.host, port if port is not None else settings.desk.port).close()


def _why(error: OSError, host: str, port: int) -> str:
    if error.errno != errno.EADDRINUSE:
        return f"cannot be used ({error.strerror});"
    if is_desk(host, port):
        return "is taken, by a desk that runs; `laurels desk --link` lets you in there, or"
    return "is taken by another program;"


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)  # the address is printed before the server takes over
    except OSError as error:
        listening.close()
        raise CommandError(
            f"desk.port: {host}:{port} {_why(error, host, port)} "
            "choose another with --port, or 0 for any"
        ) from error
    return listening
