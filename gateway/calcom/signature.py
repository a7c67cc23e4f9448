"""Is this delivery from Cal.com? `X-Cal-Signature-256` = lowercase hex HMAC-SHA256(secret, raw body).

The signature carries no timestamp and no delivery id: replay protection is the inbox's work. A subscription without a
secret sends the literal `no-secret-provided`, which proves nothing and is refused like any other wrong value.
Source: `sendPayload.ts` of the open edition, 2025-08.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from typing import Final

from gateway.errors import RequestRefused, SettingsError

HEADER: Final = "x-cal-signature-256"
MIN_SECRET_BYTES: Final = 24

_HEX_DIGEST: Final = re.compile(rb"[0-9a-f]{64}")


def sign(body: bytes, secret: str) -> str:
    """The header value Cal.com would send for `body`."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def check_secret(secret: str) -> str:
    """`secret` itself. Raises SettingsError when it is shorter than 24 bytes: an empty one would verify for anybody."""
    if len(secret.encode()) < MIN_SECRET_BYTES:
        raise SettingsError(f"a Cal.com webhook secret must have at least {MIN_SECRET_BYTES} bytes")
    return secret


def check_signature(body: bytes, values: Sequence[bytes], secrets: Mapping[str, str]) -> str:
    """The name of the secret that signed `body`.

    `values` are the raw values of every `X-Cal-Signature-256` header of the request, `secrets` the company's live
    secrets by name (two while one is being replaced). Raises RequestRefused(401, "bad_signature") for every fault
    alike. `body` is the bytes as received: JSON that was parsed and written again has another digest.
    """
    if len(values) != 1 or not _HEX_DIGEST.fullmatch(values[0]):
        raise RequestRefused(401, "bad_signature")
    matched: str | None = None
    for name, secret in secrets.items():
        # Every secret is tried, so the time taken does not tell which one it was.
        if len(secret.encode()) >= MIN_SECRET_BYTES and hmac.compare_digest(sign(body, secret).encode(), values[0]):
            matched = name
    if matched is None:
        raise RequestRefused(401, "bad_signature")
    return matched
