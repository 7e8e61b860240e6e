"""Ask a source's connector what it would do, without connecting it."""

import os

from bot import wiring
from bot.settings import Settings
from listener.connectors import Connector, Forecaster, kind
from listener.settings import SourceSettings


def unconnected(settings: Settings, source: SourceSettings) -> Connector:
    """The connector of a source as it would be, to be asked what it would do and closed.

    That depends on which secrets are set, and never on what they hold.
    """
    can = kind(source.connector).capabilities
    optional = [one for one in can.optional_secrets if {one, f"{one}_FILE"} & os.environ.keys()]
    env = dict.fromkeys((*can.secrets, *optional), "forecast")
    return wiring.connector(settings, source, wiring.matcher(settings, source), env=env)


def quiet_requests(settings: Settings, source: SourceSettings) -> float:
    """Requests of one poll of a source when nothing is new."""
    made = unconnected(settings, source)
    try:
        return made.quiet_requests() if isinstance(made, Forecaster) else 0.0
    finally:
        made.close()
