"""Cal.com's webhook signature: exactly one way to be right."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from gateway.calcom.signature import check_secret, check_signature, sign
from gateway.errors import RequestRefused, SettingsError

SECRET = "0123456789abcdef01234567"
OTHER = "another secret of 24 bytes or more"
BODY = b'{"triggerEvent":"BOOKING_CREATED","payload":{}}'
GOOD = hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest().encode()


def test_the_right_signature_names_its_secret() -> None:
    """While a secret is replaced two are live, and the caller learns which one signed."""
    assert check_signature(BODY, [GOOD], {"old": OTHER, "new": SECRET}) == "new"
    assert check_signature(BODY, [sign(BODY, OTHER).encode()], {"old": OTHER, "new": SECRET}) == "old"


@pytest.mark.parametrize(
    "values",
    [
        [],
        [GOOD, GOOD],
        [b""],
        [b"no-secret-provided"],
        [GOOD.upper()],
        [GOOD + b"\n"],
        [b" " + GOOD],
        [b"sha256=" + GOOD],
        [GOOD[:-1]],
        [b"0" * 64],
        [sign(BODY, OTHER).encode()],
        [sign(BODY + b" ", SECRET).encode()],
        [sign(BODY, "").encode()],
        ["\u0661".encode() * 32],
        [b"\xff" * 64],
    ],
)
def test_every_other_header_is_refused_alike(values: list[bytes]) -> None:
    """Absent, doubled, unsigned, foreign, altered: the same 401 with nothing in it."""
    with pytest.raises(RequestRefused) as refused:
        check_signature(BODY, values, {"k": SECRET})
    assert (refused.value.status_code, refused.value.reason, refused.value.detail) == (401, "bad_signature", "")


@pytest.mark.parametrize("secret", ["", "short", "x" * 23])
def test_a_short_secret_is_refused_when_loaded_and_never_verifies(secret: str) -> None:
    """An empty secret would verify for anybody who knows the algorithm."""
    with pytest.raises(SettingsError):
        check_secret(secret)
    with pytest.raises(RequestRefused):
        check_signature(BODY, [sign(BODY, secret).encode()], {"k": secret})


def test_no_secret_at_all_refuses_everything() -> None:
    """A company without a subscription has no right signature."""
    with pytest.raises(RequestRefused):
        check_signature(BODY, [GOOD], {})
