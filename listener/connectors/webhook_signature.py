"""Who sent a webhook: signatures as Standard Webhooks has them.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from typing import Final

VARIABLE: Final = "LAURELS_WEBHOOK_SECRET"
_PREFIX: Final = "whsec_"
_SHORTEST: Final = 24
"""Bytes of a key, as the specification asks for."""
_VERSION: Final = "v1"
_MOST_SIGNATURES: Final = 20


class Keys:
    """The keys that a sender may have signed with; raises ValueError where one is no key.

    `secrets` are apart by spaces: while a secret is being changed, the new and the old one hold.
    """

    def __init__(self, secrets: str) -> None:
        self._keys = tuple(key for secret in secrets.split() for key in _keys_of(secret))
        if not self._keys:
            raise ValueError(f"{VARIABLE} is empty; {_WAY_OUT}")

    def signed(self, id_: str, timestamp: str, body: bytes, signatures: str) -> bool:
        """Whether one of the signatures, apart by spaces, was made with one of the keys."""
        content = f"{id_}.{timestamp}.".encode() + body
        given = [one.encode() for one in _of_our_version(signatures)][:_MOST_SIGNATURES]
        fits = False
        for key in self._keys:
            digest = base64.b64encode(hmac.digest(key, content, hashlib.sha256))
            for one in given:
                # Every one is compared, so that the time taken says nothing.
                fits |= hmac.compare_digest(digest, one)
        return fits


_WAY_OUT: Final = (
    "make one with: echo whsec_$(openssl rand -base64 32), and give it to the sender too"
)


def _of_our_version(signatures: str) -> Iterator[str]:
    for one in signatures.split():
        version, _, signature = one.partition(",")
        if version == _VERSION:
            yield signature


def _keys_of(secret: str) -> tuple[bytes, ...]:
    if secret.startswith(("whpk_", "whsk_")):
        raise ValueError(f"{VARIABLE} is an asymmetric key; {_WAY_OUT}")
    plain, decoded = secret.encode(), _decoded(secret.removeprefix(_PREFIX))
    if not secret.startswith(_PREFIX):
        # Senders differ in whether a secret without the prefix is base64 or the key itself.
        keys = (plain,) if decoded is None else (plain, decoded)
    elif decoded is None:
        raise ValueError(f"{VARIABLE}: what follows {_PREFIX} is not base64; {_WAY_OUT}")
    else:
        keys = (decoded,)
    if len(keys[0]) < _SHORTEST:
        raise ValueError(f"{VARIABLE} is shorter than {_SHORTEST} bytes; {_WAY_OUT}")
    return keys


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True) or None
    except (binascii.Error, ValueError):
        return None
