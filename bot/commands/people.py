"""``laurels people``: a person's accounts, and which of them belong together."""

from bot import wiring
from bot.failures import CommandError
from bot.terminal import columns, emit, plain
from listener.claims import VALID, digest, new_code
from store import claims, identity, people
from store.db import Connection, Engine, reading
from store.people import Account, Person

ACTOR = "command line"


def show(engine: Engine, name: str, *, as_json: bool) -> None:
    """The person behind an account: all accounts, flags, and how they came together."""
    with reading(engine) as tx:
        one = _account(tx, name)
        person = people.load(tx, [one.person_id])[one.person_id]
        held = people.accounts(tx, one.person_id)
        past = identity.history(tx, [account.id for account in held])
    value: dict[str, object] = {
        "person": person.id,
        "name": person.name,
        "posts": person.posts,
        "choice": person.choice.value if person.choice else None,
        "broken_rule": identity.broken_rule(held),
        "accounts": [_plain(account) for account in held],
        "history": [
            {
                "account": line.account_id,
                "origin": line.origin,
                "actor": line.actor,
                "at": line.at.isoformat(),
            }
            for line in past
        ],
    }
    emit(value, _told(person, held, past), as_json=as_json)


def claim(engine: Engine, name: str, *, as_json: bool) -> None:
    """A code to write from another account within a week; a member says whether that is theirs."""
    now, code = wiring.utc_now(), new_code()
    with engine.begin() as tx:
        one = _account(tx, name)
        claims.issue(tx, digest(code), one.id, now, now + VALID)
    until = now + VALID
    said = (
        f"Give {_shown(one)} this code, where only they can read it:\n\n    {code}\n\n"
        "They post it from their OTHER account, where Laurels hears it: the code alone, with no "
        "other words.\nThat links nobody by itself, since others could copy it: a member confirms "
        f"it at the desk, under Claims.\nPosted from {_shown(one)} itself, it is void at once.\n"
        f"It can be written until {until:%Y-%m-%d %H:%M} UTC."
    )
    value: dict[str, object] = {"code": code, "account": _shown(one), "until": until.isoformat()}
    emit(value, said, as_json=as_json)


def link(engine: Engine, one: str, other: str, reason: str, *, as_json: bool) -> None:
    """Join two accounts that somebody confirmed to be one person's."""
    if not reason.strip():
        raise CommandError("--reason: say how it was confirmed, e.g. 'told us by mail'")
    with engine.begin() as tx:
        moved, kept = _account(tx, one), _account(tx, other)
        origin = f"confirmed: {reason.strip()}"
        person = identity.join(tx, moved.id, kept.id, origin, ACTOR, wiring.utc_now())
        held = people.accounts(tx, person)
    said = f"One person now: {', '.join(map(_shown, held))}. `laurels people unlink` undoes it."
    emit({"person": person, "accounts": [_plain(each) for each in held]}, said, as_json=as_json)


def unlink(engine: Engine, name: str, *, as_json: bool) -> None:
    """Give an account a person of its own again."""
    with engine.begin() as tx:
        one = _account(tx, name)
        person = identity.part(tx, one.id, ACTOR, wiring.utc_now())
    said = f"{_shown(one)} is a person of its own again."
    emit({"person": person, "account": _shown(one)}, said, as_json=as_json)


def _account(tx: Connection, name: str) -> Account:
    platform, separator, handle = name.partition(":")
    if not separator or not handle:
        raise CommandError(f"expected PLATFORM:HANDLE, e.g. reddit:ann, got {name!r}")
    found = identity.find(tx, platform, handle)
    if not found:
        raise CommandError(f"{platform} has no account {handle!r} that was ever heard")
    if len(found) > 1:
        ids = ", ".join(f"{platform}:{one.platform_id}" for one in found)
        raise CommandError(f"several accounts are called {handle!r}; name one by its id: {ids}")
    return found[0]


def _plain(one: Account) -> dict[str, object]:
    return {
        "id": one.id,
        "platform": one.platform,
        "platform_id": one.platform_id,
        "handle": one.handle,
        "name": one.name,
        "bot": one.is_bot,
        "staff": one.is_staff,
        "own": one.is_own,
    }


def _shown(one: Account) -> str:
    return plain(f"{one.platform}:{one.handle}")


def _told(person: Person, held: list[Account], past: list[identity.Linked]) -> str:
    rows = [
        (_shown(one), one.name or "", _flags(one), f"{one.last_seen_at:%Y-%m-%d}") for one in held
    ]
    wish = f"wishes to be recognised: {person.choice.value}" if person.choice else "no wish said"
    head = plain(f"{person.name}: {person.posts:,} posts, {wish}")
    lines = [head, "", columns(rows), *_warned(held)]
    handles = {one.id: _shown(one) for one in held}
    if past:
        lines.append("")
    lines += [
        plain(f"{line.at:%Y-%m-%d %H:%M}  {handles[line.account_id]}  {line.origin} ({line.actor})")
        for line in past
    ]
    return "\n".join(lines)


def _warned(held: list[Account]) -> list[str]:
    broken = identity.broken_rule(held)
    if broken is None:
        return []
    odd = [one for one in held if one.is_bot or one.is_own]
    ways = [f"  laurels people unlink {_shown(one)}" for one in odd]
    return ["", f"By now these accounts cannot be one person's: {broken}. To part them:", *ways]


def _flags(one: Account) -> str:
    flags = (("bot", one.is_bot), ("staff", one.is_staff), ("own", one.is_own))
    return " ".join(word for word, is_set in flags if is_set)
