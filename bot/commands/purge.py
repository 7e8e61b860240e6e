"""``laurels purge``: look whether posts still stand, honour requests, and prove both."""

import os
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Final

from bot import wiring
from bot.failures import CommandError
from bot.pipeline.purging import purge_source, tidy
from bot.settings import Settings, SettingsError
from bot.terminal import columns, counted, emit
from listener import proof
from listener.connectors import Deletions, kind
from listener.platform_rules import REQUEST
from listener.proof import Ability, Buried, Cost, Kept, Proof
from listener.settings import SourceSettings
from store import audit, burial, standing
from store.db import Engine, reading
from store.records import Deletion

ACTOR = "command line"
_NOT_DUE: Final = "no post is due to be looked at again"
_LENGTHS: Final = frozenset({"every", "longest", "median"})


def purge_all(engine: Engine, settings: Settings, *, as_json: bool) -> bool:
    """Look at every post that is due and take away what is gone; False where a source failed."""
    sources = settings.listener.sources
    results = {one.name: _purged(engine, settings, one) for one in sources if _can_look(one)}
    blanked = tidy(engine, wiring.data_folder(settings.store), sources, wiring.utc_now())
    rows = [(name, _told(result)) for name, result in results.items()]
    text = columns(rows) or "No source can look whether its posts still stand."
    emit({"sources": results, "lines_blanked": blanked}, text, as_json=as_json)
    return all(result["error"] is None for result in results.values())


def request(
    engine: Engine,
    settings: Settings,
    post: str | None,
    account: str | None,
    asked: str | None,
    *,
    as_json: bool,
) -> None:
    """Delete a post, or an account with all its posts, because somebody asked for it."""
    now = wiring.utc_now()
    at = min(_moment("--asked", asked), now) if asked else now
    platform, id_ = _named("--post" if post else "--account", post or account or "")
    what = {"platform_id": id_} if post else {"author_id": id_}
    with engine.begin() as tx:
        known = burial.is_known(tx, platform, id_, is_post=post is not None)
        done = burial.carry_out(tx, [Deletion(platform, at, REQUEST, **what)], now)
        if known:
            audit.note(tx, now, ACTOR, "purge", platform, None, {"posts": str(done)})
    if not known:
        kind_ = "post" if post else "account"
        raise CommandError(f"{platform} has no {kind_} {id_!r} here: nothing was deleted")
    folder = wiring.data_folder(settings.store)
    blanked = tidy(engine, folder, settings.listener.sources, now)
    emit(
        {"posts": done, "lines_blanked": blanked, "rule": REQUEST},
        f"{counted(done, 'post')} deleted, with all that was made of them.",
        as_json=as_json,
    )


def report(engine: Engine, since: str | None, *, as_json: bool) -> None:
    """The dated proof."""
    start = _moment("--since", since) if since else None
    with reading(engine) as tx:
        found = proof.prove(tx, wiring.utc_now(), start)
    emit(_plain(found), _written(found), as_json=as_json)


def forecast(engine: Engine, settings: Settings, *, as_json: bool) -> None:
    """What looking at the posts that stand now costs in 30 days."""
    able: dict[str, Ability] = {}
    for one in settings.listener.sources:
        made = kind(one.connector)
        paid = str(getattr(one.options, "recheck", "")) == "lookup"
        size: int = getattr(made, "recheck_size", 1)
        price = made.capabilities.micro_usd_per_post
        able[made.capabilities.platform] = Ability(size, price, reads_again=paid)
    with reading(engine) as tx:
        costs = proof.forecast(standing.holdings(tx), able)
    emit({"days": 30, "platforms": [asdict(one) for one in costs]}, _costs(costs), as_json=as_json)


def _can_look(source: SourceSettings) -> bool:
    made = kind(source.connector)
    return made.capabilities.deletions is Deletions.RECHECK or hasattr(made, "recheck")


def _purged(engine: Engine, settings: Settings, source: SourceSettings) -> dict[str, object]:
    found = wiring.matcher(settings, source)
    meter = wiring.meter(engine, source)
    try:
        made = wiring.connector(settings, source, found, env=os.environ, meter=meter)
    except SettingsError as error:
        return {"asked": 0, "checked": 0, "gone": 0, "error": str(error)}
    try:
        sources = settings.listener.sources
        return asdict(purge_source(engine, source, made, sources, wiring.utc_now()))
    finally:
        made.close()


