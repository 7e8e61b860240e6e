"""Which query a person means, by its name or its text; the same words where none is meant."""

from collections.abc import Collection
from difflib import get_close_matches

from bot.failures import CommandError
from bot.settings import Settings
from listener.settings import QuerySettings, Role
from store.clean import key


def meant(settings: Settings, text: str, found: Collection[str]) -> QuerySettings | None:
    """The query of that name or text in config.yaml, or among those that mentions were `found` by.

    Raises CommandError for one that excludes.
    """
    for one in settings.listener.queries:
        if text in (one.name, one.query):
            if one.role is Role.EXCLUDE:
                raise CommandError(
                    f"{one.name}: this query excludes and has no mentions; name one of role brand "
                    "or competitor"
                )
            return one
    name = " ".join(text.split())
    if key(name) not in found:
        return None
    try:
        return QuerySettings(name, name)
    except ValueError as error:
        raise CommandError(
            f"{name}: this is the name of a query that config.yaml no longer has; name it there "
            "again"
        ) from error


def similar(settings: Settings, text: str) -> str | None:
    """The name of a query that was perhaps meant."""
    names = [one.name for one in settings.listener.queries]
    return next(iter(get_close_matches(text, names, 1, 0.75)), None)


def unknown(settings: Settings, text: str, found: Collection[str]) -> CommandError:
    """That there is no such query, and those that there are."""
    queries = settings.listener.queries
    known = [one.name + " (excludes)" * (one.role is Role.EXCLUDE) for one in queries]
    known += sorted({*found} - {key(one.name) for one in queries})
    perhaps = similar(settings, text)
    hint = f"; did you mean {perhaps!r}?" if perhaps else ""
    return CommandError(f"no query is called {text!r}{hint}; known: {', '.join(known) or 'none'}")
