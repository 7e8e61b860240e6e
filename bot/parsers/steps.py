"""``laurels run``, and by hand ``understand``, ``decide`` and ``deliver``."""

from bot.parsers.shared import Config, Json, opened, settings_in


def run(config: Config = None) -> None:
    """Listen, judge, decide and send until stopped."""
    from bot.run import run as daemon

    daemon(settings_in(config))


def understand(config: Config = None, as_json: Json = False) -> None:
    """Judge every post that waits, and open cases."""
    from bot.commands import steps

    settings = settings_in(config)
    with opened(settings) as engine:
        steps.understand_all(engine, settings, as_json=as_json)


def decide(config: Config = None, as_json: Json = False) -> None:
    """Decide every case whose time has come."""
    from bot.commands import steps

    settings = settings_in(config)
    with opened(settings) as engine:
        steps.decide_all(engine, settings, as_json=as_json)


def deliver(config: Config = None, as_json: Json = False) -> None:
    """Send the messages that are due."""
    from bot.commands import steps

    settings = settings_in(config)
    with opened(settings) as engine:
        steps.deliver_all(engine, settings, as_json=as_json)
