"""The HTTP client of the connectors without a library: what a refusal means."""

from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from traceback import format_exception

import pytest

from listener.connectors import Access, ConnectorError
from listener.connectors.web import Web
from tests.peers.http import HttpServer, Reply

SOON = str(int(datetime.now(UTC).timestamp()) + 900)
LEFT = {"X-RateLimit-Remaining": "4999", "X-RateLimit-Reset": SOON}
SPENT = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": SOON}


@pytest.mark.parametrize(
    ("message", "headers", "permanent"),
    [
        ("Resource not accessible", {}, True),
        ("Resource not accessible", LEFT, True),
        ("API rate limit exceeded", SPENT, False),
        ("You have exceeded a secondary rate limit", LEFT, False),
        ("You have exceeded a secondary rate limit", {"Retry-After": "70"}, False),
    ],
)
def test_refusal_is_for_haste_only_where_the_limit_is_used_up(
    message: str, headers: Mapping[str, str], permanent: bool
) -> None:
    server = HttpServer(lambda _: Reply({"message": message}, 403, headers))
    with closing(server), closing(Web(server.url, Access(), name="Platform")) as web:
        with pytest.raises(ConnectorError) as caught:
            web.json("/", what="something")
        assert caught.value.permanent is permanent
        assert (caught.value.retry_after is None) is permanent
        with pytest.raises(ConnectorError):
            web.json("/", what="something else")
        assert len(server.asked) == (2 if permanent else 1)


@pytest.mark.parametrize("sign", [" ", "\n", "\u2019", "\x00"])
def test_secret_that_cannot_be_sent_is_not_told(sign: str) -> None:
    server = HttpServer(lambda _: Reply({}))
    headers = {"authorization": f"Bearer s3cret{sign}"}
    with (
        closing(server),
        closing(Web(server.url, Access(), name="Platform", headers=headers)) as web,
        pytest.raises(ConnectorError) as caught,
    ):
        web.json("/", what="something")
    assert "s3cret" not in "".join(format_exception(caught.value))
    assert not server.asked
