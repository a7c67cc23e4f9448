"""Secrets and personal marks at rest: sealed with AES-GCM, or hashed with a key, from `GATEWAY_SECRET_KEY`.

One installation secret (and older ones during a rotation) becomes one key per use by HKDF, so that no two uses share a
key. A sealed value says which secret it needs: `v1.<key id>.<base64url of nonce, ciphertext and tag>`.

Keyed hashes and tags are derived from the newest secret and do not outlive its rotation: they are for limits, logs and
codes, which live for minutes or days, not for looking anybody up in the database.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors import GatewayError, SettingsError

MIN_SECRET_BYTES: Final = 32
NONCE_BYTES: Final = 12
_FORM: Final = "v1"


class SealBroken(GatewayError):
    """A sealed value was changed, belongs to another place, or its key is not among the configured ones."""


def derive(secret: str, use: str) -> bytes:
    """The 32-byte key of one use ("seal", "phone", "code"...): HKDF-SHA256 without salt, `use` as info."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"salon-gateway/" + use.encode()).derive(secret.encode())


def keyed_hash(key: bytes, *parts: str) -> bytes:
    """HMAC-SHA256 over the parts, each preceded by its length, so that ("ab", "c") and ("a", "bc") differ."""
    message = b"".join(len(raw).to_bytes(4, "big") + raw for raw in (_bytes(part) for part in parts))
    return hmac.digest(key, message, "sha256")


def phone_tag(e164: str, key: bytes) -> str:
    """How a number appears in logs and limits: "h:" + 16 hex digits of its keyed hash + ":" + its last two digits."""
    return f"h:{keyed_hash(key, e164).hex()[:16]}:{e164[-2:]}"


def tag(key: bytes, *parts: str) -> str:
    """An opaque name for what must not be written down (a claimed name, an address): "t:" + 32 hex digits."""
    return f"t:{keyed_hash(key, *parts).hex()[:32]}"


@dataclass(frozen=True, slots=True)
class SecretBox:
    """Seals and opens values. `secrets`: the newest first; only it seals, all open. Build it with `secret_box`."""

    _keys: Sequence[tuple[str, AESGCM]] = field(repr=False)
    _nonce: Callable[[int], bytes] = field(default=os.urandom, repr=False)

    @property
    def key_id(self) -> str:
        """Which secret seals now: 8 hex digits that tell nothing about it."""
        return self._keys[0][0]

    def seal(self, plain: str, *, place: str) -> str:
        """`plain` as text for the database. `place` ("company:<id>:calcom_key") is bound to it: moved to another row
        it does not open, so nobody can borrow another company's key by copying a cell."""
        key_id, cipher = self._keys[0]
        nonce = self._nonce(NONCE_BYTES)
        sealed = nonce + cipher.encrypt(nonce, plain.encode(), _bound(key_id, place))
        return f"{_FORM}.{key_id}.{base64.urlsafe_b64encode(sealed).decode('ascii')}"

    def open(self, sealed: str, *, place: str) -> str:
        """What was sealed for `place`. Raises SealBroken."""
        key_id, raw = _split(sealed)
        cipher = next((cipher for known, cipher in self._keys if known == key_id), None)
        if cipher is None:
            raise SealBroken(f"no configured secret has the key id {key_id}")
        try:
            return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _bound(key_id, place)).decode()
        except (InvalidTag, ValueError):
            raise SealBroken("a sealed value does not open") from None

    def is_current(self, sealed: str) -> bool:
        """Sealed with the newest secret. Raises SealBroken when it is no sealed value."""
        return _split(sealed)[0] == self.key_id

    def reencrypt(self, sealed: str, *, place: str) -> str:
        """The same value under the newest secret; unchanged when it already is. Raises SealBroken."""
        return sealed if self.is_current(sealed) else self.seal(self.open(sealed, place=place), place=place)


def secret_box(secrets: Sequence[str], nonce: Callable[[int], bytes] = os.urandom) -> SecretBox:
    """A box for `secrets`, newest first. Raises SettingsError for none, a short one or the same one twice."""
    if not secrets:
        raise SettingsError("GATEWAY_SECRET_KEY is not set")
    for secret in secrets:
        check_secret(secret)
    if len(set(secrets)) != len(secrets):
        raise SettingsError("GATEWAY_SECRET_KEY: the same secret is listed twice")
    return SecretBox(tuple((_key_id(secret), AESGCM(derive(secret, "seal"))) for secret in secrets), nonce)


def check_secret(secret: str) -> None:
    """Raise SettingsError unless `secret` is long enough to be one; the message never repeats it."""
    try:
        size = len(secret.encode())
    except UnicodeEncodeError:
        raise SettingsError("GATEWAY_SECRET_KEY is not valid text") from None
    if size < MIN_SECRET_BYTES:
        raise SettingsError(f"GATEWAY_SECRET_KEY is too short: {size} bytes, at least {MIN_SECRET_BYTES} are needed")


def _bytes(text: str) -> bytes:
    # A stranger's text may hold lone surrogates; hashing it must not be the place where that is found out.
    return text.encode("utf-8", "surrogatepass")


def _key_id(secret: str) -> str:
    return derive(secret, "key id").hex()[:8]


def _bound(key_id: str, place: str) -> bytes:
    return f"{_FORM}.{key_id}.{place}".encode()


def _split(sealed: str) -> tuple[str, bytes]:
    """Key id and bytes of a sealed value."""
    form, _, rest = sealed.partition(".")
    key_id, _, text = rest.partition(".")
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise SealBroken("not a sealed value") from None
    # Base64 leaves bits of its last letter unread: one value has one spelling here.
    canonical = base64.urlsafe_b64encode(raw).decode("ascii") == text
    if form != _FORM or not key_id or not canonical or len(raw) < NONCE_BYTES + 16:
        raise SealBroken("not a sealed value")
    return key_id, raw
