"""What X sends, piece by piece; see `tests.peers.x` for where each shape is written down."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from tests.peers.http import Reply

PROBLEMS: Final = "https://api.twitter.com/2/problems/"
_EPOCH_MS: Final = 1_288_834_974_657


def post(
    id_: str, text: str, at: datetime, author: str, named: Mapping[str, str]
) -> dict[str, Any]:
    """One that begins a conversation; `named` are the ids of the accounts that it mentions."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    mentions = [
        {"start": 0, "end": len(name) + 1, "username": name, "id": user}
        for name, user in named.items()
    ]
    item: dict[str, Any] = {
        "id": id_,
        "text": escaped if len(text) <= 280 else escaped[:279] + "…",
        "edit_history_tweet_ids": [id_],
        "author_id": author,
        "conversation_id": id_,
        "created_at": at.astimezone(UTC).isoformat(timespec="milliseconds")[:23] + "Z",
        "lang": "en",
        "public_metrics": {
            "retweet_count": 5, "reply_count": 2, "like_count": 42, "quote_count": 1,
        },
        "entities": {
            "mentions": mentions,
            "hashtags": [{"tag": tag} for tag in re.findall(r"#(\w+)", text)],
        },
    }  # fmt: skip
    if len(text) > 280:
        item["note_tweet"] = {"text": escaped}
    return item


def lowest(at: datetime) -> int:
    return (round(at.timestamp() * 1000) - _EPOCH_MS) << 22


def token(id_: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    found = ""
    while id_:
        id_, rest = divmod(id_, 36)
        found = digits[rest] + found
    return found


def account(id_: str, name: str) -> dict[str, str]:
    return {"id": id_, "name": name.title(), "username": name}


def not_found(id_: str, kind: str = "tweet") -> dict[str, str]:
    return {
        "resource_id": id_,
        "resource_type": kind,
        "title": "Not Found Error",
        "detail": f"Could not find {kind} with id: [{id_}].",
        "type": f"{PROBLEMS}resource-not-found",
    }


def problem(status: int, title: str, type_: str) -> Reply:
    return Reply({"title": title, "detail": title, "type": type_, "status": status}, status)


def invalid(name: str, value: str, message: str) -> Reply:
    body = {
        "errors": [{"parameters": {name: [value]}, "message": message}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": f"{PROBLEMS}invalid-request",
    }
    return Reply(body, 400)


def failure(fault: str) -> Reply:
    match fault:
        case "exceeded":
            headers = {
                "x-rate-limit-limit": "450",
                "x-rate-limit-remaining": "0",
                "x-rate-limit-reset": str(int(datetime.now(UTC).timestamp()) + 1),
            }
            body = {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}
            return Reply(body, 429, headers)
        case "no-credit":
            return problem(402, "CreditsDepleted", "https://api.x.com/2/problems/credits")
        case "usage-capped":
            return problem(429, "UsageCapExceeded", f"{PROBLEMS}usage-capped")
    return Reply({"errors": [{"title": "Service Unavailable", "type": "about:blank"}]})
