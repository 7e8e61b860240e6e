"""Signatures of webhooks, against the values of the specification's own libraries."""

from pathlib import Path

import pytest

from listener.connectors import Access, ConnectorError
from listener.connectors.webhook import Webhook, WebhookOptions
from listener.connectors.webhook_signature import Keys
from tests.peers.webhook import SECRET

OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


def test_signature_is_that_of_the_specification_s_own_test() -> None:
    body, given = b'{"test": 2432232314}', "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    id_, at = "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330"
    bare = SECRET.removeprefix("whsec_")
    for secrets in (SECRET, bare, f"{OTHER} {SECRET}"):
        assert Keys(secrets).signed(id_, at, body, given)
        assert Keys(secrets).signed(id_, at, body, f"v2,x v1,Ceo5 v1a,y {given}")
    assert not Keys(OTHER).signed(id_, at, body, given)
    assert not Keys(SECRET).signed(id_, at, body, given.replace("v1,", "v1a,"))


@pytest.mark.parametrize(
    "secret", ["", " ", "short", "whsec_c2hvcnQ=", "whsec_!", "whpk_" + "a" * 44]
)
def test_secret_that_is_none_stops_the_source(secret: str, tmp_path: Path) -> None:
    access = Access(secrets={"LAURELS_WEBHOOK_SECRET": secret}, folder=tmp_path)
    with pytest.raises(ConnectorError, match="openssl rand") as caught:
        Webhook(WebhookOptions(port=0), access).fetch(None)
    assert caught.value.permanent
    assert secret.strip() not in str(caught.value) or len(secret) < 9
