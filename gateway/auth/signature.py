"""Who signed this request: the strict check of `X-Retell-Signature: v=<unix ms>,d=<64 lowercase hex>`.

d = HMAC-SHA256(key, raw body || decimal ms), accepted up to five minutes either way (retell/PROTOCOL.md section 1.4).
Our own and not the vendor's, because theirs raises on a missing header and on long numbers, reads `v=000...` and
non-ASCII digits as the same instant, and verifies with an empty key.

Two steps, because the header is judged before a byte of the body is read. Every refusal is the same 401 outside; the
reason is a fixed word for log and metric only.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from gateway.errors import RequestRefused

HEADER: Final = b"x-retell-signature"
TOLERANCE: Final = timedelta(minutes=5)
MIN_SECRET_BYTES: Final = 24

MISSING: Final = "signature_missing"
DOUBLED: Final = "signature_doubled"
MALFORMED: Final = "signature_malformed"
STALE: Final = "signature_stale"
WRONG: Final = "signature_wrong"
REASONS: Final = frozenset({MISSING, DOUBLED, MALFORMED, STALE, WRONG})

# Thirteen digits without a leading zero: one instant has one spelling, so a header can key a replay guard.
_FORM: Final = re.compile(rb"v=([1-9][0-9]{12}),d=([0-9a-f]{64})")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Signature:
    """A header of the right form and age; nothing is proven until `check_signature` has seen the body."""

    sent_ms: int
    """Unix milliseconds, as signed."""
    digest: bytes
    """The 32 bytes the sender claims."""


def parse_signature(values: Sequence[bytes], now: datetime) -> Signature:
    """Read all values of the header as received; `now` is the machine's instant, aware.

    Raises RequestRefused(401) unless there is exactly one value, in canonical form, at most five minutes old or ahead.
    """
    if not values:
        raise RequestRefused(401, MISSING)
    if len(values) > 1:
        raise RequestRefused(401, DOUBLED)
    found = _FORM.fullmatch(values[0])
    if found is None:
        raise RequestRefused(401, MALFORMED)
    sent_ms = int(found[1])
    if abs(_milliseconds(now) - sent_ms) > TOLERANCE // _MILLISECOND:
        raise RequestRefused(401, STALE)
    return Signature(sent_ms, bytes.fromhex(found[2].decode("ascii")))


def check_signature(signature: Signature, body: bytes, keys: Sequence[bytes]) -> int:
    """The index of the key that signed `body`, the bytes as received; raises RequestRefused(401) when none did.

    Tries every key whatever the outcome, in constant time each. An empty key never matches.
    """
    matched = -1
    for index, key in enumerate(keys):
        equal = hmac.compare_digest(_digest(body, key, signature.sent_ms), signature.digest)
        if equal and key and matched < 0:
            matched = index
    if matched < 0:
        raise RequestRefused(401, WRONG)
    return matched


def sign(body: bytes, key: bytes, at: datetime) -> str:
    """The header value a sender with `key` would put on `body` at the aware instant `at` (demo, tests)."""
    sent_ms = _milliseconds(at)
    return f"v={sent_ms},d={_digest(body, key, sent_ms).hex()}"


def usable_secret(text: str) -> str | None:
    """Why `text` cannot serve as a signing secret, in words for a settings error; None when it can."""
    if not text:
        return "is empty"
    if text != text.strip():
        return "begins or ends with blanks"
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError:
        return "is not valid text"
    if size < MIN_SECRET_BYTES:
        return f"has {size} bytes, at least {MIN_SECRET_BYTES} are needed"
    return None


def _digest(body: bytes, key: bytes, sent_ms: int) -> bytes:
    return hmac.digest(key, body + b"%d" % sent_ms, "sha256")


def _milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MILLISECOND