def _told(result: Mapping[str, object]) -> str:
    due, told, gone = (int(str(result[key])) for key in ("asked", "checked", "gone"))
    said = f"{counted(due, 'post')} due, {told:,} answered for, {gone:,} gone" if due else _NOT_DUE
    return said if result["error"] is None else f"{said}\n  ended early: {result['error']}"


def _named(option: str, text: str) -> tuple[str, str]:
    platform, separator, id_ = text.partition(":")
    if not separator or not platform or not id_:
        raise CommandError(f"{option}: expected PLATFORM:ID, e.g. reddit:t3_abc, got {text!r}")
    return platform, id_


def _moment(option: str, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"{option}: expected YYYY-MM-DD or an ISO moment, got {text!r}"
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _plain(found: Proof) -> dict[str, object]:
    return {
        "at": found.at.isoformat(),
        "since": found.since.isoformat() if found.since else None,
        "platforms": [_in_seconds(one) for one in found.kept],
        "buried": [_in_seconds(one) for one in found.buried],
        "tombstones": [
            {
                "post": one.post_id,
                "platform": one.platform,
                "rule": one.rule,
                "deleted_at": one.deleted_at.isoformat(),
                "carried_out_at": one.carried_out_at.isoformat(),
            }
            for one in found.tombstones
        ],
        "sha256": found.digest,
    }


def _in_seconds(one: Kept | Buried) -> dict[str, object]:
    """As plain data; a length of time as whole seconds, which its key then says."""
    value: dict[str, object] = asdict(one)
    for key in _LENGTHS & value.keys():
        time = value.pop(key)
        value[f"{key}_seconds"] = (
            round(time.total_seconds()) if isinstance(time, timedelta) else None
        )
    return value


def _written(found: Proof) -> str:
    since = f" since {found.since:%Y-%m-%d %H:%M} UTC" if found.since else ""
    lines = [f"Deletions as of {found.at:%Y-%m-%d %H:%M} UTC{since}", ""]
    lines.append(_platforms(found) or "Nothing was heard yet.")
    lines += ["", _burials(found) or "Nothing was deleted."]
    late = [(kept, source, n) for kept in found.kept for source, n in kept.overdue.items()]
    lines += ["", f"Overdue now: {sum(n for _, _, n in late):,}"]
    lines += [f"  {kept.platform}, heard by {source}: {n:,}" for kept, source, n in late]
    lines += ["", f"SHA-256 of the {len(found.tombstones):,} tombstones:", f"  {found.digest}"]
    return "\n".join(lines)


def _platforms(found: Proof) -> str:
    if not found.kept:
        return ""
    rows = [("platform", "heard", "standing", "checked", "every", "newest check")]
    for one in found.kept:
        newest = f"{one.newest_check:%Y-%m-%d %H:%M}" if one.newest_check else "never"
        counts = (f"{one.heard:,}", f"{one.standing:,}", f"{one.checked:,}")
        rows.append((one.platform[:16], *counts, _spell(one.every) if one.every else "-", newest))
    return columns(rows, right=frozenset({1, 2, 3, 4}))


def _burials(found: Proof) -> str:
    if not found.buried:
        return ""
    rows = [("deleted by rule", "posts", "longest", "median")]
    for one in found.buried:
        rule = one.rule if one.rule.startswith(one.platform) else f"{one.platform}: {one.rule}"
        rows.append((rule[:44], f"{one.posts:,}", _spell(one.longest), _spell(one.median)))
    return columns(rows, right=frozenset({1, 2, 3}))


def _costs(costs: list[Cost]) -> str:
    if not costs:
        return "No platform in the settings has posts to look at."
    rows = [("in 30 days", "posts", "looks", "requests", "USD", "USD by lookup")]
    rows += [
        (one.platform[:16], f"{one.posts:,}", f"{one.looks:,}", f"{one.requests:,}",
         f"{one.usd:,.2f}", f"{one.usd_by_lookup:,.2f}")
        for one in costs
    ]  # fmt: skip
    return columns(rows, right=frozenset(range(1, 6)))


def _spell(time: timedelta) -> str:
    minutes = time.total_seconds() / 60
    if minutes < 1:
        return "< 1 min"
    if minutes < 120:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 60 * 72 else f"{minutes / 1440:.0f} d"
